"""The equations inside of intervals: as many matrices as there are intervals, each for the nodes in one.

Small ones are inverted, all in one call, after which solutions are products. Large ones are factorised one by one,
which takes less than half the arithmetic.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from scipy.linalg.lapack import dgetrf, dgetrs

INVERTED = 64  # rows of the largest matrices of which inverses are made
CLOSE = 0.25  # by how much the inverse of another matrix may miss the identity to be made better
ROUNDED = 1e-16


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
    def of(cls, matrices: np.ndarray, near: Inside | None = None) -> Inside:
        """Return these matrices, `[intervals, rows, rows]`.

        Args:
            matrices: that will be solved for.
            near: others, which may be near to them.

        Raises:
            numpy.linalg.LinAlgError: one of them is singular.
        """
        if matrices.shape[-1] <= INVERTED:
            known = None if near is None else near.inverses
            if known is None or known.shape != matrices.shape:
                return cls(np.linalg.inv(matrices))
            return cls(_inverted_near(matrices, known))
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


def _inverted_near(matrices: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the inverses of matrices from those of others, which are made better by products where they are near.

    If M Y = 1 - E, the inverse of M is Y (1 + E)(1 + E^2)(1 + E^4)...
    """
    found, missed = others, np.eye(matrices.shape[-1]) - matrices @ others
    sizes = np.sqrt(np.einsum("kij,kij->k", missed, missed))
    far = np.nonzero(~(sizes < CLOSE))[0]
    missed[far] = 0.0
    size = float(np.max(sizes, where=sizes < CLOSE, initial=0.0))
    while size > ROUNDED:
        change = found @ missed
        found = np.add(found, change, out=change)
        size **= 2
        missed = missed @ missed if size > ROUNDED else missed
    if len(far):
        found = np.array(found) if found is others else found
        found[far] = np.linalg.inv(matrices[far])
    return np.asarray(found)
