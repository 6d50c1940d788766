"""Matrices of linear equations, dense or sparse: how they are put together, factorised and solved.

What is sparse is a `csc_array`. Its factors are those of SuperLU, with rows scaled: an equation with many unknowns, as
the plane in which a point of a curve is looked for, is made light, so that it does not become a pivot row, which would
fill the factors.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, TypeGuard

import numpy as np
from attrs import frozen
from scipy.linalg import get_lapack_funcs
from scipy.sparse import csc_array, issparse
from scipy.sparse import vstack as stacked
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

Matrix = np.ndarray | Any  # an array, or a `csc_array`

MANY = 32, 8.0  # entries of a row, and times the average, with more of which it is made light
LIGHT = 1e-3


def is_sparse(matrix: Matrix) -> TypeGuard[Any]:
    """Tell whether a matrix is sparse."""
    return bool(issparse(matrix))


def entries_of(matrix: Matrix) -> np.ndarray:
    """Return the entries of a matrix that may differ from 0."""
    return np.asarray(matrix.data if is_sparse(matrix) else matrix)


def is_finite(matrix: Matrix) -> bool:
    """Tell whether all entries of a matrix are numbers."""
    return bool(np.isfinite(entries_of(matrix)).all())


def beside(*parts: Matrix) -> Matrix:
    """Return matrices side by side; sparse if one of them is."""
    if not any(is_sparse(part) for part in parts):
        return np.concatenate(parts, axis=1)
    columns = [_columns(part) for part in parts]
    ends = np.cumsum([0, *(len(values) for values, _, _ in columns)])
    places = [indptr[1:] + end for (_, _, indptr), end in zip(columns, ends, strict=False)]
    return csc_array(
        (
            np.concatenate([values for values, _, _ in columns]),
            np.concatenate([rows for _, rows, _ in columns]),
            np.concatenate([[0], *places]),
        ),
        shape=(parts[0].shape[0], sum(part.shape[1] for part in parts)),
    )


def _columns(part: Matrix) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    sparse = part if is_sparse(part) else csc_array(part)
    return sparse.data, sparse.indices, sparse.indptr


def below(*parts: Matrix) -> Matrix:
    """Return matrices one below the other; sparse if one of them is."""
    if not any(is_sparse(part) for part in parts):
        return np.concatenate(parts)
    return csc_array(stacked([part if is_sparse(part) else csc_array(part) for part in parts], format="csc"))


def shifted(matrix: Matrix, value: complex) -> Matrix:
    """Return A - value."""
    if not is_sparse(matrix):
        return matrix - value * np.eye(len(matrix))
    places = np.arange(matrix.shape[0])
    return matrix - csc_array((np.full(len(places), value), (places, places)), shape=matrix.shape)


def with_columns(matrix: Matrix, sizes: np.ndarray) -> Matrix:
    """Return a matrix with columns times numbers."""
    if not is_sparse(matrix):
        return matrix * sizes
    return csc_array(
        (matrix.data * np.repeat(sizes, np.diff(matrix.indptr)), matrix.indices, matrix.indptr), shape=matrix.shape
    )


def with_rows(matrix: Matrix, sizes: np.ndarray) -> Matrix:
    """Return a matrix with rows times numbers."""
    if not is_sparse(matrix):
        return matrix * sizes[:, None]
    return csc_array((matrix.data * sizes[matrix.indices], matrix.indices, matrix.indptr), shape=matrix.shape)


def shaken(matrix: Matrix, size: float, random: np.random.Generator) -> Matrix:
    """Return a matrix whose entries have changed by up to a share of their size."""
    entries = entries_of(matrix)
    changed = entries * (1.0 + size * random.uniform(-1.0, 1.0, entries.shape))
    return csc_array((changed, matrix.indices, matrix.indptr), shape=matrix.shape) if is_sparse(matrix) else changed


def unit_rows(matrix: Matrix) -> Matrix:
    """Return a matrix with rows of length 1."""
    if is_sparse(matrix):
        lengths = np.sqrt(np.bincount(matrix.indices, matrix.data**2, matrix.shape[0]))
    else:
        lengths = np.linalg.norm(matrix, axis=1)
    return with_rows(matrix, 1 / np.where(lengths > 0, lengths, 1.0))


def row_sums(matrix: Matrix) -> np.ndarray:
    """Return the sum of the absolute values of each row."""
    if not is_sparse(matrix):
        return np.asarray(np.sum(np.abs(matrix), axis=1))
    return np.bincount(matrix.indices, np.abs(matrix.data), matrix.shape[0])


def largest_of_rows(matrix: Matrix) -> np.ndarray:
    """Return the largest absolute value of each row."""
    if not is_sparse(matrix):
        return np.asarray(np.max(np.abs(matrix), axis=1))
    found = np.zeros(matrix.shape[0])
    np.maximum.at(found, matrix.indices, np.abs(matrix.data))
    return found


class Factors(ABC):
    """A square matrix, factorised."""

    @abstractmethod
    def solved(self, right: np.ndarray) -> np.ndarray:
        """Return the solution x of A x = right."""

    @abstractmethod
    def solved_adjoint(self, right: np.ndarray) -> np.ndarray:
        """Return the solution y of A^H y = right."""

    @abstractmethod
    def sign(self) -> int:
        """Return the sign of the determinant of a real matrix."""


@frozen(eq=False)
class _DenseFactors(Factors):
    """LAPACK's."""

    whole: np.ndarray
    pivots: np.ndarray
    solve: Callable[..., Any]

    @classmethod
    def of(cls, matrix: np.ndarray) -> Factors | None:
        factorise, solve = get_lapack_funcs(("getrf", "getrs"), (matrix,))
        whole, pivots, failed = factorise(matrix)
        return None if failed else cls(whole, pivots, solve)

    def solved(self, right: np.ndarray) -> np.ndarray:
        return self._solved(right, 0)

    def solved_adjoint(self, right: np.ndarray) -> np.ndarray:
        return self._solved(right, 2)

    def sign(self) -> int:
        swaps = np.count_nonzero(self.pivots != np.arange(len(self.pivots)))
        return int(np.prod(np.sign(np.diag(self.whole)))) * (-1 if swaps % 2 else 1)

    def _solved(self, right: np.ndarray, transposed: int) -> np.ndarray:
        if np.iscomplexobj(right) and not np.iscomplexobj(self.whole):
            return self._solved(right.real, transposed) + 1j * self._solved(right.imag, transposed)
        return np.asarray(self.solve(self.whole, self.pivots, right, trans=transposed)[0])


@frozen(eq=False)
class _SparseFactors(Factors):
    """SuperLU's, of a matrix whose rows are times `rows`."""

    whole: Any
    rows: np.ndarray
    complex: bool

    @classmethod
    def of(cls, matrix: Any) -> Factors | None:
        sums, counts = row_sums(matrix), np.bincount(matrix.indices, minlength=matrix.shape[0])
        if not np.all(sums > 0):
            return None
        least, times = MANY
        heavy = counts > max(least, times * len(matrix.data) / matrix.shape[0])
        rows = np.where(heavy, LIGHT, 1.0) / sums
        scaled: Any = with_rows(matrix, rows)
        scaled.indices, scaled.indptr = (places.astype(np.intc) for places in (scaled.indices, scaled.indptr))
        try:
            return cls(splu(scaled), rows, np.iscomplexobj(matrix.data))
        except RuntimeError:  # exactly singular
            return None

    def solved(self, right: np.ndarray) -> np.ndarray:
        return self._solved((self.rows * right.T).T, "N")

    def solved_adjoint(self, right: np.ndarray) -> np.ndarray:
        return np.asarray((self.rows * self._solved(right, "H").T).T)

    def sign(self) -> int:
        orders: int = _parity(self.whole.perm_r) * _parity(self.whole.perm_c)
        return int(np.prod(np.sign(self.whole.U.diagonal()))) * orders

    def _solved(self, right: np.ndarray, transposed: str) -> np.ndarray:
        if self.complex:
            return np.asarray(self.whole.solve(right.astype(complex), transposed))
        if np.iscomplexobj(right):
            parts = [self.whole.solve(np.ascontiguousarray(part), transposed) for part in (right.real, right.imag)]
            return np.asarray(parts[0] + 1j * parts[1])
        return np.asarray(self.whole.solve(np.ascontiguousarray(right, dtype=float), transposed))


def _parity(order: np.ndarray) -> int:
    """Return 1 for an even permutation and -1 for an odd one."""
    size = len(order)  # indices are of the type that graphs of SciPy before 1.12 need, which else fail unheard
    graph = csc_array((np.ones(size), order.astype(np.intc), np.arange(size + 1, dtype=np.intc)), shape=(size, size))
    swaps = size - int(connected_components(graph, directed=False)[0])
    return -1 if swaps % 2 else 1


def factorised(matrix: Matrix) -> Factors | None:
    """Return the factors of a square matrix; None if it is singular to the last digit, or not finite."""
    if not is_finite(matrix):
        return None
    return _SparseFactors.of(matrix) if is_sparse(matrix) else _DenseFactors.of(matrix)


def fill(matrix: Matrix) -> float:
    """Return which part of the factors of a sparse matrix may differ from 0."""
    found = _SparseFactors.of(shifted(matrix, -1.0 - float(np.max(row_sums(matrix)))))
    assert isinstance(found, _SparseFactors)  # it is regular: its diagonal is larger than the rest of a row
    return float(found.whole.nnz / matrix.shape[0] ** 2)


def solved(matrix: Matrix, right: np.ndarray) -> np.ndarray | None:
    """Return the solution of linear equations, or None if there is none, or one that is not finite."""
    if not np.isfinite(right).all():
        return None
    if is_sparse(matrix):
        factors = factorised(matrix)
        found = None if factors is None else factors.solved(right)
    else:
        found = _solved_once(matrix, right)
    return found if found is not None and np.isfinite(found).all() else None


def _solved_once(matrix: np.ndarray, right: np.ndarray) -> np.ndarray | None:
    if not np.isfinite(matrix).all():
        return None
    try:
        return np.asarray(np.linalg.solve(matrix, right))
    except np.linalg.LinAlgError:  # exactly singular
        return None


def identity_columns(size: int, columns: Sequence[int]) -> np.ndarray:
    """Return some columns of the identity."""
    found = np.zeros((size, len(columns)))
    found[list(columns), range(len(columns))] = 1.0
    return found
