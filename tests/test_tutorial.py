"""The tutorial of examples/tutorial.py, step by step, against numbers that do not come from rates."""

from __future__ import annotations

import json
from itertools import pairwise
from math import pi
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import solve_ivp

from rates_core import CircuitTemplate, integrate

MODEL = "model_templates.neural_mass_models.qif.qif"
REFERENCE = json.loads((Path(__file__).parent / "reference" / "simulation.json").read_text(encoding="utf-8"))
DURATION = 80.0
STEP = 1e-3
SAMPLING = 1e-2
OUTPUTS = {"r": "p/qif_op/r"}
START = (0.01, -2.0)


def reference(name: str) -> dict:
    """Return the entry of the reference with this id."""
    (entry,) = [entry for entry in REFERENCE if entry["id"] == name]
    return entry


def vector_field(r: float, v: float, eta: float, current: float) -> tuple[float, float]:
    """Return the derivatives of the QIF mean field (Montbrió, Pazó & Roxin 2015, eq. 12) for Δ = 1, J = 15, τ = 1."""
    return 1.0 / pi + 2.0 * r * v, v * v + eta + current + 15.0 * r - (pi * r) ** 2


def inhibition() -> np.ndarray:
    """Return -3 from t = 20 to 60 on the grid of steps."""
    time = np.arange(round(DURATION / STEP)) * STEP
    return np.where((time >= 20.0) & (time < 60.0), -3.0, 0.0)


def exact(eta: float, signal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integrate the driven vector field between its jumps to 1e-12: times on the sampling grid and firing rates."""
    grid = np.arange(len(signal)) * STEP
    jumps = grid[np.flatnonzero(np.diff(signal))]
    corners = [0.0, *sorted({*jumps, *(jumps + STEP)}), DURATION]
    times = np.arange(round(DURATION / SAMPLING)) * SAMPLING
    rates, state = np.empty_like(times), np.array(START)
    for start, end in pairwise(corners):
        part = solve_ivp(
            lambda t, y: vector_field(*y, eta, np.interp(t, grid, signal)),
            (start, end),
            state,
            method="DOP853",
            rtol=1e-12,
            atol=1e-14,
            dense_output=True,
        )
        inside = (times >= start) & (times <= end)
        rates[inside] = part.sol(times[inside])[0]
        state = part.y[:, -1]
    return times, rates


def excitable() -> CircuitTemplate:
    return CircuitTemplate.from_yaml(MODEL).update_var(node_vars={"p/qif_op/eta": -2.0})


@pytest.fixture(scope="module")
def inhibited() -> tuple[np.ndarray, np.ndarray]:
    return exact(-2.0, inhibition())


def test_the_model_runs_from_its_name_in_one_call() -> None:
    result = integrate(
        MODEL, simulation_time=DURATION, step_size=STEP, sampling_step_size=SAMPLING, outputs=OUTPUTS, clear=True
    )
    expected = reference("qif_rest")
    assert isinstance(result, pd.DataFrame)
    assert list(result.columns) == ["r"]
    np.testing.assert_allclose(result.index, np.arange(8000) * SAMPLING, rtol=1e-12)
    assert result["r"].iloc[0] == START[0]
    # At rest a fixed point does not depend on the step, so Euler's row equals the adaptive reference.
    assert result["r"].iloc[2999] == pytest.approx(expected["expected"]["p/qif_op/r"], abs=expected["atol"])


def test_an_input_array_under_euler_gives_the_published_row() -> None:
    signal = np.zeros(80_000)
    signal[30_000:50_000] = 5.0
    result = CircuitTemplate.from_yaml(MODEL).run(
        simulation_time=DURATION,
        step_size=STEP,
        inputs={"p/qif_op/I_ext": signal},
        outputs={"r": "p/qif_op/r", "v": "p/qif_op/v"},
    )
    expected = reference("qif_driven_euler")
    row = result.iloc[round(expected["t"] / STEP)]
    assert row["r"] == pytest.approx(expected["expected"]["p/qif_op/r"], abs=expected["atol"])
    assert row["v"] == pytest.approx(expected["expected"]["p/qif_op/v"], abs=expected["atol"])


def test_a_changed_parameter_changes_the_run() -> None:
    result = excitable().run(simulation_time=DURATION, step_size=STEP, sampling_step_size=SAMPLING, outputs=OUTPUTS)
    r, v = START
    for _ in range(round(40.0 / STEP)):
        dr, dv = vector_field(r, v, -2.0, 0.0)
        r, v = r + STEP * dr, v + STEP * dv
    # The same Euler steps in another order of operations: rounding, 40 000 times, into a focus that forgets it.
    assert result["r"].iloc[4000] == pytest.approx(r, abs=1e-11)


def test_heun_with_an_input_takes_heuns_steps() -> None:
    signal = inhibition()
    result = excitable().run(
        simulation_time=DURATION,
        step_size=STEP,
        sampling_step_size=SAMPLING,
        inputs={"p/qif_op/I_ext": signal},
        outputs=OUTPUTS,
        solver="heun",
    )
    r, v = START
    expected = [r]
    for now, then in zip(signal, [*signal[1:], signal[-1]], strict=True):
        dr, dv = vector_field(r, v, -2.0, now)
        er, ev = vector_field(r + STEP * dr, v + STEP * dv, -2.0, then)
        r, v = r + STEP * (dr + er) / 2, v + STEP * (dv + ev) / 2
        expected.append(r)
    np.testing.assert_allclose(result["r"], expected[:-1][::10], rtol=0, atol=1e-11)


def test_scipy_with_an_input_follows_the_exact_solution(inhibited: tuple[np.ndarray, np.ndarray]) -> None:
    result = excitable().run(
        simulation_time=DURATION,
        step_size=STEP,
        sampling_step_size=SAMPLING,
        inputs={"p/qif_op/I_ext": inhibition()},
        outputs=OUTPUTS,
        solver="scipy",
        method="RK23",
    )
    times, rates = inhibited
    np.testing.assert_allclose(result.index, times, rtol=1e-12)
    # rtol 1e-6 bounds the error of a step; over the transient it adds up to some tens of that, into a stable focus.
    np.testing.assert_allclose(result["r"], rates, rtol=0, atol=1e-4)


def test_a_generated_file_is_plain_python_that_any_solver_can_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inhibited: tuple[np.ndarray, np.ndarray]
) -> None:
    monkeypatch.chdir(tmp_path)
    func, args = excitable().get_run_func(
        func_name="f",
        file_name="qif_eval",
        step_size=STEP,
        inputs={"p/qif_op/I_ext": inhibition()},
        backend="default",
        solver="scipy",
    )
    text = (tmp_path / "qif_eval.py").read_text(encoding="utf-8")
    assert "def f(" in text
    assert "rates_core" not in text
    t0, y0, *func_args = args
    times, rates = inhibited
    solution = solve_ivp(func, (t0, DURATION), y0, args=func_args, max_step=0.05, rtol=1e-8, atol=1e-10, t_eval=times)
    # Unlike a run, plain solve_ivp does not step on the jumps; its error control has to find them (max_step helps).
    np.testing.assert_allclose(solution.y[0], rates, rtol=0, atol=1e-4)
