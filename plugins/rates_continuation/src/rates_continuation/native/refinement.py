"""Look closer where a test function comes near to 0 and turns back: between two points it may have crossed 0 twice.

Through each three neighbouring points with values of one sign goes a parabola for each test function. Where its lowest
value has the other sign, or is nearer to 0 than those at the points, a point is added; and so on, until the values
themselves tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import numpy as np

from rates_continuation.native.curve import Place

NEAR = 0.5  # of the values at the points: a lowest value below is looked at
BESIDE = 0.1  # of an interval: so far from its ends a point is added
LEVEL = 1e-9  # of the largest value along the curve: a test function below is 0 but for rounding
ROUNDS = 10


class Placed(Protocol):
    """What has a place on a curve."""

    @property
    def place(self) -> Place:
        """Return it."""
        ...


Point = TypeVar("Point", bound=Placed)


def refined(
    points: list[Point], tests: Callable[[Point], np.ndarray], between: Callable[[Point, Point, float], Point | None]
) -> list[Point]:
    """Return points of a curve with others between them, where a test function may have crossed 0 twice.

    Args:
        points: in order.
        tests: values of test functions at a point; where there are fewer, the last ones of others are left out.
        between: the point at a share of the way between two neighbouring ones; None if it is not found.
    """
    for _ in range(ROUNDS):
        if len(points) < 3:
            break
        values = [tests(point) for point in points]
        fewest = min(map(len, values))
        if not fewest:
            break
        shares = _shares(points, np.array([each[:fewest] for each in values]))
        added = [
            between(one, other, float(share)) if share > 0 else None
            for one, other, share in zip(points, points[1:], shares, strict=False)
        ]
        if all(point is None for point in added):
            break
        pairs = zip(points, [*added, None], strict=True)
        points = [each for pair in pairs for each in pair if each is not None]
    return points


def _shares(points: Sequence[Placed], values: np.ndarray) -> np.ndarray:
    """Return at which share of each interval a point is wanted, 0 if none is; values are `[points, tests]`."""
    z, scale = (np.array([getattr(point.place, name) for point in points]) for name in ("z", "scale"))
    before = np.linalg.norm((z[1:-1] - z[:-2]) / scale[1:-1], axis=1, keepdims=True)
    behind = np.linalg.norm((z[2:] - z[1:-1]) / scale[1:-1], axis=1, keepdims=True)
    first, here, last = values[:-2], values[1:-1], values[2:]
    with np.errstate(all="ignore"):
        slopes = (here - first) / before, (last - here) / behind
        bend = (slopes[1] - slopes[0]) / (before + behind)
        slope = (slopes[0] * behind + slopes[1] * before) / (before + behind)
        place = -slope / (2 * bend)  # of the lowest value, behind the point
        lowest = (here - slope**2 / (4 * bend)) * np.sign(here)
        near = lowest < NEAR * np.minimum.reduce(np.abs([first, here, last]))
        near &= (first * here > 0) & (here * last > 0) & (bend * here > 0)
        near &= np.maximum(np.abs(first), np.abs(last)) > LEVEL * np.nanmax(np.abs(values), axis=0, initial=0.0)
        shares = np.zeros(len(points) - 1)
        for part, inside, share in (
            (shares[:-1], (-before < place) & (place < 0), 1 + place / before),
            (shares[1:], (place >= 0) & (place < behind), place / behind),
        ):
            found = np.max(np.where(near & inside, np.clip(share, BESIDE, 1 - BESIDE), 0.0), axis=1)
            np.maximum(part, found, out=part)
    return shares
