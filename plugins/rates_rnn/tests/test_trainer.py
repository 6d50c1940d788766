"""Trainings: batches and masks, what ends them, and what they survive."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from rates_rnn import Network, Trainer

from plugins.rates_rnn.tests.networks import STEPS, X, whole
from rates_core import ArgumentError, SimulationError, UnknownNameError

RNG = np.random.default_rng(4)
LENGTHS = (40, 25, 40, 31, 18, 40)
TRIALS = [(RNG.normal(size=(steps, 2)), 0.5 * np.tanh(RNG.normal(size=(steps, 3)))) for steps in LENGTHS]
ZERO = np.zeros((STEPS, 3))


def net(**options: Any) -> Network:
    settings = {"feedback": False, "train_params": ["li_op/tau"], "constraints": {"li_op/tau": "positive"}}
    return whole(train="gd", **settings | options)


def quiet(network: Network, **options: Any) -> Trainer:
    return Trainer(network, **{"optimizer": "sgd", "lr": 0.1, "verbose": False} | options)


def numbers(network: Network) -> dict[str, np.ndarray]:
    return {path: value.detach().numpy().copy() for path, value in network.named_parameters()}


@pytest.mark.parametrize("loss", ["mse", lambda y, z: (y - z).abs().max()], ids=["named", "function"])
def test_a_batch_moves_parameters_against_the_mean_of_its_trials(loss: Any) -> None:
    trained, own = (net(delays="between steps", feedback=True) for _ in range(2))
    masks = [RNG.random(len(inputs)) < 0.5 for inputs, _ in TRIALS]
    quiet(trained, loss=loss, cutoff=3).fit([(*t, m) for t, m in zip(TRIALS, masks, strict=True)], epochs=1)
    function = torch.nn.functional.mse_loss if loss == "mse" else loss
    total = torch.tensor(0.0, dtype=torch.float64)
    for (inputs, targets), mask in zip(TRIALS, masks, strict=True):
        own.reset()
        mask[:3] = False
        total = total + function(own.rows(inputs)["out"][mask], torch.tensor(targets[mask])) / len(TRIALS)
    total.backward()
    torch.optim.SGD(own.parameters(), lr=0.1).step()
    for path, value in numbers(own).items():
        np.testing.assert_allclose(numbers(trained)[path], value, rtol=0, atol=1e-12)


def test_losses_are_means_over_trials_before_parameters_move() -> None:
    trained, seen = net(), []

    def loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        seen.append(torch.nn.functional.mse_loss(outputs, targets).item())
        return torch.nn.functional.mse_loss(outputs, targets)

    trainer = quiet(trained, loss=loss)
    found = trainer.fit(TRIALS, epochs=2, batch_size=4)
    assert len(seen) == 12
    np.testing.assert_allclose(found["loss"], [np.mean(seen[:6]), np.mean(seen[6:])], rtol=1e-14)
    assert trainer.losses == found["loss"].tolist()
    assert trainer.epoch == 2
    assert found["evaluations"] == 4


def test_orders_follow_seeds() -> None:
    found = []
    for seed in (0, 0, 1):
        trained = net()
        quiet(trained, seed=seed).fit(TRIALS, epochs=2, batch_size=2)
        found.append(numbers(trained))
    for path, value in found[0].items():
        np.testing.assert_array_equal(value, found[1][path])
    assert any((value != found[2][path]).any() for path, value in found[0].items())


def test_a_loader_gives_batches_as_it_likes() -> None:
    alike = [(inputs, targets) for inputs, targets in TRIALS if len(inputs) == STEPS]
    loader = torch.utils.data.DataLoader(alike, batch_size=2)
    loaded, listed = net(), net()
    one = quiet(loaded).fit(loader, validation=loader, epochs=3)
    other = quiet(listed, shuffle=False).fit(alike, validation=alike, epochs=3, batch_size=2)
    np.testing.assert_array_equal(one["loss"], other["loss"])
    np.testing.assert_allclose(one["validation"], other["validation"], rtol=1e-14)
    for path, value in numbers(loaded).items():
        np.testing.assert_array_equal(value, numbers(listed)[path])


def test_classes_are_targets_too() -> None:
    classes = [(inputs, RNG.integers(0, 3, len(inputs))) for inputs, _ in TRIALS]
    found = quiet(net(), optimizer="adam", loss="ce").fit(classes, epochs=4)
    assert found["loss"][-1] < found["loss"][0]


def test_pieces_of_batches_move_parameters_on_the_way() -> None:
    trained, mask = net(), np.arange(STEPS) >= 16
    found = quiet(trained, update_steps=8, optimizer="adam").fit([(x, y, mask[: len(x)]) for x, y in TRIALS], epochs=1)
    assert found["evaluations"] == 3  # nothing counts in the first two of five pieces


def test_validation_ends_a_training_and_the_best_parameters_are_back() -> None:
    trained, kept = net(), []
    trainer = quiet(
        trained, optimizer="adam", lr=0.05, patience=3, callbacks=[lambda trainer: kept.append(numbers(trainer.net))]
    )
    trials, apart = [(X, ZERO + 0.8)], [(X, ZERO + 0.1)]  # what is learned is right for others on the way
    found = trainer.fit(trials, validation=apart, epochs=60)
    best = int(np.argmin(found["validation"]))
    assert best > 0
    assert len(found["loss"]) == best + 4 < 60
    for path, value in numbers(trained).items():
        np.testing.assert_array_equal(value, kept[best][path])
    assert trainer.evaluate(apart) == pytest.approx(found["validation"][best], rel=1e-14)
    trainer.fit(trials, validation=apart, epochs=1)  # goes on from where it was, and leaves the best again
    for path, value in numbers(trained).items():
        np.testing.assert_array_equal(value, kept[best][path])


def test_a_training_goes_on_from_its_last_parameters_and_not_from_the_best() -> None:
    long, parts = net(), net()
    once = quiet(long, lr=0.5, patience=20).fit(TRIALS, validation=TRIALS[:1], epochs=6)
    trainer = quiet(parts, lr=0.5, patience=20)
    for _ in range(3):
        twice = trainer.fit(TRIALS, validation=TRIALS[:1], epochs=2)
    np.testing.assert_array_equal(once["validation"], twice["validation"])
    assert numbers(long).keys() == numbers(parts).keys()


@pytest.mark.parametrize(
    ("schedule", "options", "rates"),
    [
        ("ExponentialLR", {"gamma": 0.5}, [0.1, 0.05, 0.025]),
        ("StepLR", {"step_size": 2}, [0.1, 0.1, 0.01]),
        ("ReduceLROnPlateau", {"patience": 0, "threshold": 10.0, "threshold_mode": "abs"}, [0.1, 0.1, 0.01]),
    ],
)
def test_schedules_move_learning_rates(schedule: str, options: dict[str, Any], rates: list[float]) -> None:
    moved, seen = net(), [numbers(net())]
    trainer = quiet(
        moved, schedule=schedule, schedule_kwargs=options, clip=1e-3,
        callbacks=[lambda trainer: seen.append(numbers(trainer.net))],
    )  # fmt: skip
    trainer.fit(TRIALS, epochs=3)
    steps = [np.sqrt(sum(np.sum((b[path] - a[path]) ** 2) for path in a)) for a, b in pairwise(seen)]
    np.testing.assert_allclose(steps, 1e-3 * np.array(rates), rtol=1e-3)  # gradients are as long as clip says


def test_schedules_are_objects_too() -> None:
    trained = net()
    optimiser = torch.optim.SGD(trained.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimiser, 0.5)
    Trainer(trained, optimiser, schedule=schedule, verbose=False).fit(TRIALS, epochs=2)
    assert optimiser.param_groups[0]["lr"] == 0.025


def failing(times: int, value: float = float("nan"), behind: int = 3) -> Any:
    """Return a loss that fails so often behind its first evaluations."""
    count = [0]

    def loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        count[0] += 1
        found = (outputs - targets).square().mean()
        return found * value if behind < count[0] <= behind + times else found

    return loss


@pytest.mark.parametrize("optimiser", ["sgd", "adam", "rprop"])
def test_steps_are_shorter_behind_a_loss_that_is_not_finite(optimiser: str) -> None:
    trained, calm, seen = net(), net(), []
    trainer = quiet(
        trained, optimizer=optimiser, loss=failing(1), lr=0.01,
        callbacks=[lambda trainer: seen.append(numbers(trainer.net))],
    )  # fmt: skip
    with pytest.warns(RuntimeWarning) as told:
        trainer.fit([(X, ZERO)], epochs=4)
    assert str(told[0].message) == (
        "The loss is nan in epoch 4. The network has the parameters of the last finite loss again, and steps are 0.5 "
        "times as long from here on."
    )
    quiet(calm, optimizer=optimiser, lr=0.01).fit([(X, ZERO)], epochs=2)
    whole_step, half = (
        max(np.abs(b[p] - a[p]).max() for p in a) for a, b in ((numbers(calm), seen[2]), (numbers(calm), seen[3]))
    )
    assert half == pytest.approx(0.5 * whole_step, rel=1e-6)


def test_a_training_whose_loss_stays_infinite_is_given_up() -> None:
    trained, last = net(), []
    trainer = quiet(
        trained, loss=failing(99), attempts=2, callbacks=[lambda trainer: last.append(numbers(trainer.net))]
    )
    with pytest.raises(SimulationError) as error, pytest.warns(RuntimeWarning) as told:
        trainer.fit([(X, ZERO)], epochs=9)
    assert ["0.5 times" in str(warning.message) for warning in told] == [True, False]
    assert "0.25 times as long" in str(told[1].message)
    assert str(error.value) == (
        "The loss is nan in epoch 4. The network has the parameters of the last finite loss again: take a smaller lr=, "
        "or constraints that keep parameters where the model is defined."
    )
    for path, value in numbers(trained).items():
        np.testing.assert_array_equal(value, last[1][path])


def test_a_derivative_that_is_not_finite_is_named() -> None:
    trained = net()

    def loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return (outputs.square().sum() * 0.0).sqrt()

    with pytest.raises(SimulationError) as error:
        quiet(trained, loss=loss, attempts=0).fit([(X, ZERO)], epochs=1)
    assert str(error.value) == (
        "The derivative of the loss by 'li/li_op/tau' is not finite in epoch 1. The network has the parameters of the "
        "last finite loss again: take a smaller lr=, or constraints that keep parameters where the model is defined."
    )


def test_ctrl_c_keeps_what_was_learned_and_the_training_goes_on_from_there() -> None:
    broken, calm, count = net(), net(), [0]

    def loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        count[0] += 1
        if count[0] == 9:  # a trial of the second batch of the second epoch
            raise KeyboardInterrupt
        return (outputs - targets).square().mean()

    trainer = quiet(broken, loss=loss, optimizer="adam")
    with pytest.warns(RuntimeWarning) as told:
        found = trainer.fit(TRIALS, epochs=3, batch_size=2)
    assert str(told[0].message) == (
        "The training was interrupted in epoch 2. The network has what was learned before, and fit() goes on from "
        "there."
    )
    assert len(found["loss"]) == 1
    found = trainer.fit(TRIALS, epochs=2, batch_size=2)
    expected = quiet(calm, loss=lambda y, z: (y - z).square().mean(), optimizer="adam").fit(
        TRIALS, epochs=3, batch_size=2
    )
    np.testing.assert_array_equal(found["loss"], expected["loss"])
    for path, value in numbers(calm).items():
        np.testing.assert_array_equal(value, numbers(broken)[path])


def test_a_callback_ends_a_training() -> None:
    found = quiet(net(), callbacks=[lambda trainer: trainer.epoch == 2]).fit(TRIALS, epochs=9)
    assert len(found["loss"]) == 2


def test_epochs_leave_no_memory_behind() -> None:
    program = """
import resource, numpy as np
from plugins.rates_rnn.tests.test_trainer import TRIALS, net, quiet
trainer, trials = quiet(net(), optimizer="adam", patience=1000), [(x[:12], y[:12]) for x, y in TRIALS]
def train(epochs):
    trainer.fit(trials, validation=trials, epochs=epochs, batch_size=3)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before = train(10)
print((train(50) - before) / 50)
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert float(found.stdout) < 0.1


BAD: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"patience": 0}, {}, "patience has to be a whole number of at least 1; it is 0."),
    ({"clip": -1.0}, {}, "clip has to be a positive number; it is -1.0."),
    ({"lr": "fast"}, {}, "lr has to be a positive number; it is 'fast'."),
    ({"back_off": 1.0}, {}, "back_off has to be a number between 0 and 1; it is 1.0."),
    ({"patience": 3}, {}, "patience waits for a smaller loss of validation trials. Give validation= too."),
    ({"shuffle": 1}, {}, "shuffle must be True or False; it is 1."),
    (
        {"schedule": 3}, {},
        "schedule is 3; it is a name, or an object of torch.optim.lr_scheduler.",
    ),
    (
        {"optimizer": "lbfgs", "update_steps": 3}, {},
        "lbfgs moves parameters by whole trials. Leave update_steps out, or take 'adam'.",
    ),
    ({}, {"epochs": 0}, "epochs has to be a whole number of at least 1; it is 0."),
    ({}, {"batch_size": 0}, "batch_size has to be a whole number of at least 1; it is 0."),
    ({}, {"trials": []}, "trials is empty; it holds (inputs, targets) of each trial."),
    (
        {}, {"trials": 3},
        "trials is a list of trials (inputs, targets), or a loader that gives batches of these in each epoch; it is 3.",
    ),
    ({}, {"trials": [3]}, "trials[0] is 3; it has to be (inputs, targets) or (inputs, targets, mask)."),
    (
        {}, {"trials": [TRIALS[0], (TRIALS[1][0][:, :1].repeat(5, 1), TRIALS[1][1])]},
        "inputs of trials[1] has the shape (25, 5); it has to be (steps, 2), a number for each unit of 'input'.",
    ),
    (
        {}, {"trials": [(np.zeros((4, STEPS, 2)), ZERO)]},
        "inputs of trials[0] has the shape (4, 40, 2); one trial is (steps, 2). Give a list of trials, or a loader.",
    ),
    (
        {}, {"trials": [(X, np.zeros((STEPS + 1, 3)))]},
        "targets of trials[0] has 41 rows, and the run only 40 steps. Give one row of targets for each sample of the "
        "inputs.",
    ),
    (
        {}, {"trials": [(X, ZERO)], "validation": [(X, ZERO), (X, ZERO[:, :2])]},
        "targets of validation[1] has the shape (40, 2); it has to be (40, 3): a row for each sample of the inputs, a "
        "column for each output.",
    ),
    (
        {}, {"trials": [(X, ZERO, np.ones(3))]},
        "mask of trials[0] has the shape (3,); it has to be (40,): True for each step that counts.",
    ),
    (
        {}, {"trials": [(X, ZERO, np.full(STEPS, 2))]},
        "mask of trials[0] holds something else than True and False, or 1 and 0.",
    ),
    (
        {"cutoff": 30}, {"trials": [(X, ZERO, np.arange(STEPS) < 30)]},
        "No step of inputs of trials[0] counts: it has 40 of them, cutoff is 30, and its mask hides the others.",
    ),
    (
        {}, {"trials": [(X, ZERO), (X, np.zeros(STEPS, dtype=int))]},
        "Some trials have classes for targets, and others numbers. Train with one kind.",
    ),
    (
        {}, {"trials": torch.utils.data.DataLoader(TRIALS[:1]), "batch_size": 2},
        "trials is a loader, which says itself how many trials a batch has: leave batch_size out.",
    ),
    (
        {"optimizer_kwargs": {"lrr": 3}}, {},
        "optimizer 'sgd' does not take what optimizer_kwargs holds: SGD.__init__() got an unexpected keyword argument "
        "'lrr'.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "given", "text"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_what_cannot_be_trained_is_refused(settings: dict[str, Any], given: dict[str, Any], text: str) -> None:
    with pytest.raises(ArgumentError) as error:
        quiet(net(), **settings).fit(**{"trials": TRIALS, **given})
    assert str(error.value) == text


def test_a_schedule_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownNameError) as error:
        quiet(net(), schedule="StepRL")
    assert str(error.value).startswith("There is no schedule 'StepRL'. Did you mean 'StepLR'? There are: LambdaLR, ")


def test_a_start_that_violates_its_constraint_is_refused() -> None:
    with pytest.raises(ArgumentError) as error:
        Trainer(whole(train_params=["li_op/tau"], constraints={"li_op/tau": (0.0, 5.0)}))
    assert str(error.value) == (
        "The start of 'li/li_op/tau' is 10.0, which violates its constraint (0.0, 5.0): it has to lie between these."
    )
