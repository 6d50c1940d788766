"""Where chains start, and the values of delays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rates_core.delays.prehistory import PreHistory
from rates_core.errors import ArgumentError
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.text import to_text
from rates_core.simulation.arguments import write_state
from rates_core.system.system import System


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


def chain_states(system: System, y: np.ndarray, past: PreHistory, arguments: Mapping[str, Any]) -> None:
    """Put the chains of distributed delays where the past left them, in place in `y`."""
    for state in system.states:
        if isinstance(state.initial, str):
            write_state(y, state, past.chain_start(state, 0.0, arguments))
