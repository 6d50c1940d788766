"""Follow cycles from a start, and find their special points."""

from __future__ import annotations

from functools import partial

import numpy as np
from attrs import evolve, frozen

from rates_continuation.native.boundary import ProfileCurve
from rates_continuation.native.collocation import extremes
from rates_continuation.native.curve import Place
from rates_continuation.native.cycle_crossings import CycleCrossing, all_crossings
from rates_continuation.native.cycles import Periodic
from rates_continuation.native.equations import newton
from rates_continuation.native.equilibria import EquilibriaThere
from rates_continuation.native.floquet import Cycle
from rates_continuation.native.matrices import solved
from rates_continuation.native.shrinking import GONE, SHRINKING, Part, left, shrinks_to
from rates_continuation.native.tracing import Bounds, Steps, trace

SHRUNK = (0.5, 0.25, 0.125, 0.06)  # of what shrinks: what the last cycles have of it
CLOSE = 1e-4  # distance to an equilibrium, of the size of a cycle, at which it is as good as homoclinic
NEAR = 1e-2  # and at which it may be
FAR = 0.1  # first step of Newton's method towards an equilibrium, of that size, from where it is not near
GROWN = 1.25  # times the period
STILL = 1e-5  # change of the parameter, in scales


@frozen(eq=False)
class FollowedCycles:
    """A curve of cycles from end to end.

    Attributes:
        points: in order.
        crossings: what happens between them, with the number of the point before.
        ended: why, at the first and at the last point.
    """

    points: list[Cycle]
    crossings: list[tuple[int, CycleCrossing]]
    ended: tuple[str, str]


@frozen(eq=False)
class Reach:
    """How far a curve of cycles is followed.

    Attributes:
        bounds: of the parameter.
        steps: along the curve.
        longest: period.
    """

    bounds: Bounds
    steps: Steps
    longest: float


def follow_from_end(curve: ProfileCurve, start: Place, begun: str, reach: Reach) -> FollowedCycles:
    """Follow a curve of cycles from one of its ends, which is not one of them.

    Args:
        curve: to be followed.
        start: its end, such as an equilibrium.
        begun: what is there.
        reach: how far.
    """
    points, crossings, ended = _one_way(curve, start, [], reach, begun == "hopf")
    return FollowedCycles(points, crossings, (begun, ended))


def follow_both_ways(curve: ProfileCurve, start: Place, reach: Reach) -> FollowedCycles:
    """Follow a curve of cycles from one of them to both sides."""
    back = _turned(start)
    before, passed, begun = _one_way(*curve.carried_on(back), [Cycle.of(curve, back)], reach)
    behind, coming, ended = list[Cycle](), list[tuple[int, CycleCrossing]](), begun
    if begun != "closed":
        behind, coming, ended = _one_way(*curve.carried_on(start), [Cycle.of(curve, start)], reach)
    points = [*(evolve(point, place=_turned(point.place)) for point in reversed(before)), *behind[1:]]
    last = len(before) - 1
    found = [(last - 1 - number, crossing) for number, crossing in reversed(passed)]
    return FollowedCycles(points, found + [(last + number, crossing) for number, crossing in coming], (begun, ended))


def follow_cycles_on(last: Cycle, reach: Reach) -> tuple[list[Cycle], list[tuple[int, CycleCrossing]], str]:
    """Follow a curve of cycles on from its last point; return that and those behind, crossings, and why it ends."""
    return _one_way(*last.curve.carried_on(last.place), [last], reach)


def _turned(place: Place) -> Place:
    return evolve(place, tangent=-place.tangent)


def _one_way(
    curve: ProfileCurve, start: Place, points: list[Cycle], reach: Reach, from_rest: bool = False
) -> tuple[list[Cycle], list[tuple[int, CycleCrossing]], str]:
    """Return cycles behind some others, what happens between them all, and why they end."""
    points, ended, around = [*points], "", reach.steps.interrupts.around
    for traced in trace(curve, start, reach.bounds, reach.steps):
        ended = traced.ended
        if ended == "stalled":
            break
        assert isinstance(traced.curve, ProfileCurve)
        point = around(partial(Cycle.of, traced.curve, traced.place))
        shrunk = shrinks_to(point.curve, point.profile) if points else ""
        if shrunk:
            points.extend(around(partial(_shrinking, points[-1], point, SHRINKING[shrunk])))
            ended = shrunk
            break
        points = [*points[:-1], *(each.without_equations() for each in points[-1:]), point]
        ended = ended or around(partial(_endless, points, reach.longest))
        if ended:
            break
    return points, around(lambda: all_crossings(points, from_rest, ended == "hopf")), ended


def _shrinking(last: Cycle, behind: Cycle, part: Part) -> list[Cycle]:
    """Return cycles between one and that to which they shrink, in each of which half as much is left as before."""
    curve, here = behind.curve.taken_over(last.curve, last.place)
    nothing = 1.0 / (1.0 - left(behind.curve, behind.profile, part))  # where nothing is left, if they shrink evenly
    whole = here.along(behind.place.z) * nothing
    found = list[Cycle]()
    for share in SHRUNK:
        guess = here.z + (1.0 - share) * whole * here.tangent
        place = curve.place(guess, here.tangent, here.tangent, here.scale)
        if place is not None:
            point = Cycle.of(curve, place)
            if left(point.curve, point.profile, part) >= GONE:
                found.append(point)
    return found


def _endless(points: list[Cycle], longest: float) -> str:
    """Return why a cycle counts as the last one of a branch whose period grows without end; empty if it does not.

    It comes to a homoclinic orbit where it passes an equilibrium closely, or where it does so less closely and the
    parameter has come to rest while the period grows.
    """
    if points[-1].period > longest:
        return "period"
    distance = _to_rest(points[-1])
    if distance < CLOSE or (distance < NEAR and _stays(points)):
        return "homoclinic"
    return ""


def _stays(points: list[Cycle]) -> bool:
    """Tell whether the parameter stays where it is while the period grows."""
    last = points[-1]
    for before in reversed(points[:-1]):
        if before.period * GROWN < last.period:
            return bool(np.all(np.abs(last.p - before.p) < STILL * last.place.scale[-len(last.p) :]))
    return False


def _to_rest(cycle: Cycle) -> float:
    """Return how far a cycle is from an equilibrium where it is slowest, of its own size; infinity if there is none."""
    problem = cycle.curve.problem
    assert isinstance(problem, Periodic)
    smallest, largest = extremes(cycle.profile - cycle.profile.mean(axis=0))
    size = np.maximum(-smallest, largest)
    size = np.maximum(size, 1e-3 * float(np.max(size)))
    rates = problem.field.rates(cycle.profile, cycle.p)
    number = int(np.argmin(np.max(np.ascontiguousarray(np.abs(rates / size).T), axis=0)))
    slowest = cycle.profile[number]
    first = solved(problem.field.by_states(slowest, cycle.p), rates[number])
    if first is None or float(np.max(np.abs(first) / size)) > FAR:
        return np.inf
    found = newton(EquilibriaThere(problem.field, cycle.p), slowest, size)
    return np.inf if found is None else float(np.max(np.abs(found.z - slowest) / size))
