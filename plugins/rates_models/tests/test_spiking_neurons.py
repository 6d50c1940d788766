"""Spiking neurons and networks of them against closed forms, and against integration from spike to spike."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, PopulationTemplate

FOLDER = "neuron_model_templates.spiking_neurons"
SEED, UNITS = 5, 10
Field = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of states [variables, units] and synaptic inputs


def network(name: str, weights: np.ndarray, **params: np.ndarray | float) -> CircuitTemplate:
    """Return a population of neurons, all connected."""
    node = NodeTemplate.from_yaml(f"{FOLDER}.{name}")
    operator = f"{name.partition('.')[2]}_op"
    given = {f"{operator}/{key}": value for key, value in params.items()}
    return CircuitTemplate(
        "network",
        populations={"p": PopulationTemplate("p", node, len(weights), given)},
        connections=[Connectivity(f"p/{operator}/s", f"p/{operator}/s_in", weights)],
    )


def spikes(circuit: CircuitTemplate, operator: str, time: float, step: float) -> np.ndarray:
    """Return how many spikes each neuron has emitted: its pulses have an integral of 1 each."""
    model = circuit.compile(
        "numpy", solver="heun", step_size=step, simulation_time=time, outputs=[f"all/{operator}/spike"]
    )
    return np.asarray(model.run(verbose=False).to_numpy().sum(axis=0) * step)


def exact(field: Field, y: np.ndarray, weights: np.ndarray, peak: float, reset: Field, time: float) -> np.ndarray:
    """Return how many spikes there are when states are integrated to each of them precisely.

    Args:
        field: derivatives of states; v is the first one, s the second.
        y: states at the start, `[variables, units]`.
        weights: of synaptic inputs.
        peak: of v.
        reset: states after a spike, of all neurons.
        time: at the end.
    """
    shape, counts, now = y.shape, np.zeros(y.shape[1]), 0.0

    def right(t: float, flat: np.ndarray) -> np.ndarray:
        states = flat.reshape(shape)
        return field(states, weights @ states[1]).ravel()

    def reached(t: float, flat: np.ndarray) -> float:
        return float(np.max(flat.reshape(shape)[0]) - peak)

    reached.terminal, reached.direction = True, 1.0  # type: ignore[attr-defined]
    while now < time:
        found = solve_ivp(right, (now, time), y.ravel(), "DOP853", events=reached, rtol=1e-8, atol=1e-8)
        now, y = float(found.t[-1]), found.y[:, -1].reshape(shape)
        if found.status == 1:
            fired = y[0] >= peak - 1e-6 * abs(peak)
            y = np.where(fired, reset(y, weights @ y[1]), y)
            counts += fired
    return counts


def random_weights() -> np.ndarray:
    return np.random.default_rng(SEED).uniform(-0.1, 0.3, (UNITS, UNITS))


def assert_rates(found: np.ndarray, wanted: np.ndarray) -> None:
    """Compare the number of spikes of a network, and those of its neurons, with more than a few each."""
    assert wanted.sum() > 100
    assert found.sum() == pytest.approx(wanted.sum(), rel=0.01)
    np.testing.assert_allclose(found, wanted, atol=2.5)


def interval(name: str, operator: str, time: float, step: float, **values: float) -> float:
    """Return the mean interval between spikes of a neuron."""
    circuit = CircuitTemplate("single", nodes={"p": NodeTemplate.from_yaml(f"{FOLDER}.{name}")})
    model = circuit.compile(
        "numpy", solver="rk4", step_size=step, simulation_time=time, outputs=[f"p/{operator}/spike"]
    )
    frame = model.run(parameters={f"p/{operator}/{key}": value for key, value in values.items()}, verbose=False)
    times = frame.index.to_numpy()[frame.to_numpy()[:, 0] > 0]
    return float(np.mean(np.diff(times)))


def test_a_leaky_neuron_spikes_at_the_intervals_of_the_closed_form() -> None:
    tau, drive = 10.0, 0.23
    wanted = tau * np.log(drive * tau / (drive * tau - 1.0))
    assert interval("lif.lif", "lif_op", 400.0, 1e-3, eta=drive) == pytest.approx(wanted, rel=2e-4)


def test_a_quadratic_neuron_spikes_at_the_intervals_of_the_closed_form() -> None:
    eta, peak = 4.0, 100.0
    wanted = 2.0 * np.arctan(peak / np.sqrt(eta)) / np.sqrt(eta)
    assert interval("qif.qif", "qif_op", 60.0, 1e-4, eta=eta) == pytest.approx(wanted, rel=2e-4)


def test_a_network_of_leaky_neurons_has_the_rates_of_an_exact_computation() -> None:
    weights, eta = 0.3 * random_weights(), np.linspace(0.12, 0.3, UNITS)

    def field(y: np.ndarray, s_in: np.ndarray) -> np.ndarray:
        return np.array([s_in + eta - y[0] / 10.0, -y[1] / 0.5])

    def reset(y: np.ndarray, s_in: np.ndarray) -> np.ndarray:
        return np.array([np.zeros(UNITS), y[1] + 1.0])

    wanted = exact(field, np.zeros((2, UNITS)), weights, 1.0, reset, 150.0)
    assert_rates(spikes(network("lif.lif", weights, eta=eta), "lif_op", 150.0, 2e-3), wanted)


@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_networks_of_quadratic_neurons_have_the_rates_of_an_exact_computation(alpha: float) -> None:
    weights, eta = random_weights(), np.linspace(0.5, 6.0, UNITS)

    def field(y: np.ndarray, s_in: np.ndarray) -> np.ndarray:
        return np.array([y[0] ** 2 + eta - y[2] + s_in, -y[1], -y[2] / 10.0])

    def reset(y: np.ndarray, s_in: np.ndarray) -> np.ndarray:
        return np.array([np.full(UNITS, -100.0), y[1] + 1.0, y[2] + alpha])

    start = np.array([np.full(UNITS, -2.0), np.zeros(UNITS), np.zeros(UNITS)])
    wanted = exact(field, start, weights, 100.0, reset, 30.0)
    name, given = ("qif.qif_sfa", {"alpha": alpha}) if alpha else ("qif.qif", {})
    found = spikes(network(name, weights, eta=eta, **given), f"{name.partition('.')[2]}_op", 30.0, 5e-4)
    assert_rates(found, wanted)


def test_a_network_of_izhikevichs_neurons_has_the_rates_of_an_exact_computation() -> None:
    weights, eta = random_weights(), np.linspace(80.0, 200.0, UNITS)

    def field(y: np.ndarray, s_in: np.ndarray) -> np.ndarray:
        v, s, u = y
        dv = (0.7 * (v + 60.0) * (v + 40.0) - u + eta + s_in * (0.0 - v)) / 100.0
        return np.array([dv, -s / 6.0, (-2.0 * (v + 60.0) - u) / 33.33])

    def reset(y: np.ndarray, s_in: np.ndarray) -> np.ndarray:
        return np.array([np.full(UNITS, -60.0), y[1] + 1.0, y[2] + 10.0])

    start = np.array([np.full(UNITS, -60.0), np.zeros(UNITS), np.zeros(UNITS)])
    wanted = exact(field, start, weights, 40.0, reset, 500.0)
    assert_rates(spikes(network("ik.ik", weights, eta=eta), "ik_op", 500.0, 1e-2), wanted)
