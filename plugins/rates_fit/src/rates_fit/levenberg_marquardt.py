"""The method of Levenberg and Marquardt: damped Gauss-Newton steps."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from attrs import evolve, frozen

from rates_fit.fitter import Fitter, Outcome
from rates_fit.problem import Linearised

ROUNDING = 1e-12  # of a loss, as a part of it


class Linearising(Protocol):
    """What is asked of a problem."""

    @property
    def size(self) -> int:
        """Return the number of free numbers."""
        ...

    def linearised(self, free: np.ndarray) -> Linearised:
        """Return the loss near a place, as half a sum of squares."""
        ...


@frozen
class LevenbergMarquardt(Fitter):
    """Damped Gauss-Newton steps [marquardt1963]_, for losses that are sums of squares or nearly so.

    Steps are damped in units of how much each number moves what is observed; the damping follows how well the
    linearisation foretold what came of a step.

    Attributes:
        tolerance: ends where a step changes all numbers less than this part of them, or of 1.
        loss_tolerance: ends where the linearisation promises to lower the loss by less than this part of it.
        iterations: steps at most.
        damping: at first, as a part of the largest curvature.
        longest: of a step in one number; None for any.
    """

    linearises = True

    tolerance: float = 1e-8
    loss_tolerance: float = 0.0
    iterations: int = 100
    damping: float = 1e-3
    longest: float | None = None

    def roughly(self) -> LevenbergMarquardt:
        """Return one that ends where a step changes numbers by less than a part in thirty."""
        return evolve(self, tolerance=max(self.tolerance, 0.03))

    def minimise(self, problem: Linearising, start: np.ndarray) -> Outcome:
        """Return the place of the smallest loss."""
        here, found = np.array(start, dtype=float), problem.linearised(start)
        scale, damping, growth, taken = np.zeros(len(here)), self.damping, 2.0, 0
        for _ in range(10 * self.iterations):
            if taken == self.iterations:
                return Outcome(here, False, f"It took {taken} steps, which is the most it may.", taken)
            scale = np.maximum(scale, np.linalg.norm(found.jacobian, axis=0))
            step = self._step(found, np.where(scale > 0, scale, 1.0), damping)
            promised = -float(found.gradient @ step) - 0.5 * float(np.sum((found.jacobian @ step) ** 2))
            if promised <= self.loss_tolerance * abs(found.value):
                return Outcome(here, True, "No step promises to lower the loss.", taken)
            trial = problem.linearised(here + step)
            gained = (found.value - trial.value) / promised if np.isfinite(trial.value) else -np.inf
            small = bool((np.abs(step) <= self.tolerance * np.maximum(1.0, np.abs(here))).all())
            level = promised <= ROUNDING * abs(found.value) and trial.value <= found.value * (1 + ROUNDING)
            if gained > 0 or level:  # what is gained by the last steps, rounding does not show
                here, found, taken = here + step, trial, taken + 1
                damping, growth = damping * max(1 / 3, 1 - (2 * min(gained, 1.0) - 1) ** 3), 2.0
            else:
                damping, growth = damping * growth, 2 * growth
            if small:
                return Outcome(here, True, "A step hardly moved any number.", taken)
        return Outcome(here, False, "No step lowers the loss, however small.", taken)

    def _step(self, found: Linearised, scale: np.ndarray, damping: float) -> np.ndarray:
        """Return the damped step: the solution of a problem of least squares."""
        below = np.diag(np.sqrt(damping) * scale)
        matrix = np.concatenate([found.jacobian, below])
        right = np.concatenate([-found.residuals, np.zeros(len(scale))])
        step: np.ndarray = np.linalg.lstsq(matrix, right, rcond=None)[0]
        far = 0.0 if self.longest is None else float(np.abs(step).max(initial=0.0)) / self.longest
        return step / max(far, 1.0)
