"""Accepted steps with their interpolants."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import numpy as np
from rates_core.delays.dependence import needed_reads, recurrent_slots
from rates_core.delays.strategy import AcceptedHistory, Signals, Storage, StorageContext, joined, no_draws
from rates_core.errors import ArgumentError, SimulationError
from rates_core.programs.program import slot_paths

from rates_delay_history.polynomial import NODES, interpolated

Interpolant = Callable[[float], np.ndarray]


class HistoryStorage(Storage):
    """Make histories."""

    def history(self, context: StorageContext) -> History:
        """Return a history that holds nothing but the past before the start."""
        return History(context)

    def resumed(self, history: Any, context: StorageContext) -> History:
        """Return a history that goes on from where another run ended."""
        return History(context, history)


class History(AcceptedHistory):
    """The solution so far, step by step.

    Delayed algebraic variables are computed from it when they are read. Only those that need their own past to be
    computed are stored beside it, as polynomials: else each read would go back step by step to the start.
    """

    def __init__(self, context: StorageContext, before: History | None = None) -> None:
        self._context = context
        self._slots = slot_paths(context.system)
        self._states = {state.path: state for state in context.system.states}
        self._starts: list[float] = [] if before is None else list(before._starts)
        self._ends: list[float] = [] if before is None else list(before._ends)
        self._interpolants: list[Interpolant] = [] if before is None else list(before._interpolants)
        self._needs = {slot: needed_reads(context.system, slot) for slot in self._slots if slot not in self._states}
        self._polynomials: dict[str, list[np.ndarray]] = {
            slot: [] if before is None else list(before._polynomials[slot]) for slot in recurrent_slots(context.system)
        }
        self._inputs: Signals = context.inputs if before is None else before._inputs
        if before is not None and before._context is not context:
            self._inputs = joined(before._inputs, context.inputs, context.start)
        self._check_loops()
        self._first: float = context.start if before is None else before._first
        self._y: np.ndarray = context.y if before is None else before._y

    def _check_loops(self) -> None:
        reads, delays = self._context.system.reads, self._context.delays
        for slot in self._polynomials:
            inner = [number for number in self._needs[slot] if reads[number].slot in self._polynomials]
            if any(np.any(np.equal(delays[number], 0)) for number in inner):
                raise ArgumentError(f"'{slot}' depends on its own past; in an adaptive method no delay of it may be 0.")

    def copy(self) -> History:
        """Return a history whose changes this one does not see."""
        return History(self._context, self)

    def accept(self, start: float, end: float, interpolant: Interpolant) -> None:
        """Add an accepted step and forget what no read reaches any more."""
        times = (start + NODES * (end - start)).tolist()
        added = {slot: [self._computed(slot, s, interpolant(s)) for s in times] for slot in self._polynomials}
        for slot, values in added.items():
            self._polynomials[slot].append(np.array(values))
        self._starts.append(start)
        self._ends.append(end)
        self._interpolants.append(interpolant)
        longest = max((float(np.max(delay)) for delay in self._context.delays), default=0.0)
        if len(self._ends) > 256 and self._ends[128] < end - 2 * len(self._slots) * longest:
            del self._starts[:128], self._ends[:128], self._interpolants[:128]
            for polynomials in self._polynomials.values():
                del polynomials[:128]

    def read(self, t: float) -> tuple[Any, ...]:
        """Return all reads at time t."""
        return tuple(self._read(number, t) for number, _ in enumerate(self._context.delays))

    def _read(self, number: int, t: float) -> Any:
        context = self._context
        read, delay, index = context.system.reads[number], context.delays[number], context.indices[number]
        if np.ndim(delay) == 0:
            value = self._at(read.slot, t - float(delay))
            value = value if index is None or np.ndim(value) == 0 else value[index]
            return np.array(np.broadcast_to(value, read.shape)) if read.shape and np.ndim(value) == 0 else value
        values: dict[float, Any] = {}
        for d in np.unique(delay):
            values[float(d)] = self._at(read.slot, t - float(d))
        if context.system.shapes[read.slot] == ():
            return np.array([values[float(d)] for d in delay])
        picked = range(len(delay)) if index is None else index
        return np.array([values[float(d)][i] for d, i in zip(delay, picked, strict=True)])

    def _at(self, slot: str, s: float) -> Any:
        """Return a whole slot at a time."""
        if s < self._first or (s == self._first and not self._starts):
            return self._context.past.value(slot, s)
        if self._polynomials.get(slot):
            place = self._place(s)
            start, end = self._starts[place], self._ends[place]
            return interpolated(self._polynomials[slot][place], min(1.0, (s - start) / (end - start)))
        y = self._state(s)
        if slot in self._states:
            return self._states[slot].of(y)
        return self._computed(slot, s, y)

    def _computed(self, slot: str, s: float, y: np.ndarray) -> Any:
        """Return an algebraic slot at a time from the state there and the past that it needs."""
        context, needs = self._context, self._needs[slot]
        reads = tuple(
            self._read(number, s) if number in needs else np.zeros(read.shape) if read.shape else 0.0
            for number, read in enumerate(context.system.reads)
        )
        values = context.kernel.slots(s, y, self._inputs(s), reads, no_draws(context.system))
        return values[self._slots.index(slot)]

    def _place(self, s: float) -> int:
        """Return the number of the step that holds a time."""
        place = max(0, bisect_right(self._starts, s) - 1)
        if s < self._starts[place] - 1e-9 * max(1.0, abs(s)):
            raise SimulationError(f"The past at t = {s:.9g} is no longer stored.", s)
        return place

    def _state(self, s: float) -> np.ndarray:
        if not self._starts:
            return np.array(self._y)
        place = self._place(s)
        return np.array(self._interpolants[place](min(s, self._ends[place]) if place + 1 < len(self._ends) else s))
