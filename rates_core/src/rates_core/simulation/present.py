"""Reads without a delay: what their variables are now, not what was stored of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rates_core.programs.program import Kernel, slot_paths
from rates_core.system.system import DelayedRead, System

Read = tuple[Any, ...]


class Present:
    """Put present values in the place of reads whose delay is 0, for methods that choose their steps.

    What is stored ends with the last accepted step; a read that reaches no farther back than now lies behind it.

    Args:
        system: the lowered System.
        kernel: evaluates algebraic variables.
        delays: value of each read's delay.
        indices: per read, which entries of its slot it takes, or None for all.
    """

    def __init__(self, system: System, kernel: Kernel, delays: Sequence[Any], indices: Sequence[Any]) -> None:
        self._system, self._kernel, self._indices = system, kernel, indices
        self._now = {number: np.asarray(delay) == 0 for number, delay in enumerate(delays) if np.any(np.equal(delay, 0))}
        self._slots = slot_paths(system)
        self._states = {state.path: state for state in system.states}
        algebraic = [number for number in self._now if system.reads[number].slot not in self._states]
        self._rounds = 1 + len(algebraic)  # algebraic variables may read each other without delay

    def __bool__(self) -> bool:
        """Tell whether a read has no delay."""
        return bool(self._now)

    def reads(self, t: float, y: np.ndarray, inputs: Read, stored: Read) -> Read:
        """Return all reads, where `stored` holds those with a delay."""
        found = list(stored)
        for _ in range(self._rounds):
            values: Read | None = None
            for number, now in self._now.items():
                read = self._system.reads[number]
                if read.slot in self._states:
                    value = self._state(read.slot, y)
                else:
                    values = values or self._kernel.slots(t, y, inputs, tuple(found), ())
                    value = values[self._slots.index(read.slot)]
                found[number] = self._taken(read, self._indices[number], now, value, found[number])
        return tuple(found)

    def _state(self, slot: str, y: np.ndarray) -> Any:
        state = self._states[slot]
        part = y[state.offset : state.offset + state.width]
        part = part.view(complex) if state.complex else part
        return part if state.shape else part[0].item()

    def _taken(self, read: DelayedRead, index: Any, now: np.ndarray, value: Any, stored: Any) -> Any:
        if index is not None and np.ndim(value):
            value = np.asarray(value)[index]
        if not read.shape:
            return value
        return np.where(now, value, stored)
