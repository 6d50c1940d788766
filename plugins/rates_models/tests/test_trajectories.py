"""Where models go: recorded trajectories, periods and limits, with an adaptive method at a tight tolerance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from rates_core import CircuitTemplate

Numbers = dict[str, Any]
Loader = Callable[[str], CircuitTemplate]
ADAPTIVE = {"solver": "scipy", "method": "DOP853", "rtol": 1e-10, "atol": 1e-12}


def until(
    circuit: CircuitTemplate,
    t_end: float,
    paths: Sequence[str],
    rows: int = 100,
    parameters: Numbers | None = None,
    initial: Numbers | None = None,
) -> pd.DataFrame:
    """Run to t_end; its row is the last one."""
    step = t_end / rows
    model = circuit.compile(
        backend="numpy",
        simulation_time=t_end + step,
        step_size=step,
        outputs={path: path for path in paths},
        **ADAPTIVE,
    )
    return model.run(parameters=parameters or {}, initial=initial or {})


def test_the_trajectory_ends_where_the_published_equations_lead(
    recorded_trajectory: Numbers, circuit_of: Loader, number: Callable[[Any], Any]
) -> None:
    trajectory = recorded_trajectory["trajectory"]
    expected = {path: number(value) for path, value in trajectory["expected"].items()}
    initial = {path: number(value) for path, value in recorded_trajectory["initial"].items()}
    end = until(
        circuit_of(recorded_trajectory["model"]),
        trajectory["t"],
        list(expected),
        parameters=trajectory.get("parameters"),
        initial=initial,
    ).iloc[-1]
    for path, wanted in expected.items():
        # rtol 1e-10 per step over some hundred steps, and models that amplify errors by about ten
        assert abs(end[path] - wanted) <= 1e-7 * max(1.0, abs(wanted)), (path, end[path], wanted)


def test_the_defaults_are_those_of_the_record(
    recorded_trajectory: Numbers, circuit_of: Loader, number: Callable[[Any], Any]
) -> None:
    circuit = circuit_of(recorded_trajectory["model"])
    for path, value in recorded_trajectory.get("defaults", {}).items():
        if "->" not in path:
            assert circuit.get_var(path) == value, path
    if recorded_trajectory["model"].endswith("wc_ring_delayed"):  # its record starts away from symmetry
        return
    for path, value in recorded_trajectory["initial"].items():
        if "->" not in path:
            assert circuit.get_var(path) == number(value), path


def test_the_cycle_has_the_recorded_period(recorded_period: Numbers, circuit_of: Loader) -> None:
    wanted, path = recorded_period["period"]["value"], recorded_period["period"]["of"]
    # 20 periods carry every transient of the library's cycles below the tolerance
    frame = until(circuit_of(recorded_period["model"]), 40 * wanted, [path], rows=40_000)
    signal = frame[path].to_numpy()[20_000:] - frame[path].to_numpy()[20_000:].mean()
    times = frame.index.to_numpy()[20_000:]
    rise = np.flatnonzero((signal[:-1] < 0) & (signal[1:] >= 0))
    crossings = times[rise] - signal[rise] * (times[rise + 1] - times[rise]) / (signal[rise + 1] - signal[rise])
    # a chord of 1/1000 period misses a crossing by less than 1e-6 of it, alike in each period
    np.testing.assert_allclose(np.diff(crossings), wanted, rtol=1e-5)


def test_the_order_parameter_settles_at_its_closed_form(recorded_modulus: Numbers, circuit_of: Loader) -> None:
    case = recorded_modulus["modulus"]
    frame = until(circuit_of(recorded_modulus["model"]), 20.0, [case["of"]], parameters=case["parameters"])
    # the deviation decays as exp(-(K - 2*Delta)*t), here exp(-60)
    assert abs(abs(frame[case["of"]].iloc[-1]) - case["value"]) < 1e-8


def test_the_epidemic_spares_its_final_size(recorded_end: Numbers, circuit_of: Loader) -> None:
    case = recorded_end["end"]
    end = until(circuit_of(recorded_end["model"]), case["t"], list(case["expected"])).iloc[-1]
    for path, wanted in case["expected"].items():
        assert abs(end[path] - wanted) < 1e-8, path


def test_predators_and_prey_keep_their_constant_of_motion(circuit_of: Loader) -> None:
    predators, prey = "predator/lv_op/x", "prey/lv_op/x"
    frame = until(circuit_of("model_templates.systems.lotka_volterra.lv"), 50.0, [predators, prey], rows=500)
    u, w = frame[predators], frame[prey]
    constant = w - np.log(w) + 1.3 * u - 0.7 * np.log(u)
    np.testing.assert_allclose(constant, constant.iloc[0], rtol=1e-8)


def test_blood_cells_settle_before_the_hopf_point_and_cycle_past_it(circuit_of: Loader) -> None:
    swing = {}
    for tau in (4.5, 5.0):  # the cycle is born at 4.7082
        frame = until(
            circuit_of("model_templates.systems.mackey_glass.mg"),
            1500.0,
            ["p/mg_op/x"],
            rows=3000,
            parameters={"p/mg_op/tau": tau},
        )
        swing[tau] = np.ptp(frame["p/mg_op/x"].to_numpy()[-400:])
    assert swing[4.5] < 1e-3
    assert swing[5.0] > 0.1


def test_the_axon_rests_without_a_current(circuit_of: Loader) -> None:
    path = "p/hh_op/v"
    frame = until(
        circuit_of("model_templates.systems.hodgkin_huxley.hh"), 50.0, [path], parameters={"p/hh_op/I_ext": 0.0}
    )
    # E_L was chosen by the source so that no current flows at rest, to the digits of its table
    assert np.max(np.abs(frame[path].to_numpy() + 65.0)) < 0.01


def test_theta_neurons_and_qif_neurons_are_one_population(circuit_of: Loader) -> None:
    theta = until(
        circuit_of("model_templates.neural_mass_models.theta.kmo_theta"), 5.0, ["p/theta_op/z", "p/theta_op/r"]
    )
    qif = until(
        circuit_of("model_templates.neural_mass_models.qif.qif"),
        5.0,
        ["p/qif_op/r", "p/qif_op/v"],
        initial={"p/qif_op/r": 0.0, "p/qif_op/v": -2.0},  # what z = -0.6-0.8j is
    )
    z = theta["p/theta_op/z"].to_numpy()
    w = (1 - z.conj()) / (1 + z.conj())
    np.testing.assert_allclose(w.real / np.pi, qif["p/qif_op/r"], atol=1e-8)
    np.testing.assert_allclose(w.imag, qif["p/qif_op/v"], atol=1e-8)
    np.testing.assert_allclose(theta["p/theta_op/r"], qif["p/qif_op/r"], atol=1e-8)


def test_a_pulse_moves_the_population_from_rest_to_lasting_activity(circuit_of: Loader) -> None:
    pulse = np.zeros(100_000)
    pulse[20_000:40_000] = 5.0
    rate = circuit_of("model_templates.neural_mass_models.qif.qif").run(
        100.0,
        1e-3,
        sampling_step_size=1.0,
        inputs={"p/qif_op/I_ext": pulse},
        outputs={"r": "p/qif_op/r"},
        backend="numpy",
        verbose=False,
    )["r"]
    # the two stable roots of the closed form eta = -(1/(2 pi r))^2 - 15 r + (pi r)^2 at eta = -5
    assert abs(rate.iloc[19] - 0.0811344419) < 1e-8
    roots = [r for r in np.roots([np.pi**2, -15.0, 5.0, 0.0, -1 / (4 * np.pi**2)]) if abs(r.imag) < 1e-12]
    assert abs(rate.iloc[-1] - max(r.real for r in roots)) < 1e-6


def test_late_neighbours_on_the_ring_end_up_in_antiphase(circuit_of: Loader) -> None:
    paths = [f"p{n}/e/rate_op/r" for n in range(8)]
    model = circuit_of("model_templates.systems.wilson_cowan_rings.wc_ring_delayed").compile(
        solver="rk4", step_size=0.2, simulation_time=1500.0, cutoff=1300.0, outputs=paths, backend="numpy"
    )
    frame = model.run(initial={"p0/e/rate_op/r": 0.1})
    correlation = np.corrcoef(frame.to_numpy().T)[0]
    assert (correlation[::2] > 0.99).all()
    assert (correlation[1::2] < -0.8).all()
