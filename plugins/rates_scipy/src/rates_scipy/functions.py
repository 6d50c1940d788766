"""Right-hand side and Jacobian as SciPy's methods call them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from rates_core.errors import ArgumentError
from scipy.sparse import issparse


class Called:
    """A function of t and y that is called by a method.

    SciPy reuses the memory of y, so it is copied. Where Python numbers raise because a value is too large, the result
    is NaN, and the method takes a smaller step. Other errors are kept, to tell them from those of the method.

    Attributes:
        error: what the function raised last, if it was no such error.
        first: its first value.
    """

    def __init__(self, function: Callable[[float, np.ndarray], Any]) -> None:
        self._function = function
        self.error: Exception | None = None
        self.first: Any = None

    def value(self, t: float, y: np.ndarray) -> Any:
        """Return the value, or None where it cannot be computed."""
        try:
            found = self._function(float(t), np.array(y))
        except ArithmeticError:
            return None
        except Exception as error:
            self.error = error
            raise
        self.first = found if self.first is None else self.first
        return found


class RightHandSide(Called):
    """The derivative of one state, or of several in the columns of y.

    Attributes:
        undefined: the earliest time at which it was NaN or infinite, and the state there.
    """

    undefined: tuple[float, np.ndarray] | None = None

    def __call__(self, t: float, y: np.ndarray) -> np.ndarray:
        """Return dy/dt."""
        if y.ndim == 2:
            return np.stack([self(t, column) for column in y.T], axis=1)
        found = self.value(t, y)
        derivative = np.full(len(y), np.nan) if found is None else np.asarray(found)
        if not np.isfinite(derivative).all() and (self.undefined is None or t < self.undefined[0]):
            self.undefined = float(t), np.array(y)
        return derivative


class Jacobian(Called):
    """∂f/∂y, dense or sparse.

    Args:
        function: returns the matrix.
        shape: that it has to have.
        dense: make it dense, for a method that knows no sparse matrices.
    """

    def __init__(self, function: Callable[[float, np.ndarray], Any], shape: tuple[int, int], dense: bool) -> None:
        super().__init__(function)
        self._shape, self._dense = shape, dense

    def __call__(self, t: float, y: np.ndarray) -> Any:
        """Return the matrix."""
        found = self.value(t, y)
        if found is None:
            return np.full(self._shape, np.nan)
        found = found.toarray() if self._dense and issparse(found) else found
        found = found if issparse(found) else np.asarray(found)
        if found.shape != self._shape:
            raise ArgumentError(f"jac must return a matrix of shape {self._shape}; it has shape {found.shape}.")
        return found
