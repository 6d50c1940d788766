"""Values by name, put where a run has them, and derivatives gathered from there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from rates_core.errors import ArgumentError
from rates_core.programs.gradient import TrainableRequest


class Placing:
    """Where values stand in parameters and in the state at the start.

    Args:
        request: what they are at first, and where they stand.
        arguments: values of all parameters, for entries that are no values.
    """

    def __init__(self, request: TrainableRequest, arguments: Mapping[str, Any]) -> None:
        self._parameters, self._state = request.parameters, request.state
        self._arguments, self._y = arguments, np.asarray(request.start.y, dtype=float)
        self._shapes = {name: value.shape for name, value in request.values.items()}
        ends = np.cumsum([0, *(value.size for value in request.values.values())]).tolist()
        self._parts = {name: slice(*ends[place : place + 2]) for place, name in enumerate(self._shapes)}
        self._count = ends[-1]

    def placed(self, values: Mapping[str, np.ndarray]) -> tuple[dict[str, Any], np.ndarray]:
        """Return all parameters, and the state at the start, in which some entries are values.

        Raises:
            ArgumentError: a value is missing.
        """
        for name in self._shapes:
            if name not in values:
                raise ArgumentError(f"The value '{name}' is missing.")
        every = np.concatenate([np.zeros(0), *(np.ravel(values[name]) for name in self._shapes)])
        changed = {path: _filled(self._arguments[path], places, every) for path, places in self._parameters.items()}
        y = self._y if self._state is None else _filled(self._y, self._state, every)
        return {**self._arguments, **changed}, y

    def parameters_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the paths of the parameters in which some values stand."""
        wanted = np.zeros(self._count, dtype=bool)
        for name in names:
            wanted[self._parts[name]] = True
        return tuple(path for path, places in self._parameters.items() if wanted[places[places >= 0]].any())

    def gathered(self, parameters: Mapping[str, np.ndarray], y: np.ndarray | None) -> dict[str, np.ndarray]:
        """Return the derivatives by values, of those by parameters, and by the state at the start if there is one."""
        total = np.zeros(self._count)
        for path, found in parameters.items():
            _add(total, self._parameters[path], found)
        if y is not None and self._state is not None:
            _add(total, self._state, y)
        return {name: total[part].reshape(self._shapes[name]) for name, part in self._parts.items()}


def _filled(own: Any, places: np.ndarray, every: np.ndarray) -> Any:
    """Return an array in which some entries are values."""
    found = np.array(np.broadcast_to(own, places.shape), dtype=float)
    found[places >= 0] = every[places[places >= 0]]
    return found if found.shape else found.item()


def _add(total: np.ndarray, places: np.ndarray, found: np.ndarray) -> None:
    """Add the derivatives by entries to those by the values that stand there."""
    there = places >= 0
    np.add.at(total, places[there], np.reshape(found, places.shape)[there])
