"""Reads whose delay is zero: they take what their variables are now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rates_core.delays.dependence import recurrent_slots
from rates_core.delays.strategy import StorageContext, no_draws
from rates_core.errors import ArgumentError
from rates_core.programs.program import slot_paths


class Present:
    """The reads of a run that have no delay, whole or for some of their entries.

    Args:
        context: the run.

    Raises:
        ArgumentError: a computed variable depends on itself without delay.
    """

    def __init__(self, context: StorageContext) -> None:
        self._context = context
        masks = {number: np.equal(delay, 0) for number, delay in enumerate(context.delays)}
        self._masks = {number: mask for number, mask in masks.items() if np.any(mask)}
        self._states = {state.path: number for number, state in enumerate(context.system.states)}
        self._slots = slot_paths(context.system)
        reads = context.system.reads
        computed = [number for number in self._masks if reads[number].slot not in self._states]
        self._rounds = 1 + len(computed)  # computed variables may read each other without delay
        for slot in recurrent_slots(context.system):
            if any(reads[number].slot == slot for number in computed):
                raise ArgumentError(f"'{slot}' depends on its own past; no delay of it may be 0.")

    def __bool__(self) -> bool:
        return bool(self._masks)

    def filled(
        self, found: Sequence[Any], t: float, pieces: tuple[Any, ...], inputs: tuple[Any, ...]
    ) -> tuple[Any, ...]:
        """Return reads in which those without delay have their values at a time, the states being `pieces`."""
        reads = list(found)
        kernel, y = self._context.kernel, self._context.kernel.pack(pieces)
        draws = no_draws(self._context.system)
        for _ in range(self._rounds):
            values: tuple[Any, ...] | None = None
            for number, mask in self._masks.items():
                slot = self._context.system.reads[number].slot
                if slot in self._states:
                    value = pieces[self._states[slot]]
                else:
                    values = values or kernel.slots(t, y, inputs, tuple(reads), draws)
                    value = values[self._slots.index(slot)]
                reads[number] = self._entries(number, mask, value, reads[number])
        return tuple(reads)

    def _entries(self, number: int, mask: Any, value: Any, stored: Any) -> Any:
        index, shape = self._context.indices[number], self._context.system.reads[number].shape
        if index is not None and np.ndim(value):
            value = np.asarray(value)[index]
        return np.where(mask, value, stored) if shape else value
