"""Steps of Newton's method with equations of another place, made better by what the steps before have shown.

References:
    broyden1965; kelley1995, section 7.3.
"""

from __future__ import annotations

import numpy as np

DIFFERENT = 0.25  # of the first step, at least: what is left of it when it has been made better


class Steps:
    """Steps with the same equations, each of which tells something of the true ones.

    Args:
        scale: of each unknown.
    """

    def __init__(self, scale: np.ndarray) -> None:
        self._scale = scale
        self._taken: list[np.ndarray] = []  # in scales
        self._squares: list[float] = []

    @property
    def size(self) -> float:
        """Return the size of the last step, in scales."""
        return float(np.sqrt(self._squares[-1]))

    def better(self, step: np.ndarray) -> np.ndarray:
        """Return a step by Broyden's equations instead of that by the first ones, and remember it."""
        found = step / self._scale
        for number, square in enumerate(self._squares):
            share = float(self._taken[number] @ found) / square
            if number + 1 < len(self._taken):
                found = found + share * self._taken[number + 1]
            else:
                found = found / max(1.0 - share, DIFFERENT)
        self._taken.append(found)
        self._squares.append(float(found @ found))
        return np.asarray(found * self._scale)
