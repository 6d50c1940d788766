"""The equations inside of intervals: as many matrices as there are intervals, each for the nodes in one.

Small ones are inverted, all in one call, after which solutions are products. Large ones are factorised one by one,
which takes less than half the arithmetic.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from scipy.linalg.lapack import dgetrf, dgetrs

INVERTED = 64  # rows of the largest matrices of which inverses are made


@frozen(eq=False)
class Inside:
    """Matrices that can be solved for.

    Attributes:
        inverses: of small ones, `[intervals, rows, rows]`.
        factors: of large ones, with their pivots.
    """

    inverses: np.ndarray | None
    factors: tuple[tuple[np.ndarray, np.ndarray], ...] = ()

    @classmethod
    def of(cls, matrices: np.ndarray) -> Inside:
        """Return these matrices, `[intervals, rows, rows]`.

        Raises:
            numpy.linalg.LinAlgError: one of them is singular.
        """
        if matrices.shape[-1] <= INVERTED:
            return cls(np.linalg.inv(matrices))
        found = [dgetrf(matrix.T) for matrix in matrices]  # LAPACK's order is that of the transpose
        if any(info for *_, info in found):
            raise np.linalg.LinAlgError("The equations inside of an interval are singular.")
        return cls(None, tuple((factor, pivots) for factor, pivots, _ in found))

    def solved(self, right: np.ndarray) -> np.ndarray:
        """Return the solutions for right sides, `[intervals, rows, columns]`."""
        if self.inverses is not None:
            return np.asarray(self.inverses @ right)
        if np.iscomplexobj(right):
            return self.solved(right.real) + 1j * self.solved(right.imag)
        return np.stack([dgetrs(*own, each, trans=1)[0] for own, each in zip(self.factors, right, strict=True)])
