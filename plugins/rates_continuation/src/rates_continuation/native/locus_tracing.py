"""Follow curves of folds and of Hopf points to their ends."""

from __future__ import annotations

from itertools import pairwise

from attrs import frozen

from rates_continuation.native.codimension_two import Degeneracy, between, degeneracies, length_between, solved_for
from rates_continuation.native.loci import LocusCurve, LocusPoint
from rates_continuation.native.refinement import refined
from rates_continuation.native.tracing import Bounds, Steps, trace

SAME = 1e-6  # distance in scales, below which two points are one
LAST = 0.99  # of the way to a double zero eigenvalue: where a last Hopf point is computed, which has a coefficient


@frozen(eq=False)
class FollowedLocus:
    """A curve of critical equilibria from end to end.

    Attributes:
        points: in order.
        degeneracies: points of codimension two between them, with the number of the point before.
        ended: why, at the first and at the last point.
    """

    points: list[LocusPoint]
    degeneracies: list[tuple[int, Degeneracy]]
    ended: tuple[str, str]


@frozen(eq=False)
class _Way:
    """A curve from its start to one of its ends.

    Attributes:
        points: behind the start.
        ended: why.
        end: a double zero eigenvalue, at which Hopf points end; it is the last point.
    """

    points: list[LocusPoint]
    ended: str
    end: Degeneracy | None = None


def follow_locus(start: LocusPoint, bounds: Bounds, steps: Steps) -> FollowedLocus:
    """Follow a curve of critical equilibria from a start to both of its ends."""
    back = _one_way(start.turned(), bounds, steps)
    on = _Way([], "closed") if back.ended == "closed" else _one_way(start, bounds, steps)
    points = [*(point.turned() for point in reversed(back.points)), start, *on.points]
    found = steps.interrupts.around(lambda: _all(points, back.end, on.end))
    return FollowedLocus(points, found, (back.ended, on.ended))


def follow_locus_on(
    last: LocusPoint, bounds: Bounds, steps: Steps
) -> tuple[list[LocusPoint], list[tuple[int, Degeneracy]], str]:
    """Follow a curve on from its last point; return that and those behind, degeneracies, and why it ends."""
    on = _one_way(last, bounds, steps)
    points = [last, *on.points]
    return points, steps.interrupts.around(lambda: _all(points, None, on.end)), on.ended


def _all(points: list[LocusPoint], first: Degeneracy | None, last: Degeneracy | None) -> list[tuple[int, Degeneracy]]:
    """Return all degeneracies, of which those at both ends are known, each with the number of the point before."""
    found = [(0, first)] if first else []
    for number, (one, other) in enumerate(pairwise(points)):
        if not (first and number == 0) and not (last and number == len(points) - 2):
            found += [(number, each) for each in degeneracies(one, other)]
    return [*found, *([(len(points) - 2, last)] if last else [])]


def _one_way(start: LocusPoint, bounds: Bounds, steps: Steps) -> _Way:
    points, ended = [start], ""
    for traced in trace(start.curve, start.place, bounds, steps):
        ended = traced.ended
        if ended == "stalled":
            break
        assert isinstance(traced.curve, LocusCurve)
        points.append(traced.curve.point(traced.place))
        if steps.interrupts.around(lambda: points[-1].is_saddle):
            break
    return steps.interrupts.around(lambda: _refined(points, ended))


def _refined(points: list[LocusPoint], ended: str) -> _Way:
    """Return the way through points, which begins with the start, up to where neutral saddles begin."""
    points = refined(points, lambda point: point.tests(), between)
    saddle = next((number for number, point in enumerate(points) if point.is_saddle), 0)
    return _ended(points[:saddle], points[saddle]) if saddle else _Way(points[1:], ended)


def _ended(points: list[LocusPoint], saddle: LocusPoint) -> _Way:
    """Return a curve of Hopf points up to where neutral saddles begin."""
    found = solved_for("BT", points[-1], saddle)
    if found is None:
        return _Way(points[1:], "stalled")
    if length_between(points[-1], found.point) < SAME and len(points) > 1:  # a step led just there
        points = points[:-1]
    last = between(points[-1], found.point, LAST)
    return _Way([*points[1:], *([last] if last is not None else []), found.point], "BT", found)
