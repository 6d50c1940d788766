"""Trials side by side: what a loop over them gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from rates_rnn import Network

from plugins.rates_rnn.tests.networks import DELAYS, DT, STEPS, N, whole
from rates_core import ArgumentError

TRIALS = 5
X = np.random.default_rng(3).normal(size=(TRIALS, STEPS, 2))


@pytest.mark.parametrize("delays", DELAYS)
def test_a_run_of_several_trials_is_a_loop_over_them(delays: str) -> None:
    net, alone = (whole("sigmoid", delays) for _ in range(2))
    rows = net.run(X, sampling_steps=3, cutoff=6, record_vars=[("li", "li_op/v"), ("li", "sigmoid_op/r", True)])
    assert rows["out"].shape == (TRIALS, 12, 3)
    for number, inputs in enumerate(X):
        alone.reset()
        found = alone.run(
            inputs, sampling_steps=3, cutoff=6, record_vars=[("li", "li_op/v"), ("li", "sigmoid_op/r", True)]
        )
        for item in found.recorded_variables:
            np.testing.assert_allclose(rows[item][number], found[item], rtol=0, atol=1e-12)
    np.testing.assert_allclose(rows.times, found.times)


@pytest.mark.parametrize("delays", DELAYS)
def test_steps_of_several_trials_are_their_run(delays: str) -> None:
    net = whole(delays=delays)
    rows = net.run(X)["out"]
    net.reset()
    steps = torch.stack([net.forward(x) for x in np.moveaxis(X, 1, 0)], 1)
    assert torch.equal(steps, rows)


def test_one_state_becomes_that_of_several_trials_and_is_set_for_all() -> None:
    net = whole()
    net.forward(X[0, 0])
    before = net.state["li/li_op/v"]
    net.forward(X[:, 1])
    assert net.state["li/li_op/v"].shape == (TRIALS, N)
    net.set_var("li", "li_op/v", before)
    assert torch.equal(net.get_var("li", "li_op/v"), before.expand(TRIALS, N))
    net.set_var("li", "li_op/v", np.arange(TRIALS * N, dtype=float).reshape(TRIALS, N))
    assert net.state["li/li_op/v"][2].tolist() == [8.0, 9.0, 10.0, 11.0]
    with pytest.raises(ArgumentError) as error:
        net.forward(X[:2, 1])
    assert str(error.value) == "The number of trials is 5 in 'between' and 2 in 'input/identity_op/x'."
    net.reset()
    assert net.state["li/li_op/v"].shape == (N,)


def test_derivatives_of_several_trials_are_sums_of_those_of_each() -> None:
    net = whole(delays="between steps", train_params=["li_op/tau", "li_op/v", "weights"], train="gd")
    net.rows(X)["out"].square().sum().backward()
    together = [parameter.grad.clone() for parameter in net.parameters() if parameter.grad is not None]
    net.zero_grad()
    for inputs in X:
        net.reset()
        net.rows(inputs)["out"].square().sum().backward()
    assert len(together) == 6
    for parameter, expected in zip(net.parameters(), together, strict=True):
        np.testing.assert_allclose(parameter.grad, expected, rtol=1e-10, atol=1e-12)


def test_what_one_unit_puts_out_has_an_axis_of_units() -> None:
    net = Network(dt=DT)
    net.add_func_node("input", 1)
    net.add_func_node("output", 1)
    net.add_edge("input", "output", [[1.0]])
    rows = net.run(np.arange(6.0).reshape(2, 3, 1))
    assert rows["out"].tolist() == [[[0.0], [1.0], [2.0]], [[3.0], [4.0], [5.0]]]
    table = rows.to_dataframe()
    assert table.index.names == ["trial", "time"]
    assert table.loc[(1, 2 * DT)].tolist() == [5.0]
    lines = rows.plot().get_lines()
    assert [line.get_ydata().tolist() for line in lines] == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]


def test_a_test_of_several_trials_is_the_mean_of_those_of_each() -> None:
    net, targets = whole(), np.random.default_rng(5).normal(size=(TRIALS, STEPS, 3))

    def alone(number: int, **options: Any) -> float:
        net.reset()
        return net.test(X[number], targets[number], **options)[1]

    for options in ({}, {"loss": lambda y, z: (y - z).abs().max()}, {"sampling_steps": 4, "cutoff": 10}):
        expected = np.mean([alone(number, **options) for number in range(TRIALS)])
        net.reset()
        assert net.test(X, targets, **options)[1] == pytest.approx(expected, rel=1e-12)
    with pytest.raises(ArgumentError) as error:
        net.test(X, targets[:2])
    assert str(error.value) == "inputs has 5 trials, and targets has 2. Give one of each."


@pytest.mark.parametrize(
    "options",
    [{}, {"sampling_steps": 3, "cutoff": 7}, {"loss": lambda y, z: (y - z).abs().max()}, {"checkpoint": True}],
    ids=["whole", "some rows", "own loss", "checkpoints"],
)
def test_a_fit_of_several_trials_moves_by_the_mean_of_their_gradients(options: dict[str, Any]) -> None:
    names, rate, targets = ["li_op/tau", "li_op/v", "weights"], 0.05, np.random.default_rng(5).normal(size=(5, 40, 3))
    net, own = (whole(delays="between steps", train_params=names, train="gd") for _ in range(2))
    first = own.parameter_values()
    found = net.fit_bptt(X, targets, optimizer="sgd", lr=rate, epochs=3, **options)
    stride, cutoff, losses = options.get("sampling_steps", 1), options.get("cutoff", 0), []
    compared = [step for step in range(cutoff, STEPS) if not step % stride]
    loss = options.get("loss", torch.nn.functional.mse_loss)
    for _ in range(3):
        values = []
        own.zero_grad()
        for inputs, wanted in zip(X, torch.tensor(targets), strict=True):
            own.reset()
            values.append(loss(own.rows(inputs)["out"][compared], wanted[compared]))
            values[-1].backward()
        losses.append(np.mean([value.item() for value in values]))
        with torch.no_grad():
            for parameter in own.parameters():
                parameter -= rate * parameter.grad / TRIALS
    np.testing.assert_allclose(found["loss"], losses, rtol=1e-12)
    for path, value in own.parameter_values().items():
        assert np.abs(value - first[path]).max() > 1e-6, path
        np.testing.assert_allclose(net.parameter_values()[path], value, rtol=1e-12, atol=1e-12)
    assert found["out"].shape == (TRIALS, len(compared), 3)


def test_a_fit_of_several_trials_in_pieces_moves_behind_each_of_them() -> None:
    targets = np.random.default_rng(5).normal(size=(TRIALS, STEPS, 3))
    net, own = (whole(feedback=False, train="gd") for _ in range(2))
    found = net.fit_bptt(X, targets, optimizer="sgd", lr=0.05, epochs=1, update_steps=10)
    states: list[Any] = [None] * TRIALS
    losses = []
    for begin in range(0, STEPS, 10):
        piece, values = slice(begin, begin + 10), []
        own.zero_grad()
        for number in range(TRIALS):
            own.reset(states[number])
            rows = own.rows(X[number, piece])["out"]
            values.append(torch.nn.functional.mse_loss(rows, torch.tensor(targets[number, piece])))
            values[-1].backward()
            states[number] = {path: value.detach() for path, value in own.state.items()}
        losses.append(np.mean([value.item() for value in values]))
        with torch.no_grad():
            for parameter in own.parameters():
                parameter -= 0.05 * parameter.grad / TRIALS
    assert found["loss"].tolist() == [pytest.approx(np.mean(losses), rel=1e-12)]
    for path, value in own.parameter_values().items():
        np.testing.assert_allclose(net.parameter_values()[path], value, rtol=1e-12, atol=1e-12)
