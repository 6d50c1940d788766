"""Solutions of boundary value problems as curves, by collocation.

References:
    doedel1991; ascher1995.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import ClassVar, NamedTuple, Self

import numpy as np
from attrs import evolve, field, frozen

from rates_continuation.native.boundary_problem import BoundaryProblem, Ends
from rates_continuation.native.collocation import (
    DEGREE,
    Care,
    adapted,
    at_gauss_points,
    basis,
    interpolated,
    node_times,
)
from rates_continuation.native.condensation import Chain
from rates_continuation.native.curve import Curve, Place
from rates_continuation.native.equations import CONVERGED, MOST_ITERATIONS, ROUNDED, solved

KEPT = 0.03  # steps of Newton's method that shrink by more go on with the same equations
SLIGHT = 1e-3  # change of a state along a profile, of its size, below which its form does not matter


@frozen(eq=False)
class Solved(Place):
    """A point of a curve of profiles.

    Attributes:
        linear: equations there.
    """

    linear: Linearised | None = None


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
    """

    problem: BoundaryProblem
    mesh: np.ndarray
    reference: np.ndarray
    states: np.ndarray
    numbers: np.ndarray
    care: Care = field(factory=Care)

    beside: ClassVar[float] = 0.5
    straight: ClassVar[float] = 0.7  # what is steep in time and moves turns the tangent, and is no fold

    def split(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return profile, `[nodes, states]`, and numbers."""
        size = len(z) - len(self.numbers)
        return z[:size].reshape(-1, self.problem.size), z[size:]

    @cached_property
    def weights(self) -> np.ndarray:
        """The weight of each node in an integral."""
        return _summed(np.diff(self.mesh)[:, None] * basis().integrals)

    @cached_property
    def scale(self) -> np.ndarray:
        """The scale of z, in which the length of a profile is its root mean square."""
        return np.append((self.states / np.sqrt(self.weights)[:, None]).ravel(), self.numbers)

    @cached_property
    def reference_at_gauss_points(self) -> tuple[np.ndarray, np.ndarray]:
        """The reference at the Gauss points, and its derivative."""
        own, widths = basis(), np.diff(self.mesh)
        slopes = at_gauss_points(self.reference, own.slopes) / widths[:, None, None]
        return at_gauss_points(self.reference, own.values), slopes

    def linearised(self, z: np.ndarray) -> Linearised:
        """Return the linear equations at z."""
        return Linearised.of(self, z)

    def residual(self, z: np.ndarray) -> Residual:
        """Return by how much z misses what has to hold."""
        profile, s = self.split(z)
        x = at_gauss_points(profile, basis().values)
        ends = self.problem.ends(profile[0], profile[-1], s)
        inside = _missed(profile, np.diff(self.mesh), self.problem.values(x, s))
        return Residual(inside, ends.values, _Integrals.of(self, x, s).values)

    def place(self, guess: np.ndarray, normal: np.ndarray, along: np.ndarray, scale: np.ndarray) -> Solved | None:
        """Return the solution in the plane through a guess, or None if it is not found.

        The equations of a step are kept for the next one as long as steps shrink well.
        """
        z, row = np.array(guess), normal / scale**2
        with np.errstate(all="ignore"), suppress(np.linalg.LinAlgError):  # of what is singular or not finite
            linear, made = self.linearised(z), 1
            residual, last = linear.residual, np.inf
            for number in range(MOST_ITERATIONS):
                step = linear.step(residual, row, -float(row @ (z - guess)))
                if step is None:
                    return None
                z, size = z + step, float(np.linalg.norm(step / scale))
                error = size * min(1.0, size / last) if number else size  # what is left behind this step
                if error < CONVERGED or (size < ROUNDED and size > 0.1 * last):
                    return self._solved(z, along, scale, made, error)
                if size > 2.0 * last:
                    return None
                if size > KEPT * last:
                    linear, made = self.linearised(z), made + 1
                    residual = linear.residual
                else:
                    residual = self.residual(z)
                last = size
        return None

    def _solved(
        self, z: np.ndarray, along: np.ndarray, scale: np.ndarray, iterations: int, error: float
    ) -> Solved | None:
        linear = self.linearised(z)
        tangent = linear.direction(along / scale**2)
        if tangent is None:
            return None
        return Solved(z, tangent / np.linalg.norm(tangent / scale), scale, iterations, error, linear=linear)

    def carried_on(self, place: Place) -> tuple[Self, Place]:
        """Return the curve with a mesh that suits the profile, which becomes the reference; and the place on it."""
        profile, numbers = self.split(place.z)
        vectors = [self.split(vector) for vector in (place.tangent, place.bend) if vector is not None]
        states = np.maximum(self.states, np.max(np.abs(profile), axis=0))
        mesh = adapted(self.mesh, profile, np.maximum(np.ptp(profile, axis=0), SLIGHT * states), self.care)
        times = node_times(mesh, DEGREE)
        moved = interpolated(self.mesh, profile, times, DEGREE)
        turned = [np.append(interpolated(self.mesh, part, times, DEGREE), behind) for part, behind in vectors]
        wide = np.maximum(self.numbers, np.abs(numbers))
        curve = evolve(self, mesh=mesh, reference=moved, states=states, numbers=wide)
        bend = turned[1] if len(turned) > 1 else None
        here = Place(np.append(moved, numbers), turned[0], curve.scale, place.iterations, place.error, bend=bend)
        return curve, here.rescaled(curve.scale)

    def coordinates(self, z: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """Return the largest and smallest value of each state, and the numbers."""
        profile, numbers = self.split(z)
        extremes = np.concatenate([profile.max(axis=0) / self.states, profile.min(axis=0) / self.states])
        return np.append(extremes, numbers / scale[-len(numbers) :])


def _summed(parts: np.ndarray) -> np.ndarray:
    """Return what belongs to nodes from what belongs to nodes of intervals, `[intervals, degree + 1, ...]`."""
    count, nodes = parts.shape[:2]
    found = np.zeros((count * (nodes - 1) + 1, *parts.shape[2:]))
    found[:-1] = parts[:, :-1].reshape(-1, *parts.shape[2:])
    found[nodes - 1 :: nodes - 1] += parts[:, -1]
    return found


@frozen(eq=False)
class Residual:
    """By how much a profile and numbers miss what has to hold.

    Attributes:
        inside: at the Gauss points, `[intervals, degree * states]`.
        ends: conditions on both ends.
        integrals: conditions on integrals.
    """

    inside: np.ndarray
    ends: np.ndarray
    integrals: np.ndarray


@frozen(eq=False)
class Linearised:
    """The linear equations of a step of Newton's method.

    Attributes:
        residual: where it was made.
        inverse: makes the nodes of intervals, but for the first, from their equations, `[intervals, nodes, rows]`.
        by_first: these nodes by the first one of the interval.
        by_numbers: and by the numbers.
        chain: of intervals.
        ends: conditions on both ends.
        rows: conditions on integrals, by z.
    """

    residual: Residual
    inverse: np.ndarray
    by_first: np.ndarray
    by_numbers: np.ndarray
    chain: Chain
    ends: Ends
    rows: np.ndarray

    @classmethod
    def of(cls, curve: ProfileCurve, z: np.ndarray) -> Linearised:
        """Return the equations of a curve at z."""
        profile, s = curve.split(z)
        own, widths = basis(), np.diff(curve.mesh)
        x = at_gauss_points(profile, own.values)
        count, _, size = x.shape
        found, rows = curve.problem.rates(x, s), _Integrals.of(curve, x, s)
        ends = curve.problem.ends(profile[0], profile[-1], s)
        steps = widths[:, None, None]
        # rows: Gauss point, equation; columns: node, state
        matrix = own.values[:, None, :, None] * (-steps[..., None] * found.by_states)[:, :, :, None, :]
        states = np.arange(size)
        matrix[:, :, states, :, states] += own.slopes[None]
        matrix = matrix.reshape(count, DEGREE * size, -1)
        inverse = np.linalg.inv(matrix[..., size:])
        by_numbers = inverse @ (steps[..., None] * found.by_numbers).reshape(count, DEGREE * size, -1)
        by_first = -inverse @ matrix[..., :size]
        chain = Chain.of(-by_first[:, -size:], np.broadcast_to(np.eye(size), (count, size, size)))
        residual = Residual(_missed(profile, widths, found.values), ends.values, rows.values)
        return cls(residual, inverse, by_first, by_numbers, chain, ends, rows.by_all)

    def step(self, residual: Residual, row: np.ndarray, right: float) -> np.ndarray | None:
        """Return the step that makes up for a residual and has a given product with a row; None if there is none."""
        return self._solved(residual, row, right)

    def direction(self, row: np.ndarray) -> np.ndarray | None:
        """Return the vector along which nothing changes but the product with a row, which is 1; None if none is."""
        return self._solved(self._none, row, 1.0)

    def profile_of(self, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """Return the profile that goes from one value to another while the numbers stay, `[nodes, states]`."""
        none = np.zeros((len(self.by_first), len(first), 1))
        ends = first[:, None], last[:, None]
        points = self.chain.points(*ends, np.zeros((1, 1)), self.chain.closing(none)[0])
        inner = (self.by_first @ points[:-1])[..., 0]
        return np.concatenate([first[None], inner.reshape(-1, len(first))])

    def kernel(self, count: int) -> np.ndarray:
        """Return vectors along which nothing changes, where there are more of them than one, `[count, unknowns]`."""
        found = self._reduced(self._none)
        free = found.matrix[:, :-1]
        vectors = np.linalg.svd(free)[2][-count:]
        return np.asarray(vectors @ found.whole[:, :-1].T)

    @property
    def _none(self) -> Residual:
        own = self.residual
        return Residual(*(np.zeros_like(part) for part in (own.inside, own.ends, own.integrals)))

    def _solved(self, residual: Residual, row: np.ndarray, right: float) -> np.ndarray | None:
        found = self._reduced(residual)
        plane = row @ found.whole
        plane[-1] -= right
        matrix = np.vstack([found.matrix, plane])
        solution = solved(matrix[:, :-1], -matrix[:, -1])
        return None if solution is None else found.whole @ np.append(solution, 1.0)

    def _reduced(self, residual: Residual) -> _Reduced:
        """Return equations for what the conditions on the ends leave free of these, and for the numbers."""
        ends, size, free = self.ends, self.by_first.shape[-1], self.by_numbers.shape[-1]
        rotation, triangle = np.linalg.qr(np.hstack([ends.by_first, ends.by_last]).T, mode="complete")
        conditions = len(ends.values)
        known = np.linalg.solve(triangle[:conditions].T, -np.column_stack([ends.by_numbers, residual.ends]))
        unknowns = 2 * size - conditions + free
        maps = np.hstack([rotation[:, conditions:], rotation[:, :conditions] @ known])
        numbers = np.eye(free + 1, unknowns + 1, unknowns - free)
        columns = np.concatenate([self.by_numbers, -self.inverse @ residual.inside[..., None]], axis=-1)
        levels, last = self.chain.closing(-columns[:, -size:])
        points = self.chain.points(maps[:size], maps[size:], numbers, levels)
        inner = self.by_first @ points[:-1] + columns @ numbers
        whole = np.concatenate([points[0], inner.reshape(-1, unknowns + 1), numbers[:free]])
        closing = self.chain.left @ points[0] + self.chain.right @ points[-1] + last @ numbers
        integrals = self.rows @ whole
        integrals[:, -1] += residual.integrals
        return _Reduced(whole, np.vstack([closing, integrals]))


class _Reduced(NamedTuple):
    """A few equations that are left of all.

    Attributes:
        whole: makes a step from a few unknowns and 1.
        matrix: of the equations, with what is zero; for these and 1.
    """

    whole: np.ndarray
    matrix: np.ndarray


def _missed(profile: np.ndarray, widths: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Return the residual at the Gauss points, `[intervals, degree * states]`."""
    found = at_gauss_points(profile, basis().slopes) - widths[:, None, None] * rates
    return np.asarray(found.reshape(len(widths), -1))


@frozen(eq=False)
class _Integrals:
    """Conditions on integrals.

    Attributes:
        values: of the integrals.
        by_all: their derivatives by z.
    """

    values: np.ndarray
    by_all: np.ndarray

    @classmethod
    def of(cls, curve: ProfileCurve, x: np.ndarray, s: np.ndarray) -> _Integrals:
        """Return them for states at the Gauss points."""
        own, widths = basis(), np.diff(curve.mesh)
        found = curve.problem.integrands(x, s, *curve.reference_at_gauss_points)
        weights = widths[:, None] * own.weights
        parts = np.einsum("kij,kicn->kjnc", weights[..., None] * own.values, found.by_states)
        by_nodes = _summed(parts).reshape(-1, parts.shape[-1]).T
        by_numbers = np.einsum("ki,kicm->cm", weights, found.by_numbers)
        return cls(np.einsum("ki,kic->c", weights, found.values), np.hstack([by_nodes, by_numbers]))
