"""Embedded pairs run in native code: the same steps as core takes with NumPy, and the same refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rates_core import (
    CircuitTemplate,
    NodeTemplate,
    NonFiniteError,
    OperatorTemplate,
    PopulationTemplate,
    SimulationError,
)

MODELS = ["oscillators.vanderpol.vdp", "neural_mass_models.qif.qif_sfa", "oscillators.stuartlandau.sl"]


def model(*equations: str, **variables: Any) -> CircuitTemplate:
    return CircuitTemplate("one", {"p": NodeTemplate("n", [OperatorTemplate("op", list(equations), variables)])})


def both(circuit: CircuitTemplate, **settings: Any) -> list[np.ndarray]:
    settings = {"verbose": False, "step_size": 1e-2, **settings}
    return [circuit.run(backend=name, **settings).to_numpy() for name in ("numba", "numpy")]


@pytest.mark.parametrize("solver", ["dopri5", "bosh3"])
@pytest.mark.parametrize("name", MODELS)
def test_a_model_goes_where_it_goes_with_numpy(name: str, solver: str) -> None:
    circuit = CircuitTemplate.from_yaml("model_templates." + name)
    native, plain = both(circuit, simulation_time=10.0, solver=solver, rtol=1e-8, atol=1e-10)
    # rounding changes steps by as little as itself, which tolerances bound
    assert np.allclose(native, plain, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("solver", ["dopri5", "bosh3"])
def test_a_linear_system_is_solved_to_its_tolerance(solver: str) -> None:
    circuit = model("x' = -x + cos(t)", x="output(0.0)")
    result = circuit.run(5.0, 0.1, solver=solver, backend="numba", rtol=1e-10, atol=1e-12, verbose=False)
    t = result.index.to_numpy()
    assert np.allclose(result.iloc[:, 0], (np.cos(t) + np.sin(t) - np.exp(-t)) / 2, rtol=0, atol=1e-8)


def test_inputs_are_linear_between_samples_and_their_jumps_are_stepped_on() -> None:
    circuit = model("x' = -x + u", x="output(0.0)", u="input(0.0)")
    pulse = np.where((np.arange(501) >= 100) & (np.arange(501) < 300), 2.0, 0.0)
    native, plain = both(circuit, simulation_time=5.0, solver="dopri5", inputs={"p/op/u": pulse})
    assert np.allclose(native, plain, rtol=1e-10, atol=1e-13)


def test_units_have_inputs_of_their_own() -> None:
    node = NodeTemplate("n", [OperatorTemplate("op", "x' = -x + u", {"x": "output(0.0)", "u": "input(0.0)"})])
    circuit = CircuitTemplate("units", populations={"p": PopulationTemplate("p", node, 3)})
    columns = np.where(np.arange(301)[:, None] < 100, [1.0, 2.0, 3.0], [0.5, -1.0, 0.0])
    native, plain = both(circuit, simulation_time=3.0, solver="dopri5", inputs={"p/op/u": columns})
    assert np.allclose(native, plain, rtol=1e-10, atol=1e-13)


def test_an_input_that_is_a_function_is_followed_too() -> None:
    circuit = model("x' = -x + u", x="output(0.0)", u="input(0.0)")
    native, plain = both(circuit, simulation_time=3.0, solver="dopri5", inputs={"p/op/u": np.sin})
    assert np.allclose(native, plain, rtol=1e-10, atol=1e-13)


def test_a_run_goes_on_with_its_step() -> None:
    circuit = model("x' = y", "y' = (1 - x^2)*y - x", x="output(1.0)", y="variable(0.0)")
    compiled = circuit.compile(backend="numba", solver="dopri5", simulation_time=4.0, step_size=0.1)
    first = compiled.run(simulation_time=2.0)
    rest = compiled.run(simulation_time=2.0, state=first)
    assert np.allclose(np.concatenate([first, rest]), compiled.run(), rtol=1e-5, atol=1e-8)


def refusal(backend: str, circuit: CircuitTemplate, kind: type[Exception], **settings: Any) -> tuple[str, int]:
    settings = {"simulation_time": 3.0, "step_size": 0.1, "solver": "dopri5", "verbose": False, **settings}
    with pytest.raises(kind) as caught:
        circuit.run(backend=backend, **settings)
    result = caught.value.result  # type: ignore[attr-defined]
    assert np.isfinite(result.to_numpy()).all()
    return str(caught.value), len(result)


def test_a_solution_that_becomes_infinite_stops_where_it_does_with_numpy() -> None:
    circuit = model("x' = x^2", x="output(1.0)")  # x = 1/(1 - t)
    native, plain = (refusal(name, circuit, SimulationError) for name in ("numba", "numpy"))
    assert native[0].partition("t = ")[0] == plain[0].partition("t = ")[0]
    assert abs(float(native[0].partition("t = ")[2].partition(":")[0]) - 1.0) < 1e-3
    assert native[1] in (10, 11)  # whether the row at 1 is reached is a matter of rounding


@pytest.mark.parametrize(
    ("equations", "kind"),
    [
        (["x' = sqrt(1.05 - t)"], SimulationError),
        (["x' = log(x - 1.05)"], SimulationError),
        (["x' = -1", "z = log(x)"], NonFiniteError),
    ],
)
def test_what_becomes_undefined_is_said_as_with_numpy(equations: list[str], kind: type[Exception]) -> None:
    variables = {"x": "output(1.05)"} | ({"z": "variable"} if len(equations) > 1 else {})
    outputs = {"outputs": ["p/op/x", "p/op/z"]} if len(equations) > 1 else {}
    circuit = model(*equations, **variables)
    native, plain = (refusal(name, circuit, kind, **outputs) for name in ("numba", "numpy"))
    assert native == plain


def test_too_many_steps_are_said_as_with_numpy() -> None:
    circuit = model("x' = -x", x="output(1.0)")
    native, plain = (refusal(name, circuit, SimulationError, max_steps=4, max_step=0.1) for name in ("numba", "numpy"))
    assert native == plain
    assert native[0].startswith("Solver 'dopri5' took max_steps=4 steps to t = ")
