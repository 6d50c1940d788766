"""Models of the library against the reference numbers of the project."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rates_core import CircuitTemplate

Loader = Callable[[str], CircuitTemplate]
REFERENCE = Path(__file__).parents[3] / "tests" / "reference" / "simulation.json"
CASES = {case["id"]: case for case in json.loads(REFERENCE.read_text(encoding="utf-8"))}
ADAPTIVE = {"solver": "scipy", "method": "DOP853", "rtol": 1e-10, "atol": 1e-12}
ADAPTIVE_CASES = [
    "jansen_rit_three_populations",
    "jansen_rit_one_operator",
    "qif_rest",
    "qif_sfa",
    "theta_complex",
    "kuramoto_single",
]


def expected(case: dict[str, Any], path: str) -> complex:
    return complex(case["expected"][path])


@pytest.mark.parametrize("name", ADAPTIVE_CASES)
def test_an_adaptive_run_from_the_defaults_meets_the_reference(name: str, circuit_of: Loader) -> None:
    case = CASES[name]
    frame = circuit_of(case["model"]).run(
        simulation_time=case["t"] + 0.01,
        step_size=0.01,
        outputs={path: path for path in case["expected"]},
        backend="numpy",
        verbose=False,
        **ADAPTIVE,
    )
    assert frame.index[-1] == pytest.approx(case["t"])
    for path in case["expected"]:
        assert abs(frame[path].iloc[-1] - expected(case, path)) <= case["atol"], path


@pytest.mark.parametrize("solver", ["euler", "heun", "rk4"])
def test_a_single_oscillator_turns_alike_under_every_method(solver: str, circuit_of: Loader) -> None:
    case = CASES["kuramoto_single"]
    frame = circuit_of(case["model"]).run(
        1.001, 1e-3, outputs={"theta": "p/phase_op/theta"}, solver=solver, backend="numpy", verbose=False
    )
    assert abs(frame["theta"].iloc[-1] - expected(case, "p/phase_op/theta")) <= case["atol"]


def test_the_driven_population_is_in_its_active_state(circuit_of: Loader) -> None:
    case = CASES["qif_driven_euler"]
    drive = np.zeros(80_000)
    drive[30_000:50_000] = 5.0
    frame = circuit_of(case["model"]).run(
        simulation_time=50.0,
        step_size=1e-3,
        inputs={"p/qif_op/I_ext": drive},
        outputs={path: path for path in case["expected"]},
        solver="euler",
        backend="numpy",
        verbose=False,
    )
    for path in case["expected"]:
        assert abs(frame[path].iloc[-1] - expected(case, path)) <= case["atol"], path


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("van_der_pol", {"step_size": 0.01, **ADAPTIVE}),
        ("van_der_pol_heun", {"step_size": 1e-3, "solver": "heun"}),
    ],
)
def test_the_van_der_pol_oscillator_meets_the_reference(name: str, run: dict[str, Any], circuit_of: Loader) -> None:
    case = CASES[name]
    circuit = circuit_of("model_templates.oscillators.vanderpol.vdp")
    circuit.update_var(node_vars={f"p/vdp_op/{key}": v for key, v in {**case["parameters"], **case["initial"]}.items()})
    outputs = {symbol: f"p/vdp_op/{symbol}" for symbol in "xz"}
    frame = circuit.run(
        simulation_time=case["t"] + run["step_size"], outputs=outputs, backend="numpy", verbose=False, **run
    )
    for symbol in "xz":
        assert abs(frame[symbol].iloc[-1] - expected(case, symbol)) <= case["atol"], symbol


@pytest.mark.parametrize(
    ("name", "model", "states"),
    [
        ("jacobian_qif", "model_templates.neural_mass_models.qif.qif", ["p/qif_op/r", "p/qif_op/v"]),
        ("jacobian_van_der_pol", "model_templates.oscillators.vanderpol.vdp", ["p/vdp_op/x", "p/vdp_op/z"]),
    ],
)
def test_the_jacobian_at_the_initial_state_meets_the_reference(
    name: str, model: str, states: list[str], circuit_of: Loader
) -> None:
    case = CASES[name]
    circuit = circuit_of(model)
    assert [circuit.get_var(path) for path in states] == [case["at"][path.rpartition("/")[2]] for path in states]
    func, args = circuit.get_jacobian_func("jacobian", step_size=1e-3, backend="numpy")
    # written out by hand the largest entry has four rounded operations
    np.testing.assert_allclose(func(*args), case["expected"], rtol=1e-14)
