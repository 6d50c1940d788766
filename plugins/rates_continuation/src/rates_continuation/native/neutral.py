"""Equilibria at which two eigenvalues of ∂f/∂x have the sum 0: Hopf points, and neutral saddles."""

from __future__ import annotations

import numpy as np
from attrs import evolve, field, frozen

from rates_continuation.native.equations import Equations
from rates_continuation.native.invariant import Pair, invariant_pair
from rates_continuation.native.matrices import Matrix, below, is_finite, with_columns, with_rows


@frozen(eq=False)
class NeutralEquations(Equations):
    """f = 0 and tr S = 0 for the pair of eigenvalues of an invariant subspace; unknowns are those of f.

    Other than with `HopfEquations`, ω is no unknown, and where it becomes 0 the curve is as smooth as elsewhere.

    Attributes:
        equations: f = 0, whose unknowns begin with x.
        states: number of those.
        scale: of each unknown.
        basis: orthonormal, of a subspace near to the invariant one, in scales, `[states, 2]`.
    """

    equations: Equations
    states: int
    scale: np.ndarray
    basis: np.ndarray = field(repr=False)
    _last: dict[bytes, Pair | None] = field(factory=dict, init=False, repr=False)

    def pair(self, z: np.ndarray) -> Pair | None:
        """Return the invariant subspace of ∂f/∂x, in the units of the states; None if it is not found."""
        key = z.tobytes()
        if key not in self._last:  # residual, derivative and the point itself ask for the same one
            self._last.clear()
            self._last[key] = self._pair(z)
        return self._last[key]

    def _pair(self, z: np.ndarray) -> Pair | None:
        scale = self.scale[: self.states]
        matrix = with_columns(with_rows(self.equations.jacobian(z)[:, : self.states], 1 / scale), scale)
        if not is_finite(matrix):
            return None
        found = invariant_pair(matrix, self.basis)
        if found is None:
            return None
        return Pair(found.small, found.right * scale[:, None], found.left / scale[:, None])

    def residual(self, z: np.ndarray) -> np.ndarray:
        """Return f and tr S."""
        found = self.pair(z)
        return np.append(self.equations.residual(z), np.nan if found is None else found.trace)

    def jacobian(self, z: np.ndarray) -> Matrix:
        """Return their derivative."""
        found, row = self.pair(z), np.full(len(z), np.nan)
        if found is not None:
            row = sum((self._change(z, *vectors) for vectors in zip(found.left.T, found.right.T, strict=True)),
                      np.zeros(len(z)))  # fmt: skip
        return below(self.equations.jacobian(z), row[None])

    def _change(self, z: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        direction = np.zeros(len(z))
        direction[: self.states] = right
        return np.asarray(left @ self.equations.curvature(z, direction, self.scale))

    def grown(self, scale: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return scales that have grown with the unknowns."""
        return self.equations.grown(scale, z)

    def renewed(self, z: np.ndarray) -> NeutralEquations:
        """Return equations with the same solutions that are well conditioned near one of them."""
        found = self.pair(z)
        if found is None:
            return self
        scale = self.grown(self.scale, z)
        return evolve(self, scale=scale, basis=np.linalg.qr(found.right / scale[: self.states, None])[0])
