"""Matrices inside of intervals, as products and factors solve for them."""

from __future__ import annotations

import numpy as np
import pytest
from rates_continuation.native.inside import CLOSE, INVERTED, Inside


@pytest.mark.parametrize("rows", [4, 16, INVERTED + 1])
@pytest.mark.parametrize("change", [0.0, 1e-3, 0.02, 1.0])  # nothing, little, some, and all
def test_matrices_near_to_known_ones_are_solved_for_as_others(rows: int, change: float) -> None:
    rng = np.random.default_rng(rows)
    known = np.eye(rows) + 0.1 * rng.normal(size=(20, rows, rows)) / np.sqrt(rows)
    changes = change * rng.normal(size=known.shape) / rows * np.linspace(0.0, 1.0, 20)[:, None, None]
    matrices, right = known + changes, rng.normal(size=(20, rows, 3))
    found = Inside.of(matrices, Inside.of(known)).solved(right)
    np.testing.assert_allclose(matrices @ found, right, atol=1e-12)


def test_one_matrix_that_is_far_from_its_known_one_is_solved_for_by_itself() -> None:
    rng = np.random.default_rng(0)
    known = np.eye(4) + 0.1 * rng.normal(size=(5, 4, 4))
    matrices = known * (1.0 + 0.1 * CLOSE)
    matrices[2] = rng.normal(size=(4, 4))
    found = Inside.of(matrices, Inside.of(known)).inverses
    np.testing.assert_allclose(found, np.linalg.inv(matrices), rtol=1e-10)
