"""Two curves that begin at one solution as one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
from attrs import evolve
from rates_core.errors import ArgumentError

from rates_continuation.ode_system.solutions import END, FAILED, LABELS, REGULAR, Curve, Solution

SAME = 1e-6  # of the size of a number: so near to each other two ends are one


def merged(one: Curve, other: Curve) -> Curve:
    """Return a curve that goes from the far end of another one to the end of one; they meet at an end of both.

    Raises:
        ArgumentError: they are of different things, or do not meet.
    """
    if (one.what, one.kind, one.free) != (other.what, other.kind, other.free):
        raise ArgumentError(f"{other!r} is of something else than {one!r}: they make no curve.")
    behind, before = list(one.solutions), list(other.solutions)
    for turned, reached in product((behind, behind[::-1]), (before, before[::-1])):
        if _same(turned[0], reached[0]):
            found = [*reversed(reached[1:]), _within(turned[0]), *turned[1:]]
            return evolve(one, solutions=found, parts=(*one.parts, one, *other.parts, other))
    raise ArgumentError(
        f"{other!r} has no end that is one of {one!r}. Start both from one point, with other signs of DS."
    )


def _within(solution: Solution) -> Solution:
    """Return what was an end and is none."""
    if solution.label not in (END, FAILED):
        return solution
    special = solution.special
    return evolve(solution, label=REGULAR if special is None else LABELS.get(special.kind, special.kind))


def _same(one: Solution, other: Solution) -> bool:
    return _near(one.parameters, other.parameters) and _near(one.states, other.states)


def _near(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    values = np.array([[found.get(key, np.nan) for key in one] for found in (one, other)])
    return bool(np.all(np.abs(values[0] - values[1]) <= SAME * np.max(np.abs(values), initial=0.0)))
