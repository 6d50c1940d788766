"""Variables on accepted steps as polynomials."""

from __future__ import annotations

from typing import Any

import numpy as np
from rates_core.programs.trail import FACTORS

# The error is of order FACTORS in the step; interpolants of methods have no more.
_ANGLES = (2 * np.arange(FACTORS) + 1) * np.pi / (2 * FACTORS)
_ENDS = np.array([1e-6, 1 - 1e-6])
# Chebyshev's between 0 and 1, then two just inside the ends, at which a variable may jump. From the former factors are
# made, with the latter they are checked.
NODES = np.concatenate([(1 - np.cos(_ANGLES)) / 2, _ENDS])
FIT = np.array([
    [*(2 - (k == 0)) / FACTORS * (-1.0) ** k * np.cos(k * _ANGLES), *np.zeros(len(_ENDS))] for k in range(FACTORS)
])  # fmt: skip
CHECKS = np.ascontiguousarray(np.polynomial.chebyshev.chebvander(2 * _ENDS - 1, FACTORS - 1))


def factors_of(values: np.ndarray) -> np.ndarray:
    """Return the coefficients of a variable from its values at `NODES`."""
    with np.errstate(all="ignore"):  # a run that leaves the finite numbers says so itself
        return np.asarray(np.tensordot(FIT, values, axes=1))


def size_of(factors: np.ndarray) -> float:
    """Return the size of the largest coefficient."""
    return float(np.max(np.abs(factors), initial=0.0))


def is_rough(factors: np.ndarray, values: np.ndarray, most: float) -> bool:
    """Tell whether a variable is off a polynomial by more than `most`.

    The last two coefficients tell, and the values at the ends.
    """
    with np.errstate(all="ignore"):
        off = np.abs(np.tensordot(CHECKS, factors, axes=1) - values[-len(CHECKS) :])
        return size_of(np.abs(factors[-2]) + np.abs(factors[-1])) > most or size_of(off) > most


class Polynomials:
    """One variable on consecutive steps: of each step, coefficients of Chebyshev polynomials of 2θ - 1.

    Args:
        shape: of the variable.
        dtype: of its values.
    """

    def __init__(self, shape: tuple[int, ...], dtype: type) -> None:
        self._stored: np.ndarray = np.empty((64, FACTORS, *shape), dtype=dtype)
        self._first = self._end = 0

    def __len__(self) -> int:
        return self._end - self._first

    def copy(self) -> Polynomials:
        """Return a copy whose changes this one does not see."""
        new = object.__new__(Polynomials)
        new._stored, new._first, new._end = self._stored[self._first : self._end].copy(), 0, len(self)
        return new

    def append(self, factors: np.ndarray) -> None:
        """Add a step."""
        if self._end == len(self._stored):
            self._move(max(64, 2 * len(self)), 0)
        self._stored[self._end] = factors
        self._end += 1

    def prepend(self, value: Any) -> None:
        """Add a step before the first one, on which the variable does not change."""
        if not self._first:
            self._move(len(self._stored) + 1, 1)
        self._first -= 1
        self._stored[self._first] = 0.0
        self._stored[self._first, 0] = value

    def with_room(self, room: int) -> np.ndarray:
        """Return steps and room for more behind them: `[steps, coefficients, entries]`."""
        if len(self._stored) < self._end + room:
            self._move(len(self) + room, 0)
        stored = self._stored[self._first : self._end + room]
        return stored.reshape(len(stored), FACTORS, -1)

    def extend(self, steps: int) -> None:
        """Add steps whose coefficients were written into the room behind the last one."""
        self._end += steps

    def _move(self, size: int, first: int) -> None:
        """Move steps into a new array of some size, from the `first` place on."""
        kept = self._stored[self._first : self._end]
        self._stored = np.empty((size, *kept.shape[1:]), dtype=kept.dtype)
        self._first, self._end = first, first + len(kept)
        self._stored[self._first : self._end] = kept

    def drop(self, count: int) -> None:
        """Forget the first steps."""
        self._first += count

    def whole(self, step: int, theta: float) -> Any:
        """Return the variable at a part of a step."""
        x = 2 * theta - 1
        basis = [1.0, x]
        while len(basis) < FACTORS:
            basis.append(2 * x * basis[-1] - basis[-2])
        value = np.tensordot(np.array(basis), self._stored[self._first + step], axes=1)
        return value if value.ndim else value.item()

    def entries(self, steps: np.ndarray, theta: np.ndarray, entries: np.ndarray | None) -> np.ndarray:
        """Return single entries, each at a part of a step of its own, by Clenshaw's recurrence.

        Args:
            steps: number of each one's step.
            theta: part of that step.
            entries: which entry of the variable each one is; None for a variable that is a number.
        """
        width = 1 if self._stored.ndim == 2 else self._stored.shape[2]
        flat = self._stored.reshape(-1)
        places = (self._first + steps) * (FACTORS * width)
        if entries is not None:
            places += entries
        twice = 4 * theta - 2
        later, last = np.zeros(len(places), dtype=flat.dtype), flat[(FACTORS - 1) * width :].take(places)
        for power in range(FACTORS - 2, 0, -1):
            later, last = last, flat[power * width :].take(places) + twice * last - later
        return np.asarray(flat.take(places) + twice / 2 * last - later)
