"""Between which values parameters vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown


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
