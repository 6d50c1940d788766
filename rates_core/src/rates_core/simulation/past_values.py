"""Delayed reads of methods that choose their steps; those without a delay take what their variables are now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rates_core.programs.program import Kernel, slot_paths
from rates_core.system.system import Read, System

Values = tuple[Any, ...]


class Reads:
    """All reads of a run.

    What is stored ends with the last accepted step, and a read whose delay is 0 lies behind it: it takes its value
    from the present state.

    Args:
        system: the lowered System.
        kernel: evaluates algebraic variables.
        delays: value of each read's delay.
        indices: per read, which entries of its slot it takes, or None for all.
        history: the stored past; None without delays.
    """

    def __init__(
        self, system: System, kernel: Kernel, delays: Sequence[Any], indices: Sequence[Any], history: Any
    ) -> None:
        self.history = history
        self._system, self._kernel, self._indices = system, kernel, indices
        now = {number: np.equal(delay, 0) for number, delay in enumerate(delays)}
        self._now = {number: zero for number, zero in now.items() if np.any(zero)}
        self._slots = slot_paths(system)
        self._states = {state.path: state for state in system.states}
        algebraic = [number for number in self._now if system.reads[number].slot not in self._states]
        self._rounds = 1 + len(algebraic)  # algebraic variables may read each other without delay

    @property
    def present(self) -> bool:
        """Tell whether a read has no delay."""
        return bool(self._now)

    def at(self, t: float, y: np.ndarray, inputs: Values) -> Values:
        """Return all reads at a time, where the state is y."""
        if self.history is None:
            return ()
        stored: Values = self.history.read(t)
        return self._with_present(t, y, inputs, list(stored)) if self._now else stored

    def _with_present(self, t: float, y: np.ndarray, inputs: Values, found: list[Any]) -> Values:
        for _ in range(self._rounds):
            values: Values | None = None
            for number, zero in self._now.items():
                read = self._system.reads[number]
                if read.slot in self._states:
                    value = self._states[read.slot].of(y)
                else:
                    values = values or self._kernel.slots(t, y, inputs, tuple(found), ())
                    value = values[self._slots.index(read.slot)]
                found[number] = self._entries(read, self._indices[number], zero, value, found[number])
        return tuple(found)

    def _entries(self, read: Read, index: Any, zero: Any, value: Any, stored: Any) -> Any:
        if index is not None and np.ndim(value):
            value = np.asarray(value)[index]
        return np.where(zero, value, stored) if read.shape else value
