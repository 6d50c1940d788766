"""What neural masses are known for: two stable states, hysteresis, the alpha rhythm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rates_core import CircuitTemplate

Numbers = dict[str, Any]
Loader = Callable[[str], CircuitTemplate]
Until = Callable[..., pd.DataFrame]
FAMILY = "model_templates.neural_mass_models"


def test_theta_neurons_and_qif_neurons_are_one_population(circuit_of: Loader, until: Until) -> None:
    theta = until(circuit_of(f"{FAMILY}.theta.kmo_theta"), 5.0, ["p/theta_op/z", "p/theta_op/r"])
    start = {"p/qif_op/r": 0.0, "p/qif_op/v": -2.0}  # what z = -0.6-0.8j is
    qif = until(circuit_of(f"{FAMILY}.qif.qif"), 5.0, ["p/qif_op/r", "p/qif_op/v"], initial=start)
    z = theta["p/theta_op/z"].to_numpy()
    w = (1 - z.conj()) / (1 + z.conj())
    np.testing.assert_allclose(w.real / np.pi, qif["p/qif_op/r"], atol=1e-8)
    np.testing.assert_allclose(w.imag, qif["p/qif_op/v"], atol=1e-8)
    np.testing.assert_allclose(theta["p/theta_op/r"], qif["p/qif_op/r"], atol=1e-8)


def roots(eta: float) -> list[float]:
    """Return the rates at rest: eta = -(1/(2 pi r))^2 - 15 r + (pi r)^2, Montbrió, Pazó and Roxin (2015)."""
    found = np.roots([np.pi**2, -15.0, -eta, 0.0, -1 / (4 * np.pi**2)])
    return sorted(r.real for r in found if abs(r.imag) < 1e-12 and r.real > 0)


def test_a_pulse_moves_the_population_from_rest_to_lasting_activity(circuit_of: Loader) -> None:
    pulse = np.zeros(100_000)
    pulse[20_000:40_000] = 5.0
    rate = circuit_of(f"{FAMILY}.qif.qif").run(
        100.0,
        1e-3,
        sampling_step_size=1.0,
        inputs={"p/qif_op/I_ext": pulse},
        outputs={"r": "p/qif_op/r"},
        backend="numpy",
        verbose=False,
    )["r"]
    low, _, high = roots(-5.0)
    assert abs(rate.iloc[19] - low) < 1e-8
    assert abs(rate.iloc[-1] - high) < 1e-6


@pytest.mark.parametrize(("eta", "states"), [(-6.0, 1), (-5.0, 3), (-3.0, 1)])
def test_there_are_two_stable_states_between_the_folds_alone(
    eta: float, states: int, circuit_of: Loader, until: Until
) -> None:
    """The folds are at -5.7435 and -3.1361; the middle state of three is not stable."""
    assert len(roots(eta)) == states
    circuit, path = circuit_of(f"{FAMILY}.qif.qif"), "p/qif_op/r"
    ends = [
        until(circuit, 100.0, [path], parameters={"p/qif_op/eta": eta}, initial={path: r, "p/qif_op/v": v})[path].iloc[
            -1
        ]
        for r, v in ((0.02, -2.0), (1.3, 0.0))
    ]
    np.testing.assert_allclose(ends, [roots(eta)[0], roots(eta)[-1]], atol=1e-6)


def test_without_gap_junctions_the_population_is_the_plain_one(circuit_of: Loader, until: Until) -> None:
    plain = until(circuit_of(f"{FAMILY}.qif.qif"), 5.0, ["p/qif_op/r"])["p/qif_op/r"]
    path = "p/qif_gap_op/r"
    circuit = circuit_of(f"{FAMILY}.qif.qif_gap")
    np.testing.assert_allclose(until(circuit, 5.0, [path])[path], plain, atol=1e-9)
    assert abs(until(circuit, 5.0, [path], parameters={"p/qif_gap_op/g": 1.0})[path].iloc[-1] - plain.iloc[-1]) > 1e-3


def test_the_column_has_the_alpha_rhythm(recorded: dict[str, Numbers]) -> None:
    """Jansen and Rit (1995) chose the constants for it: 8 to 13 Hz. The period of the record is that of a run."""
    for name in ("JRC", "JRC2"):
        assert 8.0 < 1 / recorded[f"{FAMILY}.jansenrit.{name}"]["period"]["value"] < 13.0


def test_the_rhythm_begins_and_ends_at_the_published_drives(recorded: dict[str, Numbers]) -> None:
    """Grimbert and Faugeras (2006): Hopf points at p = 89.83 and p = 315.70."""
    points = recorded[f"{FAMILY}.jansenrit.JRC2"]["bifurcations"]
    assert [round(point["parameters"]["jrc/jrc_op/u"], 2) for point in points] == [89.83, 315.7]


@pytest.mark.parametrize(("drive", "swings"), [(50.0, False), (220.0, True), (400.0, False)])
def test_the_column_is_still_outside_of_them(drive: float, swings: bool, circuit_of: Loader, until: Until) -> None:
    paths = ["jrc/jrc_op/V_e", "jrc/jrc_op/V_i"]
    frame = until(circuit_of(f"{FAMILY}.jansenrit.JRC2"), 5.0, paths, 1000, parameters={"jrc/jrc_op/u": drive})
    signal = (frame[paths[0]] - frame[paths[1]]).to_numpy()[-200:]  # what an electroencephalogram shows
    assert (np.ptp(signal) > 1e-3) == swings


def test_the_column_of_three_nodes_is_the_column_of_one(circuit_of: Loader, until: Until) -> None:
    three = until(circuit_of(f"{FAMILY}.jansenrit.JRC"), 1.0, ["pc/pro/v", "pc/pro/m"])
    one = until(circuit_of(f"{FAMILY}.jansenrit.JRC2"), 1.0, [f"jrc/jrc_op/{name}" for name in ("V_e", "V_i", "m")])
    np.testing.assert_allclose(three["pc/pro/v"], one["jrc/jrc_op/V_e"] - one["jrc/jrc_op/V_i"], atol=1e-9)
    np.testing.assert_allclose(three["pc/pro/m"], one["jrc/jrc_op/m"], atol=1e-6)


def test_the_hysteresis_loop_of_wilson_and_cowan_has_two_ends(
    recorded: dict[str, Numbers], circuit_of: Loader, until: Until
) -> None:
    """Figure 4 of the source: without a drive rest and activity are both stable, beyond the loop one alone."""
    name, path, drive = f"{FAMILY}.wilsoncowan.WC", "e/rate_op/r", "e/se_op/r_ext"
    ends = recorded[name]["bifurcations"]
    parameters = ends[0]["parameters"]
    upper, lower = (end["parameters"][drive] for end in ends)
    settled = {}
    for p in (0.0, upper + 0.05, lower - 0.05):
        for start in (0.0, 0.5):
            initial = {path: start, "i/rate_op/r": start / 2}
            frame = until(circuit_of(name), 2000.0, [path], 200, {**parameters, drive: p}, initial)
            settled[p, start] = frame[path].iloc[-1]
    assert abs(settled[0.0, 0.0]) < 1e-8
    assert settled[0.0, 0.5] > 0.4
    for p in (upper + 0.05, lower - 0.05):
        assert abs(settled[p, 0.0] - settled[p, 0.5]) < 1e-6
    assert settled[upper + 0.05, 0.0] > 0.4
    assert settled[lower - 0.05, 0.5] < 0.1
