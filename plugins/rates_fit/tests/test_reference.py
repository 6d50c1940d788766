"""Five delay-coupled units at their full length, from fixed random starts; and delays that are learned."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from rates_fit import LBFGS, FitResult, LevenbergMarquardt, fit

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

UNITS, H, STEPS = 5, 1e-3, 30_000
TAU, COUPLING = "p/li_op/tau", "p/li_op/k"
STARTS = np.random.default_rng(7).uniform(0.1, 10, (20, 2))
OUTPUTS = {"u": "p/li_op/u"}
INPUTS = {"p/li_op/I_ext": 0.1 * np.sin(2 * np.pi * 0.2 * np.arange(STEPS) * H)}
#: How each fitter begins, and what it may take in all: iterations, or gradients.
FITTERS = {"iterations": (LevenbergMarquardt(), [5.0], 12), "gradients": (LBFGS(), [3.0], 25)}


@pytest.fixture(scope="module")
def circuit() -> CircuitTemplate:
    rng = np.random.default_rng(20)
    weights, delays = rng.uniform(-1, 1, (UNITS, UNITS)), rng.choice([1.0, 3.0], (UNITS, UNITS))
    unit = OperatorTemplate("li_op", ["u' = -u/tau + k*r_in + I_ext", "r = tanh(u)"], {
        "u": "variable(0.0)", "r": "output", "tau": 2.0, "k": 1.0, "r_in": "input", "I_ext": "input",
    })  # fmt: skip
    return CircuitTemplate(
        "delay_coupled",
        populations={"p": PopulationTemplate("p", NodeTemplate("li", [unit]), UNITS)},
        connections=[Connectivity("p/li_op/r", "p/li_op/r_in", weights, delays=delays, spread=0.3 * delays)],
    )


@pytest.fixture(scope="module")
def data(circuit: CircuitTemplate) -> pd.DataFrame:
    model = circuit.compile(backend="numba", step_size=H, inputs=INPUTS, outputs=OUTPUTS)
    return model.run(simulation_time=STEPS * H, sampling_step_size=0.1)


def found_from(start: np.ndarray, kind: str, circuit: CircuitTemplate, data: pd.DataFrame) -> FitResult:
    fitter, horizons, _ = FITTERS[kind]
    return fit(
        circuit, data, {TAU: "positive", COUPLING: "positive"}, outputs=OUTPUTS, inputs=INPUTS, step_size=H,
        start={TAU: start[0], COUPLING: start[1]}, fitter=fitter, horizons=horizons, backend="numba",
    )  # fmt: skip


def is_right(found: FitResult, kind: str) -> bool:
    error = max(abs(found[TAU] / 2.0 - 1), abs(found[COUPLING] - 1))
    print(f"{kind}: error {error:.1e}, {found.iterations} iterations, {found.gradients} gradients")
    return error < 1e-5 and getattr(found, kind) <= FITTERS[kind][2]


@pytest.mark.parametrize("kind", FITTERS)
def test_both_parameters_are_found_at_full_length(kind: str, circuit: CircuitTemplate, data: pd.DataFrame) -> None:
    assert is_right(found_from(STARTS[0], kind, circuit, data), kind)


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", FITTERS)
def test_they_are_found_from_nearly_all_starts(kind: str, circuit: CircuitTemplate, data: pd.DataFrame) -> None:
    assert sum(is_right(found_from(start, kind, circuit, data), kind) for start in STARTS) >= 19


def test_delays_are_learned() -> None:
    step, steps = 0.02, 400
    op = OperatorTemplate("op", "x' = (tanh(s) - x + u)/tau", {
        "x": "output(0.1)", "s": "input(0.0)", "u": "input(0.0)", "tau": 0.7,
    })  # fmt: skip
    node = NodeTemplate("n", [op])
    there, back = "a/op/x->b/op/s/delay", "b/op/x->a/op/s/delay"
    two = CircuitTemplate("two", nodes={"a": node, "b": node}, edges=[
        ("a/op/x", "b/op/s", None, {"weight": 1.5, "delay": 0.8}),
        ("b/op/x", "a/op/s", None, {"weight": -2.0, "delay": 1.2}),
    ])  # fmt: skip
    times = np.arange(steps) * step
    inputs = {"a/op/u": np.sin(1.3 * times) + 0.5 * np.sin(3.1 * times)}
    model = two.compile(backend="numpy", solver="heun", step_size=step, inputs=inputs)
    seen = model.run(parameters={there: 1.7, back: 0.6}, simulation_time=steps * step).iloc[::10]
    ranges = {there: (0.05, 4.0), back: (0.05, 4.0)}
    found = fit(two, seen, ranges, inputs=inputs, solver="heun", step_size=step, backend="numpy")
    np.testing.assert_allclose([found[there], found[back]], [1.7, 0.6], rtol=1e-8)
    assert found.evaluations <= 9
