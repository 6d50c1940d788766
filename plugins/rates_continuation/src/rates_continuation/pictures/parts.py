"""Parts of curves: as long as they are stable, or unstable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import frozen

from rates_continuation.native.equilibria import is_unstable
from rates_continuation.pictures.smooth import Knots
from rates_continuation.special import SpecialPoint

PAIRS = ("HB", "NS")  # kinds at which two directions change their stability
OF_CYCLES = ("LPC", "PD", "NS", "BPC")


@frozen(eq=False)
class Part:
    """A piece of a curve in the plane of a picture.

    Attributes:
        stable: whether it is.
        points: `[points, 2]`.
    """

    stable: bool
    points: np.ndarray


def parts_of(knots: Knots, stable: Sequence[bool]) -> Iterator[Part]:
    """Yield the parts of a line.

    Args:
        knots: of the line, in the plane.
        stable: whether what lies between each point and the next is stable.
    """
    size = np.ptp(knots.z, axis=0)
    size = np.where(size > 0, size, 1.0)
    begin = 0
    for end in range(1, len(stable) + 1):
        if end == len(stable) or stable[end] != stable[begin]:
            pieces = [knots.pieces(number, size)[1:] for number in range(begin, end)]
            yield Part(stable[begin], np.concatenate([knots.z[begin : begin + 1], *pieces]))
            begin = end


def between(before: bool, after: bool, passed: Sequence[SpecialPoint]) -> list[bool]:
    """Return what is stable between two points: from the first to the first special one, and so on.

    Args:
        before: whether the first of them is stable.
        after: whether the second is.
        passed: special points between them.
    """
    if not passed:
        return [before and after]
    found = [before]
    for point in passed[:-1]:  # a point at which all else is stable is where a stable part begins or ends
        found.append(not found[-1] and _others(point) == 0)
    return [*found, after]


def _others(point: SpecialPoint) -> int:
    """Return the number of unstable directions besides those that are critical."""
    values = point.eigenvalues
    if point.kind in OF_CYCLES:
        critical, unstable = np.abs(np.abs(values) - 1.0), np.abs(values) > 1.0
    else:
        critical, unstable = np.abs(values.real), is_unstable(values)
    left = np.argsort(critical)[2 if point.kind in PAIRS else 1 :]
    return int(np.count_nonzero(unstable[left]))
