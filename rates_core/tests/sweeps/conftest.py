"""Small circuits for the tests of sweeps, and what their runs have to give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rates_core.sweeps import SweepResult

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

ROWS = 10


@pytest.fixture
def decay() -> CircuitTemplate:
    """Return two nodes with x' = k x + u, the first of which drives the second with weight 0."""
    operator = OperatorTemplate("op", "x' = k*x + u", {"x": "output(1.0)", "k": -1.0, "u": "input"})
    node = NodeTemplate("n", [operator])
    edges = [("a/op/x", "b/op/u", None, {"weight": 0.0})]
    return CircuitTemplate("decay", {"a": node, "b": node}, edges=edges)


@pytest.fixture
def burst() -> CircuitTemplate:
    """Return a node with x' = k x², whose solution from 1 ends at t = 1/k."""
    operator = OperatorTemplate("op", "x' = k*x^2", {"x": "output(1.0)", "k": 0.0})
    return CircuitTemplate("burst", {"p": NodeTemplate("n", [operator])})


@pytest.fixture
def decayed() -> Callable[..., np.ndarray]:
    """Return the rows that Euler's method with h = 0.1 gives for x' = k x: x_n = (1 + h k)^n x_0."""
    return lambda k, start=1.0: start * (1 + 0.1 * np.asarray(k)[..., None]) ** np.arange(ROWS)


@pytest.fixture
def sweep() -> Callable[..., SweepResult]:
    """Return a sweep over t = 0, 0.1, …, 0.9 of `x`, the variable of node `a` or `p`."""

    def run(circuit: CircuitTemplate, parameters: Any, **options: Any) -> SweepResult:
        outputs = {"x": f"{next(iter(circuit.nodes))}/op/x"}
        settings = {"simulation_time": 1.0, "step_size": 0.1, "verbose": False, "outputs": outputs}
        return circuit.sweep(parameters, **{**settings, **options})

    return run
