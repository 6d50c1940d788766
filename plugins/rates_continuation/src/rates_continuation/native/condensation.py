"""Solve the linear equations of collocation: a chain of blocks, each of which joins two neighbouring points.

Block j says `A_j u_j + u_{j+1} + C_j e = 0` of the values u at the ends of mesh intervals and of a few numbers e. Few
neighbours are joined by products where nothing grows by much along them. What is left, with B_j besides u_{j+1}, is
joined some at a time by orthogonal transformations, which take the points between them out, until one block is left, of
the first and the last point: a pencil that has the Floquet multipliers.

References:
    fairgrieve1991; ascher1995, section 7.5.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from attrs import frozen

MULTIPLIED = 8  # neighbours that are joined by products
BOUNDED = 1e3  # largest entry of these: more digits are lost otherwise
SOME = 0.5  # of the groups: if larger ones are in more, all are joined otherwise
JOINED = 4  # neighbours at a time: fewer levels for some more arithmetic
AT_ONCE = 8  # so many are joined, if they are the last ones


@frozen(eq=False)
class Level:
    """Groups of blocks that were joined.

    Attributes:
        rest: number of blocks behind the last group, which stay as they are.
        between: what makes the points inside of groups from that before each group, that behind it, and columns of the
            equations, one below the other, `[groups, rows of points, rows]`.
        kept: what makes columns of the joined blocks from columns of the equations, `[groups, states, rows]`.
    """

    rest: int
    between: np.ndarray
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
    def of(cls, left: np.ndarray) -> Chain:
        """Return the chain of blocks A, `[blocks, states, states]`."""
        levels, right = list[Level](), np.broadcast_to(np.eye(left.shape[1]), left.shape)
        multiplied = _multiplied(left, right)
        if multiplied is not None:
            level, left, right = multiplied
            levels.append(level)
        while len(left) > 1:
            level, left, right = _joined(left, right)
            levels.append(level)
        return cls(tuple(levels), left[0], right[0])

    def closing(self, columns: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
        """Return what stands in the equations besides u at all levels, and in the block that is left.

        Args:
            columns: C e of the blocks, for one or more e, `[blocks, states, columns]`.
        """
        levels = []
        for level in self.levels:
            size, wide = columns.shape[1:]
            grouped = columns[: len(columns) - level.rest].reshape(len(level.kept), -1, wide)
            levels.append(grouped)
            joined = (level.kept @ grouped).reshape(-1, size, wide)
            columns = np.concatenate([joined, columns[len(columns) - level.rest :]]) if level.rest else joined
        return levels, columns[0]

    def points(self, first: np.ndarray, last: np.ndarray, columns: list[np.ndarray]) -> np.ndarray:
        """Return all points of the chain, `[blocks + 1, states, columns]`.

        Args:
            first: the first point, column by column.
            last: the last one.
            columns: C e of all levels.
        """
        points = np.stack([first, last])
        size, wide = first.shape
        for level, own in zip(reversed(self.levels), reversed(columns), strict=True):
            groups, grouped = len(level.kept), own.shape[1] // size * len(level.kept)
            before, behind, rest = points[:groups], points[1 : groups + 1], points[groups:]
            points = np.empty((grouped + len(rest), size, wide), np.result_type(points, own))
            inside = points[:grouped].reshape(groups, -1, wide)
            inside[:, :size], points[grouped:] = before, rest
            np.matmul(level.between, np.concatenate([before, behind, own], axis=1), out=inside[:, size:])
        return points


def _multiplied(left: np.ndarray, right: np.ndarray) -> tuple[Level, np.ndarray, np.ndarray] | None:
    """Return neighbours joined by products where these are not too large, and the chain that is left.

    None if they are too large in many places.
    """
    (groups, rest), size = divmod(len(left), MULTIPLIED), left.shape[1]
    if not groups:
        return None
    grouped = left[: groups * MULTIPLIED].reshape(groups, MULTIPLIED, size, size)
    forward = -grouped
    points = np.repeat(_own_columns(size)[None], groups, axis=0)  # by ends and columns; not by the last end
    points[:, 0, :, :size] = forward[:, 0]
    for point in range(1, MULTIPLIED):
        known = slice((2 + point) * size)
        np.matmul(forward[:, point], points[:, point - 1, :, known], out=points[:, point, :, known])
    large = np.nonzero(~(np.max(np.abs(points), axis=(1, 2, 3)) < BOUNDED))[0]
    if len(large) > SOME * groups:
        return None
    between, last = points[:, :-1].reshape(groups, -1, points.shape[-1]), -points[:, -1]
    kept, first, behind = last[..., 2 * size :], last[..., :size], np.array(right[:groups])
    if len(large):
        a = grouped[large]
        between[large], kept[large], first[large], behind[large] = _turned(a, np.broadcast_to(np.eye(size), a.shape))
    return Level(rest, between, kept), *_with_rest(first, behind, left, right, rest)


@cache
def _own_columns(size: int) -> np.ndarray:
    """Return by what each point of a group that is multiplied follows from its own column of the equations."""
    found = np.zeros((MULTIPLIED, size, (2 + MULTIPLIED) * size))
    for point in range(MULTIPLIED):
        np.fill_diagonal(found[point, :, (2 + point) * size :], -1.0)
    return found


def _joined(left: np.ndarray, right: np.ndarray) -> tuple[Level, np.ndarray, np.ndarray]:
    """Return some neighbours joined, and the chain that is left."""
    together, size = len(left) if len(left) <= AT_ONCE else JOINED, left.shape[1]
    groups, rest = divmod(len(left), together)
    a, b = (part[: groups * together].reshape(groups, together, size, size) for part in (left, right))
    between, kept, first, behind = _turned(a, b)
    return Level(rest, between, kept), *_with_rest(first, behind, left, right, rest)


def _with_rest(
    first: np.ndarray, behind: np.ndarray, left: np.ndarray, right: np.ndarray, rest: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return A and B of joined blocks with those of the blocks behind the last group."""
    return (np.concatenate([first, left[-rest:]]), np.concatenate([behind, right[-rest:]])) if rest else (first, behind)


def _turned(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return groups of blocks joined by orthogonal transformations: what a level has of them, and A and B.

    Args:
        a: of blocks, `[groups, blocks, states, states]`.
        b: of them.
    """
    groups, together, size, _ = a.shape
    matrix = np.zeros((groups, together, size, together - 1, size))
    for point in range(together - 1):
        matrix[:, point, :, point], matrix[:, point + 1, :, point] = b[:, point], a[:, point + 1]
    inside = (together - 1) * size
    rotation, triangle = np.linalg.qr(matrix.reshape(groups, together * size, inside), mode="complete")
    turned = rotation.swapaxes(-1, -2)
    between, kept = np.linalg.solve(triangle[:, :inside], -turned[:, :inside]), turned[:, inside:]
    first, last = a[:, 0], b[:, -1]
    by_ends = between[..., :size] @ first, between[..., -size:] @ last
    return np.concatenate([*by_ends, between], axis=-1), kept, kept[..., :size] @ first, kept[..., -size:] @ last
