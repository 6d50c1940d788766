"""What is continued: a vector field that depends on parameters, with its derivatives."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class Field(Protocol):
    """A vector field x' = f(x, p), of which the free parameters p are arguments.

    Shape:
        x: `[..., states]`; axes in front are points that are computed at once.
        p: `[parameters]`.
    """

    @property
    def size(self) -> int:
        """Return the number of states."""
        ...

    def rates(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return f, `[..., states]`."""
        ...

    def by_states(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return ∂f/∂x, `[..., states, states]`."""
        ...

    def by_parameters(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return ∂f/∂p, `[..., states, parameters]`."""
        ...
