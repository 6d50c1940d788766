"""Sparse matrices are values that need no SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import ArgumentError
from rates_core.templates.sparse import SparseMatrix, is_scipy_sparse

DENSE = np.array([[0.0, 1.0, 0.0], [2.0, 0.0, 3.0]])


def test_a_scipy_array_comes_back_as_it_was() -> None:
    scipy_sparse = pytest.importorskip("scipy.sparse")
    given = scipy_sparse.coo_array(DENSE)
    matrix = SparseMatrix.from_scipy(given)
    assert is_scipy_sparse(given)
    assert matrix.tocsr().toarray().tolist() == DENSE.tolist()
    assert matrix == SparseMatrix.from_dense(DENSE, DENSE != 0)


def test_duplicates_are_summed_and_stored_zeros_stay() -> None:
    scipy_sparse = pytest.importorskip("scipy.sparse")
    given = scipy_sparse.coo_array(([1.0, 2.0, 0.0], ([0, 0, 1], [1, 1, 2])), shape=(2, 3))
    matrix = SparseMatrix.from_scipy(given)
    assert (matrix.rows.tolist(), matrix.columns.tolist(), matrix.values.tolist()) == ([0, 1], [1, 2], [3.0, 0.0])


def test_entries_know_their_rows() -> None:
    matrix = SparseMatrix.from_dense(DENSE, DENSE != 0)
    assert matrix.pointers.tolist() == [0, 1, 3]
    assert matrix.rows.tolist() == [0, 1, 1]
    assert matrix.toarray().tolist() == DENSE.tolist()


def test_some_entries_can_be_chosen() -> None:
    matrix = SparseMatrix.from_dense(DENSE, DENSE != 0)
    assert matrix.only(matrix.values.values > 1).toarray().tolist() == [[0.0, 0.0, 0.0], [2.0, 0.0, 3.0]]


def test_equality_is_that_of_pattern_and_entries() -> None:
    matrix = SparseMatrix.from_dense(DENSE, DENSE != 0)
    twin = SparseMatrix((2, 3), [1.0, 2.0, 3.0], [1, 0, 2], [0, 1, 3])
    assert matrix == twin
    assert hash(matrix) == hash(twin)
    assert matrix != SparseMatrix((2, 3), [1.0, 2.0, 3.0], [1, 0, 1], [0, 1, 3])
    assert matrix != SparseMatrix.from_dense(DENSE, np.ones_like(DENSE, dtype=bool))


def test_parts_that_make_no_matrix_are_refused() -> None:
    with pytest.raises(ArgumentError) as caught:
        SparseMatrix((2, 3), [1.0], [3], [0, 1, 1])
    assert (
        str(caught.value) == "Values (1,), columns (1,) and pointers (3,) do not make a sparse matrix of shape (2, 3)."
    )
