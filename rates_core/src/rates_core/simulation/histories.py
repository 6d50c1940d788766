"""What a user says of the time before the start: numbers, arrays and functions, checked before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rates_core.errors import ArgumentError
from rates_core.templates.value import to_value


def check_history(history: Any) -> None:
    """Raise unless a history is None, a value, a function of t, or a mapping of those by path.

    Raises:
        ArgumentError: it is none of these, or a function does not give numbers at the start.
    """
    if history is None:
        return
    if not isinstance(history, Mapping):
        _check("history", history)
        return
    for path, value in history.items():
        _check(f"history of {path!r}", value)


def _check(what: str, value: Any) -> None:
    if callable(value):
        given = value(0.0)
        if np.asarray(given).dtype.kind not in "biufc":
            raise ArgumentError(f"{what} gives {given!r} at t = 0; it must give numbers.")
        return
    try:
        to_value(value)
    except ArgumentError as error:
        raise ArgumentError(f"{what}: {error} Give a number, an array or a function of t.") from None
