"""Derivatives of networks that spike, by all engines, are those of a loop that is written out, by complex steps."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, PopulationTemplate

sys.path.insert(0, str(Path(__file__).parent / "independent"))

from smooth_spikes import NEURONS, Network

UNITS, STEPS, SLOPE = 4, 120, 10.0
SAME = 1e-10  # of the largest derivative by a path: sums of many steps
WEIGHTS = np.cos(0.1 * np.arange(STEPS * UNITS)).reshape(STEPS, UNITS)  # what outputs are multiplied by
DRIVES = np.linspace(1.0, 1.3, UNITS)
#: Per neuron of the library: template, step size, strength of connections, constant drive, and values of all units.
CASES: dict[str, tuple[str, float, float, float, dict[str, float]]] = {
    "lif": ("lif.lif", 0.1, 0.3, 0.31, {"tau": 10.0, "tau_s": 0.5, "v_reset": 0.0, "k": 1.0}),
    "qif": ("qif.qif", 0.02, 0.3, 9.0, {"tau": 1.0, "tau_s": 1.0, "v_reset": -100.0, "k": 1.0}),
    "qif_sfa": ("qif.qif_sfa", 0.02, 0.3, 9.0, {"tau": 1.0, "alpha": 1.0, "tau_x": 10.0, "v_reset": -100.0}),
    "ik": ("ik.ik", 0.1, 3.0, 700.0, {"C": 100.0, "kappa": 10.0, "b": -2.0, "tau_u": 33.33, "g": 1.0}),
}
LATE = {"at once": 0, "late": 7}
EXHAUSTIVE = [pytest.param(name, marks=pytest.mark.exhaustive) for name in ("torch", "jax", "numba")]


def connections(name: str) -> np.ndarray:
    """Return weights, `[target, source]`."""
    return CASES[name][2] * np.cos(np.arange(UNITS * UNITS)).reshape(UNITS, UNITS)


def wanted_of(name: str, late: int) -> dict[str, np.ndarray]:
    """Return the derivatives of the loop that is written out, by path; what is threshold there is one value for all."""
    _, step, _, drive, shared = CASES[name]
    network = Network(NEURONS[name], step, late, STEPS, SLOPE, connections(name), drive * DRIVES)
    starts = {"v": np.full(UNITS, NEURONS[name].values["v0"])}
    values: dict[str, Any] = {**shared, "v_peak": NEURONS[name].values["v_peak"], "eta": drive * DRIVES, **starts}
    found = network.derivatives(WEIGHTS, {**values, "weights": connections(name)})
    op = f"p/{name}_op"
    weights = found.pop("weights").ravel()
    theta = "v_theta" if name == "lif" else "v_peak"
    return {
        f"{op}/s->{op}/s_in/weight": weights, f"{op}/{theta}": found.pop("v_peak"),
        **{f"{op}/{symbol}": value for symbol, value in found.items()},
    }  # fmt: skip


@cache
def wanted(name: str, late: int) -> dict[str, np.ndarray]:
    """Return these derivatives, computed once."""
    return wanted_of(name, late)


@pytest.mark.parametrize("backend", ["fortran", *EXHAUSTIVE])
@pytest.mark.parametrize("late", LATE)
@pytest.mark.parametrize("name", CASES)
def test_derivatives_are_those_of_complex_steps(name: str, late: str, backend: str) -> None:
    template, step, _, drive, _ = CASES[name]
    op, delays = f"{name}_op", LATE[late] * step or None
    model = CircuitTemplate(
        "network",
        populations={
            "p": PopulationTemplate(
                "p", NodeTemplate.from_yaml(f"neuron_model_templates.spiking_neurons.{template}"), UNITS,
                {f"{op}/eta": drive * DRIVES},
            )
        },
        connections=[Connectivity(f"p/{op}/s", f"p/{op}/s_in", connections(name), delays=delays)],
    ).compile(
        backend, step_size=step, simulation_time=STEPS * step, outputs={"s": f"p/{op}/s"}, surrogate=SLOPE
    )  # fmt: skip
    expected = wanted(name, LATE[late])
    found = model.gradient({"s": WEIGHTS}, list(expected))
    for path, values in expected.items():
        scale = np.abs(values).max()
        assert scale > 0.0, path
        np.testing.assert_allclose(np.ravel(found[path]), np.ravel(values), rtol=0.0, atol=SAME * scale, err_msg=path)
