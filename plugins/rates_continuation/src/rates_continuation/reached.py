"""All branches of cycles that are reached from branches of equilibria."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from attrs import frozen
from rates_core.errors import SimulationError

from rates_continuation.branch import Branch
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.interrupts import interrupted
from rates_continuation.native.tracing import Bounds
from rates_continuation.profile import Profile
from rates_continuation.special import SpecialPoint

SAME = (
    1e-2  # of the bounds and of the period: how far the last cycle may lie from the Hopf point at which a branch ends
)
TOUCHING = 1e-3  # likewise two branch points of cycles that are one


@frozen(eq=False)
class Origin:
    """Where a branch begins.

    Attributes:
        branch: number of the branch in a diagram on which the point lies.
        point: a Hopf point, a period doubling or a branch point.
    """

    branch: int
    point: SpecialPoint


def cycles_reached(
    equilibria: Sequence[Branch], bounds: Bounds, follow: Callable[[SpecialPoint], CycleBranch], most: int
) -> Iterator[tuple[CycleBranch, Origin]]:
    """Yield each branch of cycles that begins at a Hopf point, or at a doubling or branch point of these, and so on.

    Args:
        equilibria: the branches that are known.
        bounds: of the parameter.
        follow: gives the cycles that begin at a point.
        most: number of branches.
    """
    branches, tried = list(equilibria), list[SpecialPoint]()
    width = float(bounds.upper[0] - bounds.lower[0])
    while len(branches) < most and not interrupted():
        origin = next((origin for origin in _origins(branches, tried, width)), None)
        if origin is None:
            return
        tried.append(origin.point)
        try:
            found = follow(origin.point)
        except SimulationError:  # no branch begins there
            continue
        if len(found):
            branches.append(found)
            yield found, origin


def _origins(branches: Sequence[Branch], tried: Sequence[SpecialPoint], width: float) -> Iterator[Origin]:
    """Yield the points at which branches of cycles may begin that are not known."""
    cycles = [branch for branch in branches if isinstance(branch, CycleBranch)]
    passed = [point for branch in cycles for point in branch.special("BPC")]
    for number, branch in enumerate(branches):
        for point in branch.specials:
            if any(point is other for other in tried):
                continue
            if point.kind == "HB" and not any(_ends_at(known, point, width) for known in cycles):
                yield Origin(number, point)
            if point.kind == "BPC" and sum(_is_same(point, other, width) for other in passed) == 1:
                yield Origin(number, point)
            if point.kind == "PD" and not any(_doubles_at(known, point, width) for known in cycles):
                yield Origin(number, point)


def _ends_at(branch: CycleBranch, hopf: SpecialPoint, width: float) -> bool:
    """Tell whether the cycles of a branch shrink to a Hopf point at one of its ends."""
    path = branch.parameters[0]
    for end, reason in zip((0, -1), branch.ended, strict=True):
        near = abs(branch.p[end, 0] - hopf[path]) < SAME * width
        if reason == "hopf" and near and abs(branch.periods[end] / hopf.period - 1) < SAME:
            return _surrounds(branch.profiles[end], hopf)
    return False


def _doubles_at(branch: CycleBranch, doubling: SpecialPoint, width: float) -> bool:
    """Tell whether one of the ends of a branch is a period doubling, where it has twice the period."""
    path = branch.parameters[0]
    for end, reason in zip((0, -1), branch.ended, strict=True):
        near = abs(branch.p[end, 0] - doubling[path]) < SAME * width
        if reason == "doubled" and near and abs(branch.periods[end] / (2 * doubling.period) - 1) < SAME:
            return True
    return False


def _surrounds(profile: Profile, hopf: SpecialPoint) -> bool:
    """Tell whether a Hopf point lies within a cycle, or beside it by no more than the size of this."""
    smallest, largest = profile.extremes
    x = np.array([hopf[path] for path in profile.states])
    beside = largest - smallest + TOUCHING * np.abs(x)
    return bool(np.all((x > smallest - beside) & (x < largest + beside)))


def _is_same(one: SpecialPoint, other: SpecialPoint, width: float) -> bool:
    path = next(iter(one.values))
    errors = np.nan_to_num(one.error) + np.nan_to_num(other.error)
    near = abs(one[path] - other[path]) < TOUCHING * width + errors
    return near and bool(abs(one.period / other.period - 1) < TOUCHING + errors / width)
