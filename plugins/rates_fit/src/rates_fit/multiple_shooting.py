"""Multiple shooting: a run in pieces, whose starts are fitted too until they meet."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen
from rates_core.errors import ArgumentError, shown

from rates_fit.fitter import Fitter, Outcome
from rates_fit.levenberg_marquardt import LevenbergMarquardt
from rates_fit.pieces import in_pieces
from rates_fit.problem import Problem


@frozen
class MultipleShooting(Fitter):
    """Fit pieces of runs, each with a start of its own, and have them meet more and more closely [bock1984]_.

    Over a piece, errors of parameters do not grow as they do over a long run: losses have fewer valleys, and unstable
    or chaotic runs can be fitted. The last steps are those of the whole run.

    With delays, the past of a piece is at first what was observed of what is read late, between observations and where
    there are none as in the run at the start; then, with each further weight, what the pieces before it make. It stays
    while a weight does, so that derivatives of pieces are differences of runs.

    Attributes:
        pieces: of each run.
        weights: of squared gaps between pieces, in units of how the states vary, against the loss: one after the other.
        iterations: steps at most with each weight, and at last.
    """

    linearises = True

    pieces: int = 8
    weights: tuple[float, ...] = (1.0, 1e2, 1e4, 1e6)
    iterations: int = 50

    def minimise(self, problem: Problem, start: np.ndarray) -> Outcome:
        """Return the place of the smallest loss."""
        if isinstance(self.pieces, bool) or not isinstance(self.pieces, int) or self.pieces < 2:
            raise ArgumentError(f"pieces must be a whole number of at least 2; it is {shown(self.pieces)}.")
        pieces, free = in_pieces(problem, start, self.pieces)
        taken = 0
        for weight in self.weights:
            fitter = LevenbergMarquardt(iterations=self.iterations, tolerance=1e-4)
            outcome = fitter.minimise(evolve(pieces, weight=weight), free)
            free, taken = outcome.free, taken + outcome.iterations
            pieces = pieces.with_pasts(free)
        last = LevenbergMarquardt(iterations=self.iterations).minimise(problem, free[: problem.size])
        return evolve(last, iterations=taken + last.iterations)
