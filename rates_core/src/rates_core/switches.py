"""Arguments that are True or False."""

from __future__ import annotations

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
