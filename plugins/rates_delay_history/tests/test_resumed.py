"""Runs that go on under other parameters, delays and inputs: the past stays what it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

ADAPTIVE = pytest.mark.parametrize("solver", ["scipy", "dopri5"])
STRICT = {"rtol": 1e-10, "atol": 1e-12}
SINK = OperatorTemplate("z", ["w' = u"], {"w": "variable(0.0)", "u": "input(0.0)"})


def pair(equations: list[str], delay: float = 0.5, **variables: Any) -> CircuitTemplate:
    """Return a node with an output r, which another one integrates late."""
    source = OperatorTemplate("r", equations, {"r": "output", **variables})
    nodes = {"a": NodeTemplate("a", [source]), "b": NodeTemplate("b", [SINK])}
    return CircuitTemplate("c", nodes=nodes, edges=[("a/r/r", "b/z/u", None, {"delay": delay})])


def ends(model: CircuitTemplate, solver: str, time: float, inputs: Any = (None, None), **second: Any) -> float:
    """Return w at a time behind a first run to t = 1, where a second one has gone on with other arguments."""
    options = {} if solver == "rk4" else STRICT
    compiled = model.compile(step_size=0.01, outputs=["b/z/w"], solver=solver, inputs=inputs[0], **options)
    first = compiled.run(simulation_time=1.0)
    second = {**second, "inputs": inputs[1], "state": first}
    return float(compiled.run(simulation_time=time - 0.99, **second).iloc[-1, 0])


@pytest.mark.parametrize("solver", ["rk4", "scipy", "dopri5"])
def test_a_computed_variable_keeps_the_past_that_its_old_parameters_gave_it(solver: str) -> None:
    # r = g*x with x = 1 + t: 1 + t until 1, 10*(1 + t) then. w(1) = 1/2 + (1/2 + 1/8), and r is read half late.
    model = pair(["x' = 1.0 + 0*g", "r = g*x"], x="variable(1.0)", g=1.0)
    before = 0.5 + 0.5 + 0.125 + (1.5 * 0.4 + 0.4**2 / 2)
    assert ends(model, solver, 1.4, parameters={"a/r/g": 10.0}) == pytest.approx(before, abs=1e-9)
    behind = before + 1.9 * 0.1 + 0.1**2 / 2 + 10 * (2.0 * 0.2 + 0.2**2 / 2)
    if solver != "rk4":  # whose sample of the moment at which r jumps is that behind the jump
        assert ends(model, solver, 1.7, parameters={"a/r/g": 10.0}) == pytest.approx(behind, abs=1e-9)


@ADAPTIVE
def test_what_was_delayed_in_the_past_keeps_its_old_delay(solver: str) -> None:
    # x = t, q = x(t - tau) and 0 before: at 1 < t < 1.4 w reads q half late, from when its delay was 0.1
    model = pair(["x' = 1.0", "r = past(x, tau)"], x="variable(0.0)", tau=0.1)
    exact = 0.4**2 / 2 + (0.8**2 - 0.4**2) / 2
    assert ends(model, solver, 1.4, parameters={"a/r/tau": 0.7}) == pytest.approx(exact, abs=1e-9)


@ADAPTIVE
def test_what_was_fed_in_the_past_keeps_its_old_input(solver: str) -> None:
    model = pair(["r = 2*s"], s="input(0.0)")
    inputs = {"a/r/s": np.ones(101)}, {"a/r/s": np.full(60, 5.0)}
    # 2 until t = 1; then, half late, 10
    assert ends(model, solver, 1.4, inputs) == pytest.approx(2.8, abs=1e-9)
    assert ends(model, solver, 1.58, inputs) == pytest.approx(3.8, abs=1e-9)


@ADAPTIVE
def test_runs_go_on_with_more_distinct_delays_than_before(solver: str) -> None:
    # twenty connections with two delays in the first run, and with a delay each in the second
    count = 20
    before, delays = np.where(np.arange(count) % 2, 0.4, 0.5), np.linspace(0.5, 1.0, count)
    source = OperatorTemplate("r", ["x' = 1.0", "r = g*x"], {"x": "variable(0.0)", "r": "output", "g": 1.0})
    sources, sink = PopulationTemplate("a", NodeTemplate("a", [source]), count), NodeTemplate("b", [SINK])
    connection = Connectivity("a/r/r", "b/z/u", np.ones((1, count)), delays=before[None])
    model = CircuitTemplate("c", nodes={"b": sink}, populations={"a": sources}, connections=[connection])
    compiled = model.compile(step_size=0.01, outputs=["b/z/w"], solver=solver, **STRICT)
    first = compiled.run(simulation_time=2.0)
    changed = {"a/r/r->b/z/u/delay": delays[None], "a/r/g": 7.0}
    found = compiled.run(simulation_time=0.41, state=first, parameters=changed).iloc[-1, 0]
    exact = np.sum((2 - before) ** 2 / 2 + 2.0 * 0.4 + 0.4**2 / 2 - delays * 0.4)
    assert found == pytest.approx(exact, abs=1e-8)


@ADAPTIVE
def test_a_run_that_goes_on_alike_does_not_start_anew(solver: str) -> None:
    # behind t = 1.2 nothing is left of the jump at the start; no step ends there because a run did
    model = pair(["x' = -past(x, tau)", "r = x"], x="variable(1.0)", tau=0.1).compile(
        step_size=0.01, outputs=["b/z/w"], solver=solver
    )
    first = model.run(simulation_time=2.0)
    second = model.run(simulation_time=1.0, state=first)
    assert 2.0 not in second.attrs["state"].state.carry.breaks
    changed = model.run(simulation_time=1.0, state=first, parameters={"a/r/tau": 0.2})
    assert 2.0 in changed.attrs["state"].state.carry.breaks
