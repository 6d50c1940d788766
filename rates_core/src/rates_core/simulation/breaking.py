"""Times at which a solution with delays is not smooth."""

from __future__ import annotations

from collections.abc import Sequence

MOST_DELAYS = 100  # with more distinct delays, error control alone has to find the breaking points


def breaking_points(start: float, end: float, delays: Sequence[float], jumps: Sequence[float], order: int) -> list[float]:
    """Return sums of delays after the start and after jumps of inputs, as many as the method's order can feel.

    The start makes the first derivative jump one delay later, the second one two delays later, and so on.
    """
    distinct = sorted({delay for delay in delays if delay > 0})
    if not distinct or len(distinct) > MOST_DELAYS:
        return []
    found: set[float] = set()
    front = {start, *jumps}
    for _ in range(order + 1):
        front = {point + delay for point in front for delay in distinct if point + delay < end}
        front -= found
        found |= front
        if len(found) > 10_000:
            break
    return _merged(sorted(found), 1e-12 * max(1.0, abs(end)))


def _merged(points: Sequence[float], tolerance: float) -> list[float]:
    kept: list[float] = []
    for point in points:
        if not kept or point - kept[-1] > tolerance:
            kept.append(point)
    return kept
