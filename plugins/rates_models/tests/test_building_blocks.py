"""Filters, synapses and rate units against the closed forms that they are known by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rates_core import CircuitTemplate, Connectivity, PopulationTemplate

Loader = Callable[[str], CircuitTemplate]
Until = Callable[..., pd.DataFrame]
BLOCKS = "model_templates.base_templates"
PLASTICITY = "model_templates.neural_mass_models.synaptic_plasticity"
UNITS = "neuron_model_templates.rate_neurons.leaky_integrator"


@pytest.mark.parametrize(
    ("operator", "after_the_impulse", "response"),
    [
        ("monoexp_op", {"tau": 2.0, "v": 1.0}, lambda t: np.exp(-t / 2)),
        (
            "biexp_op",
            {"tau_r": 0.5, "tau_d": 2.0, "x": 1.0},  # an impulse of area 1 is a jump of x by 1/(tau_r*tau_d)
            lambda t: (np.exp(-t / 2) - np.exp(-t / 0.5)) / 1.5,
        ),
        ("alpha_op", {"tau": 2.0, "x": 1.0}, lambda t: t * np.exp(-t / 2)),
    ],
)
def test_a_filter_has_its_impulse_response(
    operator: str, after_the_impulse: dict[str, float], response: Any, circuit_of: Loader, until: Until
) -> None:
    path = f"p/{operator}/v"
    circuit = circuit_of(f"{BLOCKS}.{operator}")
    circuit.update_var(node_vars={f"p/{operator}/{name}": value for name, value in after_the_impulse.items()})
    frame = until(circuit, 10.0, [path])
    np.testing.assert_allclose(frame[path], response(frame.index.to_numpy()), atol=1e-9)


def test_a_leaky_integrator_charges_to_its_drive(circuit_of: Loader, until: Until) -> None:
    drive = {"p/li_op/tau": 2.0, "p/li_op/r0": 0.3, "p/li_op/m_in": 0.4, "p/li_op/u": 0.1}
    frame = until(circuit_of(f"{BLOCKS}.li_node"), 10.0, ["p/li_op/r"], parameters=drive)
    np.testing.assert_allclose(frame["p/li_op/r"], 1.3 * (1 - np.exp(-frame.index.to_numpy() / 2)), atol=1e-9)


def test_an_alpha_synapse_gives_on_what_it_gets(circuit_of: Loader, until: Until) -> None:
    """Its kernel has the area 1, whatever its time constant is."""
    synapse = "p/qif_op/r->p/qif_op/r_in[0]/alpha_syn_op"
    circuit = circuit_of("model_templates.neural_mass_models.qif.qif_alpha_syn")
    for tau in (0.4, 3.0):
        end = until(circuit, 60.0, ["p/qif_op/r", f"{synapse}/v"], parameters={f"{synapse}/tau": tau}).iloc[-1]
        assert abs(end[f"{synapse}/v"] - end["p/qif_op/r"]) < 1e-6


def test_a_depressing_synapse_has_a_limiting_rate(circuit_of: Loader, until: Until) -> None:
    """Above 1/(k*tau_x) it no longer tells rates apart: Tsodyks, Pawelzik and Markram (1998)."""
    circuit, path = circuit_of(f"{PLASTICITY}.depression_op"), "p/depression_op/r_eff"
    passed = [until(circuit, 100.0, [path], parameters={"p/depression_op/r_in": r})[path].iloc[-1] for r in (1.0, 50.0)]
    for rate, found in zip((1.0, 50.0), passed, strict=True):
        assert abs(found - rate / (1 + 100 * rate)) < 1e-9
    assert abs(passed[1] * 100 - 1) < 1e-3


@pytest.mark.parametrize("rate", [0.01, 0.1, 1.0])
def test_facilitation_facilitates(rate: float, circuit_of: Loader, until: Until) -> None:
    """The share released rises with the rate, from U0 towards 1; with the other sign it would fall."""
    path = "p/facilitation_op/u"
    circuit = circuit_of(f"{PLASTICITY}.facilitation_op")
    share = until(circuit, 3000.0, [path], parameters={"p/facilitation_op/r_in": rate})[path]
    assert abs(share.iloc[-1] - 0.2 * (1 + 100 * rate) / (1 + 20 * rate)) < 1e-9
    assert (np.diff(share) > -1e-8).all()


@pytest.mark.parametrize(("name", "output"), [("tanh", np.tanh), ("sigmoid", lambda v: 1 / (1 + np.exp(-v)))])
def test_a_unit_settles_at_the_function_of_its_drive(name: str, output: Any, circuit_of: Loader, until: Until) -> None:
    circuit, path = circuit_of(f"{UNITS}.{name}"), f"p/{name}_op/r"
    end = until(circuit, 300.0, [path], parameters={"p/li_op/I_ext": 0.05, "p/li_op/eta": 0.02}).iloc[-1]
    assert abs(end[path] - output(0.7)) < 1e-9


def test_a_random_network_of_units_loses_rest_where_its_spectrum_says(circuit_of: Loader) -> None:
    """Sompolinsky, Crisanti and Sommers (1988): the eigenvalues of rest are k*(those of the weights) - 1/tau."""
    weights = np.random.default_rng(5).normal(0.0, 1 / np.sqrt(20), (20, 20))
    unit = circuit_of(f"{UNITS}.tanh").nodes["p"]
    network = CircuitTemplate(
        "network",
        populations={"p": PopulationTemplate("p", unit, 20)},
        connections=[Connectivity("p/tanh_op/r", "p/li_op/r_in", weights)],
    )
    func, args = network.get_jacobian_func("jacobian", step_size=1e-3, backend="numpy")
    found, wanted = np.linalg.eigvals(func(*args)), np.linalg.eigvals(weights) - 1 / 10
    assert max(min(abs(found - value)) for value in wanted) < 1e-12
