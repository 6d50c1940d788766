"""What a user says of the time before the start: numbers, arrays and functions, checked before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rates_core.errors import ArgumentError, shown
from rates_core.templates.array import Array
from rates_core.templates.value import to_value


def checked_history(history: Any) -> Any:
    """Return a history that is None, a number, an array, a function of t, or a dict of those by path.

    Raises:
        ArgumentError: it is none of these, or a function does not give numbers at the start.
    """
    if history is None:
        return None
    if not isinstance(history, Mapping):
        return _checked("history", history)
    return {path: _checked(f"history of {shown(path)}", value) for path, value in history.items()}


def _checked(what: str, value: Any) -> Any:
    if callable(value):
        _check_function(what, value)
        return value
    try:
        found = to_value(value)
    except ArgumentError as error:
        raise ArgumentError(f"{what}: {error} Give a number, an array or a function of t.") from None
    return found.values if isinstance(found, Array) else found


def _check_function(what: str, function: Callable[[float], Any]) -> None:
    try:
        given = function(0.0)
        kind = np.asarray(given).dtype.kind
    except Exception as error:
        raise ArgumentError(f"{what} raises {type(error).__name__} at t = 0: {error}") from error
    if kind not in "biufc":
        raise ArgumentError(f"{what} gives {shown(given)} at t = 0; it must give numbers.")
