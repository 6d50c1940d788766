"""Options that adaptive methods share, checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

from attrs import frozen

from rates_core.errors import ArgumentError, shown
from rates_core.solvers.driver import Problem

if TYPE_CHECKING:
    import numpy as np

RTOL, ATOL = 1e-6, 1e-9


@frozen(eq=False)
class AdaptiveOptions:
    """Tolerances and bounds of steps.

    Attributes:
        rtol: error of a step that is allowed per size of a state: a number, or one per entry of the state.
        atol: error of a step that is allowed in addition, likewise.
        max_step: no step is longer.
        first_step: size of the first step, or None to choose it.
        max_steps: more steps than that are an error; None for no limit.
    """

    rtol: float | np.ndarray
    atol: float | np.ndarray
    max_step: float
    first_step: float | None
    max_steps: int | None


def adaptive_options(problem: Problem) -> AdaptiveOptions:
    """Return the options of a problem; steps are not longer than its shortest delay.

    Raises:
        ArgumentError: an option has no meaning.
    """
    given = problem.options
    first = given.get("first_step")
    count = given.get("max_steps")
    options = AdaptiveOptions(
        rtol=tolerance("rtol", given.get("rtol", RTOL), len(problem.y)),
        atol=tolerance("atol", given.get("atol", ATOL), len(problem.y)),
        max_step=number("max_step", given.get("max_step", math.inf)),
        first_step=None if first is None else number("first_step", first),
        max_steps=None if count is None else _count("max_steps", count),
    )
    return options if problem.shortest_delay is None else _bounded(options, problem.shortest_delay)


def least_rtol(options: Mapping[str, Any], size: int) -> float:
    """Return the smallest relative tolerance of options, of which each entry of the state may have its own.

    Raises:
        ArgumentError: the tolerance has no meaning.
    """
    import numpy as np

    return float(np.min(tolerance("rtol", options.get("rtol", RTOL), size)))


def number(name: str, value: Any, least: str = "positive") -> float:
    """Return an option that has to be a positive number, or with `least="not negative"` one that may be 0.

    Raises:
        ArgumentError: it is not.
    """
    try:
        found = math.nan if isinstance(value, str | bool) else float(value)
    except (ArithmeticError, TypeError, ValueError):
        found = math.nan
    if not (found > 0 or (found == 0 and least != "positive")):
        raise ArgumentError(f"{name} must be a number that is {least}; it is {shown(value)}.")
    return found


def tolerance(name: str, value: Any, size: int) -> float | np.ndarray:
    """Return a tolerance: a number, or one for each of the `size` entries of the state; only atol may be 0.

    Raises:
        ArgumentError: it is neither.
    """
    import numpy as np

    least = "not negative" if name == "atol" else "positive"
    if isinstance(value, str):
        return _finite(name, value, least)
    try:
        found = np.asarray(value)
    except (TypeError, ValueError):  # rows of unequal length
        found = np.asarray(None)
    if found.ndim == 0:
        return _finite(name, value, least)
    if found.shape != (size,) or found.dtype.kind not in "fiu":
        raise ArgumentError(
            f"{name} must be a number, or one for each of the {size} entries of the state; it is {shown(value)}."
        )
    return np.array([_finite(name, entry, least) for entry in found.tolist()])


def _finite(name: str, value: Any, least: str) -> float:
    found = number(name, value, least)
    if found == math.inf:
        raise ArgumentError(f"{name} must be finite; it is {shown(value)}. Solvers with fixed steps control no error.")
    return found


def _count(name: str, value: Any) -> int:
    found = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    if not 1 <= found < math.inf or found != math.floor(found):
        raise ArgumentError(f"{name} must be a positive whole number; it is {shown(value)}.")
    return int(found)


def _bounded(options: AdaptiveOptions, step: float) -> AdaptiveOptions:
    from attrs import evolve

    return evolve(options, max_step=min(step, options.max_step))
