"""Go on with curves at their ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from attrs import evolve

from rates_continuation.native.boundary import ProfileCurve
from rates_continuation.native.critical_tracing import FollowedCritical, follow_critical_on
from rates_continuation.native.cycle_engine import FollowedCycles, Reach, follow_cycles_on
from rates_continuation.native.engine import Followed, follow_on
from rates_continuation.native.equilibria import Equilibrium, EquilibriumEquations
from rates_continuation.native.floquet import Cycle
from rates_continuation.native.loci import LocusPoint
from rates_continuation.native.locus_tracing import FollowedLocus, follow_locus_on
from rates_continuation.native.profile_point import ProfilePoint
from rates_continuation.native.solution_engine import FollowedSolutions, follow_solutions_on
from rates_continuation.native.tracing import Bounds, Steps

GOING_ON = ("bound", "steps", "period", "interrupted")  # reasons that other bounds, or more steps, can do away with
WITHIN = 1e-9  # of the bounds

Point = Equilibrium | Cycle | LocusPoint | ProfilePoint[ProfileCurve]
Way = tuple[list[Any], list[tuple[int, Any]], str]  # points, what happens between them, and why they end


def extended(equations: EquilibriumEquations, found: Followed, bounds: Bounds, steps: Steps) -> Followed:
    """Return a curve of equilibria that goes on where it ended at a bound, or after so many steps.

    Args:
        equations: of the curve.
        found: the curve.
        bounds: to which it goes on.
        steps: on each side.
    """
    points, crossings, ended = _both(
        found.points, found.crossings, found.ended, bounds, lambda last: follow_on(equations, last, bounds, steps)
    )
    return Followed(points, crossings, ended)


def extended_cycles(found: FollowedCycles, reach: Reach) -> FollowedCycles:
    """Return a curve of cycles that goes on likewise.

    Args:
        found: the curve.
        reach: how far it goes on.
    """
    points, crossings, ended = _both(
        found.points, found.crossings, found.ended, reach.bounds, lambda last: follow_cycles_on(last, reach)
    )
    return FollowedCycles(points, crossings, ended)


def extended_solutions(found: FollowedSolutions, bounds: Bounds, steps: Steps) -> FollowedSolutions:
    """Return a curve of solutions of a boundary value problem that goes on likewise.

    Args:
        found: the curve.
        bounds: to which it goes on.
        steps: on each side.
    """
    points, turns, ended = _both(
        found.points, found.turns, found.ended, bounds, lambda last: follow_solutions_on(last, bounds, steps)
    )
    return FollowedSolutions(points, turns, ended)


def extended_locus(found: FollowedLocus, bounds: Bounds, steps: Steps) -> FollowedLocus:
    """Return a curve of critical equilibria in two parameters that goes on likewise."""
    points, degeneracies, ended = _both(
        found.points, found.degeneracies, found.ended, bounds, lambda last: follow_locus_on(last, bounds, steps)
    )
    return FollowedLocus(points, degeneracies, ended)


def extended_critical(found: FollowedCritical, bounds: Bounds, steps: Steps) -> FollowedCritical:
    """Return a curve of special cycles in two parameters that goes on likewise."""
    points, _, ended = _both(
        found.points, [], found.ended, bounds, lambda last: follow_critical_on(last, bounds, steps)
    )
    return FollowedCritical(points, ended)


def _both(
    points: list[Any],
    crossings: list[tuple[int, Any]],
    ended: tuple[str, str],
    bounds: Bounds,
    follow: Callable[[Any], Way],
) -> tuple[list[Any], list[tuple[int, Any]], tuple[str, str]]:
    """Return points, crossings and reasons of a curve that goes on at both ends."""
    first, last = ended
    if first in GOING_ON and _inside(points[0], bounds):
        before, found, first = follow(_turned(points[0]))
        count = len(before) - 1
        points = [*(_turned(point) for point in reversed(before[1:])), *points]
        mirrored = [(count - 1 - number, crossing) for number, crossing in reversed(found)]
        crossings = [*mirrored, *((number + count, crossing) for number, crossing in crossings)]
    if last in GOING_ON and _inside(points[-1], bounds):
        behind, found, last = follow(points[-1])
        crossings = [*crossings, *((number + len(points) - 1, crossing) for number, crossing in found)]
        points = [*points, *behind[1:]]
    return points, crossings, (first, last)


def _turned(point: Point) -> Point:
    return evolve(point, place=evolve(point.place, tangent=-point.place.tangent))


def _inside(point: Point, bounds: Bounds) -> bool:
    """Tell whether a curve may go on from a point, before it meets a bound."""
    p, way = bounds.bounded(point.place.z), bounds.bounded(point.place.tangent)
    slack = WITHIN * (bounds.upper - bounds.lower)
    left = np.where(way > 0, bounds.upper - p, p - bounds.lower)
    return bool(bounds.hold(point.place.z) and np.all((left > slack) | (way == 0)))
