"""The analysis: a fixed point by Newton's method, and the eigenvalues of the Jacobian there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from rates_core import CircuitTemplate, SimulationError, UnknownNameError, UnsupportedFeatureError

STEPS = 50  # near a fixed point each of them doubles the number of right digits
SMALL = 1e-12  # of the last step, by the size of the point

Field = Callable[[np.ndarray], np.ndarray]
Places = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Rest:
    """Where a model rests.

    Attributes:
        point: the states by path; those of a population are numbered.
        eigenvalues: of the Jacobian at the point, the one with the largest real part first.
    """

    point: pd.Series
    eigenvalues: np.ndarray

    @property
    def stable(self) -> bool:
        """Tell whether small pushes die out."""
        return bool(self.eigenvalues[0].real < 0)


def analyse(circuit: CircuitTemplate, start: Mapping[str, float] | None = None, backend: str | None = None) -> Rest:
    """Return the fixed point to which Newton's method goes.

    Args:
        circuit: a model without delays.
        start: values of states to begin with, by path; others begin with their initial values.
        backend: which writes the derivative and the Jacobian; the default one if none is named.

    Raises:
        UnknownNameError: a path of `start` is no state.
        UnsupportedFeatureError: the model has delays.
        SimulationError: the method finds nothing.
    """
    if circuit.jacobian().system.reads:
        raise UnsupportedFeatureError("This model has delays, and the analysis 'demo' takes none.")
    field = circuit.get_run_func("field", step_size=1.0, backend=backend, adaptive=True)
    slopes = circuit.get_jacobian_func("slopes", step_size=1.0, backend=backend, adaptive=True)
    t, y, *arguments = field.args
    places = {path: np.atleast_1d(np.r_[_slice(place)]) for path, place in field.state_indices.items()}

    def derivative(y: np.ndarray) -> np.ndarray:
        return np.array(field.func(t, y, *arguments))

    def jacobian(y: np.ndarray) -> np.ndarray:
        return np.array(slopes.func(t, y, *arguments))

    found = newton(derivative, jacobian, started(np.array(y), start or {}, places))
    eigenvalues = np.linalg.eigvals(jacobian(found))
    return Rest(pd.Series(found, index=labels(places)), eigenvalues[np.argsort(-eigenvalues.real)])


def newton(derivative: Field, jacobian: Field, y: np.ndarray) -> np.ndarray:
    """Return a zero of the derivative near y."""
    for _ in range(STEPS):
        try:
            step = np.linalg.solve(jacobian(y), -derivative(y))
        except np.linalg.LinAlgError as error:
            raise SimulationError("The Jacobian is singular; begin elsewhere, with start=.") from error
        y = y + step
        if np.max(np.abs(step)) <= SMALL * (1.0 + np.max(np.abs(y))):
            return y
    raise SimulationError(f"There is no fixed point after {STEPS} steps; begin elsewhere, with start=.")


def started(y: np.ndarray, start: Mapping[str, float], places: Places) -> np.ndarray:
    """Return the state to begin with."""
    for path, value in start.items():
        if path not in places:
            raise UnknownNameError(f"There is no state '{path}'. The states: {', '.join(places)}.")
        y[places[path]] = value
    return y


def labels(places: Places) -> list[str]:
    """Return a name for each number of the state."""
    return [
        path if len(place) == 1 else f"{path}[{number}]"
        for path, place in places.items()
        for number in range(len(place))
    ]


def _slice(place: Any) -> slice:
    """Return where a state lies; one number is given by itself, several by their ends."""
    return slice(*place) if isinstance(place, tuple) else slice(place, place + 1)
