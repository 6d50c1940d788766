"""Oscillators against what is known of them in closed form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rates_core.yaml.reader import load

from rates_core import CircuitTemplate, Connectivity, PopulationTemplate

Numbers = dict[str, Any]
Loader = Callable[[str], CircuitTemplate]
Until = Callable[..., pd.DataFrame]
FAMILY = "model_templates.oscillators"
A, B = "p1/phase_op/theta", "p2/phase_op/theta"


def test_two_phases_repel_each_other_as_the_closed_form_says(circuit_of: Loader, until: Until) -> None:
    """The difference d obeys d' = 8*sin(d), so that tan(d/2) grows as exp(8*t)."""
    frame = until(circuit_of(f"{FAMILY}.kuramoto.kmo_2coupled"), 1.0, [A, B], initial={B: 0.1})
    wanted = 2 * np.arctan(np.tan(0.05) * np.exp(8 * frame.index.to_numpy()))
    np.testing.assert_allclose(frame[B] - frame[A], wanted, atol=1e-8)
    np.testing.assert_allclose(frame[B] + frame[A], 0.1 + 20 * frame.index.to_numpy(), atol=1e-8)


def test_attracting_phases_lock_at_the_arcsine_of_their_detuning(circuit_of: Loader, until: Until) -> None:
    pairs = [(A, "p2/phase_op/s_in"), (B, "p1/phase_op/s_in")]
    parameters = {f"{source}->{target}[0]/weight": 2.0 for source, target in pairs}
    parameters["p2/phase_op/omega"] = 13.0
    end = until(circuit_of(f"{FAMILY}.kuramoto.kmo_2coupled"), 20.0, [A, B], parameters=parameters).iloc[-1]
    assert abs(end[B] - end[A] - np.arcsin(3 / 4)) < 1e-8


@pytest.mark.parametrize("strength", [1.0, 4.0])
def test_a_network_of_phases_synchronises_above_the_onset_alone(strength: float) -> None:
    """Frequencies at the quantiles of a Lorentzian of half width 1: above K = 2 the order is sqrt(1 - 2/K)."""
    count = 100
    frequencies = np.tan(np.pi * ((np.arange(count) + 0.5) / count - 0.5))
    edge = load(f"{FAMILY}.kuramoto.sin_edge")
    phases = PopulationTemplate("p", load(f"{FAMILY}.kuramoto.phase_pop"), count, {"phase_op/omega": frequencies})
    ends = {"coupling_op/theta_s": "source", "coupling_op/theta_t": "p/phase_op/theta"}
    coupling = Connectivity("p/phase_op/theta", "p/phase_op/s_in", strength / count, edge, ends)
    network = CircuitTemplate("network", populations={"p": phases}, connections=[coupling])
    frame = network.run(
        30.0, 0.02, outputs={"theta": "p/phase_op/theta"}, cutoff=20.0, solver="rk4", backend="numpy", verbose=False
    )
    order = abs(np.exp(1j * frame.to_numpy()).mean(axis=1)).mean()
    # a hundred oscillators know the limit of infinitely many to about 1/sqrt(100) of disorder
    if strength > 2:
        assert abs(order - np.sqrt(1 - 2 / strength)) < 0.02
    else:
        assert order < 0.15


def test_the_sine_turns_as_often_as_its_phase(circuit_of: Loader, until: Until) -> None:
    frame = until(circuit_of(f"{FAMILY}.kuramoto.sin_pop"), 1.0, ["p/sin_op/s"])
    np.testing.assert_allclose(frame["p/sin_op/s"], np.sin(2 * np.pi * 10 * frame.index.to_numpy()), atol=1e-8)


def period_of(frame: pd.DataFrame, path: str) -> float:
    """Return the mean time between upward zeros, on cubics through four samples around each."""
    signal, times = frame[path].to_numpy(), frame.index.to_numpy()
    rise = np.flatnonzero((signal[:-1] < 0) & (signal[1:] >= 0))[1:-1]
    zeros = [np.interp(0.0, signal[k : k + 2], times[k : k + 2]) for k in rise]
    for place, k in enumerate(rise):
        cubic = np.polynomial.Polynomial.fit(times[k - 1 : k + 3], signal[k - 1 : k + 3], 3)
        (root,) = [r.real for r in cubic.roots() if times[k] <= r.real <= times[k + 1] and abs(r.imag) < 1e-9]
        zeros[place] = root
    return float(np.mean(np.diff(zeros)))


def test_the_relaxation_oscillator_is_as_slow_as_the_series_says(circuit_of: Loader, until: Until) -> None:
    """Andersen and Geer (1982): the frequency is 1 - mu^2/16 + 17*mu^4/3072 + 35*mu^6/884736 - ..."""
    mu, path = 0.2, "p/vdp_op/x"
    circuit = circuit_of(f"{FAMILY}.vanderpol.vdp")
    start = {path: 0.0, "p/vdp_op/z": 2.0}
    frame = until(circuit, 300.0, [path], 30_000, parameters={"p/vdp_op/mu": mu}, initial=start).iloc[20_000:]
    frequency = 1 - mu**2 / 16 + 17 * mu**4 / 3072 + 35 * mu**6 / 884736
    # the next term of the series is about 1e-3*mu^8
    assert abs(period_of(frame, path) - 2 * np.pi / frequency) < 2e-7
    assert abs(np.abs(frame[path]).max() - (2 + mu**2 / 96)) < 1e-4


def test_the_relaxation_oscillator_has_the_published_period(recorded: dict[str, Numbers]) -> None:
    """Its period at mu = 1 to twelve digits; the period of the record is that of a run."""
    assert abs(recorded[f"{FAMILY}.vanderpol.vdp"]["period"]["value"] - 6.66328685932) < 1e-11


@pytest.mark.parametrize("radius", [0.1, 3.0])
def test_the_normal_form_spirals_to_its_circle_as_the_closed_form_says(
    radius: float, circuit_of: Loader, until: Until
) -> None:
    paths, omega = ["p/sl_op/x", "p/sl_op/z"], 2.5
    parameters, start = {"p/sl_op/omega": omega}, {"p/sl_op/x": radius, "p/sl_op/z": 0.0}
    frame = until(circuit_of(f"{FAMILY}.stuartlandau.sl"), 3.0, paths, parameters=parameters, initial=start)
    t = frame.index.to_numpy()
    length = 1 / np.sqrt(1 + (1 / radius**2 - 1) * np.exp(-2 * t))
    np.testing.assert_allclose(frame[paths[0]], length * np.cos(omega * t), atol=1e-8)
    np.testing.assert_allclose(frame[paths[1]], -length * np.sin(omega * t), atol=1e-8)


def test_pulses_last_as_long_as_they_are_said_to(circuit_of: Loader, until: Until) -> None:
    path, parameters = "p/sigmoid_op/m", {"p/sigmoid_op/t_on": 1.0, "p/sigmoid_op/alpha": 3.0}
    circuit = circuit_of(f"{FAMILY}.stuartlandau.sl_burst_pop")
    frame = until(circuit, 20 * np.pi, [path], 20_000, parameters=parameters)
    share = (frame[path].to_numpy()[:-1] > 1.5).mean()
    # ten pulses of length 1 in ten periods of 2*pi, to the sampling
    assert abs(share - 1 / (2 * np.pi)) < 1e-3
