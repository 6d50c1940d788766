"""The limited-memory method of Broyden, Fletcher, Goldfarb and Shanno."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen
from scipy.optimize import minimize

from rates_fit.fitter import Fitter, Outcome
from rates_fit.problem import Problem


@frozen
class LBFGS(Fitter):
    """SciPy's L-BFGS-B [zhu1997]_: steps by gradients, which remember some of those before.

    Attributes:
        tolerance: ends where no derivative is larger, in units of the loss at the start.
        loss_tolerance: ends where a step lowers the loss by less than this part of it.
        iterations: steps at most.
        memory: number of steps that are remembered.
    """

    tolerance: float = 1e-9
    loss_tolerance: float = 1e-15
    iterations: int = 500
    memory: int = 20

    def roughly(self) -> LBFGS:
        """Return one that ends at larger derivatives."""
        return evolve(self, tolerance=max(self.tolerance, 1e-4))

    def minimise(self, problem: Problem, start: np.ndarray) -> Outcome:
        """Return the place of the smallest loss."""
        first = problem.value_and_gradient(start)
        scale = abs(first[0]) or 1.0
        worst = 2.0

        def scaled(free: np.ndarray) -> tuple[float, np.ndarray]:
            nonlocal worst
            value, gradient = first if np.array_equal(free, start) else problem.value_and_gradient(free)
            if not np.isfinite(value):  # a line search comes back from what is just too large
                return 2 * worst, gradient
            worst = max(worst, value / scale)
            return value / scale, gradient / scale

        found = minimize(
            scaled, start, jac=True, method="L-BFGS-B",
            options={"maxcor": self.memory, "maxiter": self.iterations, "maxfun": 10 * self.iterations,
                     "ftol": self.loss_tolerance, "gtol": self.tolerance},
        )  # fmt: skip
        reason = found.message if isinstance(found.message, str) else found.message.decode()
        best = problem.best.free
        return Outcome(best, bool(found.success), f"L-BFGS-B says: {reason.strip()}.", int(found.nit))
