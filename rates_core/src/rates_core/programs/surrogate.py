"""The option of backends by which events have derivatives of smooth steps; `system/smooth_steps.py` says which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rates_core.errors import ArgumentError, shown
from rates_core.plugins.specs import Option

SURROGATE = Option(
    "surrogate", None, "slope of smooth steps whose derivatives conditions of events have; None: they have none"
)


def chosen_slope(options: Mapping[str, Any]) -> float | None:
    """Return the slope that options of a backend ask for, or None.

    Raises:
        ArgumentError: it is no positive number.
    """
    value = options.get(SURROGATE.name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
        raise ArgumentError(f"surrogate must be a positive number, the slope of a smooth step; it is {shown(value)}.")
    return float(value)
