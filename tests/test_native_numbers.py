"""What programs in other languages compute: right-hand sides and trajectories of the library are the oracle's."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from rates_core.plugins import get_manager
from rates_core.reference import Interpreter

from rates_core import CircuitTemplate

BACKENDS = ("fortran", "julia", "matlab")
MODELS = (
    "coupled_oscillators.stuartlandau.sl",
    "neural_mass_models.jansenrit.JRC",
    "neural_mass_models.qif.qif_sfa",
    "neural_mass_models.qif.qif_conduct",
    "oscillators.vanderpol.vdp",
    "systems.hodgkin_huxley.hh",
)
DELAYED = ("neural_mass_models.jansenrit.JRC_2delaycoupled", "neural_mass_models.qif.qif_sd", "systems.mackey_glass.mg")
STEP, STEPS = 1e-3, 50


def circuit_of(name: str) -> CircuitTemplate:
    return CircuitTemplate.from_yaml(f"model_templates.{name}")


@cache
def followed(name: str) -> dict[str, np.ndarray]:
    """Return the oracle's trajectory of each state."""
    interpreter = Interpreter(circuit_of(name))
    found = interpreter.run(STEPS * STEP, STEP, get_manager().solver("rk4").load(), outputs=list(states_of(name)))
    return {path: np.asarray(values) for path, values in found.values.items()}


@cache
def states_of(name: str) -> tuple[str, ...]:
    """Return the states of nodes: those of chains in place of delays are called otherwise by runs."""
    return tuple(path for path in Interpreter(circuit_of(name)).initial_state() if "->" not in path)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", MODELS)
def test_right_hand_sides_are_those_of_the_oracle_to_13_digits(name: str, backend: str) -> None:
    made = circuit_of(name).get_run_func("rates_of_change", STEP, backend=backend, solver="scipy", vectorize=False)
    time, start, *rest = made.args
    random = np.random.default_rng(5)
    for y in (start, start + 0.1 * random.uniform(-1.0, 1.0, len(start))):
        state = {path: float(y[place]) for path, place in made.state_indices.items()}
        wanted: dict[str, Any] = Interpreter(circuit_of(name)).derivative(time, state)
        found = np.asarray(made.func(time, y, *rest))
        for path, place in made.state_indices.items():
            # terms of a sum may cancel to 0, and leave what the processor rounds off of them
            assert abs(found[place] - wanted[path]) <= 1e-13 * abs(wanted[path]) + 1e-15, path


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", [*MODELS, *DELAYED])
def test_trajectories_are_those_of_the_oracle_to_11_digits(name: str, backend: str) -> None:
    outputs = {path: path for path in states_of(name)}
    run = circuit_of(name).run(
        STEPS * STEP, STEP, solver="rk4", backend=backend, outputs=outputs, vectorize=False, verbose=False
    )
    for path, wanted in followed(name).items():
        assert len(run) == len(wanted)
        assert np.abs(run[path].to_numpy() - wanted).max() <= 1e-11 * np.abs(wanted).max(), path
