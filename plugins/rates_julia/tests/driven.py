"""Runs by methods of DifferentialEquations.jl, over the modules in `standin/` that have the names of its packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_core.errors import SimulationError
from rates_core.testing.parts import single

from rates_core import CircuitTemplate

STANDIN = Path(__file__).with_name("standin")
TIGHT = {"rtol": 1e-10, "atol": 1e-12}


def run(model: CircuitTemplate, **given: Any) -> Any:
    """Return the table of a run with small errors, of 20 rows unless something else is given."""
    chosen = {"simulation_time": 2.0, "step_size": 0.1, "outputs": ["all/op/x"], "verbose": False, **TIGHT}
    return model.run(**{"backend": "julia", "solver": "diffeq", **chosen, **given})


def said_at_a_pole(equation: str) -> str:
    """Return what is said of an equation that comes to x' = x^2 with x = 1 at 0, once the rows before the pole hold."""
    with pytest.raises(SimulationError) as raised:
        run(single(equation, x="output(1.0)"))
    kept = raised.value.result
    assert kept is not None
    assert kept.iloc[:, 0].to_numpy()[:9] == pytest.approx(1 / (1 - 0.1 * np.arange(9)), rel=1e-7)
    return str(raised.value)


def said_of_steps(equation: str) -> str:
    """Return what is said where 50 steps of 0.01 are more than may be taken."""
    with pytest.raises(SimulationError) as raised:
        run(single(equation, x="output(1.0)"), first_step=0.01, max_step=0.01, max_steps=50)
    return str(raised.value)
