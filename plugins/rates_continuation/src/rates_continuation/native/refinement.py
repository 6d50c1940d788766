"""Look closer where a test function comes near to 0 and turns back: between two points it may have crossed 0 twice.

Through each three neighbouring points with values of one sign goes a parabola for each test function. Where its lowest
value has the other sign, or is nearer to 0 than those at the points, a point is added; and so on, until the values
themselves tell. Likewise where the lines on both sides of an interval meet on the other side of 0.
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
KINKED = 6  # points in which a kink can be seen
STRAIGHT = 0.25  # change of the slope on either side of a kink, of that at the kink; of a parabola it is half


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
    before = np.linalg.norm((z[1:-1] - z[:-2]) / scale[1:-1], axis=1)
    behind = np.linalg.norm((z[2:] - z[1:-1]) / scale[1:-1], axis=1)
    return shares_to_lowest(before, behind, values)


def shares_to_lowest(before: np.ndarray, behind: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return at which share of each interval between points of a curve another one is wanted, 0 if none is.

    Args:
        before: length of the interval before each point but for the first and the last one.
        behind: likewise behind it.
        values: of test functions, `[points, tests]`.
    """
    before, behind = before[:, None], behind[:, None]
    shares = _to_lowest_of_parabolas(before, behind, values)
    if len(values) >= KINKED:
        inner = shares[2:-2]
        inner[:] = np.where(inner > 0, inner, _to_kinks(np.append(before, behind[-1:], axis=0), values))
    return shares


def _to_lowest_of_parabolas(before: np.ndarray, behind: np.ndarray, values: np.ndarray) -> np.ndarray:
    first, here, last = values[:-2], values[1:-1], values[2:]
    with np.errstate(all="ignore"):
        slopes = (here - first) / before, (last - here) / behind
        bend = (slopes[1] - slopes[0]) / (before + behind)
        slope = (slopes[0] * behind + slopes[1] * before) / (before + behind)
        place = -slope / (2 * bend)  # of the lowest value, behind the point
        lowest = (here - slope**2 / (4 * bend)) * np.sign(here)
        near = lowest < NEAR * np.minimum.reduce(np.abs([first, here, last]))
        near &= (first * here > 0) & (here * last > 0) & (bend * here > 0)
        near &= np.maximum(np.abs(first), np.abs(last)) > _least(values)
        shares = np.zeros(len(values) - 1)
        for part, inside, share in (
            (shares[:-1], (-before < place) & (place < 0), 1 + place / before),
            (shares[1:], (place >= 0) & (place < behind), place / behind),
        ):
            found = np.max(np.where(near & inside, np.clip(share, BESIDE, 1 - BESIDE), 0.0), axis=1)
            np.maximum(part, found, out=part)
    return shares


def _to_kinks(lengths: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the shares of all intervals but two at each end at which lines from both sides meet beyond 0.

    So values that are put in order have a kink where two test functions meet, which no parabola shows. What bends
    likewise on both sides has none.
    """
    length, one, other = lengths[2:-2], values[2:-3], values[3:-2]
    with np.errstate(all="ignore"):
        slopes = np.diff(values, axis=0) / lengths
        coming, going = slopes[1:-3], slopes[3:-1]
        bends = np.maximum(np.abs(coming - slopes[:-4]), np.abs(slopes[4:] - going))
        place = (other - one - going * length) / (coming - going)
        beyond = (one * other > 0) & ((one + coming * place) * one < 0) & (place > 0) & (place < length)
        beyond &= bends < STRAIGHT * np.abs(going - coming)
        beyond &= np.minimum(np.abs(one), np.abs(other)) > _least(values)
        shares = np.where(beyond, np.clip(place / length, BESIDE, 1 - BESIDE), 0.0)
    return np.asarray(np.max(shares, axis=1))


def _least(values: np.ndarray) -> np.ndarray:
    """Return how large a value of each test function has to be to count as more than rounding."""
    return np.asarray(LEVEL * np.nanmax(np.abs(values), axis=0, initial=0.0))
