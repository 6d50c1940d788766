"""Values by name, put where a run has them: into parameters, and into the state at the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean
from rates_core.programs.arrays.runtime import ArrayRuntime

if TYPE_CHECKING:
    from rates_core.programs.gradient import TrainableRequest


class Values:
    """Values that a function of a run takes.

    Args:
        runtime: of the library whose arrays they are.
        request: what they are at first, and where they stand.
    """

    def __init__(self, runtime: ArrayRuntime, request: TrainableRequest) -> None:
        self._runtime, self.first = runtime, dict(request.values)
        self._parameters, self._state = request.parameters, request.state

    def arrays(self) -> dict[str, Any]:
        """Return the values at first as arrays of the library."""
        return {name: self._runtime.array(value, "real") for name, value in self.first.items()}

    def placed(self, values: Mapping[str, Any], parameters: Mapping[str, Any], y: Any) -> tuple[dict[str, Any], Any]:
        """Return parameters, and the state at the start, in which some entries are values."""
        found, runtime = dict(parameters), self._runtime
        if not self._parameters and self._state is None:
            return found, y
        every = runtime.joined([runtime.reshaped(values[name], (-1,)) for name in self.first])
        for path, places in self._parameters.items():
            if path in found:  # others enter no equation
                found[path] = self._filled(found[path], places, every)
        return found, y if self._state is None else self._filled(y, self._state, every)

    def check(self, values: Mapping[str, Any]) -> None:
        """Raise for values that are not as they should be, or are missing.

        Raises:
            ArgumentError: something is not of its shape, or missing.
            UnknownNameError: there is no such value.
        """
        check_shapes("value", values, {name: value.shape for name, value in self.first.items()})
        for name in self.first:
            if name not in values:
                raise ArgumentError(f"The value '{name}' is missing.")

    def _filled(self, own: Any, places: np.ndarray, every: Any) -> Any:
        """Return an array in which some entries are values."""
        runtime, size = self._runtime, places.size
        begin = int(places.flat[0]) if size else 0
        if np.array_equal(places.ravel(), np.arange(begin, begin + size)) and begin >= 0:
            return runtime.reshaped(every[begin : begin + size], places.shape)
        index = np.where(places < 0, np.arange(size).reshape(places.shape), places + size)
        return runtime.entries(runtime.joined([runtime.reshaped(own, (-1,)), every]), index)


def check_shapes(what: str, asked: Mapping[str, Any], known: Mapping[str, tuple[int, ...]]) -> None:
    """Raise for arrays whose names or shapes are others than those that are known.

    Raises:
        ArgumentError: something is not of its shape.
        UnknownNameError: there is no such name.
    """
    for name, value in asked.items():
        if name not in known:
            raise UnknownNameError(
                f"There is no {what} {name!r}.{did_you_mean(str(name), known)} There are: {', '.join(known) or 'none'}."
            )
        if tuple(value.shape) != known[name]:
            raise ArgumentError(f"The {what} '{name}' has the shape {tuple(value.shape)}; it has to be {known[name]}.")
