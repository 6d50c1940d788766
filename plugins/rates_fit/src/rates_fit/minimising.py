"""A fitter at work on a problem: first up to some times of the data, if that was asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import evolve

from rates_fit.fitter import Fitter, Outcome
from rates_fit.problem import Problem


def checked_start(problem: Problem, begin: np.ndarray, horizons: Sequence[float]) -> None:
    """Raise where a fit cannot begin.

    Raises:
        ArgumentError: a number moves nothing that was observed, or there are no data until one of the times.
        SimulationError: a run, the loss or a derivative is not finite.
    """
    stages = [problem.until(time) for time in horizons]
    (stages or [problem])[0].check_moved(begin)
    problem.history.clear()


def minimised(problem: Problem, begin: np.ndarray, fitter: Fitter, horizons: Sequence[float]) -> Outcome:
    """Return where a fitter ends, which fits the data up to some times first."""
    taken = 0
    for time in horizons:
        outcome = fitter.roughly().minimise(problem.until(time), begin)
        begin, taken = outcome.free, taken + outcome.iterations
    outcome = fitter.minimise(problem, begin)
    return evolve(outcome, iterations=taken + outcome.iterations)
