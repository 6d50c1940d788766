"""The states along an interval that a solution does not repeat."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError

from rates_continuation.native.collocation import DEGREE, interpolated
from rates_continuation.profile import FINE, Profile


@frozen(eq=False, slots=False)
class SolutionProfile(Profile):
    """A solution in time, which goes from 0 to `period`, the length of the interval."""

    @property
    def length(self) -> float:
        """Return the length of the interval."""
        return self.period

    def at(self, times: np.ndarray) -> np.ndarray:
        """Return the states at some times, `[times, states]`.

        Raises:
            ArgumentError: one lies outside of the interval.
        """
        asked = np.asarray(times, dtype=float)
        if asked.size and not (asked.min() >= 0.0 and asked.max() <= self.period):
            raise ArgumentError(
                f"times must lie between 0 and {self.period:g}, the length of the interval; they go from "
                f"{asked.min():g} to {asked.max():g}."
            )
        return interpolated(self.mesh, self.values, asked / self.period, DEGREE)

    @cached_property
    def extremes(self) -> tuple[np.ndarray, np.ndarray]:
        """The smallest and the largest value of each state."""
        width = np.diff(self.mesh)[:, None] * np.arange(FINE) / FINE
        times = np.append((self.mesh[:-1, None] + width).ravel(), 1.0)
        fine = interpolated(self.mesh, self.values, times, DEGREE)
        return -_largest(times, -fine), _largest(times, fine)


def _largest(times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the largest value of each column, between rows too: the top of the parabola through three of them."""
    top, columns = np.argmax(values, axis=0), np.arange(values.shape[1])
    middle = np.clip(top, 1, len(times) - 2)
    here = values[middle, columns]
    one, other = times[middle - 1] - times[middle], times[middle + 1] - times[middle]
    low, high = values[middle - 1, columns] - here, values[middle + 1, columns] - here  # of a parabola a t + b t^2
    b = (low / one - high / other) / (one - other)
    a = low / one - b * one
    with np.errstate(all="ignore"):
        rise = np.where((b < 0) & (middle == top), -a * a / (4 * b), values[top, columns] - here)
    return np.asarray(here + rise)
