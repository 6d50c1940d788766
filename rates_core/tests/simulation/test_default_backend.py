"""Without a backend named, NumPy's runs what is quick and Numba's, where it is installed, what is not."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from rates_core.plugins import get_manager
from rates_core.plugins.specs import BackendSpec
from rates_core.simulation import default_backend
from rates_core.simulation.default_backend import evaluation_seconds, settled_backend

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

NODE = NodeTemplate("n", [OperatorTemplate("op", "x' = -x/tau + sin(x)*cos(x)", {"x": "output(1.0)", "tau": 2.0})])
SINGLE = CircuitTemplate("single", {"p": NODE})
MANY = CircuitTemplate("many", populations={"p": PopulationTemplate("p", NODE, 1000)})


@pytest.fixture
def with_numba(monkeypatch: pytest.MonkeyPatch) -> BackendSpec:
    """Install a descriptor of that name; nothing of it is loaded."""
    manager = get_manager()
    spec = evolve(manager.backend("numpy"), name="numba")
    monkeypatch.setattr(type(manager), "backends", lambda self: {"numba": spec, "numpy": self.backend("numpy")})
    return spec


def chosen(circuit: CircuitTemplate, **settings: Any) -> str:
    compiled = circuit.compile(backend="numpy", solver=settings.pop("solver", "euler"))
    given = {"simulation_time": 10.0, "step_size": 1e-2, **settings}
    choice = compiled.choice
    return settled_backend(choice.backend, compiled.system, choice.tableau, choice.fixed, given).name


def test_short_runs_stay_with_numpy(with_numba):
    assert chosen(SINGLE) == "numpy"
    assert chosen(SINGLE, simulation_time=None) == "numpy"
    assert chosen(MANY) == "numpy"


@pytest.mark.parametrize("circuit", [SINGLE, MANY])
def test_long_runs_are_worth_compiling(with_numba, circuit):
    assert chosen(circuit, simulation_time=1e6) == "numba"
    assert chosen(circuit, simulation_time=1e6, solver="dopri5") == "numba"


def test_a_past_between_chosen_steps_is_worth_compiling_where_it_is_one_of_states(with_numba):
    late = NodeTemplate("n", [OperatorTemplate("op", "x' = -past(x, 0.1)", {"x": "output(1.0)"})])
    squared = NodeTemplate(
        "n", [OperatorTemplate("op", ["x' = -past(z, 0.1)", "z = x^2"], {"x": "output(1.0)", "z": "variable(0.0)"})]
    )
    states, computed = (CircuitTemplate("late", {"p": node}) for node in (late, squared))
    assert chosen(states, solver="dopri5") == "numpy"
    assert chosen(states, solver="dopri5", simulation_time=1e6) == "numba"
    assert chosen(computed, solver="dopri5", simulation_time=1e6) == "numpy"


def test_what_a_library_integrates_stays_with_numpy(with_numba):
    assert chosen(SINGLE, simulation_time=1e6, solver="scipy") == "numpy"


def test_a_missing_backend_is_not_chosen(monkeypatch):
    numpy = get_manager().backend("numpy")
    monkeypatch.setattr(type(get_manager()), "backends", lambda self: {"numpy": numpy})
    assert chosen(SINGLE, simulation_time=1e6) == "numpy"


def test_a_named_backend_is_kept(monkeypatch):
    monkeypatch.setattr("rates_core.simulation.compile.settled_backend", lambda *_: pytest.fail("it was asked"))
    assert SINGLE.compile(backend="numpy", simulation_time=1e6).choice.backend.name == "numpy"


def test_the_choice_is_said_at_debug_level(with_numba, caplog):
    with caplog.at_level(logging.DEBUG, logger="rates"):
        chosen(SINGLE)
    assert caplog.messages[-1].startswith("backend 'numpy' was chosen for 'single': about ")


def test_what_costs_is_counted():
    one, many = (circuit.compile(backend="numpy").system for circuit in (SINGLE, MANY))
    calls = 6  # negative, divide, sin, cos, multiply, add
    assert np.isclose(evaluation_seconds(one), calls * default_backend.SCALAR)
    assert np.isclose(evaluation_seconds(many), calls * (default_backend.ARRAY + 1000 * default_backend.ENTRY))
