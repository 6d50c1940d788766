"""Vectors that belong to eigenvalues and singular values of a matrix: one by one, by inverse iteration."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rates_continuation.native.matrices import Factors, Matrix, below, entries_of, factorised, is_sparse, shifted

BESIDE = 1e-13  # of the largest entry: from an eigenvalue that is one to the last digit
POWERS = 20  # of a matrix, which show its largest eigenvalue
OFTEN, MORE_OFTEN = 3, 12  # steps with a shift that is an eigenvalue; with 0, which is next to one


class Vectors(NamedTuple):
    """Vectors of one eigenvalue or singular value.

    Attributes:
        left: from the left.
        right: from the right.
    """

    left: np.ndarray
    right: np.ndarray


def largest_rate(matrix: Matrix) -> float:
    """Return the largest absolute value of an eigenvalue of a matrix; of a sparse one about that."""
    if not is_sparse(matrix):
        return float(np.max(np.abs(np.linalg.eigvals(matrix)), initial=0.0))
    vector, size = _start(matrix.shape[0]), 0.0
    for _ in range(POWERS):
        vector = matrix @ vector
        size = float(np.linalg.norm(vector))
        if not 0.0 < size < np.inf:
            return 0.0
        vector = vector / size
    return size


def eigenvectors(matrix: Matrix, value: complex) -> Vectors | None:
    """Return the eigenvectors of an eigenvalue, of length 1: A right = value right, left^H A = value left^H.

    Args:
        matrix: A.
        value: the eigenvalue, to rounding.
    """
    factors = _regular(matrix, value)
    if factors is None:
        return None
    right = left = _start(matrix.shape[0]) + 0j
    for _ in range(OFTEN):
        right, left = _unit(factors.solved(right)), _unit(factors.solved_adjoint(left))
    return Vectors(left, right)


def subspace(matrix: Matrix, value: complex) -> np.ndarray | None:
    """Return an orthonormal real basis of what belongs to an imaginary eigenvalue and its conjugate, or twice to 0.

    Args:
        matrix: real.
        value: imaginary, or 0.
    """
    if value:
        found = eigenvectors(matrix, value)
        return None if found is None else np.linalg.qr(np.column_stack([found.right.real, found.right.imag]))[0]
    factors = _regular(matrix, 0.0)
    if factors is None:
        return None
    basis = np.random.default_rng(0).standard_normal((matrix.shape[0], 2))
    for _ in range(MORE_OFTEN):
        basis = np.linalg.qr(factors.solved(np.linalg.qr(basis)[0]))[0]
    return np.asarray(basis)


def null_vectors(matrix: Matrix) -> Vectors | None:
    """Return the singular vectors of the smallest singular value of a square matrix."""
    if not is_sparse(matrix):
        left, _, right = np.linalg.svd(matrix)
        return Vectors(left[:, -1], right[-1])
    factors = _regular(matrix, 0.0)
    if factors is None:
        return None
    left = right = _start(matrix.shape[0])
    for _ in range(MORE_OFTEN):
        right = _unit(factors.solved(left))
        left = _unit(factors.solved_adjoint(right))
    return Vectors(left, right)


def kernel(matrix: Matrix) -> Vectors | None:
    """Return the left vector of the smallest singular value, and its right one beside one that leads to 0.

    Args:
        matrix: with one row fewer than columns.
    """
    if not is_sparse(matrix):
        left, _, right = np.linalg.svd(matrix)
        return Vectors(left[:, -1], right[-2:].T)
    rows = matrix.shape[0]
    along = direction(matrix)
    both = None if along is None else null_vectors(below(matrix, along[None]))
    if both is None or along is None:
        return None
    return Vectors(_unit(both.left[:rows]), np.linalg.qr(np.column_stack([along, both.right]))[0][:, ::-1])


def direction(matrix: Matrix) -> np.ndarray | None:
    """Return a vector of length 1 that a matrix with one row fewer than columns leads to 0."""
    if not is_sparse(matrix):
        return np.asarray(np.linalg.svd(matrix)[2][-1])
    rows, columns = matrix.shape
    vector = _start(columns)
    for _ in range(2):
        factors = _regular(below(matrix, vector[None]), 0.0)
        if factors is None:
            return None
        vector = _unit(factors.solved(np.append(np.zeros(rows), 1.0)))
    return vector


def smallest_singular_value(matrix: Matrix) -> float:
    """Return the smallest singular value of a matrix with one row fewer than columns; NaN if it is not found."""
    if not is_sparse(matrix):
        return float(np.linalg.svd(matrix, compute_uv=False)[-1])
    found = kernel(matrix)
    return float("nan") if found is None else float(np.linalg.norm(matrix @ found.right[:, 0]))


def _regular(matrix: Matrix, value: complex) -> Factors | None:
    """Return the factors of A - value; or beside it, where this is singular to the last digit."""
    whole = shifted(matrix, value) if value else matrix
    found = factorised(whole)
    if found is not None:
        return found
    size = float(np.max(np.abs(entries_of(matrix)), initial=0.0))
    return factorised(shifted(whole, BESIDE * size)) if size > 0 and np.isfinite(size) else None


def _start(size: int) -> np.ndarray:
    return _unit(np.random.default_rng(0).standard_normal(size))  # the same each time


def _unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / np.linalg.norm(vector))
