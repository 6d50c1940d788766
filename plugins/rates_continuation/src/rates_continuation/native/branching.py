"""Branch points: points at which curves of solutions cross."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from rates_continuation.native.augmented import Singular, bordered
from rates_continuation.native.equations import Equations
from rates_continuation.native.latest import Latest
from rates_continuation.native.matrices import Matrix, below, beside


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
    _latest: Latest[Singular] = field(factory=Latest, init=False, repr=False)

    def singular(self, z: np.ndarray) -> Singular:
        """Return g, of two numbers, with the null vectors."""
        return self._latest.at(z, self._singular)

    def _singular(self, z: np.ndarray) -> Singular:
        return bordered(self.equations.jacobian(z[:-1]), self.b[:, None], self.c)

    def residual(self, z: np.ndarray) -> np.ndarray:
        """Return f and g."""
        return np.concatenate([self.equations.residual(z[:-1]) + z[-1] * self.b, self.singular(z).g[0]])

    def jacobian(self, z: np.ndarray) -> Matrix:
        """Return their derivative."""
        found, own = self.singular(z), z[:-1]
        rows = [-found.left[:, 0] @ self.equations.curvature(own, vector, self.scale) for vector in found.right.T]
        return beside(below(self.equations.jacobian(own), np.array(rows)), np.append(self.b, [0.0, 0.0])[:, None])
