"""Two eigenvalues of a matrix at once, which stay smooth where they meet: the invariant subspace that belongs to them.

    A V = V S,   C^T V = 1,   W^T A = S W^T,   W^T V = 1

for a basis C near to that subspace. Trace and determinant of S are sum and product of the eigenvalues, and the
derivative of the trace is that of W^T A V with W and V held.

References:
    govaerts2000.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import schur

from rates_continuation.native.matrices import Matrix, below, beside, is_sparse, shifted, solved
from rates_continuation.native.spectrum import subspace

MOST_ITERATIONS = 12
REACH = 1e-7  # of the largest eigenvalue: so much two computations of a double eigenvalue differ
CONVERGED = 1e-10  # change of V, behind which the next one is rounding, since convergence is quadratic


class Pair(NamedTuple):
    """An invariant subspace of two dimensions.

    Attributes:
        small: S, `[2, 2]`.
        right: V, `[states, 2]`.
        left: W, `[states, 2]`.
    """

    small: np.ndarray
    right: np.ndarray
    left: np.ndarray

    @property
    def trace(self) -> float:
        """Return the sum of both eigenvalues."""
        return float(self.small[0, 0] + self.small[1, 1])

    @property
    def determinant(self) -> float:
        """Return the product of both eigenvalues."""
        return float(self.small[0, 0] * self.small[1, 1] - self.small[0, 1] * self.small[1, 0])


def basis_of(matrix: Matrix, values: np.ndarray) -> np.ndarray | None:
    """Return an orthonormal basis of the invariant subspace of the two eigenvalues that are nearest to given ones.

    Args:
        matrix: A.
        values: two real numbers, or a complex one and its conjugate; of a sparse matrix the latter, or twice 0.

    Returns:
        it; None if it is not found.
    """
    wanted = np.asarray(values)
    if is_sparse(matrix):
        return subspace(matrix, complex(wanted[np.argmax(wanted.imag)]))

    def distance(value: complex) -> float:
        return float(np.min(np.abs(value - wanted)))

    found = np.linalg.eigvals(matrix)
    reach = np.sort([distance(value) for value in found])[1]
    apart = reach + REACH * float(np.max(np.abs(found)))
    _, vectors, _ = schur(matrix, output="complex", sort=lambda value: distance(value) <= apart)
    both = np.hstack([vectors[:, :2].real, vectors[:, :2].imag])
    return np.linalg.svd(both)[0][:, :2]


def invariant_pair(matrix: Matrix, near: np.ndarray) -> Pair | None:
    """Return the invariant subspace near another one, by Newton's method; None if it does not converge.

    Args:
        matrix: A.
        near: C, an orthonormal basis, `[states, 2]`.
    """
    right, small = near, near.T @ matrix @ near
    for _ in range(MOST_ITERATIONS):
        found = _sylvester(matrix, small, -right, near, right @ small - matrix @ right, np.zeros((2, 2)))
        if found is None:
            return None
        right, small = right + found[0], small + found[1]
        if np.linalg.norm(found[0]) < CONVERGED:
            break
    else:
        return None
    other = _sylvester(matrix.T, small.T, near, right, np.zeros_like(right), np.eye(2))
    return None if other is None else Pair(small, right, other[0])


def _sylvester(
    matrix: Matrix, small: np.ndarray, side: np.ndarray, border: np.ndarray, known: np.ndarray, bottom: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return X and Y with `A X - X S + side Y = known` and `border^T X = bottom`, where S is of size 2."""
    triangle, turn = schur(small, output="complex")
    size, right = len(side), np.vstack([known, bottom]) @ turn
    columns: list[np.ndarray] = []
    for number in range(2):
        above = beside(shifted(matrix, triangle[number, number]), side)
        whole = below(above, beside(border.T, np.zeros((2, 2))))
        value = right[:, number].copy()
        if columns:
            value[:size] += triangle[0, 1] * columns[0][:size]
        column = solved(whole, value)
        if column is None:
            return None
        columns.append(column)
    found = (np.stack(columns, axis=1) @ turn.conj().T).real
    return found[:size], found[size:]
