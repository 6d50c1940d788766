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

from rates_continuation.native.equations import solved


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


def bordered(matrix: np.ndarray, b: np.ndarray, c: np.ndarray) -> Singular:
    """Return the solution of bordered equations; NaN where the whole is singular.

    Args:
        matrix: A, `[rows, columns]`.
        b: `[rows, k]`.
        c: `[columns, l]`, so that the whole is square.
    """
    rows, columns = matrix.shape
    whole = np.zeros((rows + c.shape[1], columns + b.shape[1]), dtype=np.result_type(matrix, b, c))
    whole[:rows, :columns], whole[:rows, columns:], whole[rows:, :columns] = matrix, b, c.conj().T
    right = solved(whole, np.eye(len(whole))[:, rows:])
    left = solved(whole.conj().T, np.eye(len(whole))[:, columns:])
    if right is None or left is None:
        right, left = np.full((len(whole), c.shape[1]), np.nan), np.full((len(whole), b.shape[1]), np.nan)
    return Singular(right[columns:], right[:columns], left[:rows])
