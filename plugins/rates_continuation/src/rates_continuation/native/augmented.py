"""Equations with conditions on a matrix: minimally augmented systems.

A matrix A is singular where g = 0 in

    | A    b | | v |   | 0 |
    | c^H  0 | | g | = | 1 |

for borders b and c that make the whole regular. The derivative of g is -w^H dA v, with w from the transposed equations;
for A = ∂f/∂x it needs the derivative of A in the direction v alone, since second derivatives are symmetric.

References:
    govaerts2000, chapter 3; kuznetsov2004, section 10.3.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rates_continuation.native.matrices import Matrix, below, beside, factorised, identity_columns


class Singular(NamedTuple):
    """The solution of bordered equations.

    Attributes:
        g: zero where the matrix is singular, `[k, l]`.
        right: v, `[columns, l]`; null vectors where g is zero.
        left: w, `[rows, k]`; likewise from the left.
    """

    g: np.ndarray
    right: np.ndarray
    left: np.ndarray


def bordered(matrix: Matrix, b: np.ndarray, c: np.ndarray) -> Singular:
    """Return the solution of bordered equations; NaN where the whole is singular.

    Args:
        matrix: A, `[rows, columns]`.
        b: `[rows, k]`.
        c: `[columns, l]`, so that the whole is square.
    """
    (rows, columns), (right_width, left_width) = matrix.shape, (c.shape[1], b.shape[1])
    whole = below(beside(matrix, b), beside(c.conj().T, np.zeros((right_width, left_width))))
    size = rows + right_width
    factors = factorised(whole)
    if factors is None:
        right, left = np.full((size, right_width), np.nan), np.full((size, left_width), np.nan)
    else:
        right = factors.solved(identity_columns(size, range(rows, size)))
        left = factors.solved_adjoint(identity_columns(size, range(columns, size)))
    return Singular(right[columns:], right[:columns], left[:rows])
