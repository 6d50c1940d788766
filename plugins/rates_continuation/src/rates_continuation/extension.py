"""Branches that go on where they ended."""

from __future__ import annotations

from attrs import evolve
from rates_core.errors import ArgumentError
from rates_core.simulation.field import VectorField

from rates_continuation.branch import Branch
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.cycle_starts import LONGEST, branch_of_cycles
from rates_continuation.equilibrium_branch import branch_of_equilibria
from rates_continuation.native.cycle_engine import FollowedCycles, Reach
from rates_continuation.native.engine import Followed
from rates_continuation.native.equilibria import EquilibriumEquations
from rates_continuation.native.extending import extended, extended_cycles
from rates_continuation.native.tracing import Bounds, Steps
from rates_continuation.resuming import resumed, resumed_cycles


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
        ArgumentError: it comes from a file, and is none of this model; or `max_period` is given for equilibria.
    """
    found = branch.found
    if found is None and field.size != len(field.states):
        raise ArgumentError(
            "The branch does not hold what it is followed on with: it comes from a file, and the model has discrete "
            "delays, whose values at nodes files do not have. Follow it again."
        )
    if isinstance(branch, CycleBranch):
        longest = LONGEST * float(branch.periods[0]) if max_period is None else max_period
        reach = Reach(bounds, steps, longest)
        if isinstance(found, FollowedCycles):
            return evolve(branch_of_cycles(field, extended_cycles(found, reach)), cited=branch.cited)
        return resumed_cycles(field, branch, reach)
    if max_period is not None:
        raise ArgumentError("max_period is for branches of cycles; this one is of equilibria.")
    if isinstance(found, Followed):
        wider = branch_of_equilibria(field, extended(EquilibriumEquations(field), found, bounds, steps))
        return evolve(wider, cited=branch.cited)
    return resumed(field, branch, bounds, steps)
