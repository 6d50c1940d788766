"""Evaluate derivative matrices without a backend, and differentiate right-hand sides that are written by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from rates_core.network.build import build_network
from rates_core.simulation.derivatives import linearisation_of
from rates_core.system.linearisation import Linearisation
from rates_core.system.system import Assign, Project, System

from rates_core import CircuitTemplate

Values = Callable[..., Any]
STEP = 1e-30  # of a complex-step derivative, which has no cancellation


def by_complex_step(field: Callable[[Any], Sequence[Any]], y: Sequence[float]) -> np.ndarray:
    """Return the matrix of derivatives of a right-hand side that is written in functions that take complex numbers."""
    point = np.array(y, dtype=complex)
    columns = []
    for place in range(len(point)):
        moved = point.copy()
        moved[place] += 1j * STEP
        columns.append(np.imag(np.array(field(moved), dtype=complex)) / STEP)
    return np.array(columns).T


def split(system: System, y: np.ndarray) -> dict[str, Any]:
    """Return the states in a real vector."""
    values = {}
    for state in system.states:
        part = np.array(y[state.offset : state.offset + state.width], dtype=float)
        part = part.view(complex) if state.complex else part
        values[state.path] = part if state.shape else part[0]
    return values


@pytest.fixture(scope="session")
def matrix(evaluate_system: Callable[..., Any], value_in: Values) -> Callable[..., np.ndarray]:
    """Return a function that gives a derivative matrix of a circuit at y, with the given values of other symbols."""

    def found(
        circuit: CircuitTemplate,
        y: Sequence[float],
        by: Any = "states",
        paths: Sequence[str] | None = None,
        given: Mapping[str, Any] | None = None,
        vectorize: bool = True,
        t: float = 0.0,
    ) -> np.ndarray:
        linearisation = linearisation_of(build_network(circuit, vectorize), by, paths)
        assert written_once(linearisation)
        values = {**split(linearisation.system, np.array(y)), **(given or {})}
        known = evaluate_system(linearisation.system, t, values).values
        total = np.zeros(linearisation.shape)
        for block in linearisation.blocks:
            np.add.at(total, (block.rows, block.columns), value_in(block.values, known))
        return total

    return found


def written_once(linearisation: Linearisation) -> bool:
    """Tell whether each statement assigns a symbol of its own, and places are those of the parameters."""
    targets = [item.target for item in linearisation.system.statements if isinstance(item, Assign | Project)]
    known = linearisation.system.parameter_paths
    placed = all(
        block.places is None
        or (
            np.array_equal(known[block.places[0]].value, block.rows)
            and np.array_equal(known[block.places[1]].value, block.columns)
        )
        for block in linearisation.blocks
    )
    return placed and len(targets) == len(set(targets))


@pytest.fixture(scope="session")
def differentiated() -> Callable[..., np.ndarray]:
    """Return the complex-step derivative."""
    return by_complex_step
