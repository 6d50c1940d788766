"""Sensitivities are refused where they cannot be had."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from rates_core.plugins import get_manager
from rates_core.simulation.sensitivities import Sensitivities
from rates_core.testing.parts import single

from rates_core import UnknownNameError, UnsupportedFeatureError

CIRCUIT = single("x' = -k*x", x="output(1.0)", k=1.0)


def test_a_backend_without_derivatives_says_who_has_them() -> None:
    with pytest.raises(UnsupportedFeatureError) as caught:
        CIRCUIT.compile(backend="numpy", step_size=0.1, simulation_time=1.0).sensitivities(["p/op/k"])
    manager = get_manager()
    able = [name for name in manager.backends() if "along" in manager.backend(name).capabilities.differentiation]
    who = f"Installed backends that do: {', '.join(able)}." if able else "No installed backend does."
    assert str(caught.value) == (
        f"The backend 'numpy' does not support what this model needs: derivatives of runs along their way. {who}"
    )


def test_unknown_arguments_are_refused() -> None:
    with pytest.raises(UnknownNameError) as caught:
        CIRCUIT.compile(backend="numpy", step_size=0.1, simulation_time=1.0).sensitivities(["p/op/k"], loss=None)
    assert str(caught.value) == (
        "A compiled model's sensitivities() has no argument 'loss'. It takes: wrt, parameters, initial, inputs, "
        "simulation_time, sampling_step_size, cutoff, seed."
    )


def test_a_solver_that_chooses_its_steps_is_refused() -> None:
    model = CIRCUIT.compile(backend="numpy", solver="scipy", step_size=0.1, simulation_time=1.0)
    with pytest.raises(UnsupportedFeatureError) as caught:
        model.sensitivities(["p/op/k"])
    assert str(caught.value) == (
        "sensitivities() follows fixed steps; the solver 'scipy' chooses its own. Compile with solver='rk4'."
    )


def test_sensitivities_are_a_mapping_that_shows_what_it_holds() -> None:
    found = Sensitivities(pd.DataFrame({"x": [0.0, 1.0]}), {"p/op/k": np.zeros((2, 1))})
    assert list(found) == ["p/op/k"]
    assert len(found) == 1
    assert found["p/op/k"].shape == (2, 1)
    assert repr(found) == "<Sensitivities of 2 rows and 1 columns by p/op/k>"
