"""Where eigenvalues of a sparse matrix can be.

They lie in the discs of Gershgorin, and within bounds of the symmetric and of the antisymmetric part, for states in
units that make rows and columns alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen
from scipy.sparse import csc_array

from rates_continuation.native.matrices import Matrix, row_sums, with_columns, with_rows

SWEEPS = 12  # of balancing


@frozen
class Rectangle:
    """Numbers from `left` to `right`, with imaginary parts from `low` to `high`."""

    left: float
    right: float
    low: float
    high: float

    @property
    def corners(self) -> np.ndarray:
        """Return its four corners."""
        return np.array([complex(x, y) for x in (self.left, self.right) for y in (self.low, self.high)])

    @property
    def centre(self) -> complex:
        """Return its middle."""
        return complex(0.5 * (self.left + self.right), 0.5 * (self.low + self.high))

    @property
    def size(self) -> float:
        """Return the length of its diagonal."""
        return float(np.hypot(self.right - self.left, self.high - self.low))

    def halves(self) -> tuple[Rectangle, Rectangle]:
        """Return both halves, cut across the longer side."""
        middle = self.centre
        if self.right - self.left > self.high - self.low:
            return (
                Rectangle(self.left, middle.real, self.low, self.high),
                Rectangle(middle.real, self.right, self.low, self.high),
            )
        return (
            Rectangle(self.left, self.right, self.low, middle.imag),
            Rectangle(self.left, self.right, middle.imag, self.high),
        )


@frozen(eq=False)
class Enclosure:
    """Where eigenvalues of a matrix can be.

    Attributes:
        right: of none is the real part larger.
        high: of none is the imaginary part larger.
        centres: of Gershgorin's discs.
        radii: of these.
    """

    right: float
    high: float
    centres: np.ndarray
    radii: np.ndarray

    @classmethod
    def of(cls, matrix: Any) -> Enclosure:
        """Return that of a sparse matrix."""
        own: Any = balanced(matrix)
        other = own.T.tocsc()
        diagonal = own.diagonal()
        radii = row_sums(own) - np.abs(diagonal)
        symmetric, antisymmetric = 0.5 * (own + other), 0.5 * (own - other)
        right = float(np.max(diagonal + row_sums(symmetric.tocsc()) - np.abs(diagonal)))
        high = float(np.max(row_sums(antisymmetric.tocsc())))
        return cls(min(right, float(np.max(diagonal + radii))), high, diagonal, radii)

    def right_of(self, left: float) -> Rectangle:
        """Return where the eigenvalues are that have a positive imaginary part and a larger real part."""
        reach = self.centres + self.radii >= left
        if not reach.any():
            return Rectangle(left, left, 0.0, 0.0)
        below = np.maximum(0.0, left - self.centres[reach])
        high = float(np.sqrt(np.max(self.radii[reach] ** 2 - below**2)))
        return Rectangle(left, max(left, self.right), 0.0, min(self.high, high))


def balanced(matrix: Matrix) -> Matrix:
    """Return a sparse matrix in units of states that make rows and columns alike."""
    diagonal = matrix.diagonal()
    places = np.arange(len(diagonal))
    own = csc_array((diagonal, (places, places)), shape=matrix.shape)
    outside = matrix - own
    for _ in range(SWEEPS):
        rows, columns = row_sums(outside), np.asarray(abs(outside).sum(axis=0)).ravel()
        both = (rows > 0) & (columns > 0)
        sizes = np.ones(len(rows))
        sizes[both] = (rows[both] / columns[both]) ** 0.25  # all at once: half of what each alone would take
        outside = with_columns(with_rows(outside, 1 / sizes), sizes)
    return (outside + own).tocsc()
