"""Branches that go on where they ended."""

from __future__ import annotations

import numpy as np
from attrs import evolve
from rates_core.errors import ArgumentError
from rates_core.simulation.field import VectorField

from rates_continuation.branch import Branch
from rates_continuation.cycle_starts import LONGEST, branch_of_cycles
from rates_continuation.named_equilibria import branch_of
from rates_continuation.native.curve import Place, unit_tangent
from rates_continuation.native.cycle_engine import FollowedCycles, Reach
from rates_continuation.native.engine import WIDTHS, Followed
from rates_continuation.native.equilibria import Equilibrium, EquilibriumEquations
from rates_continuation.native.extending import extended, extended_cycles
from rates_continuation.native.tracing import Bounds, Steps


def check_held(branch: Branch, bounds: tuple[float, float]) -> None:
    """Raise if bounds cut off a part of a branch.

    Raises:
        ArgumentError: they do.
    """
    (lower, upper), path = bounds, branch.parameters[0]
    first, last = float(branch.p[:, 0].min()), float(branch.p[:, 0].max())
    if first < lower or last > upper:
        raise ArgumentError(
            f"bounds of '{path}' are ({lower:g}, {upper:g}), and the branch goes from {first:g} to {last:g}. Give "
            "bounds that hold all of it."
        )


def longer(field: VectorField, branch: Branch, bounds: Bounds, steps: Steps, max_period: float | None) -> Branch:
    """Return a branch that goes on; see `Continuation.extended`.

    Raises:
        ArgumentError: it is one of cycles that comes from a file or from Auto-07p.
    """
    found = branch.found
    if isinstance(found, FollowedCycles):
        longest = LONGEST * found.points[0].period if max_period is None else max_period
        return branch_of_cycles(field, extended_cycles(found, Reach(bounds, steps, longest)))
    if max_period is not None:
        raise ArgumentError("max_period is for branches of cycles; this one is of equilibria.")
    if isinstance(found, Followed):
        return branch_of(field, extended(EquilibriumEquations(field), found, bounds, steps))
    if type(branch) is Branch and len(branch) > 1:
        return _resumed(field, branch, bounds, steps)
    raise ArgumentError(
        "The branch does not hold what it is followed on with: it is one of cycles from a file or from Auto-07p. "
        "Follow it again."
    )


def _resumed(field: VectorField, branch: Branch, bounds: Bounds, steps: Steps) -> Branch:
    """Return a branch that goes on from its points alone, as a file has them."""
    equations = EquilibriumEquations(field)
    width = float(bounds.upper[0] - bounds.lower[0]) / WIDTHS
    size = np.max(np.abs(branch.x), axis=0)
    scale = np.append(np.where(size > 0, size, float(np.max(size, initial=0.0)) or 1.0), width)
    z = np.hstack([branch.x, branch.p])
    ends = [_end(equations, z[0], z[1] - z[0], scale), _end(equations, z[-1], z[-1] - z[-2], scale)]
    new = branch_of(field, extended(equations, Followed(ends, [], branch.ended), bounds, steps))
    before = next(k for k, point in enumerate(new.found.points) if point is ends[0])
    behind = before + len(ends)
    shift = len(branch) - len(ends)
    first, own, last = (
        [evolve(point, number=point.number + shifted) for point in points]
        for points, shifted in (
            ([point for point in new.specials if point.number < before], 0),
            (branch.specials, before),
            ([point for point in new.specials if point.number >= before], shift),
        )
    )
    p, x, eigenvalues = (
        np.concatenate([getattr(new, name)[:before], getattr(branch, name), getattr(new, name)[behind:]])
        for name in ("p", "x", "eigenvalues")
    )
    return evolve(
        branch, p=p, x=x, eigenvalues=eigenvalues, specials=(*first, *own, *last), ended=new.ended, found=None
    )


def _end(equations: EquilibriumEquations, z: np.ndarray, along: np.ndarray, scale: np.ndarray) -> Equilibrium:
    """Return an end of a branch with the direction of the branch there.

    Raises:
        ArgumentError: it is no end of a branch of this model.
    """
    jacobian = equations.jacobian(z)
    tangent = unit_tangent(jacobian, along, scale) if np.isfinite(jacobian).all() else None
    rates = float(np.max(np.abs(equations.residual(z) / scale[:-1])))
    if tangent is None or not rates < 1e-6 * max(1.0, float(np.max(np.abs(jacobian)))):
        raise ArgumentError(
            f"The branch does not end at an equilibrium of this model: at {z[-1]:g} the largest rate of change is "
            f"{rates:.3g}. Does the model have the same parameters?"
        )
    return Equilibrium.of(equations, Place(z, tangent, scale, jacobian=jacobian))
