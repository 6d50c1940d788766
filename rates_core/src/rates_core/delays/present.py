"""Reads whose delay is zero: they take what their variables are now."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rates_core.delays.readiness import Readiness
from rates_core.delays.reads import entries_of
from rates_core.delays.strategy import no_draws
from rates_core.delays.units import Units
from rates_core.errors import ArgumentError
from rates_core.programs.program import Kernel, slot_paths
from rates_core.system.system import System

Values = tuple[Any, ...]


class Present:
    """The reads of a run that have no delay, whole or for some of their entries.

    States are known. Computed variables may read each other without delay: they are computed as often as it takes
    until the last one has what it reads.

    Attributes:
        masks: which entries have no delay, by number of the reads that have such.
        rounds: how often computed variables are computed.

    Args:
        system: the lowered System.
        kernel: evaluates computed variables.
        delays: value of each read's delay.
        indices: per read, which entries of its slot it takes, or None for all.
        arguments: values of parameters.

    Raises:
        ArgumentError: a computed variable depends on itself without delay.
    """

    def __init__(
        self,
        system: System,
        kernel: Kernel,
        delays: Sequence[Any],
        indices: Sequence[Any],
        arguments: Mapping[str, Any],
    ) -> None:
        self._system, self._kernel, self._indices = system, kernel, indices
        self._reads = system.reads
        masks = {number: np.equal(delay, 0) for number, delay in enumerate(delays)}
        self.masks = {number: mask for number, mask in masks.items() if np.any(mask)}
        self._slots = slot_paths(system)
        states = system.state_paths
        slots = {number: self._reads[number].slot for number in self.masks}
        self._states = {number: states[slot] for number, slot in slots.items() if slot in states}
        self._computed = {number: slot for number, slot in slots.items() if slot not in states}
        self.rounds = self._needed_rounds(arguments) if self._computed else 0

    def __bool__(self) -> bool:
        return bool(self.masks)

    def _needed_rounds(self, arguments: Mapping[str, Any]) -> int:
        """Return how often computed variables are computed until all reads are known.

        Raises:
            ArgumentError: some never are.
        """
        readiness = Readiness(self._system, tuple(dict.fromkeys(self._computed.values())), arguments)
        known = {self._reads[number].path: np.logical_not(self.masks[number]) for number in self._computed}
        for rounds in itertools.count(1):
            masks = readiness.masks(known)
            before, known = (
                known,
                {
                    self._reads[number].path: known[self._reads[number].path]
                    | self._entries(number, masks.get(slot, True))
                    for number, slot in self._computed.items()
                },
            )
            if all(map(np.all, known.values())):
                return rounds
            if all(np.array_equal(before[path], mask) for path, mask in known.items()):
                break
        raise ArgumentError(f"'{self._stuck(known, masks)}' depends on its own past; no delay of it may be 0.")

    def _stuck(self, known: Mapping[str, Any], masks: Mapping[str, Any]) -> str:
        """Return the path of a variable that is never known."""
        slot = next(slot for number, slot in self._computed.items() if not np.all(known[self._reads[number].path]))
        return Units(self._system).path(slot, int(np.argmin(masks[slot])))

    def _entries(self, number: int, value: Any) -> Any:
        return entries_of(self._reads[number].shape, self._indices[number], value)

    def filled(self, found: Sequence[Any], t: float, y: np.ndarray, inputs: Values) -> Values:
        """Return reads in which those without delay have their values at a time, where the state is y."""
        reads = list(found)
        for number, state in self._states.items():
            self._fill(reads, number, state.of(y))
        for _ in range(self.rounds):
            values = self._kernel.slots(t, y, inputs, tuple(reads), no_draws(self._system))
            for number, slot in self._computed.items():
                self._fill(reads, number, values[self._slots.index(slot)])
        return tuple(reads)

    def _fill(self, reads: list[Any], number: int, value: Any) -> None:
        value = self._entries(number, value)
        reads[number] = np.where(self.masks[number], value, reads[number]) if self._reads[number].shape else value
