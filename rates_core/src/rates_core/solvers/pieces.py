"""The pieces of a run on which its right-hand side is smooth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from attrs import frozen

from rates_core.programs.batch import Spans
from rates_core.solvers.driver import Derivative, Problem

SAME_TIME = 1e-12  # stops that are nearer to each other than this share of the run's end are one stop
MARGIN = 4  # spacings of floating-point numbers by which an evaluation keeps away from a stop


@frozen
class Piece:
    """A part of a run without a stop inside.

    Attributes:
        start: where it starts.
        end: where a step has to end.
        opens: it starts on a stop.
        closes: it ends on a stop.
    """

    start: float
    end: float
    opens: bool
    closes: bool

    def smooth(self, derivative: Derivative) -> Derivative:
        """Return the right-hand side of this piece, evaluated on its own side of the stops that bound it.

        At a stop a right-hand side may jump, and rounding must not decide which of its two values a method sees.
        """
        first, last = self.bounds()
        if first == -math.inf and last == math.inf:
            return derivative
        return lambda t, y: derivative(min(max(t, first), last), y)

    def bounds(self) -> tuple[float, float]:
        """Return the first and the last time at which the right-hand side is evaluated."""
        margin = MARGIN * math.ulp(max(abs(self.start), abs(self.end)))
        first = self.start + margin if self.opens else -math.inf
        last = self.end - margin if self.closes else math.inf
        return (first, last) if first < last else (-math.inf, math.inf)


def pieces(problem: Problem) -> Iterator[Piece]:
    """Yield the pieces between the start, the stops and the end of a problem."""
    near = SAME_TIME * max(1.0, abs(problem.end))
    start = problem.start
    opens = any(abs(stop - start) <= near for stop in problem.stops)  # as behind an event on a stop
    for stop in problem.stops:
        if stop - start > near and problem.end - stop > near:
            yield Piece(start, stop, opens, closes=True)
            start, opens = stop, True
    yield Piece(start, problem.end, opens, closes=False)


def spans_of(problems: Sequence[Problem]) -> Spans:
    """Return the pieces of some problems as arrays."""
    found = [list(pieces(problem)) for problem in problems]
    ends, firsts, lasts = (np.zeros((len(found), max(map(len, found)))) for _ in range(3))
    for row, parts in enumerate(found):
        for place, piece in enumerate(parts):
            ends[row, place] = piece.end
            firsts[row, place], lasts[row, place] = piece.bounds()
    return Spans(np.array([len(parts) for parts in found]), ends, firsts, lasts)
