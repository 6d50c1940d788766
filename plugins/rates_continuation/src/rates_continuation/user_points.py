"""Points of a branch at which a quantity has a given value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, UnknownNameError, UnsupportedFeatureError, did_you_mean
from rates_core.simulation.field import VectorField
from scipy.optimize import brentq

from rates_continuation.branch import Branch
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.delayed_cycles import delayed
from rates_continuation.delayed_field import DelayedField, all_states, spectrum, states_of
from rates_continuation.native.boundary import SLIGHT, ProfileCurve
from rates_continuation.native.collocation import DEGREE, interpolated, node_times
from rates_continuation.native.curve import Curve, ImplicitCurve, Place
from rates_continuation.native.cycle_crossings import CycleCrossing
from rates_continuation.native.cycle_engine import FollowedCycles
from rates_continuation.native.cycles import Periodic
from rates_continuation.native.equilibria import EquilibriumEquations
from rates_continuation.native.floquet import Cycle
from rates_continuation.profile import Profile
from rates_continuation.special import SpecialPoint

FOLDS = ("LP", "LPC")  # between which a parameter grows or falls all the way
ASIDE = 0.5  # of the way between two points: so far beside it a solution may lie
PRECISION = 1e-14  # of a share of that way
REACHED = 1e-12  # of its size: a point of the branch has the value itself
PERIOD = "period"


def points_at(field: VectorField, branch: Branch, path: str, value: float) -> list[SpecialPoint]:
    """Return the points of a branch at which a quantity has a value, solved for, in the order of the branch.

    Args:
        field: whose solutions they are, with the parameters of the branch.
        branch: of equilibria or of cycles.
        path: of the parameter, of a state (on cycles of its largest value), or `period`.
        value: of it.

    Raises:
        UnknownNameError: the branch has no such quantity.
        ArgumentError: the field is another one than that of the branch.
        UnsupportedFeatureError: it has discrete delays, and the branch is one of cycles that comes from a file.
    """
    if field.states != branch.states:
        raise ArgumentError(f"The branch has the states {', '.join(branch.states)}; the model has "
                            f"{', '.join(field.states)}.")  # fmt: skip
    delayed_cycles = isinstance(branch, CycleBranch) and isinstance(field, DelayedField)
    if delayed_cycles and not isinstance(branch.found, FollowedCycles):
        raise UnsupportedFeatureError(
            "Points of a given value are not solved for on cycles from a file of a model with discrete delays, whose "
            "values at nodes files do not have. Follow the branch again."
        )
    stretch: _Stretches = _OfCycles(field, branch) if isinstance(branch, CycleBranch) else _OfEquilibria(field, branch)
    quantity = stretch.quantity(path)
    nodes = list(_nodes(stretch, branch))
    return [stretch.special(*found) for found in _found(stretch, nodes, quantity, value)]


@frozen(eq=False)
class _Node:
    """A solution that is known.

    Attributes:
        number: of the point of the branch that it is, or that comes before it.
        z: its unknowns.
        mesh: of a cycle; else empty.
        largest: value of each state.
    """

    number: int
    z: np.ndarray
    mesh: np.ndarray
    largest: np.ndarray


class _Orbit(NamedTuple):
    """A cycle.

    Attributes:
        mesh: ends of the intervals.
        values: of all states at the nodes, also of those at nodes of delays.
        period: in the model's time.
    """

    mesh: np.ndarray
    values: np.ndarray
    period: float

    @classmethod
    def of(cls, profile: Profile, cycle: Any) -> _Orbit:
        """Return what an engine goes on from, or else what a branch has of it."""
        if isinstance(cycle, Cycle):
            return cls(cycle.curve.mesh, cycle.profile, cycle.period)
        return cls(profile.mesh, profile.values, profile.period)


class _Stretches(ABC):
    """The curve between neighbouring points of a branch."""

    def __init__(self, field: VectorField, branch: Branch) -> None:
        self.field, self.branch = field, branch

    def quantity(self, path: str) -> int:
        """Return the index in a node's values of what has a path.

        Raises:
            UnknownNameError: there is nothing of that path.
        """
        if path not in self.names:
            raise UnknownNameError(f"The {self.branch.name} has no value {path!r}.{did_you_mean(path, self.names)} "
                                   f"It has: {', '.join(self.names)}.")  # fmt: skip
        return self.names.index(path)

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """Return what a node has values of."""

    @abstractmethod
    def values(self, node: _Node) -> np.ndarray:
        """Return the values of a node."""

    @abstractmethod
    def node(self, number: int, p: np.ndarray, x: np.ndarray, orbit: _Orbit | None) -> _Node:
        """Return the node of a point."""

    @abstractmethod
    def between(self, one: _Node, other: _Node, share: float, fixed: int | None = None) -> _Node | None:
        """Return the solution at a share of the way between two; None if it is not found.

        Args:
            one: node.
            other: node.
            share: of the way.
            fixed: quantity that has the value of the share; without it the way does.
        """

    @abstractmethod
    def special(self, node: _Node, place: float) -> SpecialPoint:
        """Return a node as a special point."""


class _OfEquilibria(_Stretches):
    def __init__(self, field: VectorField, branch: Branch) -> None:
        super().__init__(field, branch)
        states = np.array([all_states(field, x, p) for x, p in zip(branch.x, branch.p, strict=True)])
        self.scale = np.append(sizes(states), sizes(branch.p))
        self.unknowns = np.append(states_of(field, np.arange(field.size)), field.size + np.arange(branch.p.shape[1]))
        self.curve = ImplicitCurve(EquilibriumEquations(field))

    @property
    def names(self) -> Sequence[str]:
        return [*self.branch.states, *self.branch.parameters]

    def values(self, node: _Node) -> np.ndarray:
        return np.asarray(node.z[self.unknowns])

    def node(self, number: int, p: np.ndarray, x: np.ndarray, orbit: _Orbit | None) -> _Node:
        return self._node(number, np.append(all_states(self.field, x, p), p))

    def between(self, one: _Node, other: _Node, share: float, fixed: int | None = None) -> _Node | None:
        guess, chord = one.z + share * (other.z - one.z), other.z - one.z
        place = _placed(self.curve, guess, chord, self.scale, None if fixed is None else int(self.unknowns[fixed]))
        return None if place is None else self._node(one.number, place.z)

    def special(self, node: _Node, place: float) -> SpecialPoint:
        x, p = node.z[: self.field.size], node.z[self.field.size :]
        return SpecialPoint(
            kind="UZ",
            values=_named(self.branch, p, node.largest),
            number=node.number,
            eigenvalues=spectrum(self.field, x, p),
            period=float("nan"),
            coefficient=float("nan"),
            residual=float(np.max(np.abs(self.field.rates(x, p)))),
            error=place,
            found=None,
            states=len(self.branch.states),
        )

    def _node(self, number: int, z: np.ndarray) -> _Node:
        return _Node(number, z, np.zeros(0), z[self.unknowns[: len(self.branch.states)]])


class _OfCycles(_Stretches):
    def __init__(self, field: VectorField, branch: CycleBranch) -> None:
        super().__init__(field, branch)
        orbits = [_orbit(branch, number) for number in range(len(branch))]
        extremes = [extreme(orbit.values, axis=0) for orbit in orbits for extreme in (np.max, np.min)]
        self.states = sizes(np.array(extremes))
        self.numbers = np.append(sizes(branch.periods[:, None]), sizes(branch.p))

    @property
    def names(self) -> Sequence[str]:
        return [*self.branch.states, PERIOD, *self.branch.parameters]

    def values(self, node: _Node) -> np.ndarray:
        return np.append(node.largest, node.z[-len(self.numbers) :])

    def node(self, number: int, p: np.ndarray, x: np.ndarray, orbit: _Orbit | None) -> _Node:
        assert orbit is not None
        return _Node(number, np.concatenate([orbit.values.ravel(), [orbit.period], p]), orbit.mesh, x)

    def between(self, one: _Node, other: _Node, share: float, fixed: int | None = None) -> _Node | None:
        first = self._on_mesh(one, other.mesh)
        guess, chord = first + share * (other.z - first), other.z - first
        curve = self._curve(guess, other.mesh)
        if fixed is not None and fixed < len(self.branch.states):
            return None
        place = _placed(curve, guess, chord, curve.scale, fixed if fixed is None else fixed - len(self.names))
        if place is None:
            return None
        return _Node(one.number, place.z, other.mesh, self._profile(place.z, other.mesh).extremes[1])

    def special(self, node: _Node, place: float) -> SpecialPoint:
        curve, profile = self._curve(node.z, node.mesh), self._profile(node.z, node.mesh)
        cycle = Cycle.of(curve, Place(node.z, np.zeros_like(node.z), curve.scale))
        return SpecialPoint(
            kind="UZ",
            values=_named(self.branch, cycle.p, node.largest),
            number=node.number,
            eigenvalues=delayed(self.field, cycle).multipliers,
            period=cycle.period,
            coefficient=float("nan"),
            residual=float(np.max(np.abs(curve.residual(node.z).inside))),
            error=place,
            found=None,
            profile=profile,
            states=len(self.branch.states),
        )

    def _on_mesh(self, node: _Node, mesh: np.ndarray) -> np.ndarray:
        size = len(self.numbers)
        profile = node.z[:-size].reshape(-1, len(self.states))
        moved = interpolated(node.mesh, profile, node_times(mesh, DEGREE), DEGREE)
        return np.append(moved, node.z[-size:])

    def _curve(self, z: np.ndarray, mesh: np.ndarray) -> ProfileCurve:
        reference = z[: -len(self.numbers)].reshape(-1, len(self.states))
        return ProfileCurve(Periodic(self.field, self.states), mesh, reference, self.states, self.numbers)

    def _profile(self, z: np.ndarray, mesh: np.ndarray) -> Profile:
        values = z[: -len(self.numbers)].reshape(-1, len(self.states))
        return Profile(self.branch.states, float(z[-len(self.numbers)]), mesh, states_of(self.field, values))


def sizes(values: np.ndarray) -> np.ndarray:
    """Return the largest absolute value of each column, none next to nothing beside the others."""
    largest = np.max(np.abs(values), axis=0)
    return np.asarray(np.maximum(largest, SLIGHT * (float(np.max(largest)) or 1.0)))


def _placed(curve: Curve, guess: np.ndarray, chord: np.ndarray, scale: np.ndarray, fixed: int | None) -> Place | None:
    """Return the point of a curve in the plane across the way to a guess, or where one unknown is that of the guess."""
    normal = chord
    if fixed is not None:
        normal = np.zeros_like(chord)
        normal[fixed] = scale[fixed] ** 2
    found = curve.place(guess, normal, chord, scale)
    if found is None or np.linalg.norm((found.z - guess) / scale) > ASIDE * np.linalg.norm(chord / scale):
        return None
    if fixed is not None:
        found.z[fixed] = guess[fixed]  # to the last bit
    return found


def _named(branch: Branch, p: np.ndarray, x: np.ndarray) -> dict[str, float]:
    return dict(zip((*branch.parameters, *branch.states), (*p.tolist(), *x.tolist()), strict=True))


def _nodes(stretches: _Stretches, branch: Branch) -> Iterator[_Node]:
    """Yield points and folds in their order."""
    for number in range(len(branch)):
        orbit = _orbit(branch, number) if isinstance(branch, CycleBranch) else None
        yield stretches.node(number, branch.p[number], branch.x[number], orbit)
        for point in branch.specials:
            if point.number == number and point.kind in FOLDS:
                p, x = (np.array([point[path] for path in names]) for names in (branch.parameters, branch.states))
                found = point.found.cycle if isinstance(point.found, CycleCrossing) else None
                yield stretches.node(number, p, x, None if point.profile is None else _Orbit.of(point.profile, found))


def _orbit(branch: CycleBranch, number: int) -> _Orbit:
    found = branch.found.points[number] if isinstance(branch.found, FollowedCycles) else None
    return _Orbit.of(branch.profiles[number], found)


def _found(stretches: _Stretches, nodes: Sequence[_Node], quantity: int, value: float) -> Iterator[tuple[_Node, float]]:
    """Yield the solutions that have a value of a quantity, with an estimate of their error."""
    values = [float(stretches.values(node)[quantity]) - value for node in nodes]
    near = REACHED * max(abs(value), max(map(abs, values), default=0.0))
    for node, missed in zip(nodes[:1], values, strict=False):
        if abs(missed) <= near:
            yield node, abs(missed)
    for (one, before), (other, behind) in pairwise(zip(nodes, values, strict=True)):
        if abs(behind) <= near:
            yield other, abs(behind)
        elif before * behind < 0 and abs(before) > near:
            found = _crossing(stretches, one, other, quantity, value)
            if found is not None:
                yield found, abs(float(stretches.values(found)[quantity]) - value)


class _NotFoundError(Exception):
    """There is no solution where one was looked for."""


def _crossing(stretches: _Stretches, one: _Node, other: _Node, quantity: int, value: float) -> _Node | None:
    """Return the solution between two at which a quantity has a value; None if none is found."""

    def missed(share: float) -> float:
        node = one if share == 0.0 else other if share == 1.0 else stretches.between(one, other, share)
        if node is None:
            raise _NotFoundError
        return float(stretches.values(node)[quantity]) - value

    try:
        share = float(brentq(missed, 0.0, 1.0, xtol=PRECISION, rtol=1e-14))
    except _NotFoundError:
        return None
    near = stretches.between(one, other, share)
    return None if near is None else _exact(stretches, near, other, quantity, value)


def _exact(stretches: _Stretches, near: _Node, other: _Node, quantity: int, value: float) -> _Node:
    """Return the solution next to one that has the very value, where the quantity is an unknown."""
    reach = float(stretches.values(other)[quantity]) - float(stretches.values(near)[quantity])
    missed = value - float(stretches.values(near)[quantity])
    if reach == 0.0:
        return near
    exact = stretches.between(near, other, missed / reach, quantity)
    return near if exact is None else exact
