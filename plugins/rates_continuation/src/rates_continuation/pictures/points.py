"""Points of a branch that a picture is to show."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, shown

from rates_continuation.branch import Branch
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.pictures.labels import label
from rates_continuation.profile import Profile
from rates_continuation.special import SpecialPoint

DIGITS, MOST_DIGITS = 4, 8
ROUNDING = 1e-14  # of the parameter along the branch: what is as good as 0


@frozen(eq=False)
class Shown:
    """A point of a branch.

    Attributes:
        kind: of a special one; else empty.
        p: the parameter.
        eigenvalues: or multipliers.
        profile: of a cycle.
    """

    kind: str
    p: float
    eigenvalues: np.ndarray
    profile: Profile | None


def names_of(branch: Branch, points: Sequence[Shown]) -> list[str]:
    """Return how a legend tells points from each other: with so many digits as that takes."""
    symbol = label(branch.parameters[0], [*branch.parameters, *branch.states])
    names, least = list[str](), ROUNDING * float(np.max(np.abs(branch.p), initial=0.0))
    values = [point.p if abs(point.p) > least else 0.0 for point in points]
    for digits in range(DIGITS, MOST_DIGITS):
        names = [
            f"{point.kind + ', ' if point.kind else ''}{symbol} = {_number(value, digits)}"
            for point, value in zip(points, values, strict=True)
        ]
        if len(set(names)) == len(names):
            return names
    return [f"{name} ({number})" for number, name in enumerate(names, 1)]  # several at one value of the parameter


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}g}".replace("-", "\N{MINUS SIGN}")


def shown_of(branch: Branch, points: Sequence[Any]) -> list[Shown]:
    """Return points by what they are: special ones, or numbers.

    Raises:
        ArgumentError: one is neither, or not of the branch.
    """
    return [_shown(branch, point) for point in points]


def _shown(branch: Branch, point: Any) -> Shown:
    if isinstance(point, SpecialPoint) and any(point is own for own in branch.specials):
        return Shown(point.kind, point[branch.parameters[0]], point.eigenvalues, point.profile)
    if isinstance(point, Integral) and not isinstance(point, bool) and -len(branch) <= int(point) < len(branch):
        number = int(point)
        profile = branch.profiles[number] if isinstance(branch, CycleBranch) else None
        return Shown("", float(branch.p[number, 0]), branch.eigenvalues[number], profile)
    raise ArgumentError(
        f"Points to draw must be special points of the branch, as branch.specials has them, or numbers from 0 to "
        f"{len(branch) - 1}; {shown(point)} is neither."
    )
