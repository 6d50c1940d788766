"""Delays of reads as numbers, and the entries that reads take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rates_core.errors import ArgumentError
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.text import to_text
from rates_core.system.system import Shape, System


def delay_values(system: System, arguments: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the value of each read's delay.

    Raises:
        ArgumentError: a delay is negative or not finite.
    """
    found = []
    for read in system.reads:
        value = evaluate(read.delay, arguments)
        if not np.all(np.isfinite(value)) or np.any(np.asarray(value) < 0):
            bad = [entry for entry in np.ravel(value).tolist() if not 0 <= entry < np.inf]
            raise ArgumentError(
                f"The delay '{to_text(read.delay)}' of '{read.slot}' is {bad[0]!r}; a delay must be finite and not "
                "negative."
            )
        found.append(np.asarray(value, dtype=float) if np.ndim(value) else float(value))
    return tuple(found)


def read_indices(system: System) -> tuple[Any, ...]:
    """Return for each read which entries of its slot it takes, None for all."""
    return tuple(None if read.index is None else system.parameter_paths[read.index].value for read in system.reads)


def entries_of(shape: Shape, index: Any, value: Any) -> Any:
    """Return the entries of a slot's value that a read of some shape takes; None stands for all."""
    if index is not None and np.ndim(value):
        value = np.asarray(value)[index]
    return np.array(np.broadcast_to(value, shape)) if shape else value
