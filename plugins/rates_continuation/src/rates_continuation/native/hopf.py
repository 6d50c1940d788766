"""Hopf points: ∂f/∂x has the eigenvalues ±iω."""

from __future__ import annotations

import numpy as np
from attrs import evolve, field, frozen

from rates_continuation.native.augmented import Singular, bordered
from rates_continuation.native.equations import Equations
from rates_continuation.native.fold import unit
from rates_continuation.native.latest import Latest
from rates_continuation.native.matrices import Matrix, below, beside, shifted


@frozen(eq=False)
class HopfEquations(Equations):
    """f = 0 and det(∂f/∂x - iω) = 0, as g = 0, which is complex; ω stands behind the states.

    Attributes:
        equations: f = 0, whose unknowns begin with x.
        states: number of those.
        scale: of each unknown of f.
        b: approximation of the left eigenvector, `[states]`.
        c: likewise of the right one.
    """

    equations: Equations
    states: int
    scale: np.ndarray
    b: np.ndarray = field(repr=False)
    c: np.ndarray = field(repr=False)
    _latest: Latest[Singular] = field(factory=Latest, init=False, repr=False)

    def singular(self, z: np.ndarray) -> Singular:
        """Return g with the eigenvectors."""
        return self._latest.at(z, self._singular)

    def _singular(self, z: np.ndarray) -> Singular:
        own, omega = self.split(z)
        matrix = shifted(self.equations.jacobian(own)[:, : self.states], 1j * omega)
        return bordered(matrix, self.b[:, None], self.c[:, None])

    def split(self, z: np.ndarray) -> tuple[np.ndarray, float]:
        """Return the unknowns of f, and ω."""
        return np.delete(z, self.states), float(z[self.states])

    def residual(self, z: np.ndarray) -> np.ndarray:
        """Return f and g."""
        g = self.singular(z).g[0, 0]
        return np.concatenate([self.equations.residual(self.split(z)[0]), [g.real, g.imag]])

    def jacobian(self, z: np.ndarray) -> Matrix:
        """Return their derivative."""
        (own, _), found = self.split(z), self.singular(z)
        left, right = found.left[:, 0].conj(), found.right[:, 0]
        change = -left @ (self._change(own, right.real) + 1j * self._change(own, right.imag))
        by_all = np.insert(change, self.states, 1j * (left @ right))
        by_own = self.equations.jacobian(own)
        above = beside(by_own[:, : self.states], np.zeros((self.states, 1)), by_own[:, self.states :])
        return below(above, np.array([by_all.real, by_all.imag]))

    def _change(self, own: np.ndarray, part: np.ndarray) -> Matrix:
        direction = np.zeros(len(own))
        direction[: self.states] = part
        return self.equations.curvature(own, direction, self.scale)

    def renewed(self, z: np.ndarray) -> HopfEquations:
        """Return equations with the same solutions that are well conditioned near one of them."""
        found = self.singular(z)
        return evolve(self, b=unit(found.left[:, 0]), c=unit(found.right[:, 0]))
