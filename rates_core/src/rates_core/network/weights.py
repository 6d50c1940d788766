"""Weights of a projection and the choice among their four forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    import numpy as np

DENSE_SIZE = 4096  # matrices up to this many entries are stored whole
DENSE_SHARE = 0.25  # larger ones only if at least this share of entries is connected


@frozen(eq=False)
class Dense:
    """A matrix `[target, source]`."""

    matrix: np.ndarray


@frozen(eq=False)
class Sparse:
    """Connections sorted by target: `target[rows[k]] += data[k] * source[columns[k]]`.

    Attributes:
        pointers: CSR row pointers: connections of target i are `pointers[i]:pointers[i + 1]`.
    """

    data: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    pointers: np.ndarray


@frozen
class Uniform:
    """One weight for all pairs: the weighted sum of the source, the same for every target."""

    weight: float | complex


@frozen(eq=False)
class Indexed:
    """One source per target: `target[i] = weight[i] * source[index[i]]`.

    Attributes:
        weight: one number, or one per target.
        index: source of each target, or of the single target; None where the axes agree or the source is a single unit.
    """

    weight: float | complex | np.ndarray
    index: np.ndarray | int | None = None


Weights = Dense | Sparse | Uniform | Indexed


def from_connections(
    rows: np.ndarray,
    columns: np.ndarray,
    data: np.ndarray,
    shape: tuple[int, int],
    separate: bool,
    form: str | None = None,
) -> Weights:
    """Choose the form of weights for a list of connections.

    Args:
        rows: target of each connection, sorted.
        columns: source of each connection.
        data: weight of each connection.
        shape: the numbers of targets and sources.
        separate: whether connections must stay separate, since each has a delay of its own.
        form: dense or sparse, if one was asked for; a matrix only where connections can be one.
    """
    import numpy as np

    targets, sources = shape
    if form is None and len(rows) == targets and bool((rows == np.arange(targets)).all()):
        return Indexed(data, None if is_identity(columns, sources) else columns)
    entries = targets * sources
    dense = entries <= DENSE_SIZE or len(rows) >= DENSE_SHARE * entries if form is None else form == "dense"
    if dense and not separate and not _repeated(rows, columns, shape):
        matrix = np.zeros(shape, dtype=data.dtype)
        matrix[rows, columns] = data
        return Dense(matrix)
    return Sparse(data, rows, columns, row_pointers(rows, targets))


def _repeated(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> bool:
    """Tell whether a pair has several connections."""
    import numpy as np

    connected = np.zeros(shape, dtype=bool)
    connected[rows, columns] = True
    return bool(np.count_nonzero(connected) < len(rows))


def is_identity(index: np.ndarray, count: int) -> bool:
    """Tell whether an index picks every one of `count` entries in its place."""
    import numpy as np

    return len(index) == count and bool((index == np.arange(count)).all())


def row_pointers(rows: np.ndarray, targets: int) -> np.ndarray:
    """Return CSR row pointers of sorted rows."""
    import numpy as np

    return np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=targets)))).astype(np.intp)
