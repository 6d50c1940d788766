"""All backends in the box beside each other: what one computes is what the oracle and NumPy compute."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rates_core.plugins import get_manager
from rates_core.reference import Interpreter
from rates_core.testing.parts import circuit, connectivity, node, population

from rates_core import CircuitTemplate

ROOT = Path(__file__).parents[1]
LIGHT = [import_module(path.parent.name) for path in sorted(ROOT.glob("plugins/*/src/*/__init__.py"))]
BACKENDS = sorted(spec.name for module in LIGHT for spec in getattr(module, "rates_backends", tuple)())
STEP, STEPS = 1e-3, 100
UNITS, MANY = 6, 16


def ring(count: int = UNITS) -> CircuitTemplate:
    """Return units of a population that all hear each other, those that are far later than those that are near."""
    unit = node("x' = (tanh(u) - x)/tau", tau=0.05, x="output(0.2)", u="input(0.0)")
    apart = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    starts = np.sin(2 * np.pi * np.arange(count) / count)
    late = connectivity("p/op/x", "p/op/u", 2 * np.cos(apart) - 0.3, delays=0.01 + 0.0033 * apart)
    return circuit(populations={"p": population(unit, count, x=starts)}, connections=[late])


def of_library(name: str) -> CircuitTemplate:
    return CircuitTemplate.from_yaml(f"model_templates.{name}")


MODELS = {
    "jansen_rit_with_delays": lambda: of_library("neural_mass_models.jansenrit.JRC_2delaycoupled"),
    "qif_with_adaptation": lambda: of_library("neural_mass_models.qif.qif_sfa"),
    "population_with_delays": ring,
}


def states_of(model: str) -> tuple[str, ...]:
    """Return the states of units: those of chains in place of delays are called otherwise by runs."""
    return tuple(path for path in Interpreter(MODELS[model]()).initial_state() if "->" not in path)


@cache
def followed(model: str) -> np.ndarray:
    """Return the oracle's trajectories, a column each state."""
    tableau = get_manager().solver("rk4").load()
    found = Interpreter(MODELS[model]()).run(STEPS * STEP, STEP, tableau, outputs=list(states_of(model)))
    return np.stack([np.asarray(found.values[path]) for path in states_of(model)], axis=1)


@cache
def ran(model: str, backend: str) -> np.ndarray:
    """Return the trajectories of a backend, likewise."""
    outputs = {path: path for path in states_of(model)}
    run: pd.DataFrame = MODELS[model]().run(
        STEPS * STEP, STEP, solver="rk4", backend=backend, outputs=outputs, verbose=False
    )
    return run[list(outputs)].to_numpy()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("model", MODELS)
def test_a_backend_computes_what_the_oracle_and_numpy_compute(model: str, backend: str) -> None:
    found, wanted = ran(model, backend), followed(model)
    near = 1e-10 * np.abs(wanted).max(axis=0)  # of each state; rounding of either grows by some digits on the way
    assert found.shape == wanted.shape
    assert np.ptp(wanted, axis=0).max() > 0.01  # something moves
    assert (np.abs(found - wanted) <= near).all()
    assert (np.abs(found - ran(model, "numpy")) <= near).all()


@pytest.mark.exhaustive  # each backend compiles it twice
@pytest.mark.parametrize("backend", BACKENDS)
def test_units_that_are_recorded_alone_are_bit_for_bit_those_of_all(backend: str) -> None:
    whole, some = (
        ring(MANY).run(STEPS * STEP, STEP, solver="rk4", backend=backend, outputs=outputs, verbose=False)
        for outputs in ({"x": "p/op/x"}, {"one": "p[9]/op/x", "other": "p[2]/op/x"})
    )
    assert np.ptp(some["one"]) > 0.01
    assert (some[["one", "other"]].to_numpy() == whole.to_numpy()[:, [9, 2]]).all()


def test_the_backends_in_the_box_are_all_there() -> None:
    assert {"fortran", "jax", "julia", "matlab", "numba", "numpy", "tf", "torch"} <= set(BACKENDS)
    assert set(BACKENDS) <= set(get_manager().backends())
