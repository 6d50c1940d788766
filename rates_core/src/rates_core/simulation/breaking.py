"""Times at which a solution with delays is not smooth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MOST_DELAYS = 100  # with more distinct delays, error control alone has to find the breaking points
MOST_POINTS = 10_000  # sums of so many delays that there are more are left to error control too


def breaking_points(
    origins: Sequence[float], start: float, end: float, delays: Sequence[float], order: int
) -> list[float]:
    """Return sums of delays after the origins, as many as the method's order can feel, between start and end.

    The first start makes the first derivative jump one delay later, the second one two delays later, and so on; jumps
    of inputs do the same.
    """
    distinct = sorted({delay for delay in delays if delay > 0})
    if not distinct or len(distinct) > MOST_DELAYS:
        return []
    found: list[float] = []
    front = list(origins)
    for _ in range(order + 1):
        front = merged({point + delay for point in front for delay in distinct if point + delay < end}, end)
        if len(found) + len(front) > MOST_POINTS:
            break
        found = merged([*found, *front], end)
    return [point for point in found if start < point]


def lasting(origins: Sequence[float], end: float, delays: Sequence[float], order: int) -> tuple[float, ...]:
    """Return the origins that still make breaking points after the end."""
    reach = (order + 1) * max(delays, default=0.0)
    return tuple(origin for origin in origins if origin + reach > end)


def merged(points: Iterable[float], end: float) -> list[float]:
    """Return points in order, one for those that differ by rounding."""
    tolerance = 1e-12 * max(1.0, abs(end))
    kept: list[float] = []
    for point in sorted(points):
        if not kept or point - kept[-1] > tolerance:
            kept.append(point)
    return kept
