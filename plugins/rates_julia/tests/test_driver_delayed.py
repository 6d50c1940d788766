"""Models with delays under methods of DelayDiffEq, over stand-ins for it and OrdinaryDiffEq.

The packages themselves have never been run by these tests; see `test_driver_called.py`.
"""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_core.errors import ArgumentError, PluginError, UnsupportedFeatureError
from rates_core.testing.families.delays import scenarios
from rates_core.testing.parts import circuit, connectivity, node, population, single
from rates_core.testing.scenario import Scenario
from rates_julia import delayed, probe, process, steps
from rates_julia.equations import JuliaEquations
from rates_julia.process import Function

from plugins.rates_julia.tests.driven import STANDIN, TIGHT, run, said_at_a_pole, said_of_steps
from rates_core import CircuitTemplate

pytestmark = pytest.mark.usefixtures("standin")

CLOSE = 1e-7  # errors of some tens of steps add up, and those where a sampled input bends
CIRCLES = {
    "a computed variable that adds to its own past",
    "a jump that computed variables hand on",
    "a jump that connections hand on round a circle",
}
LONG = {  # with some ten thousand breaking points, at each of which a method begins anew
    "connections with a delay each, of any length",
    "connections of computed variables with a delay each",
}
READ = [scenario for scenario in scenarios() if not scenario.chains and scenario.key not in CIRCLES | LONG]


def stepped(t: float, delay: float) -> float:
    """Return the solution of x' = -x(t - d) with x = 1 before 0, a polynomial on each interval between delays."""
    terms = range(math.floor(t / delay + 1e-9) + 2)
    return math.fsum((-1) ** k * max(0.0, t - (k - 1) * delay) ** k / math.factorial(k) for k in terms)


@pytest.mark.parametrize("method", ["Tsit5", "Rodas5"])
def test_steps_end_on_breaking_points(method: str) -> None:
    frame = run(single("x' = -past(x, tau)", x="output(1.0)", tau=0.37), method=method)
    wanted = [stepped(float(t), 0.37) for t in frame.index]
    # polynomials of degrees up to 6, which the stand-in's explicit methods have but for roundings
    assert np.abs(frame.iloc[:, 0].to_numpy() - wanted).max() < (1e-11 if method == "Tsit5" else CLOSE)


def test_the_past_is_a_function_of_time_that_python_computes() -> None:
    model = single("x' = -past(x, tau)", x="output(1.0)", tau=math.pi / 2)
    frame = run(model, history={"p/op/x": math.cos}, simulation_time=5.0)
    assert np.abs(frame.iloc[:, 0].to_numpy() - np.cos(frame.index)).max() < CLOSE


def test_the_past_is_a_number_that_the_start_is_not() -> None:
    frame = run(single("x' = past(x, tau)", x="output(1.0)", tau=3.0), history=-2.0)
    assert np.abs(frame.iloc[:, 0].to_numpy() - (1 - 2 * frame.index.to_numpy())).max() < 1e-11


def test_steps_may_be_much_longer_than_delays() -> None:
    # x = exp(k t) with k = exp(-k d) - 1.5, its own past
    delay, rate = 0.01, -0.5
    for _ in range(50):
        rate = math.exp(-rate * delay) - 1.5
    model = single("x' = past(x, tau) - 1.5*x", x="output(1.0)", tau=delay)
    frame = run(model, history={"p/op/x": lambda t: math.exp(rate * t)}, simulation_time=10.0, max_steps=200)
    assert np.abs(frame.iloc[:, 0].to_numpy() - np.exp(rate * frame.index)).max() < CLOSE


def test_a_delay_of_zero_is_the_present() -> None:
    frame = run(single(["x' = -past(z, tau)", "z = past(x, tau)"], x="output(1.0)", z="variable(0.0)", tau=0.0))
    assert np.abs(frame.iloc[:, 0].to_numpy() - np.exp(-frame.index)).max() < CLOSE


@pytest.mark.parametrize("scenario", READ, ids=[scenario.key for scenario in READ])
def test_models_go_where_they_go_by_the_method_of_core(scenario: Scenario) -> None:
    given = {
        "simulation_time": scenario.simulation_time, "step_size": scenario.step_size, "inputs": scenario.inputs,
        "outputs": list(scenario.outputs), "history": scenario.history,
    }  # fmt: skip
    wanted = run(scenario.circuit(), backend="numpy", solver="dopri5", **given).to_numpy()
    found = run(scenario.circuit(), **given).to_numpy()
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() < CLOSE * np.abs(wanted).max()


def network() -> CircuitTemplate:
    """Return units that read each other's computed variable, with delays of their own, some of them 0."""
    unit = node(["x' = -x + u", "z = tanh(x) + 0.1*w", "w = past(x, 0.25)"], x="variable(0.5)", z="output(0.0)",
                w="variable(0.0)", u="input(0.0)")  # fmt: skip
    places = np.arange(5)
    delays = 0.237 * np.abs(places[:, None] - places)
    weights = np.cos(places[:, None] + 2 * places)
    starts = np.linspace(-0.4, 0.8, 5)
    return circuit(
        populations={"p": population(unit, 5, x=starts)},
        connections=[connectivity("p/op/z", "p/op/u", weights, delays=delays)],
    )


def test_each_connection_has_a_delay_of_its_own_and_some_have_none() -> None:
    outputs = ["p/op/x", "p/op/z"]
    wanted = run(network(), backend="numpy", solver="dopri5", outputs=outputs)
    found = run(network(), outputs=outputs)
    assert np.abs(found.to_numpy() - wanted.to_numpy()).max() < CLOSE


def beside_a_chain() -> CircuitTemplate:
    unit = node("x' = -0.5*x + tanh(u) + 0.2*cos(t)", x="output(0.4)", u="input(0.0)")
    edges = [
        ("a/op/x", "b/op/u", None, {"weight": 0.8, "delay": 0.8, "spread": 0.4}),
        ("b/op/x", "a/op/u", None, {"weight": -1.2, "delay": 0.3}),
    ]
    return circuit(nodes={"a": unit, "b": unit}, edges=edges)


def complex_units(source: str) -> CircuitTemplate:
    unit = node(
        ["x' = (I - 0.2)*x + 0.3*u", "w = x*x"], x="variable(0.4+0.1j)", w="output(0.0+0.0j)", u="input(0.0+0.0j)"
    )
    delays = np.array([[0.0, 0.3, 0.5], [0.2, 0.0, 0.3], [0.7, 0.3, 0.1]])
    return circuit(
        populations={"p": population(unit, 3)},
        connections=[connectivity(f"p/op/{source}", "p/op/u", np.full((3, 3), 0.1), delays=delays)],
    )


def vectors() -> CircuitTemplate:
    equations = ["x' = -past(x, 0.3) + 0.1*total", "total = vsum(past(x*x, 0.2))"]
    return single(equations, x="output(0.5,3)", total="variable(0.0)")


@pytest.mark.parametrize(
    "model",
    [beside_a_chain(), complex_units("x"), complex_units("w"), vectors()],
    ids=["a delay beside a chain", "complex states", "complex computed variables", "vectors"],
)
def test_variables_of_all_kinds_are_read_late_in_two_runs(model: CircuitTemplate) -> None:
    wanted = run(model, backend="numpy", solver="dopri5")
    found = run(model)
    assert np.abs(found.to_numpy() - wanted.to_numpy()).max() < CLOSE
    wanted, found = run(model, backend="numpy", solver="dopri5", state=wanted), run(model, state=found)
    assert np.abs(found.to_numpy() - wanted.to_numpy()).max() < CLOSE


@pytest.mark.parametrize("first", [0.2, 1.1])
@pytest.mark.parametrize("history", [None, {"p/op/x": math.cos}])
@pytest.mark.parametrize("short", [0.3, 0.0])
def test_a_run_goes_on_from_the_end_of_another(first: float, history: Any, short: float) -> None:
    equations = ["x' = -past(x, a) + past(z, b) - past(x, c)", "z = x + past(x, b)"]
    model = single(equations, x="output(1.0)", z="variable(0.0)", a=0.77, b=0.45, c=short)
    whole = run(model, history=history, outputs=["p/op/x", "p/op/z"])
    begun = run(model, history=history, outputs=["p/op/x", "p/op/z"], simulation_time=first)
    ended = run(model, state=begun, outputs=["p/op/x", "p/op/z"], simulation_time=2.0 - first)
    found = np.concatenate([begun.to_numpy(), ended.to_numpy()])
    # the past that is handed on is a polynomial of degree 7 on each step
    assert np.abs(found - whole.to_numpy()).max() < 1e-7


def test_computed_variables_of_the_past_are_handed_on_where_steps_are_longer_than_delays() -> None:
    model = single(
        ["x' = -past(z, a)", "z = x + 10*(past(x, b) - x)"], x="output(1.0)", z="variable(0.0)", a=0.5, b=0.002
    )
    given = {"history": {"p/op/x": math.cos}, "outputs": ["p/op/z"], "rtol": 1e-6, "atol": 1e-9}
    whole = run(model, **given)
    begun = run(model, simulation_time=1.0, **given)
    ended = run(model, simulation_time=1.0, state=begun, outputs=["p/op/z"], **TIGHT)
    found = np.concatenate([begun.to_numpy(), ended.to_numpy()])
    assert np.abs(found - whole.to_numpy()).max() < 1e-5


def test_what_was_changed_for_a_second_run_does_not_change_the_past() -> None:
    model = single(["x' = past(z, 1.0)", "z = k"], x="output(0.0)", z="variable(0.0)", k=1.0)
    compiled = model.compile(backend="julia", solver="diffeq", step_size=0.1, outputs=["p/op/x"], **TIGHT)
    first = compiled.run(simulation_time=2.0, verbose=False)
    second = compiled.run(simulation_time=2.0, parameters={"p/op/k": -3.0}, state=first, verbose=False)
    t = second.index.to_numpy() - 2.0
    assert second.iloc[:, 0].to_numpy() == pytest.approx(np.where(t < 1.0, 2.0 + t, 3.0 - 3.0 * (t - 1.0)), abs=1e-12)


def test_what_was_fed_to_a_first_run_stays_in_the_past() -> None:
    model = single(["x' = past(z, 0.5)", "z = 2*u"], x="output(0.0)", z="variable(0.0)", u="input(0.0)")
    fed = (np.ones(12), np.full(12, 5.0))
    first = run(model, inputs={"p/op/u": fed[0]}, simulation_time=1.0)
    second = run(model, inputs={"p/op/u": fed[1]}, simulation_time=1.0, state=first)
    # 2 until half a unit behind t = 1, then 10
    t = second.index.to_numpy()
    assert second.iloc[:, 0].to_numpy() == pytest.approx(2 * t + 8 * np.maximum(t - 1.5, 0.0), abs=1e-11)


def test_rows_and_steps_do_not_depend_on_how_many_come_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(network(), step_size=0.01)
    monkeypatch.setattr(steps, "ROOM", 7)
    monkeypatch.setattr(steps, "SECONDS", 0.0)
    monkeypatch.setattr(delayed, "ROOM", 1)
    parts = run(network(), step_size=0.01)
    assert len(whole) == 200
    assert np.array_equal(whole.to_numpy(), parts.to_numpy())


def called(monkeypatch: pytest.MonkeyPatch) -> dict[str, Function | int]:
    """Return what becomes a record of the functions that are given to Julia, by what they are for."""
    seen: dict[str, Function | int] = {}
    original = JuliaEquations.function

    def function(self: JuliaEquations, julia: process.Julia, key: str) -> Function | int:
        seen[key] = original(self, julia, key)
        return seen[key]

    monkeypatch.setattr(JuliaEquations, "function", function)
    return seen


def test_the_functions_of_the_module_that_take_h_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = called(monkeypatch)
    model = single("x' = -1000*(x - cos(t)) + past(x, tau) - 2*sin(t)", x="output(1.0)", tau=math.pi / 2)
    frame = run(model, method="Rodas5", history={"p/op/x": math.cos})
    assert [getattr(seen[key], "name", seen[key]) for key in ("f", "jacobian")] == ["f!", "jac!"]
    assert np.abs(frame.iloc[:, 0].to_numpy() - np.cos(frame.index)).max() < CLOSE


def test_a_module_without_such_a_function_is_given_the_past_as_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = called(monkeypatch)
    model = single(["x' = past(z, tau)", "z = 2*t + x - x"], x="output(1.0)", z="variable(0.0)", tau=0.5)
    frame = run(model, method="Rodas5")
    assert (seen["f"], seen["jacobian"]) == (0, 0)
    t = frame.index.to_numpy()
    assert np.abs(frame.iloc[:, 0].to_numpy() - (1 + np.maximum(t - 0.5, 0.0) ** 2)).max() < CLOSE


def test_what_a_past_raises_is_raised() -> None:
    def before(t: float) -> float:
        return 1.0 if t > -0.5 else 1.0 / (t - t)

    with pytest.raises(ArgumentError) as raised:
        run(single("x' = past(x, 1.0)", x="output(1.0)"), history={"p/op/x": before})
    assert str(raised.value) == (
        "history of 'p/op/x': its function raises ZeroDivisionError at t = -1: float division by zero"
    )


def test_computed_variables_that_depend_on_their_own_past_are_refused() -> None:
    model = single(["x' = z - x", "z = 0.5*past(z, 0.2) + x"], x="output(0.4)", z="variable(0.0)")
    with pytest.raises(UnsupportedFeatureError) as raised:
        run(model, history={"p/op/z": 0.3})
    assert str(raised.value) == (
        "The solver 'diffeq' does not run models in which a computed variable depends on its own past without a state "
        "between, as 'p/op/z' does: what it was is computed from states. Take solver='dopri5' or 'scipy', which store "
        "it, or make it a state."
    )


def test_a_solution_that_becomes_infinite_is_an_error_that_keeps_what_was_before() -> None:
    said = said_at_a_pole("x' = x^2 + 0*past(x, 5.0)")
    assert said.startswith(
        "Method 'Tsit5' of solver 'diffeq' failed at t = 1: DelayDiffEq says 'no step is small enough'."
    )


def test_too_many_steps_are_an_error() -> None:
    said = said_of_steps("x' = -past(x, 0.5)")
    assert said.startswith("Solver 'diffeq' took max_steps=50 steps to t = 0.5.")


def test_without_the_package_for_delays_only_models_with_delays_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(STANDIN / "OrdinaryDiffEq.jl", tmp_path)
    monkeypatch.setenv("JULIA_LOAD_PATH", os.pathsep.join(["@stdlib", str(tmp_path)]))
    process._end()
    try:
        with pytest.raises(PluginError) as raised:
            run(single("x' = -past(x, 0.5)", x="output(1.0)"))
        frame = run(single("x' = -x", x="output(1.0)"))
    finally:
        process._end()
    found = probe.command()
    assert found is not None
    assert str(raised.value) == (
        "The solver 'diffeq' cannot run a model with delays: the package DelayDiffEq of DifferentialEquations.jl is "
        f"not installed for '{found[0]}'. Install it there: using Pkg; Pkg.add(\"DelayDiffEq\")"
    )
    assert np.abs(frame.iloc[:, 0].to_numpy() - np.exp(-frame.index)).max() < CLOSE
