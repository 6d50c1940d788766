"""Where an array library computes: what users may ask for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rates_core.errors import ArgumentError, PluginError, shown


def chosen_device(value: Any, library: str, count: Callable[[str], int], remedy: str) -> tuple[str, int] | None:
    """Return the kind of a device, `cpu` or `cuda`, and its number; None where the library is to choose.

    Args:
        value: what was asked for.
        library: its name.
        count: returns how many devices of a kind there are.
        remedy: what has to be there for `cuda`.

    Raises:
        ArgumentError: it is no device.
        PluginError: this machine, or the library on it, does not have it.
    """
    if value is None:
        return None
    found = re.fullmatch(r"(cpu|cuda)(?::(\d+))?", value) if isinstance(value, str) else None
    if found is None:
        raise ArgumentError(f"device is {shown(value)}; it is 'cpu', 'cuda', or one of several such as 'cuda:1'.")
    kind, number = found[1], int(found[2] or 0)
    counts = {kind: count(kind) for kind in ("cpu", "cuda")}
    if number >= counts[kind]:
        there = [f"{kind}:{number}" for kind, many in counts.items() for number in range(many)]
        needed = "" if counts[kind] else f" For '{kind}' it needs {remedy}."
        raise PluginError(f"There is no device '{value}' here; {library} finds: {', '.join(there)}.{needed}")
    return kind, number
