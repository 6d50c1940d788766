"""The native engine: curves are followed and special points found by the code in this package."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
from attrs import evolve, frozen

from rates_continuation.native.branching import BranchEquations
from rates_continuation.native.crossings import GAP, Crossing, told_apart
from rates_continuation.native.curve import STRAIGHT, ImplicitCurve, Place, unit_tangent
from rates_continuation.native.equations import CONVERGED
from rates_continuation.native.equilibria import Equilibrium, EquilibriumEquations, together
from rates_continuation.native.fold import FoldEquations
from rates_continuation.native.hopf import HopfEquations
from rates_continuation.native.infinity import Growth
from rates_continuation.native.matrices import Matrix, shaken
from rates_continuation.native.normal_forms import (
    branch_directions,
    fold_coefficient,
    lyapunov_coefficient,
    pitchfork_coefficient,
)
from rates_continuation.native.refinement import refined
from rates_continuation.native.spectrum import largest_rate
from rates_continuation.native.tracing import Bounds, Steps, trace

WIDTHS = 10  # scales of a parameter between its bounds
AWAY = (0.02, 0.005, 1e-3)  # from a branch point, in scales: where the curve that crosses begins
FINER = (0.1, 0.01)  # of the steps, by which a curve is followed that goes over a gap
SHAKEN, SHAKES = 1e-12, 3  # change of entries of a Jacobian, which shows what rounding can be, and how often it is made
FLOOR = 1e-2  # of the change that the terms of its equation make: the least scale of a state


@frozen(eq=False)
class Followed:
    """A curve of equilibria from end to end.

    Attributes:
        points: in order.
        crossings: what happens between them, with the number of the point before.
        ended: why, at the first and at the last point.
    """

    points: list[Equilibrium]
    crossings: list[tuple[int, Crossing]]
    ended: tuple[str, str]

    @property
    def places(self) -> list[Place]:
        """Return the places of the points."""
        return [point.place for point in self.points]

    @property
    def located(self) -> list[tuple[int, np.ndarray]]:
        """Return where it crosses, with the number of the point before."""
        return [(number, crossing.z) for number, crossing in self.crossings]


def start_of(equations: EquilibriumEquations, x: np.ndarray, p: float, bounds: tuple[float, float]) -> Place | None:
    """Return the equilibrium near a state, as a place of a curve in the direction of a growing parameter."""
    width = (bounds[1] - bounds[0]) / WIDTHS
    guess, normal = np.append(x, p), np.zeros(len(x) + 1)
    normal[-1] = 1.0
    scale = np.append(np.maximum(np.abs(x), 1e-3 * max(1.0, float(np.max(np.abs(x), initial=0.0)))), width)
    curve = ImplicitCurve(equations)
    place = curve.place(guess, normal * scale**2, normal * scale**2, scale)
    if place is None:
        return None
    place = _without_rounding(curve, place)
    if place.tangent[-1] < 0:
        place = evolve(place, tangent=-place.tangent)
    return place.rescaled(_scale(equations, place, width))


def _without_rounding(curve: ImplicitCurve, place: Place) -> Place:
    """Return an equilibrium with 0 for what Newton's method has left of a state that is 0, if 0 solves it as well.

    What is left, 1e-36 say, would be taken for the size of the state.
    """
    left = np.append(np.abs(place.z[:-1]) < CONVERGED * place.scale[:-1], False) & (place.z != 0)
    if not np.any(left):
        return place
    z = np.where(left, 0.0, place.z)
    with np.errstate(all="ignore"):
        missed, missed_before = (float(np.max(np.abs(curve.equations.residual(each)))) for each in (z, place.z))
        jacobian = curve.equations.jacobian(z)
    tangent = unit_tangent(jacobian, place.tangent, place.scale) if missed <= missed_before else None
    return place if tangent is None else evolve(place, z=z, tangent=tangent, jacobian=jacobian)


def _scale(equations: EquilibriumEquations, place: Place, width: float) -> np.ndarray:
    """Return what counts as a change of 1: the size of each state, or how it changes with the parameter.

    A state that is 0 has that of the terms which cancel in its equation, over the fastest time constant. Of many states
    each counts for less, so that a step is as long as with a few.
    """
    states = place.z[:-1]
    jacobian = equations.jacobian(place.z)
    tangent = _certain(jacobian, place)
    slopes = np.abs(tangent[:-1] / tangent[-1]) * width
    matrix = jacobian[:, :-1]
    fastest = largest_rate(matrix) or 1.0
    scale = np.maximum.reduce([np.abs(states), slopes, FLOOR / fastest * (abs(matrix) @ np.abs(states))])
    largest = float(np.max(scale, initial=0.0))
    return np.append(together(len(states)) * np.where(scale > 0, scale, largest or 1.0), width)


def _certain(jacobian: Matrix, place: Place) -> np.ndarray:
    """Return the tangent of a place with 0 for what is nothing but rounding there, and no size of anything.

    Such an entry changes by more than itself where entries of the Jacobian change in their last digits.
    """
    random = np.random.default_rng(0)
    with np.errstate(all="ignore"):
        others = [unit_tangent(shaken(jacobian, SHAKEN, random), place.tangent, place.scale) for _ in range(SHAKES)]
    changes = [np.abs(other - place.tangent) for other in others if other is not None]
    changes = [*changes, np.zeros(len(place.z))]
    tangent = np.where(np.abs(place.tangent) > np.maximum.reduce(changes), place.tangent, 0.0)
    return np.append(tangent[:-1], place.tangent[-1])


def follow(equations: EquilibriumEquations, start: Place, bounds: Bounds, steps: Steps) -> Followed:
    """Follow a curve of equilibria from a start to both of its ends."""
    back = evolve(start, tangent=-start.tangent)
    before, first = _one_way(equations, back, bounds, steps)
    behind, last = ([], first) if first == "closed" else _one_way(equations, start, bounds, steps)
    here = steps.interrupts.around(lambda: Equilibrium.of(equations, start))
    followed = [*reversed([_turned(point) for point in before]), here, *behind]
    points, found = steps.interrupts.around(lambda: _with_crossings(equations, followed))
    ended = first, last
    for share in () if first == "closed" else FINER:
        gaps = [number for number, crossing in found if crossing.kind == GAP]
        if not gaps:
            break
        shorter = evolve(steps, first=share * steps.first, largest=share * steps.largest)
        anew, ended = _without(gaps, equations, points, points.index(here), ended, bounds, shorter)
        points, found = steps.interrupts.around(partial(_with_crossings, equations, anew))
    return Followed(points, [each for each in found if each[1].kind != GAP], ended)


def _without(
    gaps: list[int],
    equations: EquilibriumEquations,
    points: list[Equilibrium],
    start: int,
    ended: tuple[str, str],
    bounds: Bounds,
    steps: Steps,
) -> tuple[list[Equilibrium], tuple[str, str]]:
    """Return points of a curve without those behind gaps, but with others that shorter steps lead to, and why it ends.

    Args:
        gaps: numbers of points behind which they are.
        equations: of the curve.
        points: of it, and of others.
        start: number of the point with which it begins.
        ended: why it does so far.
        bounds: of the parameter.
        steps: shorter ones.
    """
    first, last = ended
    behind = [number for number in gaps if number >= start]
    before = [number + 1 for number in gaps if number < start]
    if behind:
        others, last = _one_way(equations, points[behind[0]].place, bounds, steps)
        points = [*points[: behind[0] + 1], *others]
    if before:
        others, first = _one_way(equations, _turned(points[before[-1]]).place, bounds, steps)
        points = [*reversed([_turned(point) for point in others]), *points[before[-1] :]]
    return points, (first, last)


def follow_on(
    equations: EquilibriumEquations, last: Equilibrium, bounds: Bounds, steps: Steps
) -> tuple[list[Equilibrium], list[tuple[int, Crossing]], str]:
    """Follow a curve of equilibria on from its last point; return that and those behind, crossings, and why it ends."""
    behind, ended = _one_way(equations, last.place, bounds, steps)
    points, found = steps.interrupts.around(lambda: _with_crossings(equations, [last, *behind]))
    return points, [each for each in found if each[1].kind != GAP], ended


def _with_crossings(
    equations: EquilibriumEquations, points: list[Equilibrium]
) -> tuple[list[Equilibrium], list[tuple[int, Crossing]]]:
    points = refined(points, _real_parts, partial(_between, equations))
    found = [
        (number, crossing)
        for number, (one, other) in enumerate(pairwise(points))
        for crossing in told_apart(equations, one, other)
    ]
    return points, found


def _one_way(
    equations: EquilibriumEquations, start: Place, bounds: Bounds, steps: Steps
) -> tuple[list[Equilibrium], str]:
    points, ended, growth = [], "", Growth(start)
    for traced in trace(ImplicitCurve(equations), start, bounds, steps):
        ended = traced.ended
        if ended != "stalled":
            points.append(steps.interrupts.around(partial(Equilibrium.of, equations, traced.place)))
        if not ended and growth.is_endless(traced.place):
            return points, "infinity"
    return points, ended


def _real_parts(point: Equilibrium) -> np.ndarray:
    return point.eigenvalues.real[: point.spectrum.known]


def _between(equations: EquilibriumEquations, one: Equilibrium, other: Equilibrium, share: float) -> Equilibrium | None:
    place = ImplicitCurve(equations).middle(one.place, other.place, share)
    return None if place is None else Equilibrium.of(equations, place)


def _turned(point: Equilibrium) -> Equilibrium:
    return evolve(point, place=evolve(point.place, tangent=-point.place.tangent))


def switched(equations: EquilibriumEquations, followed: Followed, number: int) -> Place | None:
    """Return where the curve begins that crosses another one at a branch point, or None if there is no single one.

    Args:
        equations: of both curves.
        followed: the other one.
        number: of the branch point among its crossings.
    """
    before, crossing = followed.crossings[number]
    own, solution = crossing.equations, crossing.solution
    if not isinstance(own, BranchEquations) or solution is None:
        return None
    chord = (followed.points[before + 1].place.z - followed.points[before].place.z) / own.scale
    directions = branch_directions(own, solution)
    if not directions:
        return None
    away = min(directions, key=lambda direction: abs(float(chord @ (direction / own.scale))))
    curve, scale = ImplicitCurve(equations), followed.points[before].place.scale
    away = away / np.linalg.norm(away / scale)
    for size in AWAY:
        found = curve.place(crossing.z + size * away, away, away, scale)
        if found is not None and float((found.tangent / scale) @ (away / scale)) > STRAIGHT:
            return found
    return None


def coefficient(crossing: Crossing) -> float:
    """Return the coefficient of the normal form; NaN where there is none."""
    own, solution = crossing.equations, crossing.solution
    if isinstance(own, FoldEquations) and solution is not None:
        return fold_coefficient(own, solution)
    if isinstance(own, HopfEquations) and solution is not None:
        return lyapunov_coefficient(own, solution)
    if isinstance(own, BranchEquations) and solution is not None:
        return pitchfork_coefficient(own, solution)
    return float("nan")
