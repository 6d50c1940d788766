"""Classical systems against the numbers that they are known by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import lambertw

from rates_core import CircuitTemplate

Numbers = dict[str, Any]
Loader = Callable[[str], CircuitTemplate]
Until = Callable[..., pd.DataFrame]
FAMILY = "model_templates.systems"
PREDATORS, PREY = "predator/lv_op/x", "prey/lv_op/x"


def test_predators_and_prey_keep_their_constant_of_motion(circuit_of: Loader, until: Until) -> None:
    frame = until(circuit_of(f"{FAMILY}.lotka_volterra.lv"), 50.0, [PREDATORS, PREY], 500)
    u, w = frame[PREDATORS], frame[PREY]
    constant = w - np.log(w) + 1.3 * u - 0.7 * np.log(u)
    np.testing.assert_allclose(constant, constant.iloc[0], rtol=1e-8)


def test_predators_and_prey_are_on_average_at_their_fixed_point(
    recorded: dict[str, Numbers], circuit_of: Loader, until: Until
) -> None:
    """Volterra's law of averages: over a period the means are 0.7/1.3 and 1, however far they swing."""
    name = f"{FAMILY}.lotka_volterra.lv"
    period = recorded[name]["period"]["value"]
    frame = until(circuit_of(name), period, [PREDATORS, PREY], 400)
    # the mean of equidistant samples of a period has no error but that of the run
    np.testing.assert_allclose(frame.iloc[:-1].mean(), [0.7 / 1.3, 1.0], rtol=1e-7)


def test_late_predators_swing_ever_wider(circuit_of: Loader, until: Until) -> None:
    """Near the fixed point lambda^2 = -0.7*exp(-0.5*lambda), so that lambda = 4*W(i*sqrt(0.7)/4)."""
    growth = 4 * lambertw(1j * np.sqrt(0.7) / 4)
    assert abs(growth**2 + 0.7 * np.exp(-0.5 * growth)) < 1e-12
    circuit, size = circuit_of(f"{FAMILY}.lotka_volterra.lv_delayed"), 1e-5
    start = {PREDATORS: 0.7 / 1.3 + size, PREY: 1.0}
    frame = until(circuit, 40.0, [PREDATORS], 8000, initial=start)
    deviation, t = frame[PREDATORS].to_numpy() - 0.7 / 1.3, frame.index.to_numpy()
    tops = np.flatnonzero((deviation[1:-1] > deviation[:-2]) & (deviation[1:-1] >= deviation[2:])) + 1
    rates = np.diff(np.log(deviation[tops])) / np.diff(t[tops])
    # other roots of the equation have died away after the first swing; tops are sampled to 1e-5 of their height
    np.testing.assert_allclose(rates[1:], growth.real, rtol=1e-3)
    assert abs(np.diff(t[tops])[1:].mean() - 2 * np.pi / growth.imag) < 0.01


def swing(circuit: CircuitTemplate, tau: float, until: Until) -> np.ndarray:
    """Return the density of blood cells, long after the start."""
    path = "p/mg_op/x"
    frame = until(circuit, 1500.0, [path], 6000, parameters={"p/mg_op/tau": tau})
    return frame[path].to_numpy()[-2000:]


def test_blood_cells_settle_before_the_hopf_point_and_cycle_past_it(circuit_of: Loader, until: Until) -> None:
    """At x = 1 the feedback has the slope -0.4: lambda = -0.1 - 0.4*exp(-lambda*tau) is imaginary at tau = 4.7082."""
    omega = np.sqrt(0.4**2 - 0.1**2)
    onset = np.arccos(-0.1 / 0.4) / omega
    assert abs(1j * omega + 0.1 + 0.4 * np.exp(-1j * omega * onset)) < 1e-15
    assert abs(onset - 4.7082) < 1e-4
    circuit = circuit_of(f"{FAMILY}.mackey_glass.mg")
    assert np.ptp(swing(circuit, onset - 0.2, until)) < 1e-3
    assert np.ptp(swing(circuit, onset + 0.3, until)) > 0.1


@pytest.mark.parametrize(("tau", "heights"), [(10.0, 1), (14.5, 2)])
def test_the_cycle_of_blood_cells_doubles_its_period(
    tau: float, heights: int, circuit_of: Loader, until: Until
) -> None:
    """Mackey and Glass (1977) have it on the way to chaos, which tau = 17 shows; the first doubling is near 13.3."""
    x = swing(circuit_of(f"{FAMILY}.mackey_glass.mg"), tau, until)
    tops = x[1:-1][(x[1:-1] > x[:-2]) & (x[1:-1] >= x[2:]) & (x[1:-1] > 1.0)]
    assert len(np.unique(np.round(tops, 2))) == heights


def spikes(circuit: CircuitTemplate, current: float, until: Until) -> np.ndarray:
    """Return when the potential passes 0 upwards within 400 ms of a step of current."""
    frame = until(circuit, 400.0, ["p/hh_op/v"], 4000, parameters={"p/hh_op/I_ext": current})
    v = frame["p/hh_op/v"].to_numpy()
    return frame.index.to_numpy()[1:][(v[:-1] < 0) & (v[1:] >= 0)]


def test_the_axon_rests_without_a_current(circuit_of: Loader, until: Until) -> None:
    frame = until(circuit_of(f"{FAMILY}.hodgkin_huxley.hh"), 50.0, ["p/hh_op/v"], parameters={"p/hh_op/I_ext": 0.0})
    # E_L was chosen by the source so that no current flows at rest, to the digits of its table
    assert np.max(np.abs(frame["p/hh_op/v"].to_numpy() + 65.0)) < 0.01


def test_the_axon_fires_a_few_times_below_and_for_ever_above_its_rheobase(circuit_of: Loader, until: Until) -> None:
    """Rinzel and Miller (1980): cycles are there from 6.26 uA/cm^2 on."""
    circuit = circuit_of(f"{FAMILY}.hodgkin_huxley.hh")
    assert len(spikes(circuit, 2.0, until)) == 0
    assert 1 <= len(spikes(circuit, 6.0, until)) <= 5
    lasting = spikes(circuit, 6.5, until)
    assert len(lasting) > 18
    assert 50.0 < 1000 / np.diff(lasting)[-1] < 60.0


def test_rest_of_the_axon_is_lost_and_found_at_the_published_currents(recorded: dict[str, Numbers]) -> None:
    """Rinzel and Miller (1980): Hopf points at 9.78 and 154.5 uA/cm^2."""
    points = recorded[f"{FAMILY}.hodgkin_huxley.hh"]["bifurcations"]
    low, high = (point["parameters"]["p/hh_op/I_ext"] for point in points)
    assert (round(low, 2), round(high, 1)) == (9.78, 154.5)


def test_an_epidemic_has_its_published_peak(circuit_of: Loader, until: Until) -> None:
    """Kermack and McKendrick (1927): at the peak S = gamma/beta, and I = 1 - (1 + log(R0*S0))/R0."""
    ratio = 0.5 / 0.2
    frame = until(circuit_of(f"{FAMILY}.epidemics.sir"), 60.0, ["p/sir_op/I", "p/sir_op/S", "p/sir_op/R"], 60_000)
    peak = frame["p/sir_op/I"].idxmax()
    assert abs(frame["p/sir_op/I"][peak] - (1 - (1 + np.log(ratio * 0.99)) / ratio)) < 1e-8
    assert abs(frame["p/sir_op/S"][peak] - 1 / ratio) < 1e-4
    np.testing.assert_allclose(frame.sum(axis=1), 1.0, atol=1e-9)


@pytest.mark.parametrize("beta", [0.1, 0.19, 0.21, 0.6])
def test_an_infection_spreads_if_one_case_makes_more_than_one(beta: float, circuit_of: Loader, until: Until) -> None:
    """R0 = beta/gamma; the share of cases grows with the root of (x + sigma)*(x + gamma) = beta*sigma."""
    sigma, gamma, paths = 0.25, 0.2, ["p/seir_op/E", "p/seir_op/I"]
    growth = max(np.roots([1.0, sigma + gamma, sigma * (gamma - beta)]))
    cases = {"p/seir_op/S": 1.0, paths[0]: 1e-9 * (growth + gamma) / sigma, paths[1]: 1e-9}
    circuit = circuit_of(f"{FAMILY}.epidemics.seir")
    frame = until(circuit, 20.0, paths, parameters={"p/seir_op/beta": beta}, initial=cases)
    found = np.log(frame[paths[1]].iloc[-1] / frame[paths[1]].iloc[0]) / 20.0
    assert abs(found - growth) < 1e-5
    assert (found > 0) == (beta / gamma > 1)


def test_convection_contracts_volumes_at_the_published_rate(circuit_of: Loader) -> None:
    """Lorenz (1963): the divergence of the flow is -(sigma + 1 + beta) everywhere."""
    func, (t, y, *rest) = circuit_of(f"{FAMILY}.lorenz.lorenz").get_jacobian_func("jacobian", 1e-3, backend="numpy")
    for state in np.random.default_rng(2).normal(0.0, 10.0, (3, 3)):
        assert abs(np.trace(func(t, state, *rest)) + 41 / 3) < 1e-13
    assert y.shape == (3,)


@pytest.mark.parametrize(("rho", "height"), [(0.5, 0.0), (10.0, 9.0), (20.0, 19.0)])
def test_convection_begins_at_the_critical_rayleigh_number(
    rho: float, height: float, circuit_of: Loader, until: Until
) -> None:
    """Lorenz (1963): below 1 the air rests; above, steady rolls with z = rho - 1 are stable up to 24.74."""
    path, parameters = "p/lorenz_op/z", {"p/lorenz_op/rho": rho}
    end = until(circuit_of(f"{FAMILY}.lorenz.lorenz"), 120.0, [path], parameters=parameters)[path].iloc[-1]
    assert abs(end - height) < 1e-6


def test_late_neighbours_on_the_ring_end_up_in_antiphase(circuit_of: Loader) -> None:
    paths = [f"p{n}/e/rate_op/r" for n in range(8)]
    model = circuit_of(f"{FAMILY}.wilson_cowan_rings.wc_ring_delayed").compile(
        solver="rk4", step_size=0.2, simulation_time=1500.0, cutoff=1300.0, outputs=paths, backend="numpy"
    )
    frame = model.run(initial={"p0/e/rate_op/r": 0.1})
    correlation = np.corrcoef(frame.to_numpy().T)[0]
    assert (correlation[::2] > 0.99).all()
    assert (correlation[1::2] < -0.8).all()
