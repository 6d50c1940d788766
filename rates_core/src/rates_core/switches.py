"""Arguments that are True or False, and those that are whole numbers."""

from __future__ import annotations

from numbers import Integral
from typing import Any

from rates_core.errors import ArgumentError, shown


def switch(name: str, value: Any) -> bool:
    """Return an argument that is True or False.

    Raises:
        ArgumentError: it is something else; 1 and 0 are not taken for them.
    """
    if value is True or value is False:
        return bool(value)
    import numpy as np

    if isinstance(value, np.bool_):
        return bool(value)
    raise ArgumentError(f"{name} must be True or False; it is {shown(value)}.")


def whole_number(name: str, value: Any, least: int) -> int:
    """Return an argument that is a whole number, not less than another one.

    Raises:
        ArgumentError: it is something else; True and 3.0 are not taken for such.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ArgumentError(f"{name} has to be a whole number of at least {least}; it is {shown(value)}.")
    return int(value)
