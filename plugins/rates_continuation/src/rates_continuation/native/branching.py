"""Branch points: points at which curves of solutions cross."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from rates_continuation.native.augmented import Singular, bordered
from rates_continuation.native.equations import Equations


@frozen(eq=False)
class BranchEquations(Equations):
    """f + β b = 0 where the derivative of f by all its unknowns has not its full rank; β stands last, and is 0.

    Attributes:
        equations: f = 0, of which there is one fewer than it has unknowns.
        scale: of each unknown of f.
        b: approximation of the left null vector, `[N]`.
        c: approximations of both right ones, `[N + 1, 2]`.
    """

    equations: Equations
    scale: np.ndarray
    b: np.ndarray = field(repr=False)
    c: np.ndarray = field(repr=False)

    def singular(self, z: np.ndarray) -> Singular:
        """Return g, of two numbers, with the null vectors."""
        return bordered(self.equations.jacobian(z[:-1]), self.b[:, None], self.c)

    def residual(self, z: np.ndarray) -> np.ndarray:
        """Return f and g."""
        return np.concatenate([self.equations.residual(z[:-1]) + z[-1] * self.b, self.singular(z).g[0]])

    def jacobian(self, z: np.ndarray) -> np.ndarray:
        """Return their derivative."""
        found, own = self.singular(z), z[:-1]
        rows = [-found.left[:, 0] @ self.equations.curvature(own, vector, self.scale) for vector in found.right.T]
        by_own = np.vstack([self.equations.jacobian(own), *rows])
        return np.column_stack([by_own, np.append(self.b, [0.0, 0.0])])
