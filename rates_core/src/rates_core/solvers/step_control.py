"""How long the steps of an adaptive method are.

Section II.4 of [hairer1993]: the norm of the error (4.11), the factor for the next step (4.13), the first step.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rates_core.solvers.adaptive_options import AdaptiveOptions
from rates_core.solvers.driver import Derivative

if TYPE_CHECKING:
    import numpy as np

SAFETY = 0.9
COARSE = 0.1  # share of a second, coarser error
SMALLEST_FACTOR, LARGEST_FACTOR = 0.2, 10.0
SMALLEST_STEP = 10  # spacings of floating-point numbers
MOST_REJECTIONS = 200  # of one step


def norm(values: np.ndarray) -> float:
    """Return the root of the mean square, 0 for no values."""
    return math.sqrt(float(values.dot(values)) / len(values)) if len(values) else 0.0


def damped(fine: float, coarse: float) -> float:
    """Return `e²/√(e² + 0.01 e'²)` for the norms of two errors, of which the second is that of a lower order."""
    if fine == 0 or not math.isfinite(fine):
        return fine
    return fine / math.hypot(1.0, COARSE * (coarse / fine))


def growth_power(order: int) -> float:
    """Return the power of a tolerance by which steps are longer, given the order of the error estimate."""
    return 1 / (order + 1)


def factor(error: float, order: int) -> float:
    """Return by how much the next step is longer than one with this error, in units of what is tolerated.

    Args:
        error: 1 is just tolerated; NaN counts as far too large.
        order: of the error estimate; the error of a step is proportional to `h**(order + 1)`.
    """
    if error == 0:
        return LARGEST_FACTOR
    wanted = SAFETY * error ** -growth_power(order) if error > 0 else SMALLEST_FACTOR
    return min(LARGEST_FACTOR, max(SMALLEST_FACTOR, wanted))


def first_step(
    derivative: Derivative, t: float, y: np.ndarray, f: np.ndarray, longest: float, order: int, options: AdaptiveOptions
) -> float:
    """Return a step whose error is about a hundredth of what is tolerated; one evaluation.

    Args:
        derivative: the right-hand side.
        t: time.
        y: state.
        f: derivative there.
        longest: no evaluation and no step goes farther.
        order: of the error estimate.
        options: tolerances.
    """
    import numpy as np

    if not len(y):
        return longest
    scale = options.atol + np.abs(y) * options.rtol
    size, slope = norm(y / scale), norm(f / scale)
    small = 1e-6 if size < 1e-5 or slope < 1e-5 else 0.01 * size / slope
    small = min(small, longest)
    try:
        with np.errstate(all="ignore"):
            bend = norm((derivative(t + small, y + small * f) - f) / scale) / small
    except ArithmeticError:
        return small
    steepest = max(slope, bend)
    if not math.isfinite(steepest):
        return small
    wanted = max(1e-6, small * 1e-3) if steepest <= 1e-15 else (0.01 / steepest) ** growth_power(order)
    return min(100 * small, wanted, longest)
