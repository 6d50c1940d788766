"""Numbers that say how curves are followed, and between which values parameters vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from numbers import Integral, Real
from typing import Any

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown

from rates_continuation.native.tracing import Steps


def checked_bounds(bounds: Any) -> tuple[float, float]:
    """Return the bounds of a parameter.

    Raises:
        ArgumentError: they are not two numbers, the lower one first.
    """
    try:
        lower, upper = (float(value) for value in bounds)
    except (TypeError, ValueError):
        raise ArgumentError(f"bounds must be two numbers, (lower, upper); they are {shown(bounds)}.") from None
    if not lower < upper:
        raise ArgumentError(f"bounds must be two numbers, the lower one first; they are {shown(bounds)}.")
    return lower, upper


def check_within(path: str, value: float, bounds: tuple[float, float]) -> None:
    """Raise if bounds leave out the value with which a curve begins.

    Raises:
        ArgumentError: they do.
    """
    lower, upper = bounds
    if not lower <= value <= upper:
        raise ArgumentError(
            f"bounds of '{path}' are ({lower:g}, {upper:g}), which leave out its value {value:g} at the start. Choose "
            "others."
        )


def positive(name: str, value: Any) -> float:
    """Return an argument that is a positive number.

    Raises:
        ArgumentError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < inf:
        raise ArgumentError(f"{name} must be a positive number; it is {shown(value)}.")
    return float(value)


def count(name: str, value: Any) -> int:
    """Return an argument that is a positive whole number.

    Raises:
        ArgumentError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < 1:
        raise ArgumentError(f"{name} must be a positive whole number; it is {shown(value)}.")
    return int(value)


def at_least(name: str, value: Any, fewest: int) -> int:
    """Return an argument that is a whole number, not smaller than another.

    Raises:
        ArgumentError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < fewest:
        raise ArgumentError(f"{name} must be a whole number, {fewest} at least; it is {shown(value)}.")
    return int(value)


def checked_steps(max_step: Any, max_points: Any) -> Steps:
    """Return how long steps are and how many, from the arguments that say so.

    Raises:
        ArgumentError: they are no positive numbers.
    """
    return Steps(largest=positive("max_step", max_step), most=count("max_points", max_points))


def bounds_by_path(bounds: Any, paths: Sequence[str]) -> list[tuple[float, float]]:
    """Return the bounds of each of some parameters.

    Raises:
        ArgumentError: there are none for one of them, or they are not right.
        UnknownNameError: there are some for another parameter.
    """
    if not isinstance(bounds, Mapping):
        raise ArgumentError(f"bounds must be a dictionary, {{path: (lower, upper)}}, for {_named(paths)}; "
                            f"they are {shown(bounds)}.")  # fmt: skip
    for path in bounds:
        if path not in paths:
            raise UnknownNameError(
                f"bounds has {path!r}, which does not vary.{did_you_mean(str(path), paths)} "
                f"The curve is one in {_named(paths)}."
            )
    for path in paths:
        if path not in bounds:
            raise ArgumentError(
                f"bounds of '{path}' are missing; give them as bounds={{'{path}': (lower, upper), ...}}."
            )
    return [checked_bounds(bounds[path]) for path in paths]


def _named(paths: Sequence[str]) -> str:
    return " and ".join(f"'{path}'" for path in paths)
