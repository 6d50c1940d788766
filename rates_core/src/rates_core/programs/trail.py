"""The past on accepted steps as data, for loops that do without calls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen


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

    Attributes:
        starts: of steps, ascending.
        ends: of steps.
        factors: of each variable that reads take, in the order of the first reads: `[steps, factors, entries]`.
        count: of steps; what lies behind them is room, which a loop fills.
        nodes: parts of a step.
        fit: makes factors from values at the nodes: `[factors, nodes]`.
        lags: of all reads.
    """

    starts: np.ndarray
    ends: np.ndarray
    factors: tuple[np.ndarray, ...]
    count: int
    nodes: np.ndarray
    fit: np.ndarray
    lags: Sequence[Lag]

    @property
    def room(self) -> int:
        """Return how many steps there is room for."""
        return len(self.starts) - self.count
