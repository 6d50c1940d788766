"""Solutions of boundary value problems as curves, by collocation.

References:
    doedel1991; ascher1995.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from typing import ClassVar, NamedTuple, Self

import numpy as np
from attrs import evolve, field, frozen

from rates_continuation.native.boundary_problem import BoundaryProblem
from rates_continuation.native.broyden import Steps
from rates_continuation.native.collocation import (
    DEGREE,
    Care,
    adapted,
    at_gauss_points,
    basis,
    extremes,
    interpolated,
    node_times,
)
from rates_continuation.native.curve import Curve, Place, Step
from rates_continuation.native.equations import MOST_ITERATIONS, ROUNDED
from rates_continuation.native.linearised import Integrals, Linearised, Residual, missed, summed, values_and_slopes
from rates_continuation.native.motion import Motion, drift_along

MORE = 10  # steps that take as long as making new equations
TRIED = 2  # steps with equations of another place, before it counts how many more it would take
NEARLY = 1e-9  # size of what is left, in scales, which one step with equations made there takes away
LOST = 2.0  # times as far from its guess as it may lie: what Newton's method does not come back from
CRUSHED = 0.3  # of an interval: a step that leaves less of one is too long
SLIGHT = 1e-3  # change of a state along a profile, of its size, below which its form does not matter


@frozen(eq=False)
class Solved(Place):
    """A point of a curve of profiles.

    Attributes:
        linear: equations there.
    """

    linear: Linearised | None = None


class _Corrected(NamedTuple):
    """What Newton's method came to.

    Attributes:
        z: the unknowns.
        iterations: how many equations were made.
        shrinks: by how much the last step was smaller than that before.
        linear: the last equations.
    """

    z: np.ndarray
    iterations: int
    shrinks: float
    linear: Linearised


class Known(NamedTuple):
    """Where a step led.

    Attributes:
        size: of the step.
        place: to which it led, with the mesh that it made.
    """

    size: float
    place: Solved


@frozen(eq=False)
class ProfileCurve(Curve):
    """Solutions of a boundary value problem in z = (profile, numbers); a profile has values at all nodes of a mesh.

    Attributes:
        problem: which they solve.
        mesh: ends of the intervals, from 0 to 1.
        reference: a profile near to those that are looked for, on the same mesh.
        states: scale of each state.
        numbers: scale of each number.
        care: which meshes are made.
        near: equations of a profile near to those that are looked for, if they are known.
        motion: how the mesh moves in a step along the curve, if it does.
        before: the mesh of the point before, and the profile on it, if a step led here.
    """

    problem: BoundaryProblem
    mesh: np.ndarray
    reference: np.ndarray
    states: np.ndarray
    numbers: np.ndarray
    care: Care = field(factory=Care)
    near: Linearised | None = None
    motion: Motion | None = None
    before: tuple[np.ndarray, np.ndarray] | None = None

    beside: ClassVar[float] = 0.5
    straight: ClassVar[float] = 0.7  # what is steep in time and moves turns the tangent, and is no fold

    def split(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return profile, `[nodes, states]`, and numbers."""
        size = len(z) - len(self.numbers)
        return z[:size].reshape(-1, self.problem.size), z[size:]

    @cached_property
    def times(self) -> np.ndarray:
        """The times of the nodes."""
        return node_times(self.mesh, DEGREE)

    @cached_property
    def widths(self) -> np.ndarray:
        """The lengths of the intervals."""
        return np.diff(self.mesh)

    @cached_property
    def weights(self) -> np.ndarray:
        """The weight of each node in an integral."""
        return summed(self.widths[:, None] * basis().integrals)

    @cached_property
    def scale(self) -> np.ndarray:
        """The scale of z, in which the length of a profile is its root mean square."""
        return np.append((self.states / np.sqrt(self.weights)[:, None]).ravel(), self.numbers)

    @cached_property
    def reference_at_gauss_points(self) -> tuple[np.ndarray, np.ndarray]:
        """The reference at the Gauss points, and its derivative."""
        own, widths = basis(), self.widths
        slopes = at_gauss_points(self.reference, own.slopes) / widths[:, None, None]
        return at_gauss_points(self.reference, own.values), slopes

    def linearised(self, z: np.ndarray, near: Linearised | None = None) -> Linearised:
        """Return the linear equations at z, for which those of a place near to it may be known."""
        return Linearised.of(self, z, near)

    def residual(self, z: np.ndarray) -> Residual:
        """Return by how much z misses what has to hold."""
        profile, s = self.split(z)
        x, slopes = values_and_slopes(profile)
        ends = self.problem.ends(profile[0], profile[-1], s)
        inside = missed(slopes, self.widths, self.problem.values(x, s))
        return Residual(inside, ends.values, self.integrals(profile, x, s))

    def integrals(self, profile: np.ndarray, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Return conditions on integrals, for a profile that has the states x at the Gauss points, and numbers."""
        if not self.problem.linear_integrands:
            return Integrals.of(self, x, s).values
        at_reference, by_all = self._linear_integrals
        return np.asarray(at_reference + by_all[:, : profile.size] @ (profile - self.reference).ravel())

    def integrals_by_all(self, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Return the derivatives of these by the profile and the numbers, `[conditions, unknowns]`."""
        return self._linear_integrals[1] if self.problem.linear_integrands else Integrals.of(self, x, s).by_all

    @cached_property
    def _linear_integrals(self) -> tuple[np.ndarray, np.ndarray]:
        """Integrals of the reference, and their derivatives."""
        found = Integrals.of(self, self.reference_at_gauss_points[0], np.zeros(len(self.numbers)))
        return found.values, found.by_all

    def place(
        self,
        guess: np.ndarray,
        normal: np.ndarray,
        along: np.ndarray,
        scale: np.ndarray,
        start: np.ndarray | None = None,
        within: float = np.inf,
    ) -> Solved | None:
        """Return the solution in the plane through a guess, or None if it is not found.

        The equations of a step are kept for the next ones as long as a few of these will do. It is looked for from a
        start, or from the guess; what goes further from that than within, in scales, is given up.
        """
        row = normal / scale**2
        with np.errstate(all="ignore"), suppress(np.linalg.LinAlgError):  # of what is singular or not finite
            found = self._corrected(np.array(guess if start is None else start), guess, row, scale, within)
            ahead = row if along is normal else along / scale**2
            return None if found is None else self._solved(found, row, ahead, scale)
        return None

    def _corrected(
        self, z: np.ndarray, guess: np.ndarray, row: np.ndarray, scale: np.ndarray, within: float
    ) -> _Corrected | None:
        """Return what Newton's method comes to from z, with a row whose product stays that with the guess."""
        linear, made = (self.linearised(z), 1) if self.near is None else (self.near, 0)
        residual, plane = linear.residual if made else self.residual(z), linear.plane(row)
        steps, last, kept = Steps(scale), np.inf, 0  # steps with the same equations
        for number in range(MORE * MOST_ITERATIONS):
            step = None if plane is None else plane.step(residual, -float(row @ (z - guess)))
            size = np.inf if step is None else float(np.linalg.norm(step / scale))
            if step is not None and np.isfinite(size) and (made or size <= 2.0 * last):
                step = steps.better(step)
                z, size = z + step, steps.size
                shrinks = min(1.0, size / last) if number else 1.0
                rounding = made > 0 and 0.1 * last < size < ROUNDED
                if size * shrinks < NEARLY or rounding:
                    return _Corrected(z, made, shrinks, linear)
                if made and float(np.linalg.norm((z - guess) / scale)) > within:
                    return None
            if made > MOST_ITERATIONS or (made and kept and not size <= 2.0 * last):
                return None
            if (kept >= (1 if made else TRIED) or not size < last) and _many_are_left(size, last):
                linear, made, kept, steps = self.linearised(z), made + 1, 0, Steps(scale)
                residual, plane = linear.residual, linear.plane(row)
            else:
                residual, kept = self.residual(z), kept + 1
            last = size
        return None

    def _solved(self, found: _Corrected, row: np.ndarray, along: np.ndarray, scale: np.ndarray) -> Solved | None:
        """Return a solution but for a last step, with the equations there; more steps where that is not a small one.

        The product of its tangent with another row is positive.
        """
        z, last, linear = found.z, np.inf, found.linear if found.iterations else None
        while True:
            linear = self.linearised(z, linear)
            plane = linear.plane(row)
            ahead = plane if along is row else linear.plane(along)
            if plane is None or ahead is None:
                return None
            step, tangent = plane.step(linear.residual, 0.0), ahead.direction()
            size = float(np.linalg.norm(step / scale))
            if not np.isfinite(size) or not np.isfinite(tangent).all():
                return None
            if size < ROUNDED or not size < 0.1 * last:  # where it does not shrink any more it is rounding
                break
            z, last = z + step, size
        z = z + step if size < ROUNDED else z
        tangent /= np.linalg.norm(tangent / scale)
        return Solved(z, tangent, scale, found.iterations, size * found.shrinks, linear=linear)

    def step(self, here: Place, size: float) -> Step | None:
        """Return a step, for which the mesh moves with the profile; None if it leads to no point."""
        found = self.reached(here, size, within=LOST * self.beside * size)
        if found is None:
            return None
        curve, there = found
        rates = curve.rates_at_nodes(there.z)
        tangent = there.tangent if self.motion is None else self.motion.tangent(there.tangent, rates)
        return Step.of(curve, here, here.ahead(size), there, tangent, size)

    def reached(
        self, here: Place, size: float, known: Known | None = None, within: float = np.inf
    ) -> tuple[Self, Solved] | None:
        """Return where a step leads, and the curve with the mesh there; None if it leads to no point.

        Args:
            here: where it begins.
            size: of the step.
            known: where another step from there led, near to which the point is looked for.
            within: how far it may lie from where it is looked for, in scales.
        """
        curve = self._moved(size)
        if curve is None:
            return None
        curve = evolve(curve, before=(self.mesh, self.reference))
        normal = here.tangent if self.motion is None else self.motion.normal
        start = None
        if known is not None:
            rates = curve.rates_at_nodes(known.place.z)
            tangent = known.place.tangent if self.motion is None else self.motion.tangent(known.place.tangent, rates)
            start, curve = known.place.z + (size - known.size) * tangent, evolve(curve, near=known.place.linear)
        there = curve.place(here.ahead(size), normal, normal, here.scale, start, within)
        return None if there is None else (evolve(curve, near=None, motion=None), there)

    def _moved(self, size: float) -> Self | None:
        """Return the curve with the mesh behind a step; None if that crushes intervals."""
        if self.motion is None:
            return self
        mesh = self.mesh + size * self.motion.drift
        if np.any(np.diff(mesh) < CRUSHED * np.diff(self.mesh)):
            return None
        reference = interpolated(self.mesh, self.reference, node_times(mesh, DEGREE), DEGREE)
        return evolve(self, mesh=mesh, reference=reference)

    def taken_over(self, curve: Curve, place: Place) -> tuple[Self, Place]:
        """Return the curve as it is followed from a place on another mesh, and the place on its own."""
        assert isinstance(curve, ProfileCurve)
        if curve.mesh is self.mesh:
            return self, place
        z, tangent = curve.all_at_times(self.times, [place.z, place.tangent])
        return self, Place(z, tangent, place.scale).rescaled(self.scale)

    def carried_on(self, place: Place) -> tuple[Self, Place]:
        """Return the curve as it is followed on from a place, with a mesh that will move, and the place on it.

        Unknowns and tangent there are those on a mesh that moves.
        """
        curve, here = self.renewed(place)
        rates = curve.rates_at_nodes(here.z)
        (profile, _), (turned, _) = self.split(here.z), self.split(here.tangent)
        drift = drift_along(curve.mesh, *(part / curve.states for part in (profile, turned, rates)))
        motion = Motion.along(here.tangent, rates, drift, curve.scale)
        return evolve(curve, motion=motion), evolve(here, tangent=motion.tangent(here.tangent, rates))

    def suits(self, place: Place) -> bool:
        """Tell whether a profile would have the same mesh again."""
        return self.renewed(place)[0].mesh is self.mesh

    def renewed(self, place: Place) -> tuple[Self, Place]:
        """Return the curve with a mesh that suits the profile, which becomes the reference; and the place on it."""
        profile, numbers = self.split(place.z)
        smallest, largest = extremes(profile)
        states = np.maximum(self.states, np.maximum(-smallest, largest))
        wide = np.maximum(self.numbers, np.abs(numbers))
        mesh = adapted(self.mesh, profile, np.maximum(largest - smallest, SLIGHT * states), self.care)
        vectors = [place.z, place.tangent, *([] if place.bend is None else [place.bend])]
        if mesh is not self.mesh:
            vectors = self.all_at_times(node_times(mesh, DEGREE), vectors)
        z, tangent, *bend = vectors
        near = place.linear if isinstance(place, Solved) and len(mesh) == len(self.mesh) else None
        reference = self.split(z)[0]
        curve = evolve(self, mesh=mesh, reference=reference, states=states, numbers=wide, near=near, motion=None)
        here = Place(z, tangent, curve.scale, place.iterations, place.error, bend=next(iter(bend), None))
        return curve, here.rescaled(curve.scale)

    def at_times(self, times: np.ndarray, vector: np.ndarray) -> np.ndarray:
        """Return a vector of unknowns at other times."""
        return self.all_at_times(times, [vector])[0]

    def all_at_times(self, times: np.ndarray, vectors: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return vectors of unknowns at other times."""
        profiles, numbers = zip(*map(self.split, vectors), strict=True)
        found = interpolated(self.mesh, np.hstack(profiles), times, DEGREE)
        return [np.append(*parts) for parts in zip(np.split(found, len(vectors), axis=1), numbers, strict=True)]

    def rates_at_nodes(self, z: np.ndarray) -> np.ndarray:
        """Return how fast the profile moves in time, `[nodes, states]`."""
        return self.problem.values(*self.split(z))

    def coordinates(self, z: np.ndarray) -> np.ndarray:
        """Return the largest and smallest value of each state, and the numbers."""
        profile, numbers = self.split(z)
        smallest, largest = extremes(profile)
        return np.concatenate([largest, smallest, numbers])

    def units(self, scale: np.ndarray) -> np.ndarray:
        """Return the scales of the states, twice, and of the numbers."""
        return np.concatenate([self.states, self.states, scale[-len(self.numbers) :]])


def _many_are_left(size: float, last: float) -> bool:
    """Tell whether steps that go on to shrink as the last one did are too many until nothing is left."""
    return size >= last or np.log(NEARLY / size) < MORE * np.log(size / last)
