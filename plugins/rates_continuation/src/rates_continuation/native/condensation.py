"""Solve the linear equations of collocation: a chain of blocks, each of which joins two neighbouring points.

Block j says `A_j u_j + B_j u_{j+1} + C_j e = 0` of the values u at the ends of mesh intervals and of a few numbers e.
Some neighbours at a time are joined by orthogonal transformations, which take the points between them out, until one
block is left, of the first and the last point: a pencil that has the Floquet multipliers.

References:
    fairgrieve1991; ascher1995, section 7.5.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen

JOINED = 4  # neighbours at a time: fewer levels for some more arithmetic


@frozen(eq=False)
class Level:
    """Groups of blocks that were joined.

    Attributes:
        rest: number of blocks behind the last group, which stay as they are.
        between: what makes the points inside of groups from columns of the equations, `[groups, points, rows]`.
        by_first: those points by that before each group.
        by_last: by that behind it.
        kept: what makes columns of the joined blocks from columns of the equations, `[groups, states, rows]`.
    """

    rest: int
    between: np.ndarray
    by_first: np.ndarray
    by_last: np.ndarray
    kept: np.ndarray


@frozen(eq=False)
class Chain:
    """A chain of which one block is left.

    Attributes:
        levels: that were joined, one after the other.
        left: A of the block that is left.
        right: B of that.
    """

    levels: tuple[Level, ...]
    left: np.ndarray
    right: np.ndarray

    @classmethod
    def of(cls, left: np.ndarray, right: np.ndarray) -> Chain:
        """Return the chain of blocks A and B, `[blocks, states, states]`."""
        levels = []
        while len(left) > 1:
            level, left, right = _joined(left, right)
            levels.append(level)
        return cls(tuple(levels), left[0], right[0])

    def closing(self, columns: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
        """Return C of all levels, and of the block that is left.

        Args:
            columns: C of the blocks, `[blocks, states, numbers]`.
        """
        levels = []
        for level in self.levels:
            size, wide = columns.shape[1:]
            grouped = columns[: len(columns) - level.rest].reshape(len(level.kept), -1, wide)
            levels.append(grouped)
            joined = (level.kept @ grouped).reshape(-1, size, wide)
            columns = np.concatenate([joined, columns[len(columns) - level.rest :]]) if level.rest else joined
        return levels, columns[0]

    def points(self, first: np.ndarray, last: np.ndarray, numbers: np.ndarray, columns: list[np.ndarray]) -> np.ndarray:
        """Return all points of the chain, `[blocks + 1, ...]`, where all are matrices that multiply the same unknowns.

        Args:
            first: the first point.
            last: the last one.
            numbers: e.
            columns: C of all levels.
        """
        points = np.stack([first, last])
        for level, own in zip(reversed(self.levels), reversed(columns), strict=True):
            groups, size = len(level.kept), points.shape[1]
            before, behind = points[:groups], points[1 : groups + 1]
            between = level.by_first @ before + level.by_last @ behind - (level.between @ own) @ numbers
            between = between.reshape(groups, -1, *points.shape[1:])
            found = np.concatenate([before[:, None], between], axis=1).reshape(-1, size, points.shape[2])
            points = np.concatenate([found, points[groups:]])
        return points


def _joined(left: np.ndarray, right: np.ndarray) -> tuple[Level, np.ndarray, np.ndarray]:
    """Return some neighbours joined, and the chain that is left."""
    together, size = min(JOINED, len(left)), left.shape[1]
    groups, rest = divmod(len(left), together)
    a, b = (part[: groups * together].reshape(groups, together, size, size) for part in (left, right))
    matrix = np.zeros((groups, together, size, together - 1, size))
    for point in range(together - 1):
        matrix[:, point, :, point], matrix[:, point + 1, :, point] = b[:, point], a[:, point + 1]
    inside = (together - 1) * size
    rotation, triangle = np.linalg.qr(matrix.reshape(groups, together * size, inside), mode="complete")
    turned = rotation.swapaxes(-1, -2)
    between, kept = np.linalg.solve(triangle[:, :inside], turned[:, :inside]), turned[:, inside:]
    first, last = a[:, 0], b[:, -1]
    level = Level(rest, between, -between[..., :size] @ first, -between[..., -size:] @ last, kept)
    joined = kept[..., :size] @ first, kept[..., -size:] @ last
    if not rest:
        return level, *joined
    joined = np.concatenate([joined[0], left[-rest:]]), np.concatenate([joined[1], right[-rest:]])
    return level, *joined
