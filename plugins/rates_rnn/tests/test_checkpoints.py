"""Trainings in files: they go on as if they had never ended, and files are read and written with care."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rates_rnn import Network, Trainer

from plugins.rates_rnn.tests.networks import DT, X, node_of
from plugins.rates_rnn.tests.test_trainer import TRIALS, ZERO, failing, net, numbers, quiet
from rates_core import ArgumentError

APART = [(inputs, -targets) for inputs, targets in TRIALS[:2]]
SETTINGS: dict[str, dict[str, Any]] = {
    "adam": {"optimizer": "adam", "lr": 0.01, "schedule": "CosineAnnealingLR", "schedule_kwargs": {"T_max": 6}},
    "sgd": {"optimizer_kwargs": {"momentum": 0.9}, "patience": 9, "schedule": "ReduceLROnPlateau"},
    "rprop": {"optimizer": "rprop", "clip": 0.5, "schedule": "MultiStepLR", "schedule_kwargs": {"milestones": [1, 4]}},
    "rmsprop": {"optimizer": "rmsprop", "lr": 0.01, "update_steps": 15, "schedule": "OneCycleLR",
                "schedule_kwargs": {"max_lr": 0.02, "total_steps": 9}},
    "lbfgs": {"optimizer": "lbfgs", "lr": None},
}  # fmt: skip


def same(one: Network, other: Network) -> None:
    for path, value in numbers(one).items():
        np.testing.assert_array_equal(value, numbers(other)[path])


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_training_that_is_gone_on_with_is_one_that_never_ended(settings: str, tmp_path: Path) -> None:
    whole_net, left, again = net(), net(), net()
    size = None if settings == "lbfgs" else 2
    given: dict[str, Any] = {"trials": TRIALS, "validation": APART, "batch_size": size}
    expected = quiet(whole_net, **SETTINGS[settings]).fit(epochs=5, **given)
    first = quiet(left, **SETTINGS[settings])
    first.fit(epochs=2, **given)
    first.save(tmp_path / "training.pt")
    resumed = Trainer.resume(again, tmp_path / "training.pt", verbose=False)
    assert resumed.epoch == 2
    found = resumed.fit(epochs=3, **given)
    np.testing.assert_array_equal(found["loss"], expected["loss"])
    np.testing.assert_array_equal(found["validation"], expected["validation"])
    same(whole_net, again)


def noisy(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return a loss that draws from all generators there are."""
    weight = torch.rand(()) + random.random() + np.random.random()
    return weight * (outputs - targets).square().mean()


def test_losses_that_draw_random_numbers_draw_the_same_ones(tmp_path: Path) -> None:
    whole_net, left, again = net(), net(), net()

    def seed() -> None:
        torch.manual_seed(1)
        random.seed(2)
        np.random.seed(3)

    seed()
    quiet(whole_net, loss=noisy).fit(TRIALS, epochs=4, batch_size=3)
    seed()
    first = quiet(left, loss=noisy)
    first.fit(TRIALS, epochs=2, batch_size=3)
    first.save(tmp_path / "training.pt")
    seed()
    Trainer.resume(again, tmp_path / "training.pt", loss=noisy, verbose=False).fit(TRIALS, epochs=2, batch_size=3)
    same(whole_net, again)


def test_a_training_that_was_interrupted_goes_on_within_its_epoch(tmp_path: Path) -> None:
    whole_net, left, again, count = net(), net(), net(), [0]

    def loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        count[0] += 1
        if count[0] == 9:
            raise KeyboardInterrupt
        return (outputs - targets).square().mean()

    quiet(whole_net, loss=squares).fit(TRIALS, epochs=3, batch_size=2)
    first = quiet(left, loss=loss)
    with pytest.warns(RuntimeWarning, match="interrupted in epoch 2"):
        first.fit(TRIALS, epochs=3, batch_size=2)
    first.save(tmp_path / "training.pt")
    Trainer.resume(again, tmp_path / "training.pt", loss=squares, verbose=False).fit(TRIALS, epochs=2, batch_size=2)
    same(whole_net, again)


def squares(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return (outputs - targets).square().mean()


def test_the_last_good_parameters_are_stored_too(tmp_path: Path) -> None:
    whole_net, again = net(), net()
    with pytest.warns(RuntimeWarning, match="steps are 0.5 times"):
        quiet(whole_net, loss=failing(1), optimizer="adam").fit([(X, ZERO)], epochs=5)
    first = quiet(net(), loss=failing(0), optimizer="adam")
    first.fit([(X, ZERO)], epochs=3)
    first.save(tmp_path / "training.pt")
    resumed = Trainer.resume(again, tmp_path / "training.pt", loss=failing(1, behind=0), verbose=False)
    with pytest.warns(RuntimeWarning, match="in epoch 4"):
        resumed.fit([(X, ZERO)], epochs=2)
    same(whole_net, again)


def test_callbacks_write_checkpoints_of_their_own_training_only(tmp_path: Path) -> None:
    file = tmp_path / "training.pt"
    trainer = quiet(net(), callbacks=[lambda trainer: trainer.save(file)])
    trainer.fit(TRIALS[:1], epochs=2)
    again = Trainer.resume(net(), file, verbose=False)
    assert again.epoch == 2
    again.save(file)  # it is the same training
    before = file.read_bytes()
    text = f"'{file}' is there, and is no checkpoint of this training. Name another file, or remove it."
    with pytest.raises(ArgumentError) as error:
        quiet(net()).save(file)
    assert str(error.value) == text
    assert file.read_bytes() == before
    file.write_text("of somebody")
    with pytest.raises(ArgumentError) as error:
        trainer.save(file)
    assert str(error.value) == text
    assert file.read_text() == "of somebody"
    assert [path.name for path in tmp_path.iterdir()] == ["training.pt"]


def plain() -> Network:
    found = Network(dt=DT)
    found.add_diffeq_node(**node_of(train_params=["li_op/tau"], constraints={"li_op/tau": "positive"}))
    return found


def of_other_step() -> Network:
    found = net()
    found.dt = 0.1
    return found


OTHERS: list[tuple[Callable[[], Network], str]] = [
    (plain, "'input/identity_op/r->li/li_op/I_ext/weight' is in it, but not in this one"),
    (of_other_step, "its dt is 0.05, and 0.1 in this one"),
    (
        lambda: net(constraints={}),
        "the constraint of 'li/li_op/tau' is positive in it, and none in this one",
    ),
    (
        lambda: net(train_params=["li_op/tau", "li_op/k"]),
        "the training of 'li/li_op/k' is off in it, and on in this one",
    ),
    (lambda: net(untie=["li_op/tau"]), "the shape of 'li/li_op/tau' is () in it, and (4,) in this one"),
    (
        lambda: net().to(torch.float32),
        "the type of 'li/li_op/tau' is torch.float64 in it, and torch.float32 in this one",
    ),
]


@pytest.mark.parametrize(("other", "text"), OTHERS, ids=[str(number) for number in range(len(OTHERS))])
def test_a_checkpoint_of_another_network_is_refused(other: Callable[[], Network], text: str, tmp_path: Path) -> None:
    file = tmp_path / "training.pt"
    quiet(net()).save(file)
    network = other()
    before = numbers(network)
    with pytest.raises(ArgumentError) as error:
        Trainer.resume(network, file)
    assert str(error.value) == (
        f"'{file}' is the checkpoint of another network: {text}. Make the network as it was when it was stored."
    )
    for path, value in numbers(network).items():
        np.testing.assert_array_equal(value, before[path])


class Sly:
    """What runs a function when it is read by pickle."""

    def __reduce__(self) -> Any:
        return print, ("read",)


def test_files_that_hold_something_else_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "training.pt"
    texts = []
    for content in (None, "text", net().state_dict(), {"kind": Sly()}):
        if isinstance(content, str):
            file.write_text(content)
        elif content is not None:
            torch.save(content, file)
        with pytest.raises(ArgumentError) as error:
            Trainer.resume(net(), file)
        texts.append(str(error.value))
    assert texts == [f"There is no file '{file}'.", *[f"'{file}' holds no checkpoint of a training."] * 3]
    assert capsys.readouterr().out == ""


def test_what_no_file_keeps_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "training.pt"
    quiet(net(), loss=squares).save(file)
    with pytest.raises(ArgumentError) as error:
        Trainer.resume(net(), file)
    assert str(error.value) == "The training took loss= as an object, which no file keeps. Give it here again."
    with pytest.raises(ArgumentError) as error:
        Trainer.resume(net(), file, loss=squares, optimizer="adam")
    assert str(error.value) == "The file says that optimizer was 'sgd'. Leave optimizer= out."
    with pytest.raises(ArgumentError) as error:
        quiet(net(), loss=squares, loss_kwargs={"function": squares}).save(tmp_path / "other.pt")
    assert str(error.value) == "loss_kwargs holds something else than numbers, texts and tensors; no file keeps that."
    with pytest.raises(ArgumentError) as error:
        quiet(net()).save(tmp_path / "none" / "training.pt")
    assert str(error.value) == (
        f"'{tmp_path / 'none' / 'training.pt'}' cannot be written: there is no folder '{tmp_path / 'none'}'."
    )


def test_optimisers_that_are_objects_go_on_too(tmp_path: Path) -> None:
    def trained(network: Network) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
        optimiser = torch.optim.NAdam(network.parameters(), lr=0.02)
        return optimiser, torch.optim.lr_scheduler.ExponentialLR(optimiser, 0.7)

    whole_net, left, again = net(), net(), net()
    optimiser, schedule = trained(whole_net)
    Trainer(whole_net, optimiser, schedule=schedule, verbose=False).fit(TRIALS, epochs=4)
    optimiser, schedule = trained(left)
    first = Trainer(left, optimiser, schedule=schedule, verbose=False)
    first.fit(TRIALS, epochs=2)
    first.save(tmp_path / "training.pt")
    optimiser, schedule = trained(again)
    Trainer.resume(again, tmp_path / "training.pt", optimiser, schedule=schedule, verbose=False).fit(TRIALS, epochs=2)
    same(whole_net, again)
