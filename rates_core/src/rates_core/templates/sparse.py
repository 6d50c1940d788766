"""Sparse matrices as values; SciPy is not needed to hold one."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from rates_core.errors import ArgumentError
from rates_core.templates.array import Array, sealed

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _indices(given: Any) -> NDArray[Any]:
    import numpy as np

    return sealed(np.asarray(given, dtype=np.intp))


def _shape(given: Any) -> tuple[int, int]:
    rows, columns = given
    return int(rows), int(columns)


def _entries(given: Any) -> Array:
    return given if isinstance(given, Array) else Array(given)


def is_scipy_sparse(given: Any) -> bool:
    """Tell whether an object is a SciPy sparse array or matrix, without importing SciPy."""
    scipy_sparse = sys.modules.get("scipy.sparse")
    return scipy_sparse is not None and bool(scipy_sparse.issparse(given))


@frozen(eq=False, repr=False)
class SparseMatrix:
    """A matrix of which only some entries exist, sorted by row (CSR); an existing entry may be zero.

    Attributes:
        shape: numbers of rows and columns.
        values: the existing entries, row by row.
        columns: the column of each entry.
        pointers: entries of row i are `pointers[i]:pointers[i + 1]`.

    Raises:
        ArgumentError: the parts do not make a matrix.
    """

    shape: tuple[int, int] = field(converter=_shape)
    values: Array = field(converter=_entries)
    columns: NDArray[Any] = field(converter=_indices)
    pointers: NDArray[Any] = field(converter=_indices)

    def __attrs_post_init__(self) -> None:
        count, (rows, width) = self.values.size, self.shape
        fits = self.values.shape == self.columns.shape == (count,) and self.pointers.shape == (rows + 1,)
        ends = fits and self.pointers[0] == 0 and self.pointers[-1] == count
        ordered = ends and bool((self.pointers[1:] >= self.pointers[:-1]).all())
        if not ordered or (count and not 0 <= self.columns.min() <= self.columns.max() < width):
            raise ArgumentError(
                f"Values {self.values.shape}, columns {self.columns.shape} and pointers {self.pointers.shape} "
                f"do not make a sparse matrix of shape {self.shape}."
            )

    @classmethod
    def from_scipy(cls, matrix: Any) -> SparseMatrix:
        """Return the value of a SciPy sparse array; duplicates are summed, stored zeros are kept."""
        csr = matrix.tocsr(copy=True)
        csr.sum_duplicates()
        return cls(csr.shape, csr.data, csr.indices, csr.indptr)

    @classmethod
    def from_dense(cls, matrix: NDArray[Any], exists: NDArray[Any]) -> SparseMatrix:
        """Return those entries of a matrix that exist."""
        import numpy as np

        rows, columns = np.nonzero(exists)
        pointers = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=matrix.shape[0]))))
        return cls(matrix.shape, matrix[rows, columns], columns, pointers)

    def only(self, chosen: NDArray[Any]) -> SparseMatrix:
        """Return the matrix of which only some entries exist."""
        import numpy as np

        counts = np.bincount(self.rows[chosen], minlength=self.shape[0])
        pointers = np.concatenate(([0], np.cumsum(counts)))
        return SparseMatrix(self.shape, self.values.values[chosen], self.columns[chosen], pointers)

    @cached_property
    def rows(self) -> NDArray[Any]:
        """Return the row of each entry."""
        import numpy as np

        return np.repeat(np.arange(self.shape[0]), np.diff(self.pointers))

    def toarray(self) -> NDArray[Any]:
        """Return the dense matrix, with 0 where no entry exists."""
        import numpy as np

        dense = np.zeros(self.shape, dtype=self.values.values.dtype)
        dense[self.rows, self.columns] = self.values.values
        return dense

    def tocsr(self) -> Any:
        """Return a SciPy array of the same entries.

        Raises:
            ModuleNotFoundError: SciPy is not installed.
        """
        from scipy.sparse import csr_array  # type: ignore[import-untyped, unused-ignore]

        return csr_array((self.values.values, self.columns, self.pointers), shape=self.shape)

    def same_pattern(self, other: SparseMatrix) -> bool:
        """Tell whether the same entries exist in both."""
        import numpy as np

        return self.shape == other.shape and all(
            np.array_equal(own, others)
            for own, others in ((self.pointers, other.pointers), (self.columns, other.columns))
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SparseMatrix):
            return NotImplemented
        return self is other or (self.values == other.values and self.same_pattern(other))

    def __hash__(self) -> int:
        return hash((self.shape, self.values))

    def __repr__(self) -> str:
        return f"SparseMatrix({self.shape}, {self.values.size} entries)"
