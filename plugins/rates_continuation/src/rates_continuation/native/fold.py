"""Folds of equilibria: points at which ∂f/∂x is singular."""

from __future__ import annotations

import numpy as np
from attrs import evolve, field, frozen

from rates_continuation.native.augmented import Singular, bordered
from rates_continuation.native.equations import Equations
from rates_continuation.native.latest import Latest
from rates_continuation.native.matrices import Matrix, below


@frozen(eq=False)
class FoldEquations(Equations):
    """f = 0 and det ∂f/∂x = 0, as g = 0; unknowns are those of f.

    Attributes:
        equations: f = 0, whose unknowns begin with x.
        states: number of those.
        scale: of each unknown.
        b: approximation of the left null vector, `[states]`; in scales, it is times scale².
        c: likewise of the right one; in scales, it is divided by scale².
    """

    equations: Equations
    states: int
    scale: np.ndarray
    b: np.ndarray = field(repr=False)
    c: np.ndarray = field(repr=False)
    _latest: Latest[Singular] = field(factory=Latest, init=False, repr=False)

    def singular(self, z: np.ndarray) -> Singular:
        """Return g with the null vectors."""
        return self._latest.at(z, self._singular)

    def _singular(self, z: np.ndarray) -> Singular:
        return bordered(self.equations.jacobian(z)[:, : self.states], self.b[:, None], self.c[:, None])

    def residual(self, z: np.ndarray) -> np.ndarray:
        """Return f and g."""
        return np.append(self.equations.residual(z), self.singular(z).g[0, 0])

    def jacobian(self, z: np.ndarray) -> Matrix:
        """Return their derivative."""
        found, direction = self.singular(z), np.zeros(len(z))
        direction[: self.states] = found.right[:, 0]
        change = self.equations.curvature(z, direction, self.scale)
        return below(self.equations.jacobian(z), (-found.left[:, 0] @ change)[None])

    def grown(self, scale: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return scales that have grown with the unknowns."""
        return self.equations.grown(scale, z)

    def renewed(self, z: np.ndarray) -> FoldEquations:
        """Return equations with the same solutions that are well conditioned near one of them."""
        scale = self.grown(self.scale, z)
        left, right = self.vectors(z, scale)
        states = scale[: self.states]
        return evolve(self, scale=scale, b=left * states**2, c=right / states**2)

    def vectors(self, z: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the null vectors from the left and from the right, of length 1 in scales."""
        found, states = self.singular(z), scale[: self.states]
        left, right = found.left[:, 0], found.right[:, 0]
        return left / np.linalg.norm(left * states), right / np.linalg.norm(right / states)


def unit(vector: np.ndarray) -> np.ndarray:
    """Return a vector of length 1."""
    return np.asarray(vector / np.linalg.norm(vector))
