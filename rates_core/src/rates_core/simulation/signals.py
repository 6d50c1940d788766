"""One external input of a run: samples on the grid of steps, or a function of time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.errors import InputSignalError, shown

SNAP = 1e-9  # steps from a sample that are no distance
ROUNDING = 4 * np.finfo(float).eps


class Signal(ABC):
    """The columns of one external input: one for all units that its path names, or one for each."""

    @property
    @abstractmethod
    def columns(self) -> int:
        """Return the number of columns."""

    @abstractmethod
    def at(self, t: float, base: float, step_size: float) -> np.ndarray:
        """Return all columns at a time.

        Args:
            t: the time.
            base: where the run starts, in steps.
            step_size: distance of samples.
        """

    @abstractmethod
    def rows(self, first: int, count: int, node: float, base: float, step_size: float) -> np.ndarray:
        """Return all columns at `(k + node) * step_size` after the start, k from `first` on: `[count, columns]`."""

    @abstractmethod
    def jumps(self, share: float) -> np.ndarray:
        """Return the numbers of samples where a second difference is above a share of the signal's range."""


@frozen(eq=False)
class Samples(Signal):
    """An input on the grid of steps: `values[k]` holds k steps after the start; the last one holds to the end."""

    values: np.ndarray

    @property
    def columns(self) -> int:
        """Return the number of columns."""
        return int(self.values.shape[1])

    def at(self, t: float, base: float, step_size: float) -> np.ndarray:
        """Return a sample on the grid, and between samples the line that joins them.

        What lies between two samples is the difference of two positions on one grid, so that it is the same number
        wherever a run starts.
        """
        last = len(self.values) - 1
        place = t / step_size - base
        near = round(place)
        if abs(place - near) <= SNAP + ROUNDING * abs(t / step_size):
            return np.asarray(self.values[min(max(near, 0), last)])
        left = int(place // 1)
        if left < 0 or left >= last:
            return np.asarray(self.values[0 if left < 0 else last])
        share = place - left
        return np.asarray((1 - share) * self.values[left] + share * self.values[left + 1])

    def rows(self, first: int, count: int, node: float, base: float, step_size: float) -> np.ndarray:
        """Return samples at the start of steps, the next ones at their end, and a mean in between."""
        if node in (0, 1):
            return self._held(first + int(node), count)
        return (1 - node) * self._held(first, count) + node * self._held(first + 1, count)

    def _held(self, first: int, count: int) -> np.ndarray:
        """Return samples, without a copy where there are as many."""
        if first + count <= len(self.values):
            return self.values[first : first + count]
        return np.asarray(self.values[np.minimum(np.arange(first, first + count), len(self.values) - 1)])

    def jumps(self, share: float) -> np.ndarray:
        """Return the numbers of samples where the signal bends as samples of smooth signals do not.

        The last sample is one where the signal, which stays what it is there, was on its way elsewhere.
        """
        spread = np.ptp(self.values, axis=0)
        held = np.concatenate([self.values, self.values[-1:]])
        bend = np.abs(np.diff(held, 2, axis=0)) > share * np.where(spread > 0, spread, np.inf)
        return np.nonzero(bend.any(axis=1))[0] + 1


@frozen(eq=False)
class Function(Signal):
    """An input that is a function of time, whose values are checked at each call.

    Attributes:
        key: what the user calls the input.
        given: number of values at the start.
    """

    key: str
    function: Callable[[float], Any]
    given: int

    @property
    def columns(self) -> int:
        """Return the number of values."""
        return self.given

    def at(self, t: float, base: float, step_size: float) -> np.ndarray:
        """Return the values at a time.

        Raises:
            InputSignalError: the function raises, or gives other than real numbers, or not as many as at the start.
        """
        value = called(self.key, self.function, t)
        if value.size != self.given:
            raise InputSignalError(
                f"External input '{self.key}' gives {counted(value.size, 'value')} at t = {t!r}, but gave "
                f"{self.given} at the start of the run; give equally many at all times."
            )
        return value

    def rows(self, first: int, count: int, node: float, base: float, step_size: float) -> np.ndarray:
        """Return the values at a node of several steps."""
        start = round(base)
        return np.array([self.at((start + k + node) * step_size, base, step_size) for k in range(first, first + count)])

    def jumps(self, share: float) -> np.ndarray:
        """Return nothing: a function has no samples to find jumps in."""
        return np.zeros(0, dtype=int)


def called(key: str, function: Callable[[float], Any], t: float) -> np.ndarray:
    """Return the real numbers that an input's function gives at a time, as a vector.

    Raises:
        InputSignalError: it raises, or gives something else.
    """
    try:
        given = function(t)
    except Exception as error:
        raise InputSignalError(
            f"External input '{key}': its function raises {type(error).__name__} at t = {t!r}: {error}"
        ) from error
    value = np.asarray(given)
    if value.dtype.kind not in "fiub":
        raise InputSignalError(
            f"External input '{key}' gives {shortened(given)} at t = {t!r}; it must give finite real numbers."
        )
    return value.astype(float, copy=False).reshape(-1)


def counted(count: int, noun: str) -> str:
    """Return a number of things in words."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def shortened(value: Any) -> str:
    """Return the text of a value, cut where it is long."""
    return shown(value, 40)
