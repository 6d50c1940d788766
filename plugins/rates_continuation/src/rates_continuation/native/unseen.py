"""What multipliers may do between two cycles that the number of those outside of the unit circle does not say.

Some may enter the circle while others leave it; a pair may leave it, become real, and come back in part; and a
multiplier may leave it and come back.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from rates_continuation.native.cycle_stretch import Stretch
from rates_continuation.native.floquet import Cycle
from rates_continuation.native.refinement import ROUNDS, shares_to_lowest

REAL = 1e-3  # angle of a multiplier that is real, or one of two equal ones that rounding has made a pair
NOISE = 1e-9  # change of the size of a multiplier on the circle that rounding makes
CLEAR = 1e-8  # distance from the circle of one that is not on it


def hides(one: Cycle, other: Cycle) -> bool:
    """Tell whether more may happen between two cycles than numbers of unstable multipliers say.

    Each multiplier is taken for that which is nearest at the other cycle, on the sphere, so that those which are very
    large are near to each other. Some may enter while others leave; and a pair of which one changes sides, real at one
    cycle and complex at the other, may have crossed before it became real.
    """
    if not one.unstable and not other.unstable:
        return False
    here, there = one.multipliers, other.multipliers
    distances = np.linalg.norm(_on_sphere(here)[:, None] - _on_sphere(there), axis=-1)
    there = there[linear_sum_assignment(distances)[1]]
    sizes = np.abs(here), np.abs(there)
    with np.errstate(invalid="ignore"):  # from one infinite multiplier to another
        moved = np.abs(sizes[1] - sizes[0]) > NOISE
    change = np.where(moved, (sizes[1] > 1).astype(int) - (sizes[0] > 1), 0)
    parted = (change != 0) & (is_real(here) != is_real(there))
    return bool(np.any(parted) or (np.any(change > 0) and np.any(change < 0)))


def is_real(multipliers: np.ndarray) -> np.ndarray:
    """Tell of each multiplier whether it is real, or one of two equal ones that rounding has made a pair."""
    return np.asarray(np.abs(multipliers.imag) <= REAL * np.abs(multipliers))


def _on_sphere(multipliers: np.ndarray) -> np.ndarray:
    """Return the points of Riemann's sphere that stand for numbers, `[multipliers, 3]`."""
    large = ~(np.abs(multipliers) <= 1.0)
    with np.errstate(all="ignore"):
        small = np.where(large, np.where(np.isfinite(multipliers), 1.0 / multipliers.conj(), 0.0), multipliers)
    squares = np.abs(small) ** 2
    height = np.where(large, 1.0 - squares, squares - 1.0)
    return np.column_stack([2 * small.real, 2 * small.imag, height]) / (1.0 + squares)[:, None]


def coming_near(points: Sequence[Cycle]) -> np.ndarray:
    """Return at which share of each interval of a curve a multiplier may be on the other side of the circle, or 0."""
    lengths = np.array([np.nan if point.place.behind is None else point.place.behind for point in points[1:]])
    fewest = min((len(point.multipliers) for point in points), default=0)
    if len(points) < 3 or not fewest:
        return np.zeros(max(len(points) - 1, 0))
    return shares_to_lowest(lengths[:-1], lengths[1:], np.array([_sizes(point)[:fewest] for point in points]))


def other_side(stretch: Stretch, one: Cycle, other: Cycle, share: float) -> float | None:
    """Return a distance at which the number of unstable multipliers is another one than at both ends, or None.

    Args:
        stretch: of the curve.
        one: at its first end.
        other: at its second end.
        share: of the stretch, at which it is looked for first.
    """
    distances, ends = (stretch.lower, stretch.upper), (one, other)
    for _ in range(ROUNDS):
        distance = distances[0] + share * (distances[1] - distances[0])
        between = stretch.at(distance)
        if between is None:
            return None
        if _clearly_unstable(between) not in (None, one.unstable, other.unstable):
            return distance
        values = np.array([_sizes(cycle) for cycle in (ends[0], between, ends[1])])
        parts = np.array([distance - distances[0], distances[1] - distance])
        shares = shares_to_lowest(parts[:1], parts[1:], values)
        if not np.any(shares):
            return None
        if shares[0]:
            distances, ends, share = (distances[0], distance), (ends[0], between), float(shares[0])
        else:
            distances, ends, share = (distance, distances[1]), (between, ends[1]), float(shares[1])
    return None


def _clearly_unstable(cycle: Cycle) -> int | None:
    """Return the number of multipliers outside of the circle; None if some are on it."""
    fewest, most = (int(np.count_nonzero(np.abs(cycle.multipliers) > 1 + beside)) for beside in (CLEAR, -CLEAR))
    return fewest if fewest == most else None


def _sizes(cycle: Cycle) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.abs(cycle.multipliers)))
