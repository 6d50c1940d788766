"""Values for people to read: one number as it is, a few by how often they occur, many by their range."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")

Scalar = int | float | complex

FEW = 4  # different numbers that are named one by one
SHORT = 6  # entries of an array that are named one by one
_SAMPLE = 1000
_HUGE = 1e100  # squares of larger numbers may overflow
_SCALE = 2.0**1000


@frozen
class Several:
    """Numbers of which there are few different ones.

    Attributes:
        counts: each number and how often it occurs, in the order of their size.
    """

    counts: tuple[tuple[Scalar, int], ...]


@frozen
class Listed:
    """The entries of a short array, in their order, and its shape."""

    entries: tuple[Scalar, ...]
    shape: tuple[int, ...]


@frozen
class Range:
    """Many numbers; of complex ones least and largest are moduli, and the deviation is that of the distance.

    Attributes:
        count: how many they are.
        mean: their mean.
        deviation: their standard deviation.
        shape: that of the array that they are, if they are one.
    """

    count: int
    least: float
    largest: float
    mean: Scalar
    deviation: float
    shape: tuple[int, ...] = ()


Quantity = Scalar | Several | Listed | Range


def quantity(values: Any) -> Quantity:
    """Return numbers as what is worth saying of them; there is one at least."""
    import numpy as np

    array = np.asarray(values).ravel()
    counts = few(array)
    if counts is None:
        return _range(array, ())
    return counts[0][0] if len(counts) == 1 else Several(tuple(counts))


def own_array(values: Any) -> Quantity:
    """Return the array that one variable is: its entries, in their order, if it is short."""
    import numpy as np

    array = np.asarray(values)
    if array.size <= SHORT:
        return Listed(tuple(array.ravel().tolist()), array.shape)
    return _range(array.ravel(), array.shape)


def few(array: np.ndarray) -> list[tuple[Scalar, int]] | None:
    """Return the different numbers of an array and how often they occur; None if there are many."""
    import numpy as np

    if len(np.unique(array[:_SAMPLE])) > FEW:
        return None
    found, counts = np.unique(array, return_counts=True)
    return list(zip(found.tolist(), counts.tolist(), strict=True)) if len(found) <= FEW else None


def _range(array: np.ndarray, shape: tuple[int, ...]) -> Range:
    import numpy as np

    sizes = np.abs(array) if array.dtype.kind == "c" else array
    least, largest = float(sizes.min()), float(sizes.max())
    scale = _SCALE if max(abs(least), abs(largest)) > _HUGE else 1.0
    with np.errstate(all="ignore"):  # of infinite numbers there may be neither
        parts = array / scale
        mean, deviation = parts.mean() * scale, parts.std() * scale
    return Range(array.size, least, largest, mean.item(), float(deviation), shape)


def distinct(items: Iterable[T]) -> tuple[T, ...]:
    """Return items without repetitions, in the order in which they first occur."""
    return tuple(dict.fromkeys(items))
