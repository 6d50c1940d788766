"""Sparse matrices in model files: the shape, and row, column and value of each entry that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rates_core.errors import TemplateError
from rates_core.templates.array import Array
from rates_core.templates.sparse import SparseMatrix

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LIMIT = 2**31  # so that a place, row * width + column, fits 64 bits

SPARSE_KEYS = ("shape", "rows", "columns", "values")


def sparse_parts(matrix: SparseMatrix) -> dict[str, tuple[Any, ...]]:
    """Return what `sparse_matrix` makes an equal matrix of."""
    return {
        "shape": matrix.shape,
        "rows": tuple(matrix.rows.tolist()),
        "columns": tuple(matrix.columns.tolist()),
        "values": tuple(matrix.values.tolist()),
    }


def sparse_matrix(shape: Any, rows: Any, columns: Any, values: Any) -> SparseMatrix:
    """Return the matrix of these entries, sorted by row; within a row their order stays.

    Raises:
        TemplateError: shape, rows and columns are no whole numbers that fit each other, or an entry stands twice.
        ArgumentError: a value is no number.
    """
    import numpy as np

    height, width = _whole_numbers(shape, "shape", 2).tolist()
    row, column = _whole_numbers(rows, "rows"), _whole_numbers(columns, "columns")
    if row.shape != column.shape or (row.size and not (row.max() < height and column.max() < width)):
        raise TemplateError(
            f"The rows and columns of a sparse matrix must be equally many and lie in {height} x {width}."
        )
    if np.unique(row * width + column).size < row.size:
        raise TemplateError("An entry of a sparse matrix stands twice; add its values.")
    order = np.argsort(row, kind="stable")
    pointers = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=height))))
    entries = Array(values).values
    if entries.shape != row.shape:
        raise TemplateError(f"A sparse matrix has {row.size} places, but values of shape {entries.shape}.")
    return SparseMatrix((height, width), entries[order], column[order], pointers)


def _whole_numbers(given: Any, what: str, count: int | None = None) -> NDArray[np.int64]:
    import numpy as np

    whole = isinstance(given, list) and all(type(number) is int and 0 <= number < _LIMIT for number in given)
    if not whole or (count is not None and len(given) != count):
        kind = "whole" if count is None else f"{count} whole"
        raise TemplateError(f"'{what}' of a sparse matrix must be a list of {kind} numbers from 0 on.")
    return np.asarray(given, dtype=np.int64)
