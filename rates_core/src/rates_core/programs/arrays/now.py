"""Reads without a delay, which take what their variables are now, in steps of which derivatives are taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from rates_core.delays.reads import read_indices
from rates_core.programs.program import slot_paths

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayProgram


@frozen
class WithoutDelay:
    """Which entries of reads have no delay; runs that share it are compiled once.

    Attributes:
        masks: by number of read, a byte for each entry: 1 if it has none.
        rounds: how often computed variables are computed until all are known that are read so.
    """

    masks: tuple[tuple[int, bytes], ...] = ()
    rounds: int = 0

    @classmethod
    def of(cls, masks: Mapping[int, Any], rounds: int) -> WithoutDelay:
        """Return what a history says."""
        return cls(tuple((number, np.asarray(mask, bool).tobytes()) for number, mask in masks.items()), rounds)

    def __bool__(self) -> bool:
        return bool(self.masks)


class Now:
    """Fill in what is read without delay; arrays may have batch axes in front.

    Args:
        program: whose reads they are.
        without: those without delay.
        states: returns the states that are read late, None for other variables.
        store: returns all that is read late.
    """

    def __init__(
        self, program: ArrayProgram, without: WithoutDelay, states: Callable[..., Any], store: Callable[..., Any]
    ) -> None:
        self._runtime, self._states, self._store = program.runtime, states, store
        self._rounds, system = without.rounds, program.request.system
        slots, indices = list(dict.fromkeys(read.slot for read in system.reads)), read_indices(system)
        self._given: list[tuple[int, int, Any, Any]] = []  # number, place of a state, which entries, of what
        self._computed: list[tuple[int, int, Any, Any]] = []
        for number, mask in without.masks:
            read = system.reads[number]
            index = indices[number] if system.shapes[read.slot] else None
            share = np.frombuffer(mask, np.uint8).astype(float) if read.shape else None
            known = read.slot in system.state_paths
            place = slots.index(read.slot) if known else slot_paths(system).index(read.slot)
            (self._given if known else self._computed).append((number, place, index, share))

    def filled(self, reads: Sequence[Any], t: Any, y: Any, inputs: Sequence[Any]) -> tuple[Any, ...]:
        """Return delayed values in which those without delay are what their variables are at a time."""
        reads = self._with(reads, self._given, self._states(y))
        for _ in range(self._rounds):
            reads = self._with(reads, self._computed, self._store(t, y, inputs, reads, ()))
        return tuple(reads)

    def _with(self, reads: Sequence[Any], places: Sequence[tuple[int, int, Any, Any]], values: Any) -> list[Any]:
        found = list(reads)
        for number, place, index, share in places:
            value = values[place]
            if index is not None:
                value = self._runtime.entries(value, np.asarray(index), last=True)
            if share is not None and found[number] is not None:
                of = self._runtime.array(np.broadcast_to(share, share.shape), "real")
                value = of * value + (1.0 - of) * found[number]
            found[number] = value
        return found
