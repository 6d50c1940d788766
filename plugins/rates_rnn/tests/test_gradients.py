"""Derivatives through networks, against central differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from rates_rnn import Network

from plugins.rates_rnn.tests.networks import DELAYS, DT, STEPS, W_IN, J, X, whole
from rates_core import NodeTemplate, OperatorTemplate

DIFFERENCE = 1e-5  # its square, and rounding over it, are both 1e-10


def adapting(delays: str) -> Network:
    """Return units that adapt, of a template of its own, with a power and a division."""
    op = OperatorTemplate(
        "op", ["x' = (-x + tanh(s + u) - b*a)/tau", "a' = (x^2 - a)/tau_a"],
        {"x": "output(0.1)", "a": "variable(0.2)", "s": "input(0.0)", "u": "input(0.0)", "b": 0.7,
         "tau": 1.5, "tau_a": 3.0},
    )  # fmt: skip
    net = Network(dt=DT)
    net.add_func_node("input", 2, "sigmoid")
    net.add_diffeq_node(
        "unit", NodeTemplate("n", [op]), "u", "x", weights=J, source_var="x", target_var="s", op="op",
        train_params=["b", "tau", "tau_a", "a", "weights"], edge_attr=DELAYS[delays], untie=["b"],
        constraints={"tau": "positive", "b": (0.0, 2.0), "weights": {"rank": 4}},
    )  # fmt: skip
    net.add_edge("input", "unit", W_IN, train="gd", mask=W_IN > -0.5)
    return net


def leaky(kind: str) -> Callable[[str], Network]:
    trained = ["li_op/tau", "li_op/k", "li_op/v", "weights"]
    return lambda delays: whole(
        kind, delays, train_params=[*trained, *(["delay"] if delays == "spread" else [])], train="gd"
    )


def loss_of(net: Network) -> torch.Tensor:
    net.reset()
    rows = net.rows(X)["out"]
    weights = torch.tensor(np.random.default_rng(0).normal(size=tuple(rows.shape)))
    return (weights * rows).sum()


@pytest.mark.parametrize("delays", DELAYS)
@pytest.mark.parametrize("make", [leaky("tanh"), leaky("sigmoid"), adapting], ids=["tanh", "sigmoid", "adapting"])
def test_gradients_are_central_differences(make: Callable[[str], Network], delays: str) -> None:
    net = make(delays)
    loss_of(net).backward()
    for path, parameter in net.named_parameters():
        assert parameter.grad is not None
        with torch.no_grad():
            for place in np.random.default_rng(1).permutation(parameter.numel())[:2].tolist():
                flat = parameter.view(-1)
                start, values = flat[place].item(), []
                for side in (1, -1):
                    flat[place] = start + side * DIFFERENCE
                    values.append(loss_of(net).item())
                flat[place] = start
                expected = (values[0] - values[1]) / (2 * DIFFERENCE)
                assert parameter.grad.view(-1)[place].item() == pytest.approx(expected, rel=1e-6, abs=1e-8), path


def test_gradients_of_steps_are_those_of_runs() -> None:
    net = whole(delays="between steps", train_params=["li_op/tau"], train="gd")
    loss_of(net).backward()
    whole_run = [parameter.grad.clone() for parameter in net.parameters() if parameter.grad is not None]
    net.zero_grad()
    net.reset()
    weights = torch.tensor(np.random.default_rng(0).normal(size=(STEPS, 3)))
    torch.stack([net.forward(x) for x in X]).mul(weights).sum().backward()
    assert len(whole_run) == 4
    for parameter, expected in zip(net.parameters(), whole_run, strict=True):
        np.testing.assert_allclose(parameter.grad, expected, rtol=1e-11, atol=1e-13)


@pytest.mark.exhaustive  # torch.compile takes a minute
@pytest.mark.parametrize("delays", ["none", "between steps", "spread"])
def test_compiled_steps_have_the_numbers_and_derivatives_of_eager_ones(delays: str) -> None:
    found = []
    for engine in ("eager", "compiled"):
        net = whole(delays=delays, engine=engine, train_params=["li_op/tau", "weights"], train="gd")
        net.rows(X)["out"].square().sum().backward()
        rows = net.run(X, sampling_steps=3)["out"]
        found.append([rows, *(parameter.grad for parameter in net.parameters())])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def test_derivatives_by_inputs_flow() -> None:
    net = whole()
    x = torch.tensor(X, requires_grad=True)
    net.rows(x)["out"][-1].sum().backward()
    assert x.grad is not None
    assert bool((x.grad[:-1].abs().sum(1) > 0).all())
    assert x.grad[-1].abs().sum() == 0  # the output belongs to the start of the last step
