"""Polynomials through values at Chebyshev nodes."""

from __future__ import annotations

from functools import cache

import numpy as np


@cache
def differentiation(nodes: int) -> np.ndarray:
    """Return D, by which a polynomial's values at nodes + 1 points of [-1, 0] become those of its derivative there.

    Point j is -(1 - cos(jπ/nodes))/2: the first one is 0.

    Shape:
        `[nodes + 1, nodes + 1]`.

    References:
        trefethen2000, theorem 7.
    """
    angles = np.pi * np.arange(nodes + 1) / nodes
    sizes = np.where(np.isin(np.arange(nodes + 1), (0, nodes)), 2.0, 1.0) * (-1.0) ** np.arange(nodes + 1)
    # cos a - cos b as a product, which does not cancel
    sums, differences = (angles[:, None] + angles) / 2, (angles - angles[:, None]) / 2
    matrix: np.ndarray = np.outer(sizes, 1 / sizes) / (np.eye(nodes + 1) + 2 * np.sin(sums) * np.sin(differences))
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    matrix *= 2.0
    matrix.flags.writeable = False
    return matrix
