"""Times at which a solution with delays is not smooth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

MOST_DELAYS = 100  # with more distinct delays, error control alone has to find the breaking points
MOST_POINTS = 10_000  # sums of so many delays that there are more are left to error control too


def breaking_points(
    origins: Sequence[float],
    start: float,
    end: float,
    delays: Sequence[float],
    order: int,
    sharp: Sequence[float] = (),
) -> list[float]:
    """Return sums of delays after the origins, as many as the method's order can feel, between start and end.

    The first start makes the first derivative jump one delay later, the second one two delays later, and so on; jumps
    of inputs do the same.

    Args:
        origins: where the solution is not smooth by itself.
        start: only points behind it are asked for.
        end: only points before it are asked for.
        delays: of all reads.
        order: of the method.
        sharp: those of the delays that lead from computed variables to computed variables. They carry jumps on without
            smoothing them, so that no number of them is too large to be felt.
    """
    distinct = sorted({delay for delay in delays if delay > 0})
    if not distinct or len(distinct) > MOST_DELAYS:
        return []
    front = _carried(origins, sharp, end)
    found = front[len(origins) :]
    for _ in range(order + 1):
        front = _carried(merged({point + delay for point in front for delay in distinct}, end), sharp, end)
        front = [point for point in front if point < end]
        if len(found) + len(front) > MOST_POINTS:
            break
        found = merged([*found, *front], end)
    return [point for point in found if start < point < end]


def _carried(origins: Sequence[float], delays: Sequence[float], end: float) -> list[float]:
    """Return points and all sums of delays after them before the end; the points alone if there are too many."""
    distinct = sorted({delay for delay in delays if delay > 0})
    found, front = list(origins), list(origins)
    while front and distinct:
        front = merged({point + delay for point in front for delay in distinct if point + delay < end}, end)
        if len(found) + len(front) > MOST_POINTS:
            return list(origins)
        found += front
    return found


def lasting(
    origins: Sequence[float], end: float, delays: Sequence[float], order: int, sharp: Sequence[float] = ()
) -> tuple[float, ...]:
    """Return the origins that still make breaking points after the end."""
    reach = (order + 1) * max(delays, default=0.0) if not sharp else math.inf
    return tuple(origin for origin in origins if origin + reach > end)


def merged(points: Iterable[float], end: float) -> list[float]:
    """Return points in order, one for those that differ by rounding."""
    tolerance = 1e-12 * max(1.0, abs(end))
    kept: list[float] = []
    for point in sorted(points):
        if not kept or point - kept[-1] > tolerance:
            kept.append(point)
    return kept
