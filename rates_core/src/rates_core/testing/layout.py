"""Where the states of single units lie in the state vector of a System."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.system.system import System


@frozen
class Place:
    """Where a variable of one unit lies: `count` values from `offset` on; a number has the count None."""

    offset: int
    count: int | None
    complex: bool


class Layout:
    """The places of all states that have paths; chains of delays have none.

    Args:
        system: the lowered System.
    """

    def __init__(self, system: System) -> None:
        self._width = system.width
        self.places: dict[str, Place] = {}
        assert system.network is not None
        for (number, operator, variable), symbol in system.addresses.items():
            state = system.state_paths.get(symbol)
            population = system.network.populations[number]
            if state is None:
                continue
            if population.size is None:
                count = state.entries if state.shape else None
                path = f"{population.units[0]}/{operator}/{variable}"
                self.places[path] = Place(state.offset, count, state.complex)
                continue
            size = 2 if state.complex else 1
            for index, unit in enumerate(population.units):
                self.places[f"{unit}/{operator}/{variable}"] = Place(state.offset + index * size, None, state.complex)

    def packed(self, values: Mapping[str, Any]) -> np.ndarray:
        """Return the state vector with these values, and 0 elsewhere."""
        y = np.zeros(self._width)
        for path, place in self.places.items():
            numbers = np.atleast_1d(np.asarray(values[path], dtype=complex if place.complex else float))
            y[self._slice(place)] = numbers.view(float) if place.complex else numbers
        return y

    def unpacked(self, y: np.ndarray) -> dict[str, Any]:
        """Return the values in a state vector by path."""
        return {path: self._value(y, place) for path, place in self.places.items()}

    def _slice(self, place: Place) -> slice:
        return slice(place.offset, place.offset + (place.count or 1) * (2 if place.complex else 1))

    def _value(self, y: np.ndarray, place: Place) -> Any:
        part = np.asarray(y[self._slice(place)])
        part = part.copy().view(complex) if place.complex else part
        return part[0] if place.count is None else part
