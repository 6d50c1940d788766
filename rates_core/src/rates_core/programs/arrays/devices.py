"""Where an array library computes: what users may ask for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rates_core.errors import ArgumentError, PluginError, shown


def chosen_device(value: Any) -> tuple[str, int] | None:
    """Return the kind of a device, `cpu` or `cuda`, and its number; None where the library is to choose.

    Raises:
        ArgumentError: it is something else.
    """
    if value is None:
        return None
    found = re.fullmatch(r"(cpu|cuda)(?::(\d+))?", value) if isinstance(value, str) else None
    if found is None:
        raise ArgumentError(f"device is {shown(value)}; it is 'cpu', 'cuda', or one of several such as 'cuda:1'.")
    return found[1], int(found[2] or 0)


def no_device(value: str, library: str, found: Sequence[str], remedy: str = "") -> PluginError:
    """Return the error for a device that this machine, or the library on it, does not have.

    Args:
        value: what was asked for.
        library: its name.
        found: names of those that there are.
        remedy: what has to be installed.
    """
    return PluginError(f"There is no device '{value}' here; {library} finds: {', '.join(found)}.{remedy}")
