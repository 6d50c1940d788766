"""Embedded pairs with delays run in native code: they read and extend the past that core's own loop would keep."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import pytest
from rates_core.simulation import accepted

from rates_core import (
    CircuitTemplate,
    Connectivity,
    NodeTemplate,
    NonFiniteError,
    OperatorTemplate,
    PopulationTemplate,
)

STRICT = {"rtol": 1e-10, "atol": 1e-12}
SOLVERS = ["dopri5", pytest.param("dop853", marks=pytest.mark.exhaustive)]


def compiled(*equations: str, solver: str = "dopri5", backend: str = "numba", **more: Any) -> Any:
    variables = {"x": "output(1.0)", **more.pop("variables", {})}
    circuit = CircuitTemplate("one", {"p": NodeTemplate("n", [OperatorTemplate("op", list(equations), variables)])})
    return circuit.compile(backend=backend, solver=solver, **{"step_size": 0.01, "outputs": {"x": "p/op/x"}, **more})


def network(backend: str, **more: Any) -> Any:
    """Return seven units of which each hears each, after a time of its own."""
    node = NodeTemplate("n", [OperatorTemplate("op", "x' = -x + tanh(u)", {"x": "output", "u": "input(0.0)"})])
    numbers = np.arange(49.0).reshape(7, 7)
    return CircuitTemplate(
        "net",
        populations={"p": PopulationTemplate("p", node, 7, {"op/x": np.linspace(-1.0, 2.0, 7)})},
        connections=[
            Connectivity("p/op/x", "p/op/u", 2.0 * np.sin(numbers), delays=0.3 + 0.02 * np.mod(7 * numbers, 23))
        ],
    ).compile(backend=backend, solver="dopri5", step_size=0.05, outputs={"x": "all/op/x"}, **more)


@pytest.fixture
def _native_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no run fall back on core's loop."""

    def native(run: Any, history: Any) -> Any:
        loop = accepted_native(run, history)
        assert loop is not None
        return loop

    accepted_native = accepted.native_pair
    monkeypatch.setattr(accepted, "native_pair", native)


def steps_back(t: np.ndarray, delay: float) -> np.ndarray:
    """Return the solution of x' = -x(t - d) that was 1: a sum of (-1)^k (t - (k - 1) d)^k/k!."""
    terms = range(int(t.max() / delay) + 2)
    return sum((-1) ** k * np.maximum(t - (k - 1) * delay, 0.0) ** k / math.factorial(k) for k in terms)


@pytest.mark.usefixtures("_native_only")
@pytest.mark.parametrize("solver", SOLVERS)
def test_a_linear_delay_equation_follows_the_method_of_steps(solver: str) -> None:
    frame = compiled("x' = -past(x, 0.1)", solver=solver, simulation_time=0.8, **STRICT).run()
    assert frame["x"].to_numpy() == pytest.approx(steps_back(frame.index.to_numpy(), 0.1), abs=1e-9)


@pytest.mark.usefixtures("_native_only")
def test_the_past_is_kept_over_many_more_steps_than_there_was_room_for() -> None:
    model = compiled("x' = -past(x, 0.1)", simulation_time=0.8, max_step=1e-4, **STRICT)
    frame = model.run()
    assert frame["x"].to_numpy() == pytest.approx(steps_back(frame.index.to_numpy(), 0.1), abs=1e-9)


@pytest.mark.usefixtures("_native_only")
def test_a_complex_state_has_a_past() -> None:
    frame = compiled(
        "x' = 2.0*I*past(x, 0.25)", variables={"x": "output(1.0+0.0j)"}, simulation_time=0.5, **STRICT
    ).run()
    t = frame.index.to_numpy()
    late = np.maximum(t - 0.25, 0.0)
    assert frame["x"].to_numpy() == pytest.approx(1 + 2j * t - 4 * late**2 / 2, abs=1e-9)


@pytest.mark.usefixtures("_native_only")
@pytest.mark.parametrize("solver", SOLVERS)
def test_a_variable_that_needs_its_own_past_is_stored(solver: str) -> None:
    # w doubles every 0.2, from what it was before the start: x' is 2, then 4, then 8
    model = compiled(
        "w = 2*past(w, 0.2)", "x' = w", solver=solver, simulation_time=0.6, variables={"w": "variable(0.0)"}, **STRICT
    )
    frame = model.run(history={"p/op/w": 1.0})
    t = frame.index.to_numpy()
    exact = 1 + 2 * np.minimum(t, 0.2) + 4 * np.clip(t - 0.2, 0, 0.2) + 8 * np.maximum(t - 0.4, 0)
    assert frame["x"].to_numpy() == pytest.approx(exact, abs=1e-9)


@pytest.mark.usefixtures("_native_only")
def test_an_input_acts_beside_the_past() -> None:
    # x' = u - x(t - 0.5) with u = t, which is linear between samples; x was 1
    fed = {"p/op/u": 0.01 * np.arange(102)}
    model = compiled("x' = u - past(x, 0.5)", simulation_time=1.0, variables={"u": "input(0.0)"}, inputs=fed, **STRICT)
    frame = model.run()
    t = frame.index.to_numpy()
    late = np.maximum(t - 0.5, 0.0)
    exact = 1 - t + t**2 / 2 + late**2 / 2 - late**3 / 6
    assert frame["x"].to_numpy() == pytest.approx(exact, abs=1e-9)


@pytest.mark.usefixtures("_native_only")
def test_connections_with_a_delay_each_give_what_they_give_with_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    native = network("numba", simulation_time=6.0, **STRICT).run().to_numpy()
    monkeypatch.undo()
    plain = network("numpy", simulation_time=6.0, **STRICT).run().to_numpy()
    assert native == pytest.approx(plain, rel=1e-9, abs=1e-10)


@pytest.mark.usefixtures("_native_only")
def test_a_run_goes_on_from_the_past_of_another() -> None:
    model = compiled("x' = 1 - past(x, 0.37)*(1 + x^2)", simulation_time=2.0, **STRICT)
    long, first = model.run(), model.run(simulation_time=1.0)
    second = model.run(simulation_time=1.0, state=first)
    again = model.run(simulation_time=1.0, state=first)
    assert np.concatenate([first["x"], second["x"]]) == pytest.approx(long["x"].to_numpy(), abs=1e-8)
    np.testing.assert_array_equal(again, second)


def test_a_past_that_is_a_function_is_followed_too() -> None:
    model = compiled("x' = -past(x, tau)", variables={"tau": math.pi / 2}, simulation_time=6.0, **STRICT)
    first = model.run(history=math.cos)
    second = model.run(simulation_time=4.0, state=first)  # when nothing reads what was before the start
    assert first["x"].to_numpy() == pytest.approx(np.cos(first.index.to_numpy()), abs=1e-8)
    assert second["x"].to_numpy() == pytest.approx(np.cos(second.index.to_numpy()), abs=1e-8)


@pytest.mark.usefixtures("_native_only")
def test_a_computed_variable_jumps_where_it_jumps() -> None:
    # z jumps when x = 2 - t passes 0.9, which is no time that is known before
    model = compiled(
        "z = heaviside(x - 0.9)", "x' = -1.0", "y' = past(z, 0.5)", simulation_time=2.0, outputs={"y": "p/op/y"},
        variables={"x": "variable(2.0)", "z": "variable(0.0)", "y": "output(0.0)"}, **STRICT,
    )  # fmt: skip
    frame = model.run()
    t = frame.index.to_numpy()
    assert frame["y"].to_numpy() == pytest.approx(np.minimum(t, 1.6), abs=5e-8)


@pytest.mark.usefixtures("_native_only")
def test_a_step_is_divided_where_a_computed_variable_is_steep(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for backend in ("numba", "numpy"):
        model = compiled(
            "z = sigmoid(200*(x - 0.9))", "x' = -1.0", "y' = past(z, 0.5)", simulation_time=2.0, backend=backend,
            outputs={"y": "p/op/y"}, variables={"x": "variable(2.0)", "z": "variable(0.0)", "y": "output(0.0)"},
            **STRICT,
        )  # fmt: skip
        found.append(model.run()["y"].to_numpy())
        monkeypatch.undo()
    t = np.arange(200) * 0.01
    exact = t - (np.logaddexp(0.0, 200 * (t - 0.5 - 1.1)) - np.logaddexp(0.0, -200 * 1.1)) / 200
    np.testing.assert_allclose(found[0], exact, rtol=0, atol=5e-9)
    np.testing.assert_allclose(found[0], found[1], rtol=0, atol=1e-12)


def test_a_past_that_grows_without_bound_ends_the_run_as_with_numpy() -> None:
    said = []
    for backend in ("numba", "numpy"):
        model = compiled("x' = past(x, 0.1)^4", backend=backend, simulation_time=5.0)
        with pytest.raises(NonFiniteError) as caught:
            model.run()
        said.append((str(caught.value), len(caught.value.result)))
    assert said[0] == said[1]


def test_python_is_not_called_more_often_for_more_steps() -> None:
    def calls(step: float) -> int:
        model = compiled("x' = -past(x, 0.5)", simulation_time=5.0, sampling_step_size=1.0, max_step=step)
        model.run()
        count = 0

        def profiled(frame: Any, event: str, argument: Any) -> None:
            nonlocal count
            count += event == "call"

        sys.setprofile(profiled)
        try:
            model.run()
        finally:
            sys.setprofile(None)
        return count

    # the past is given new room a few times more, but 90 times as many steps are taken
    assert calls(1e-4) < 3 * calls(1e-2)
