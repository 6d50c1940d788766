"""Solve the linear equations of collocation: a chain of blocks, each of which joins two neighbouring points.

Block j says `A_j u_j + B_j u_{j+1} + C_j e = r_j` of the values u at the ends of mesh intervals and of a few numbers e,
such as period and parameter. Neighbours are joined two by two by orthogonal transformations, which take the point
between them out, until one block is left, of the first and the last point: a pencil that has the Floquet multipliers.

References:
    fairgrieve1991; ascher1995, section 7.5.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen


@frozen(eq=False)
class Removed:
    """Equations that give points that were taken out: `R w + A left + B right + C (e, -1) = 0`, `[blocks, ...]`.

    Attributes:
        triangle: R.
        left: A.
        right: B.
        others: C, with right-hand sides in its last column.
    """

    triangle: np.ndarray
    left: np.ndarray
    right: np.ndarray
    others: np.ndarray

    def solved(self, left: np.ndarray, right: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Return the points, where all are matrices that are multiplied by one vector of unknowns."""
        known = self.left @ left + self.right @ right + self.others @ others
        return np.linalg.solve(self.triangle, -known)


@frozen(eq=False)
class Blocks:
    """A chain of blocks; `others` has right-hand sides in its last column, with opposite sign."""

    left: np.ndarray
    right: np.ndarray
    others: np.ndarray


def without(columns: np.ndarray, left: np.ndarray, right: np.ndarray, others: np.ndarray) -> tuple[Removed, Blocks]:
    """Take unknowns, by their columns, out of equations `[blocks, rows, ...]`; return what gives them, and the rest."""
    count = columns.shape[-1]
    rotation, triangle = np.linalg.qr(columns, mode="complete")
    turned = [rotation.swapaxes(-1, -2) @ part for part in (left, right, others)]
    removed = Removed(triangle[..., :count, :], *(part[..., :count, :] for part in turned))
    return removed, Blocks(*(part[..., count:, :] for part in turned))


@frozen(eq=False)
class Condensed:
    """A chain of which one block is left.

    Attributes:
        levels: what was taken out, pair by pair, level by level; whether a block had no partner there.
        last: the block that is left, without an axis of blocks.
        count: number of blocks.
    """

    levels: tuple[tuple[Removed, bool], ...]
    last: Blocks
    count: int

    @classmethod
    def of(cls, blocks: Blocks) -> Condensed:
        """Return a chain with all points between its ends taken out."""
        levels, count = [], len(blocks.left)
        while len(blocks.left) > 1:
            pairs, single = divmod(len(blocks.left), 2)
            removed, joined = _joined(blocks, pairs)
            levels.append((removed, bool(single)))
            if single:
                joined = Blocks(*(np.concatenate([new, old[-1:]]) for new, old in zip(_parts(joined), _parts(blocks),
                                                                                     strict=True)))  # fmt: skip
            blocks = joined
        return cls(tuple(levels), Blocks(*(part[0] for part in _parts(blocks))), count)

    def points(self, first: np.ndarray, last: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Return all points of the chain, `[count + 1, ...]`, from those at its ends; see `Removed.solved`."""
        points = np.stack([first, last])
        for removed, single in reversed(self.levels):
            pairs = len(removed.triangle)
            between = removed.solved(points[:pairs], points[1 : pairs + 1], others)
            found = np.empty((2 * pairs + 1 + single, *points.shape[1:]))
            found[0 : 2 * pairs + 1 : 2], found[1 : 2 * pairs : 2] = points[: pairs + 1], between
            if single:
                found[-1] = points[-1]
            points = found
        return points

    def multipliers(self) -> np.ndarray:
        """Return the eigenvalues μ of `(A + μ B) v = 0`."""
        from scipy.linalg import eigvals

        return np.asarray(eigvals(-self.last.left, self.last.right))


def _parts(blocks: Blocks) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return blocks.left, blocks.right, blocks.others


def _joined(blocks: Blocks, pairs: int) -> tuple[Removed, Blocks]:
    first, second = ([part[start : 2 * pairs : 2] for part in _parts(blocks)] for start in (0, 1))
    none = np.zeros_like(first[0])
    return without(
        np.concatenate([first[1], second[0]], axis=1),
        np.concatenate([first[0], none], axis=1),
        np.concatenate([none, second[1]], axis=1),
        np.concatenate([first[2], second[2]], axis=1),
    )
