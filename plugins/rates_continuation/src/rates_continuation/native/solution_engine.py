"""Follow solutions of boundary value problems from a start, and find their folds."""

from __future__ import annotations

from itertools import pairwise

from attrs import evolve, frozen
from scipy.optimize import brentq

from rates_continuation.native.boundary import ProfileCurve
from rates_continuation.native.curve import Place
from rates_continuation.native.profile_point import ProfilePoint
from rates_continuation.native.tracing import Bounds, Steps, trace

FINER = 0.01  # times the tolerance, at folds
MORE = 2  # times as many intervals there
ADAPTED = 2  # meshes that are made there, one after the other
AROUND = (1e-3, 1e-2, 0.1)  # of a fold, in scales: there it is looked for on a finer mesh
PRECISION = 1e-10  # of a place on the curve, in scales


@frozen(eq=False)
class Turn:
    """A solution at which the curve turns round.

    Attributes:
        solution: there.
        error: by how much the varied number differs from that on a coarser mesh.
    """

    solution: ProfilePoint[ProfileCurve]
    error: float


@frozen(eq=False)
class FollowedSolutions:
    """A curve of profiles from end to end.

    Attributes:
        points: in order.
        turns: between them, with the number of the point before.
        ended: why, at the first and at the last point.
    """

    points: list[ProfilePoint[ProfileCurve]]
    turns: list[tuple[int, Turn]]
    ended: tuple[str, str]


def follow_solutions(curve: ProfileCurve, start: Place, bounds: Bounds, steps: Steps) -> FollowedSolutions:
    """Follow a curve of profiles from one of them to both sides."""
    first = ProfilePoint(curve, start)
    before, passed, begun = follow_solutions_on(first.turned(), bounds, steps)
    behind, coming, ended = [first], list[tuple[int, Turn]](), begun
    if begun != "closed":
        behind, coming, ended = follow_solutions_on(first, bounds, steps)
    last = len(before) - 1
    turns = [(last - 1 - number, turn) for number, turn in reversed(passed)]
    turns += [(last + number, turn) for number, turn in coming]
    points = [*(point.turned() for point in reversed(before)), *behind[1:]]
    return FollowedSolutions(points, turns, (begun, ended))


def follow_solutions_on(
    last: ProfilePoint[ProfileCurve], bounds: Bounds, steps: Steps
) -> tuple[list[ProfilePoint[ProfileCurve]], list[tuple[int, Turn]], str]:
    """Follow a curve on from its last point; return that and those behind, turns, and why it ends."""
    points, ended = [last], ""
    for traced in trace(*last.curve.carried_on(last.place), bounds, steps):
        ended = traced.ended
        if ended != "stalled":
            assert isinstance(traced.curve, ProfileCurve)
            points.append(ProfilePoint(traced.curve, traced.place))
    return points, _turns(points), ended


def _turns(points: list[ProfilePoint[ProfileCurve]]) -> list[tuple[int, Turn]]:
    """Return where a curve turns round, each with the number of the point before.

    Args:
        points: in the order in which they were found, each on a mesh that was made for the one before.
    """
    found = []
    for number, (one, other) in enumerate(pairwise(points)):
        turn = _turn(one, other) if one.place.tangent[-1] * other.place.tangent[-1] < 0 else None
        if turn is not None:
            found.append((number, turn))
    return found


def _turn(one: ProfilePoint[ProfileCurve], other: ProfilePoint[ProfileCurve]) -> Turn | None:
    """Return the turn between two neighbouring points as it is on a finer mesh; None if it is not there."""
    curve, begin = one.curve.carried_on(one.place)
    found = _level(curve, begin, 0.0, begin.along(other.place.z))
    if found is None:
        return None
    care, again = curve.care, found
    finer = evolve(care, tolerance=FINER * care.tolerance, most=MORE * care.most)
    for _ in range(ADAPTED):  # the first mesh is made from what a coarse one shows of the profile
        curve, begin = evolve(again.curve, care=finer).carried_on(again.place)
        near = (_level(curve, begin, -width, width) for width in AROUND)
        at = next((each for each in near if each is not None), None)
        if at is None:
            return None
        again = at
    error = abs(float(again.numbers[-1] - found.numbers[-1]))
    return Turn(evolve(again, curve=evolve(again.curve, care=care)), error)


def _level(curve: ProfileCurve, begin: Place, lower: float, upper: float) -> ProfilePoint[ProfileCurve] | None:
    """Return the point, between two distances along a tangent, at which the last number stands still."""

    def at(distance: float) -> Place:
        guess = begin.z + distance * begin.tangent
        place = curve.place(guess, begin.tangent, begin.tangent, begin.scale)
        if place is None:
            raise _NotFoundError
        return place

    def slope(distance: float) -> float:
        return float(at(distance).tangent[-1])

    try:
        if slope(lower) * slope(upper) > 0:
            return None
        return ProfilePoint(curve, at(float(brentq(slope, lower, upper, xtol=PRECISION))))
    except _NotFoundError:
        return None


class _NotFoundError(Exception):
    """There is no solution where one was looked for."""
