"""Where models go: recorded trajectories, periods and limits, with an adaptive method at a tight tolerance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from rates_core import CircuitTemplate

Numbers = dict[str, Any]
Loader = Callable[[str], CircuitTemplate]
Until = Callable[..., pd.DataFrame]
Converted = Callable[[Numbers], Numbers]


def test_the_trajectory_ends_where_the_published_equations_lead(
    recorded_trajectory: Numbers, circuit_of: Loader, numbers: Converted, until: Until
) -> None:
    trajectory = recorded_trajectory["trajectory"]
    expected = numbers(trajectory["expected"])
    circuit, initial = circuit_of(recorded_trajectory["model"]), numbers(recorded_trajectory["initial"])
    end = until(circuit, trajectory["t"], list(expected), parameters=trajectory["parameters"], initial=initial)
    for path, wanted in expected.items():
        # rtol 1e-10 per step over some hundred steps, and models that amplify errors by about ten
        assert abs(end[path].iloc[-1] - wanted) <= 1e-7 * max(1.0, abs(wanted)), (path, end[path].iloc[-1], wanted)


def test_the_defaults_are_those_of_the_record(
    recorded_defaults: Numbers, circuit_of: Loader, numbers: Converted
) -> None:
    circuit = circuit_of(recorded_defaults["model"])
    values = numbers(recorded_defaults["defaults"])
    if not recorded_defaults["model"].endswith("wc_ring_delayed"):  # its record starts away from symmetry
        values |= numbers(recorded_defaults["initial"])
    for path, value in values.items():
        assert circuit.get_var(path) == value, path


def test_the_cycle_has_the_recorded_period(recorded_period: Numbers, circuit_of: Loader, until: Until) -> None:
    case = recorded_period["period"]
    wanted, path, rows = case["value"], case["of"], case.get("rows", 40_000)
    # as long as the script waited for the transient to go, and twenty periods
    count = int(np.ceil(case["settle"] / wanted)) + 20
    circuit = circuit_of(recorded_period["model"])
    frame = until(circuit, count * wanted, [path], rows=rows // 40 * count, parameters=case["parameters"])
    last = frame.iloc[-rows // 2 :]
    signal, times = last[path].to_numpy() - last[path].mean(), last.index.to_numpy()
    rise = np.flatnonzero((signal[:-1] < 0) & (signal[1:] >= 0))
    crossings = times[rise] - signal[rise] * (times[rise + 1] - times[rise]) / (signal[rise + 1] - signal[rise])
    # a chord of 1/200 period or less misses a crossing by less than 1e-5 of it, alike in each period
    np.testing.assert_allclose(np.diff(crossings), wanted, rtol=1e-5)
    assert len(crossings) >= 19


def test_the_orbit_closes_after_its_period(recorded_orbit: Numbers, circuit_of: Loader, until: Until) -> None:
    orbit = recorded_orbit["orbit"]
    end = until(circuit_of(recorded_orbit["model"]), orbit["period"], list(orbit["state"]), initial=orbit["state"])
    for path, wanted in orbit["state"].items():
        # the orbits are unstable: errors grow fivefold on the way
        assert abs(end[path].iloc[-1] - wanted) < 1e-7, path


def test_the_order_parameter_settles_at_its_closed_form(
    recorded_modulus: Numbers, circuit_of: Loader, numbers: Converted, until: Until
) -> None:
    case = recorded_modulus["modulus"]
    circuit, initial = circuit_of(recorded_modulus["model"]), numbers(case.get("initial", {}))
    frame = until(circuit, 20.0, [case["of"]], parameters=case["parameters"], initial=initial)
    # the deviation decays as exp(-(K - 2*Delta)*t), here exp(-40) or less
    assert abs(abs(frame[case["of"]].iloc[-1]) - case["value"]) < 1e-8


def test_the_epidemic_spares_its_final_size(recorded_end: Numbers, circuit_of: Loader, until: Until) -> None:
    case = recorded_end["end"]
    end = until(circuit_of(recorded_end["model"]), case["t"], list(case["expected"])).iloc[-1]
    for path, wanted in case["expected"].items():
        assert abs(end[path] - wanted) < 1e-8, path
