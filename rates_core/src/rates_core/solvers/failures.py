"""What is said when an adaptive method cannot go on."""

from __future__ import annotations

from rates_core.errors import SimulationError


def bad_derivative(time: float) -> SimulationError:
    """Return the error for a derivative that is no number."""
    return SimulationError(f"The derivative is NaN or infinite at t = {time:.9g}.", time)


def too_many_steps(method: str, most: int, time: float) -> SimulationError:
    """Return the error for a run that took as many steps as it may."""
    return SimulationError(f"Solver '{method}' took max_steps={most} steps to t = {time:.9g}.", time)


def stuck(method: str, time: float, undefined: bool) -> SimulationError:
    """Return the error for a step that cannot be made small enough, or beyond which the derivative is undefined."""
    if undefined:
        reason = "beyond it the derivative is NaN or infinite, however small the step"
    else:
        reason = "the step that its tolerances ask for is too small for floating-point numbers"
    return SimulationError(
        f"Solver '{method}' cannot go on from t = {time:.9g}: {reason}. "
        "The solution may become infinite there; if not, try larger tolerances or a solver for stiff systems.",
        time,
    )
