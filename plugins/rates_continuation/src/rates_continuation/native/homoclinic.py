"""Orbits from an equilibrium to itself, as a curve in two parameters.

An orbit is cut off where it is near to the equilibrium. It begins in the unstable subspace of this and ends in the
stable one, both moved to it, which is off by the square of the distance there:

    u' = L f(u, p),   W_s^T (u(0) - x) = 0,   W_u^T (u(1) - x) = 0,   f(x, p) = 0

with bases W_s and W_u of the subspaces of A^T = ∂f/∂x^T that belong to stable and unstable eigenvalues, and a condition
on the phase.

References:
    beyn1990; champneys1996.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from attrs import frozen
from scipy.linalg import schur

from rates_continuation.native.boundary_problem import BoundaryProblem, EndRates, Ends, Integrands, Rates
from rates_continuation.vector_field import Field


class Subspaces(NamedTuple):
    """Invariant subspaces of a matrix.

    Attributes:
        stable: basis of that of the eigenvalues with the smallest real parts, `[states, stable]`.
        unstable: of that of the others.
    """

    stable: np.ndarray
    unstable: np.ndarray


def subspaces(matrix: np.ndarray, stable: int) -> Subspaces:
    """Return orthonormal bases of the invariant subspaces of so many eigenvalues, and of all others.

    Raises:
        LinAlgError: an eigenvalue of one and one of the other have the same real part.
    """
    if not np.isfinite(matrix).all():
        raise np.linalg.LinAlgError("not finite")
    parts = np.sort(np.linalg.eigvals(matrix).real)
    apart = 0.5 * (parts[stable - 1] + parts[stable])
    found = []
    for sort, count in (
        (lambda re, im=0.0: re.real < apart, stable),
        (lambda re, im=0.0: re.real > apart, len(parts) - stable),
    ):
        _, vectors, number = schur(matrix, output="real", sort=sort)
        if number != count:
            raise np.linalg.LinAlgError("eigenvalues with the same real part")
        found.append(vectors[:, :count])
    return Subspaces(*found)


def _facing(basis: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return the basis W of the same subspace with `reference^T W = 1`, which changes smoothly with the subspace."""
    return np.asarray(np.linalg.solve((reference.T @ basis).T, basis.T).T)


@frozen(eq=False)
class Homoclinic(BoundaryProblem):
    """Orbits from an equilibrium to itself on an interval of time, for numbers (x, p).

    Attributes:
        field: f.
        states: scale of each.
        length: L.
        references: bases of subspaces of A^T near to those that are looked for.
    """

    field: Field
    states: np.ndarray
    length: float
    references: Subspaces

    @property
    def size(self) -> int:
        """Return the number of states."""
        return self.field.size

    @property
    def stable(self) -> int:
        """Return the number of stable directions."""
        return int(self.references.stable.shape[1])

    def equilibrium(self, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return x and p."""
        return s[: self.size], s[self.size :]

    def values(self, u: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Return L f."""
        flat, p = u.reshape(-1, self.size), self.equilibrium(s)[1]
        return np.asarray(self.length * self.field.rates(flat, p).reshape(u.shape))

    def rates(self, u: np.ndarray, s: np.ndarray) -> Rates:
        """Return L f and its derivatives."""
        flat, p = u.reshape(-1, self.size), self.equilibrium(s)[1]
        by_numbers = np.zeros((len(flat), self.size, len(s)))
        by_numbers[..., self.size :] = self.length * self.field.by_parameters(flat, p)
        parts = (self.length * self.field.rates(flat, p), self.length * self.field.by_states(flat, p), by_numbers)
        return Rates(*(part.reshape(*u.shape[:-1], *part.shape[1:]) for part in parts))

    def ends(self, first: np.ndarray, last: np.ndarray, s: np.ndarray) -> Ends:
        """Return the projections of both ends.

        The derivatives of the bases are left out: what they multiply is small, and Newton's method makes up for that.
        """
        x, p = self.equilibrium(s)
        found = subspaces(self.field.by_states(x, p).T, self.stable)
        left, right = (_facing(own, near).T for own, near in zip(found, self.references, strict=True))
        none = np.zeros_like
        by_numbers = np.zeros((self.size, len(s)))
        by_numbers[:, : self.size] = -np.vstack([left, right])
        return Ends(
            np.append(left @ (first - x), right @ (last - x)),
            EndRates(np.vstack([left, none(right)]), np.vstack([none(left), right]), by_numbers),
        )

    def integrands(self, u: np.ndarray, s: np.ndarray, reference: np.ndarray, slopes: np.ndarray) -> Integrands:
        """Return the difference to the reference, in the direction in which that moves, and f(x, p)."""
        n, shape = self.size, u.shape[:-1]
        x, p = self.equilibrium(s)
        along = slopes / self.states**2
        along = along / np.sqrt(np.mean(np.sum((along * self.states) ** 2, axis=-1)))
        values, by_states, by_numbers = (
            np.zeros((*shape, n + 1)), np.zeros((*shape, n + 1, n)), np.zeros((*shape, n + 1, len(s))),
        )  # fmt: skip
        values[..., 0], values[..., 1:] = np.sum(along * (u - reference), axis=-1), self.field.rates(x, p)
        by_states[..., 0, :] = along
        by_numbers[..., 1:, :n], by_numbers[..., 1:, n:] = self.field.by_states(x, p), self.field.by_parameters(x, p)
        return Integrands(values, by_states, by_numbers)
