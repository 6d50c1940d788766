"""Vector fields as closed forms, whose derivatives are taken by complex steps: exact to rounding."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

STEP = 1e-30


class Formula:
    """A vector field whose rates are a function of numbers or arrays: of the states, then of the parameters."""

    def __init__(self, size: int, function: Callable[..., tuple[np.ndarray, ...]]) -> None:
        self.size, self.function = size, function

    def rates(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return f."""
        given = (*np.moveaxis(np.asarray(x), -1, 0), *np.moveaxis(np.asarray(p), -1, 0))
        return np.stack(np.broadcast_arrays(*self.function(*given)), -1)

    def by_states(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return ∂f/∂x."""
        steps = 1j * STEP * np.eye(self.size)
        return np.stack([self.rates(x + step, p).imag / STEP for step in steps], -1)

    def by_parameters(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return ∂f/∂p."""
        steps = 1j * STEP * np.eye(len(p))
        return np.stack([self.rates(x + 0j, p + step).imag / STEP for step in steps], -1)


def lorenz() -> Formula:
    """Return Lorenz' equations for sigma = 10 and beta = 8/3, of rho."""
    return Formula(3, lambda x, y, z, rho: (10 * (y - x), x * (rho - z) - y, x * y - 8 / 3 * z))


def fitzhugh_nagumo() -> Formula:
    """Return FitzHugh's and Nagumo's equations, of the current."""
    return Formula(2, lambda v, w, current: (v - v**3 / 3 - w + current, 0.08 * (v + 0.7 - 0.8 * w)))
