"""Follow curves of special cycles in two parameters to their ends."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen

from rates_continuation.native.boundary import ProfileCurve, Solved
from rates_continuation.native.critical_cycles import Critical
from rates_continuation.native.curve import Place
from rates_continuation.native.profile_point import ProfilePoint
from rates_continuation.native.shrinking import GONE, SHRINKING, left
from rates_continuation.native.tracing import Bounds, Steps, trace

CriticalPoint = ProfilePoint[ProfileCurve]


@frozen(eq=False)
class FollowedCritical:
    """A curve of special cycles, with their critical vectors, from end to end.

    Attributes:
        points: in order.
        ended: why, at the first and at the last point.
    """

    points: list[CriticalPoint]
    ended: tuple[str, str]


def follow_critical(curve: ProfileCurve, start: Place, bounds: Bounds, steps: Steps) -> FollowedCritical:
    """Follow a curve of special cycles from a start to both of its ends."""
    here = _point(curve, start)
    back, _, first = follow_critical_on(here.turned(), bounds, steps)
    on, last = [here], first
    if first != "closed":
        on, _, last = follow_critical_on(here, bounds, steps)
    return FollowedCritical([*(point.turned() for point in reversed(back[1:])), *on], (first, last))


def follow_critical_on(
    last: CriticalPoint, bounds: Bounds, steps: Steps
) -> tuple[list[CriticalPoint], list[tuple[int, object]], str]:
    """Follow a curve on from its last point; return that and those behind, that nothing happens, and why it ends."""
    points, ended, largest = [last], "", 0.0
    for traced in trace(*last.curve.carried_on(last.place), bounds, steps):
        ended = traced.ended
        if ended == "stalled":
            break
        assert isinstance(traced.curve, ProfileCurve)
        size, kept = _size(traced.curve, traced.place)
        largest = max(largest, size)
        if kept < GONE or size < GONE * largest:
            return points, [], "hopf"
        points.append(_point(traced.curve, traced.place))
    return points, [], ended


def _size(curve: ProfileCurve, place: Place) -> tuple[float, float]:
    """Return how large a cycle is, and how much of the one before it is left: less than nothing if it has turned."""
    problem, before = curve.problem, curve.before
    assert isinstance(problem, Critical)
    assert before is not None
    n = problem.field.size
    profile = curve.split(place.z)[0][:, :n]
    alone = evolve(curve, states=curve.states[:n], before=(before[0], before[1][:, :n]))
    return float(np.max(np.ptp(profile, axis=0) / curve.states[:n])), left(alone, profile, SHRINKING["hopf"])


def _point(curve: ProfileCurve, place: Place) -> CriticalPoint:
    """Return a point without the linear equations there, which take much memory and can be made again."""
    return ProfilePoint(evolve(curve, near=None), evolve(place, linear=None) if isinstance(place, Solved) else place)
