"""Delayed variables that are computed: those that need no past of their own, and those that do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.errors import ArgumentError
from rates_core.programs.trail import MOST_PARTS
from rates_delay_history.storage import History
from scipy.integrate import quad

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

ADAPTIVE = pytest.mark.parametrize("solver", ["scipy", "dopri5"])
STRICT = {"rtol": 1e-10, "atol": 1e-12, "verbose": False}


def circuit(equations: list[str], **variables: object) -> CircuitTemplate:
    operator = OperatorTemplate(name="op", equations=equations, variables=variables)
    return CircuitTemplate(name="c", nodes={"p": NodeTemplate(name="n", operators=[operator])})


@ADAPTIVE
def test_a_computed_variable_needs_no_more_past_than_its_state_however_long_the_run(solver: str) -> None:
    # 1000 delays: what a read needs must not reach back to the start.
    computed = circuit(["z = 2*x", "x' = -past(z, tau)"], x="output(1.0)", z="variable(0.0)", tau=0.02)
    direct = circuit(["x' = -2*past(x, tau)"], x="output(1.0)", tau=0.02)
    results = [
        model.run(20.0, 0.5, solver=solver, outputs={"x": "p/op/x"}, **STRICT)["x"] for model in (computed, direct)
    ]
    np.testing.assert_allclose(*results, rtol=0, atol=1e-12)


@ADAPTIVE
@pytest.mark.parametrize("time", [0.95, 30.0])
def test_a_variable_that_needs_its_own_past_is_stored(solver: str, time: float) -> None:
    # z = z(t - 0.1)/2 + 1 with z = 0 before: 1 until 0.1, 1.5 until 0.2, …; x is its integral.
    model = circuit(["z = past(z, tau)/2 + 1", "x' = z"], x="output(0.0)", z="variable(0.0)", tau=0.1)
    frame = model.run(time + 0.05, 0.05, solver=solver, outputs={"x": "p/op/x", "z": "p/op/z"}, history=0.0, **STRICT)
    middle = frame.iloc[1::2]  # rows at 0.05, 0.15, …: behind k jumps of z
    jumps = np.arange(len(middle))
    # all jumps are stepped on, and between them x is a line, which the methods solve exactly
    np.testing.assert_allclose(middle["z"], 2 - 0.5**jumps, rtol=0, atol=1e-12)
    exact = 0.1 * (2 * jumps - 2 * (1 - 0.5**jumps)) + 0.05 * (2 - 0.5**jumps)
    np.testing.assert_allclose(middle["x"], exact, rtol=0, atol=1e-12)


@ADAPTIVE
def test_a_variable_with_its_own_past_goes_on_from_the_end_of_a_run(solver: str) -> None:
    model = circuit(["z = past(z, tau)/2 + x", "x' = -z"], x="output(1.0)", z="variable(0.0)", tau=0.1)
    options = {"solver": solver, "outputs": {"x": "p/op/x", "z": "p/op/z"}, **STRICT}
    whole = model.run(1.0, 0.05, history=0.0, **options)
    first = model.run(0.5, 0.05, history=0.0, **options)
    second = model.run(0.5, 0.05, state=first, **options)
    np.testing.assert_allclose(np.concatenate([first["x"], second["x"]]), whole["x"], rtol=0, atol=1e-8)


@ADAPTIVE
def test_a_computed_variable_without_delay_is_what_it_is_now(solver: str) -> None:
    model = circuit(["z = 2*x", "x' = -past(z, tau)"], x="output(1.0)", z="variable(0.0)", tau=0.0)
    frame = model.run(2.0, 0.1, solver=solver, outputs={"x": "p/op/x"}, **STRICT)
    np.testing.assert_allclose(frame["x"], np.exp(-2 * frame.index), rtol=0, atol=1e-8)


@ADAPTIVE
def test_a_variable_that_needs_itself_without_delay_is_refused(solver: str) -> None:
    model = circuit(["z = past(z, tau)/2 + 1", "x' = z"], x="output(0.0)", z="variable(0.0)", tau=0.0)
    with pytest.raises(ArgumentError) as caught:
        model.run(1.0, 0.1, solver=solver, history=0.0, **STRICT)
    assert str(caught.value) == "'p/op/z' depends on its own past; no delay of it may be 0."


HORIZON = 6.0


def late_gates(gate: str, count: int) -> tuple[CircuitTemplate, np.ndarray]:
    """Return integrators that read one gate of a sine, each with a delay of its own, and the delays."""
    source = OperatorTemplate("op", ["x' = cos(t)", f"z = {gate}"], {"x": "variable(0.0)", "z": "output"})
    target = OperatorTemplate("op", "y' = u", {"y": "output(0.0)", "u": "input"})
    delays = np.linspace(0.3, 1.5, count)
    connection = Connectivity("s/op/z", "p/op/u", np.ones((count, 1)), delays=delays[:, None])
    population = PopulationTemplate("p", NodeTemplate("t", [target]), count)
    nodes = {"s": NodeTemplate("s", [source])}
    return CircuitTemplate("c", nodes=nodes, populations={"p": population}, connections=[connection]), delays


@ADAPTIVE
@pytest.mark.parametrize("count", [2, 40])
def test_a_steep_computed_variable_is_stored_as_exactly_as_steps_are(solver: str, count: int) -> None:
    model, delays = late_gates("sigmoid(50*x)", count)
    frame = model.run(HORIZON + 1.0, 1.0, solver=solver, outputs={"y": "p/op/y"}, rtol=1e-9, atol=1e-11, verbose=False)
    gate = lambda s: 1 / (1 + np.exp(-50 * np.sin(s)))  # noqa: E731
    exact = [0.5 * d + quad(gate, 0.0, HORIZON - d, points=[np.pi], limit=500, epsabs=1e-13)[0] for d in delays]
    np.testing.assert_allclose(frame.loc[HORIZON], exact, rtol=0, atol=2e-7)


@ADAPTIVE
@pytest.mark.parametrize("count", [2, 40])
def test_a_computed_variable_may_jump_within_a_step(solver: str, count: int) -> None:
    model, delays = late_gates("heaviside(x - 0.3)", count)
    frame = model.run(HORIZON + 1.0, 1.0, solver=solver, outputs={"y": "p/op/y"}, rtol=1e-8, atol=1e-10, verbose=False)
    opens, shuts = np.arcsin(0.3), np.pi - np.arcsin(0.3)
    exact = np.clip(HORIZON - delays, opens, shuts) - opens
    np.testing.assert_allclose(frame.loc[HORIZON], exact, rtol=0, atol=2e-5)


def test_a_step_has_so_many_parts_and_no_more_where_a_variable_is_smooth_on_none(monkeypatch: Any) -> None:
    parts: list[int] = []
    accept = History.accept

    def counting(history: History, *step: Any) -> None:
        before = len(history._starts)
        accept(history, *step)
        parts.append(len(history._starts) - before)

    monkeypatch.setattr(History, "accept", counting)
    model, _ = late_gates("sin(1.0e9*x)", 2)
    model.run(0.6, 0.1, solver="dopri5", backend="numpy", rtol=1e-3, verbose=False)
    assert max(parts) == MOST_PARTS
