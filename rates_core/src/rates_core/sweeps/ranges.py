"""Ranges that points are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, log
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.errors import ArgumentError, shown


@frozen
class Range:
    """Values between two numbers.

    Attributes:
        low: the smallest.
        high: the largest.
        logarithmic: equal shares are those of the logarithm.
    """

    low: float
    high: float
    logarithmic: bool = False

    def at(self, shares: np.ndarray) -> np.ndarray:
        """Return the values at shares of the range, 0 its low and 1 its high end."""
        if not self.logarithmic:
            return np.asarray(self.low + shares * (self.high - self.low))
        return np.asarray(np.exp(log(self.low) + shares * (log(self.high) - log(self.low))))


def ranges_of(given: Mapping[str, Any]) -> dict[str, Range]:
    """Return ranges by name.

    Raises:
        ArgumentError: there is none, or one is no pair of numbers in order.
    """
    if not isinstance(given, Mapping) or not given:
        raise ArgumentError(f"ranges must be a dict of path to (low, high); it is {shown(given)}.")
    return {name: _range(name, entry) for name, entry in given.items()}


def _range(name: Any, entry: Any) -> Range:
    if not isinstance(name, str):
        raise ArgumentError(f"ranges: A path is text such as 'node/op/var', not {shown(name)}.")
    wrong = ArgumentError(
        f"ranges['{name}'] must be (low, high) or (low, high, 'log') with low < high; it is {shown(entry)}."
    )
    if not isinstance(entry, (tuple, list)) or len(entry) not in (2, 3) or tuple(entry[2:]) not in ((), ("log",)):
        raise wrong
    try:
        low, high = map(float, entry[:2])
    except (TypeError, ValueError):
        raise wrong from None
    if not -inf < low < high < inf:
        raise wrong
    if len(entry) == 3 and low <= 0:
        raise ArgumentError(f"ranges['{name}']: a logarithmic range lies above 0; it is {shown(entry)}.")
    return Range(low, high, len(entry) == 3)
