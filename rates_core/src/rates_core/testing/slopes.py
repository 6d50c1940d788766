"""Derivatives of what the oracle computes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from rates_core.errors import EquationError

Values = Callable[[complex], np.ndarray]  # real for real numbers

TINY = 1e-30  # its square is nothing beside 1
ANALYTIC, DIFFERENCED = 1e-12, 1e-8  # relative errors of the two ways


def slope(values: Values, at: float, analytic: bool = True) -> tuple[np.ndarray, float]:
    """Return the derivative of a function of one number, and the relative error that it may have.

    A small imaginary part goes through analytic functions as a differential does, without any difference. Others, and
    those that refuse complex numbers, are differenced.
    """
    if analytic:
        with suppress(EquationError):
            return np.imag(values(complex(at, TINY))) / TINY, ANALYTIC
    return differenced(values, at), DIFFERENCED


def differenced(values: Values, at: float) -> np.ndarray:
    """Return the derivative by central differences, extrapolated to a step of zero (Ridders 1982)."""
    step, shrink, rows = 0.05, 1.6, 9
    previous: list[np.ndarray] = []
    best: np.ndarray | None = None
    error = np.inf
    for _ in range(rows):
        current = [(values(at + step) - values(at - step)).real / (2.0 * step)]
        factor = shrink * shrink
        for column, coarser in enumerate(previous):
            current.append((current[column] * factor - coarser) / (factor - 1.0))
            factor *= shrink * shrink
            change = float(np.nanmax(np.abs(current[-1] - current[-2]), initial=0.0))
            if change < error:
                error, best = change, current[-1]
        previous, step = current, step / shrink
    assert best is not None
    return best


def flat(values: Any) -> list[complex]:
    """Return numbers of nested lists in one row."""
    return [number for value in values for number in flat(value)] if isinstance(values, list) else [values]
