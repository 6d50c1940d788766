"""Branches that go on from their points alone, as a file has them."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import evolve
from rates_core.errors import ArgumentError
from rates_core.simulation.field import VectorField

from rates_continuation.branch import Branch
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.cycle_starts import branch_of_cycles
from rates_continuation.equilibrium_branch import branch_of_equilibria
from rates_continuation.native.boundary import SLIGHT, ProfileCurve
from rates_continuation.native.collocation import DEGREE, Care, interpolated, node_times
from rates_continuation.native.curve import Place, unit_tangent
from rates_continuation.native.cycle_engine import FollowedCycles, Reach
from rates_continuation.native.cycles import Periodic
from rates_continuation.native.engine import WIDTHS, Followed
from rates_continuation.native.equilibria import Equilibrium, EquilibriumEquations
from rates_continuation.native.extending import extended, extended_cycles
from rates_continuation.native.floquet import Cycle
from rates_continuation.native.matrices import is_finite
from rates_continuation.native.tracing import Bounds, Steps

CLOSE = 1e-6  # in scales: so near to its points equilibria of the same model lie
NEAR = 1e-4  # likewise cycles, on other meshes
MOST_INTERVALS = 64  # of a mesh, unless the branch has more


def resumed(field: VectorField, branch: Branch, bounds: Bounds, steps: Steps) -> Branch:
    """Return a branch of equilibria that goes on.

    Raises:
        ArgumentError: it is none of the model.
    """
    _check_length(branch)
    equations = EquilibriumEquations(field)
    scale = np.append(_sizes(np.max(np.abs(branch.x), axis=0)), _width(bounds))
    z = np.hstack([branch.x, branch.p])
    ends = [_equilibrium(equations, *each, scale) for each in ((z[0], z[1] - z[0]), (z[-1], z[-1] - z[-2]))]
    new = branch_of_equilibria(field, extended(equations, Followed(ends, [], branch.ended), bounds, steps))
    return _joined(branch, new, ends)


def resumed_cycles(field: VectorField, branch: CycleBranch, reach: Reach) -> Branch:
    """Return a branch of cycles that goes on.

    Raises:
        ArgumentError: it is none of the model.
    """
    _check_length(branch)
    ends = [_cycle(field, branch, *each, reach.bounds) for each in ((0, 1, -1.0), (-1, -2, 1.0))]
    return _joined(
        branch, branch_of_cycles(field, extended_cycles(FollowedCycles(ends, [], branch.ended), reach)), ends
    )


def _joined(branch: Branch, new: Branch, ends: list[Any]) -> Branch:
    """Return a branch with what is new before and behind it.

    Args:
        branch: as it was.
        new: with points before, both ends of the branch, and points behind.
        ends: of the branch.
    """
    before = next(number for number, point in enumerate(new.found.points) if point is ends[0])
    behind, shift = before + len(ends), len(branch) - len(ends)
    specials = (
        *(point for point in new.specials if point.number < before),
        *(evolve(point, number=point.number + before) for point in branch.specials),
        *(evolve(point, number=point.number + shift) for point in new.specials if point.number > before),
    )
    arrays = ("p", "x", "eigenvalues", *(("trivial",) if isinstance(branch, CycleBranch) else ()))
    whole: dict[str, Any] = {
        name: np.concatenate([getattr(new, name)[:before], getattr(branch, name), getattr(new, name)[behind:]])
        for name in arrays
    }
    if isinstance(branch, CycleBranch) and isinstance(new, CycleBranch):
        whole["profiles"] = (*new.profiles[:before], *branch.profiles, *new.profiles[behind:])
    return evolve(branch, specials=specials, ended=new.ended, found=None, **whole)


def _equilibrium(equations: EquilibriumEquations, z: np.ndarray, along: np.ndarray, scale: np.ndarray) -> Equilibrium:
    """Return an end of a branch with the direction of the branch there."""
    with np.errstate(all="ignore"):
        jacobian, rates = equations.jacobian(z), equations.residual(z)
    tangent = unit_tangent(jacobian, along, scale) if is_finite(jacobian) else None
    if tangent is None or not np.all(np.abs(rates) <= CLOSE * (abs(jacobian) @ scale)):
        raise _of_another_model(z[-1])
    return Equilibrium.of(equations, Place(z, tangent, scale, jacobian=jacobian))


def _cycle(field: VectorField, branch: CycleBranch, number: int, beside: int, way: float, bounds: Bounds) -> Cycle:
    """Return a cycle at an end of a branch, with the direction in which the branch goes: on from the one beside it.

    Args:
        field: the model.
        branch: whose end it is.
        number: of the cycle.
        beside: number of the one that is next to it.
        way: 1 if the branch goes on there, -1 if it begins.
        bounds: of the parameter.
    """
    last, other = branch.profiles[number], branch.profiles[beside]
    before = interpolated(other.mesh, other.values, node_times(last.mesh, DEGREE), DEGREE)
    states = _sizes(np.max(np.abs(last.values), axis=0))
    care = Care(most=max(MOST_INTERVALS, len(last.mesh) - 1))
    numbers = np.array([last.period, _width(bounds)])
    curve = ProfileCurve(Periodic(field, states), last.mesh, last.values, states, numbers, care)
    z, neighbour = (
        np.concatenate([values.ravel(), [period], p])
        for values, period, p in (
            (last.values, last.period, branch.p[number]),
            (before, other.period, branch.p[beside]),
        )
    )
    along = way * (z - neighbour)
    place = curve.place(z, along, along, curve.scale)
    if place is None or float(np.linalg.norm((place.z - z) / curve.scale)) > NEAR:
        raise _of_another_model(branch.p[number, 0])
    return Cycle.of(curve, place)


def _check_length(branch: Branch) -> None:
    if len(branch) < 2:
        raise ArgumentError("The branch has one point, which does not say in which direction it goes on.")


def _of_another_model(p: float) -> ArgumentError:
    return ArgumentError(
        f"The branch ends at {p:g} with states that are no solution of this model. Does it have the same parameters?"
    )


def _sizes(largest: np.ndarray) -> np.ndarray:
    """Return scales of states from their largest absolute values."""
    return np.asarray(np.maximum(largest, SLIGHT * float(np.max(largest, initial=0.0)) or 1.0))


def _width(bounds: Bounds) -> float:
    return float(bounds.upper[0] - bounds.lower[0]) / WIDTHS
