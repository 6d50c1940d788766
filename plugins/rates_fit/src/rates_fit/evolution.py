"""Differential evolution: no derivatives, and no start."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError
from scipy.optimize import differential_evolution

from rates_fit.fitter import Fitter, Outcome
from rates_fit.levenberg_marquardt import LevenbergMarquardt
from rates_fit.parameters import FreeParameter
from rates_fit.problem import Problem
from rates_fit.transforms import Between

INSIDE = 1e-9  # of a range: how far from its ends values stay


@frozen
class Evolution(Fitter):
    """SciPy's differential evolution [storn1997]_ within ranges, for losses with many valleys.

    A generation runs side by side where the backend can do that.

    Attributes:
        generations: at most.
        population: members for each number.
        tolerance: ends where the losses of a generation differ by less than this part of their mean.
        seed: equal seeds give equal generations.
        polish: go on with Levenberg's and Marquardt's method from the best member.
    """

    generations: int = 200
    population: int = 10
    tolerance: float = 1e-3
    seed: int | None = None
    polish: bool = True

    def minimise(self, problem: Problem, start: np.ndarray) -> Outcome:
        """Return the place of the smallest loss."""
        ranges = [_range(item) for item in problem.space.parameters for _ in item.numbers]

        def free(shares: np.ndarray) -> np.ndarray:
            values = np.array([low + (high - low) * share for (low, high), share in zip(ranges, shares, strict=True)])
            parts = [item.transform.free(values[item.place]) for item in problem.space.parameters]
            return np.concatenate(parts)

        def losses(shares: np.ndarray) -> np.ndarray:
            columns = shares[:, None] if shares.ndim == 1 else shares
            found = problem.values(np.array([free(column) for column in columns.T]))
            return found if shares.ndim > 1 else found[0]

        found = differential_evolution(
            losses, [(INSIDE, 1 - INSIDE)] * len(ranges), maxiter=self.generations, popsize=self.population,
            tol=self.tolerance, rng=self.seed, polish=False, vectorized=True, updating="deferred",
        )  # fmt: skip
        best = problem.best.free
        reason = f"Differential evolution says: {found.message}"
        if not self.polish:
            return Outcome(best, bool(found.success), reason, int(found.nit))
        outcome = LevenbergMarquardt().minimise(problem, best)
        return Outcome(outcome.free, outcome.converged, outcome.reason, int(found.nit) + outcome.iterations)


def _range(item: FreeParameter) -> tuple[float, float]:
    """Return the range of a parameter.

    Raises:
        ArgumentError: it has none.
    """
    if not isinstance(item.transform, Between):
        raise ArgumentError(f"The fitter 'evolution' needs a range of '{item.name}': parameters={{path: (low, high)}}.")
    return item.transform.low, item.transform.high
