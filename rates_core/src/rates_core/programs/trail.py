"""The past on accepted steps as data, for loops that do without calls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen

FACTORS = 8  # of a variable on a step, so that loops over them can be compiled as straight lines
MOST_PARTS = 128  # that a step is divided into
SMALLEST_PART = 2.0**-26  # of a step
GROWTH = 4.0  # of the next part against the one before it


@frozen(eq=False)
class Lag:
    """What a delayed read takes from the past; entries stand in the order of the times that they are taken at.

    Attributes:
        delays: of the entries, the longest first.
        sources: entry of the variable that each takes.
        targets: entry of the read that each is.
    """

    delays: np.ndarray
    sources: np.ndarray
    targets: np.ndarray


@frozen(eq=False)
class Trail:
    """Steps so far, what variables were on them, and room for more.

    On a step a variable is a polynomial: with θ the part of the step, a sum of factors times Chebyshev polynomials of
    2θ - 1. A time on which one step ends and another begins belongs to the later one. The first step holds all times
    before it, the last one its end.

    States are such polynomials as they come. A computed variable is made one from its values at nodes, and the step is
    divided until its last two factors are small against the largest one of all steps, and the polynomial is what the
    variable is just inside the ends: a part that is not smooth enough is halved, the one behind it tried at `GROWTH`
    times its size. The last of `MOST_PARTS` parts, and one of `SMALLEST_PART`, are taken as they are.

    Attributes:
        starts: of steps, ascending.
        ends: of steps.
        factors: of each variable that reads take, in the order of the first reads: `[steps, FACTORS, entries]`.
        count: of steps; what lies behind them is room, which a loop fills.
        nodes: parts of a step; the last ones, just inside its ends, are only for checks.
        fit: makes factors from values at the nodes: `[FACTORS, nodes]`.
        checks: makes values at the last nodes from factors: `[last nodes, FACTORS]`.
        lags: of all reads.
        largest: the size of the largest factor of each variable on all steps, which a loop keeps up to date.
        tolerance: what is asked of a computed variable, relative to its largest factor.
    """

    starts: np.ndarray
    ends: np.ndarray
    factors: tuple[np.ndarray, ...]
    count: int
    nodes: np.ndarray
    fit: np.ndarray
    checks: np.ndarray
    lags: Sequence[Lag]
    largest: np.ndarray
    tolerance: float

    @property
    def room(self) -> int:
        """Return how many steps there is room for."""
        return len(self.starts) - self.count
