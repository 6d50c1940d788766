"""Samples of delayed variables on the grid of a fixed-step method.

A read at position s (in steps since the start) takes what the variable was before the start for s ≤ 0, the polynomial
through p + 1 stored samples around s (p the order of the method) while there are that many on its side of the start
and of early breaking points, and otherwise the continuous extension of the step that s lies in. Inside the current
step this extension rests on the stages computed so far, and the stages are computed p times. At the start of a step a
computed variable has samples up to the step before: its own of that moment may be what is being computed.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import Any

import numpy as np
from rates_core.delays.dependence import Dependence
from rates_core.delays.present import Present
from rates_core.delays.strategy import Gather, Storage, StorageContext, UniformHistory, joined, no_draws
from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.programs.program import slot_paths

from rates_delay_ring.interpolation import breaks, lagrange, lagrange_weights, near_samples, snapped, window
from rates_delay_ring.stencil import Stencil, stencil_of


class RingStorage(Storage):
    """Make rings."""

    def history(self, context: StorageContext) -> Ring:
        """Return a ring that holds nothing but the past before the start."""
        return Ring(context)

    def resumed(self, history: Any, context: StorageContext) -> Ring:
        """Return a ring that goes on from where another run ended."""
        return Ring(context, history)


class Ring(UniformHistory):
    """Stored samples of all slots, and the stages of the steps that reads may have to look into."""

    def __init__(self, context: StorageContext, before: Ring | None = None) -> None:
        assert context.tableau is not None
        self._context = context
        self._tableau = context.tableau
        self._order = context.tableau.order
        self._slots = slot_paths(context.system)
        self._states = {state.path: (number, state) for number, state in enumerate(context.system.states)}
        self._present = Present(context.system, context.kernel, context.delays, context.indices, context.arguments)
        # what has no delay is read a step ago, which is quick, and then replaced by what it is now
        self._delays = [np.asarray(np.where(np.equal(d, 0), 1.0, d / context.step_size)) for d in context.delays]
        self._longest = max((float(delay.max()) for delay in self._delays if delay.size), default=0.0)
        self._shortest = min((float(delay.min()) for delay in self._delays if delay.size), default=math.inf)
        self._size = math.ceil(self._longest) + self._order + 3
        kept = dict.fromkeys(read.slot for read in context.system.reads)
        self._algebraic = [slot for slot in kept if slot not in self._states]
        dependence = Dependence(context.system)
        self._needs = dependence.needed_reads
        # how far back reads go when a computed variable is computed inside a step
        self._reach = math.inf if dependence.recurrent else self._longest * (1 + len(self._algebraic))
        self._stored = dict.fromkeys(kept, -1)
        self._breaks = breaks(
            [float(d) for delay in self._delays for d in np.unique(delay)], self._order, 4 * self._longest
        )
        self._stencils = {
            (number, node): self._stencil(number, node)
            for node in context.tableau.distinct_nodes
            for number in range(len(self._delays))
        }
        self._buffers = {slot: self._buffer(slot) for slot in kept}
        self._continuous: frozenset[str] = frozenset()  # slots that do not jump at the start
        self._steps: dict[int, tuple[tuple[Any, ...], dict[int, tuple[Any, ...]]]] = {}
        self._current = -1
        self._complete = False
        self._gathers: dict[float, tuple[Gather, ...]] = {}
        self._inputs = context.inputs
        self._at_start: tuple[int | None, tuple[Any, ...]] = (None, ())
        self._stage = 0
        if before is not None:
            self._inputs = joined(before._inputs, context.inputs, context.start)
            self._take(before)

    def _stencil(self, number: int, node: float) -> Stencil | None:
        # at the start of a step, a computed variable of that moment may be what is being computed
        newest = -1 if node == 0 and self._context.system.reads[number].slot in self._algebraic else 0
        last_break = self._breaks[-1] if self._breaks else 0
        return stencil_of(self._delays[number], node, self._order, newest, last_break)

    def _buffer(self, slot: str) -> np.ndarray:
        """Return samples that hold what was before the start, as far back as reads take samples of it."""
        context, system = self._context, self._context.system
        kind = complex if slot in system.complex_symbols else float
        buffer = np.zeros((2 * self._size, *system.shapes[slot]), dtype=kind)
        if slot in context.past.constants:
            buffer[:] = context.past.constants[slot]
            return buffer
        for (number, _), stencil in self._stencils.items():
            if stencil is not None and stencil.whole and system.reads[number].slot == slot:
                for step in range(int(stencil.offsets.min()), 0):
                    row = step % self._size
                    buffer[row] = buffer[row + self._size] = context.past.value(slot, step * context.step_size)
        return buffer

    def _take(self, before: Ring) -> None:
        """Take over the samples of the run before."""
        step = before._current + 1
        for slot in self._buffers:
            old, new = before._buffers[slot], self._buffers[slot]
            last = before._stored[slot]
            oldest = max(0, last - min(before._size, self._size) + 1)
            if self._size > before._size and last - oldest + 1 < min(last + 1, self._size):
                raise ArgumentError(
                    "state= comes from a run with shorter delays; its past does not reach back far enough for these."
                )
            for index in range(oldest, last + 1):
                row = index % self._size
                new[row] = new[row + self._size] = old[index % before._size]
        self._stored = dict(before._stored)
        self._continuous = before._continuous
        self._steps = dict(before._steps)
        self._current, self._complete = step - 1, True

    def copy(self) -> Ring:
        """Return a ring whose changes this one does not see."""
        new = object.__new__(Ring)
        new.__dict__.update(self.__dict__)
        new._buffers = {slot: buffer.copy() for slot, buffer in self._buffers.items()}
        new._stored = dict(self._stored)
        new._steps = dict(self._steps)
        return new

    def begin(self, step: int, pieces: tuple[Any, ...]) -> int:
        """Store all slots at the start of a step; return how often its stages have to be computed."""
        if step == self._current:  # the row at the end of the last run has been recorded before this step
            return self._sweeps()
        self._current, self._complete, self._stage = step, False, 0
        self._steps[step] = (pieces, {})
        for slot in self._buffers:
            if slot in self._states:
                self._put(slot, step, pieces[self._states[slot][0]])
        if self._algebraic:
            context, t = self._context, step * self._context.step_size
            reads = self.read(step, 0.0)
            self._at_start = step, reads
            y = context.kernel.pack(pieces)
            values = dict(
                zip(
                    self._slots,
                    context.kernel.slots(t, y, self._inputs(t), reads, no_draws(context.system)),
                    strict=True,
                )
            )
            for slot in self._algebraic:
                self._put(slot, step, values[slot])
        if step == 0:
            self._continuous = frozenset(slot for slot in self._buffers if self._starts_smoothly(slot))
        self._forget(step)
        return self._sweeps()

    def _starts_smoothly(self, slot: str) -> bool:
        """Tell whether a variable is at the start what it was just before."""
        before = self._context.past.constants.get(slot)
        return before is not None and bool(np.array_equal(self._buffers[slot][0], before))

    def _forget(self, step: int) -> None:
        """Drop the stages of steps that no read looks inside any more.

        Reads do where there are too few samples: behind the start and behind breaking points.
        """
        left = step - 2
        if left in self._steps:
            behind = bisect_right(self._breaks, left)
            if left - (self._breaks[behind - 1] if behind else 0) > self._order:
                del self._steps[left]
        while (oldest := next(iter(self._steps))) + 1 < step - self._reach:
            del self._steps[oldest]

    def _sweeps(self) -> int:
        return self._order if self._shortest < 1.0 - 1e-9 and self._order > 1 else 1

    def _put(self, slot: str, step: int, value: Any) -> None:
        buffer, row = self._buffers[slot], step % self._size
        buffer[row] = buffer[row + self._size] = value
        self._stored[slot] = step

    def stage(self, number: int, slopes: tuple[Any, ...]) -> None:
        """Take the derivatives of a stage of the current step."""
        pieces, known = self._steps[self._current]
        self._steps[self._current] = (pieces, {**known, number: slopes})
        self._stage = (number + 1) % len(self._tableau.weights)

    def read(self, step: int, node: float) -> tuple[Any, ...]:
        """Return all reads at time `(step + node) * h`."""
        if node == 0 and step == self._at_start[0]:
            return self._at_start[1]
        return self._reads(step, node, self._at_stage() if self._present else ())

    def _reads(self, step: int, node: float, pieces: tuple[Any, ...], slot: str | None = None) -> tuple[Any, ...]:
        """Return all reads in a step, where the states are `pieces`; zeros for those that `slot` does not need."""
        found = tuple(
            self._read(number, step, node)
            if slot is None or number in self._needs[slot]
            else np.zeros(read.shape)
            if read.shape
            else 0.0
            for number, read in enumerate(self._context.system.reads)
        )
        if not self._present:
            return found
        t = (step + node) * self._context.step_size
        return self._present.filled(found, t, self._context.kernel.pack(pieces), self._inputs(t))

    def _at_stage(self) -> tuple[Any, ...]:
        """Return the states at the stage that comes next."""
        pieces, slopes = self._steps[self._current]
        for weight, stage in zip(self._tableau.matrix[self._stage], sorted(slopes), strict=False):
            moved = zip(pieces, slopes[stage], strict=True)
            pieces = tuple(piece + weight * self._context.step_size * slope for piece, slope in moved)
        return pieces

    def _read(self, number: int, step: int, node: float) -> Any:
        read = self._context.system.reads[number]
        delay, index = self._delays[number], self._context.indices[number]
        if delay.ndim == 0:
            value = self._at(read.slot, snapped(step + node - float(delay)), node)
            value = value if index is None or np.ndim(value) == 0 else value[index]
            return np.array(np.broadcast_to(value, read.shape)) if read.shape and np.ndim(value) == 0 else value
        stencil = self._stencils.get((number, node))
        if stencil is not None and step >= self._holds(number, node) and step == self._current:
            return self._gathered(read.slot, index, step, stencil)
        return self._each(read.slot, delay, index, step, node)

    def _each(self, slot: str, delay: np.ndarray, index: Any, step: int, node: float) -> np.ndarray:
        """Return one entry of a slot per delay."""
        positions = near_samples(step + node - delay)
        shaped = self._context.system.shapes[slot] != ()
        entries = (np.arange(delay.size) if index is None else np.asarray(index)) if shaped else None
        values = np.zeros(delay.shape, dtype=self._buffers[slot].dtype)
        waiting = np.ones(delay.shape, dtype=bool)
        if slot in self._context.past.constants:
            waiting = (positions > 0) | ((positions == 0) & (node == 0))
            constant = np.asarray(self._context.past.constants[slot])
            values[~waiting] = constant[entries[~waiting]] if entries is not None else constant
        smooth = waiting & (positions >= 0) & (positions <= self._stored[slot])
        first, enough = self._windows(slot, positions)
        smooth &= enough & ((positions > 0) | (node == 0))
        if smooth.any():
            values[smooth] = self._polynomials(
                slot, positions[smooth], first[smooth], None if entries is None else entries[smooth]
            )
        for position in np.unique(positions[waiting & ~smooth]):
            place = waiting & ~smooth & (positions == position)
            value = self._at(slot, float(position), node)
            values[place] = value if entries is None else np.asarray(value)[entries[place]]
        return values

    def _windows(self, slot: str, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the first sample of each position's window, and which windows hold p + 1 samples."""
        bounds = np.array([0, *self._breaks])
        before = np.maximum(np.searchsorted(bounds, positions, side="left") - 1, 0)
        low = bounds[before]
        high = np.minimum(np.append(bounds, 2**60)[before + 1], self._stored[slot])
        enough = high - low >= self._order
        first = np.floor(positions).astype(int) - self._order // 2
        return np.clip(first, low, np.maximum(high - self._order, low)), enough

    def _polynomials(self, slot: str, positions: np.ndarray, first: np.ndarray, entries: Any) -> np.ndarray:
        """Return the interpolants of p + 1 samples each."""
        weights = lagrange_weights(positions, first, self._order)
        buffer = self._buffers[slot]
        rows = (first[:, None] + np.arange(self._order + 1)) % self._size
        samples = buffer[rows] if entries is None else buffer[rows, entries[:, None]]
        return np.asarray((weights * samples).sum(axis=1))

    def _gathered(self, slot: str, index: Any, step: int, stencil: Stencil) -> np.ndarray:
        buffer = self._buffers[slot]
        rows = step % self._size + self._size + stencil.rows()
        entries = np.arange(len(rows)) if index is None else np.asarray(index)
        if stencil.whole:
            return np.asarray(buffer[rows] if buffer.ndim == 1 else buffer[rows, entries])
        samples = buffer[rows] if buffer.ndim == 1 else buffer[rows, entries[:, None]]
        return np.asarray((stencil.weights * samples).sum(axis=1))

    def _holds(self, number: int, node: float) -> float:
        """Return the step from which on a read at a node is its stencil.

        Where all entries lie on samples, those from before the start are there too: from the first step on, unless the
        variable jumps at the start, so that the end of a step that lies there sees what was before.
        """
        stencil = self._stencils[number, node]
        if stencil is None:
            return math.inf
        if not stencil.whole:
            return stencil.inside
        slot = self._context.system.reads[number].slot
        if self._stored[slot] < 0:
            return 1.0 if node == 0 or slot in self._context.past.constants else float(stencil.inside)
        return 0.0 if node == 0 or slot in self._continuous else float(stencil.inside)

    def regular_from(self) -> float:
        """Return the step from which on all reads are gathers."""
        if self._present or not self._stencils:
            return math.inf
        return max(self._holds(number, node) for number, node in self._stencils)

    def gathers(self, node: float) -> tuple[Gather, ...]:
        """Return for each read where its values lie."""
        if node not in self._gathers:
            self._gathers[node] = tuple(self._gather(number, node) for number in range(len(self._delays)))
        return self._gathers[node]

    def _gather(self, number: int, node: float) -> Gather:
        stencil, slot = self._stencils[number, node], self._context.system.reads[number].slot
        assert stencil is not None
        shape = self._context.system.shapes[slot]
        index, rows, weights = self._context.indices[number], stencil.offsets + self._size, stencil.weights
        if not shape:
            return _compact(rows, weights)
        entries = np.arange(shape[0]) if index is None else np.asarray(index).reshape(-1)
        if rows.size == 1 < entries.size:
            weights = np.repeat(weights, entries.size, axis=0)
        return _compact(rows * shape[0] + entries, weights)

    def buffers(self) -> tuple[np.ndarray, ...]:
        """Return the samples of each slot that is read."""
        return tuple(self._buffers.values())

    def advance(self, step: int) -> None:
        """Take note that a loop has stored all samples before a step."""
        if step - 1 > self._current:
            self._current, self._at_start, self._stage = step - 1, (None, ()), 0
            self._stored = dict.fromkeys(self._stored, step - 1)
            self._steps = {step - 1: ((), {})}

    def _at(self, slot: str, position: float, node: float) -> Any:
        """Return a whole slot at a position in steps since the start."""
        if position < 0 or (position == 0 and node > 0):
            return self._context.past.value(slot, position * self._context.step_size)
        highest, count = self._stored[slot], self._order + 1
        low = self._breaks[max(0, bisect_left(self._breaks, position) - 1)] if self._behind(position) else 0
        after = [point for point in self._breaks if point >= position]
        high = min(highest, after[0]) if after else highest
        if position <= highest:
            first, last = window(position, low, high, count)
            if position == int(position) or last - first + 1 == count:
                return self._interpolated(slot, position, first, last)
        return self._inside(slot, int(min(position, self._current)), position)

    def _behind(self, position: float) -> bool:
        return bool(self._breaks) and self._breaks[0] < position

    def _interpolated(self, slot: str, position: float, first: int, last: int) -> Any:
        buffer = self._buffers[slot]
        if position == int(position):
            value = buffer[int(position) % self._size]
        else:
            rows = np.arange(first, last + 1) % self._size
            value = np.tensordot(np.array(lagrange(position, first, last)), buffer[rows], axes=1)
        return value.item() if np.ndim(value) == 0 else np.array(value)

    def _inside(self, slot: str, step: int, position: float) -> Any:
        """Return a slot inside a step, from the continuous extension of its stages."""
        if slot in self._states:
            return self._extended(step, position - step)[self._states[slot][0]]
        context = self._context
        t = position * context.step_size
        pieces = self._extended(step, position - step)
        reads, draws = self._reads(step, position - step, pieces, slot), no_draws(context.system)
        values = context.kernel.slots(t, context.kernel.pack(pieces), self._inputs(t), reads, draws)
        return values[self._slots.index(slot)]

    def _extended(self, step: int, theta: float) -> tuple[Any, ...]:
        """Return all states at `(step + theta) * h`."""
        pieces, slopes = self._steps[step]
        tableau, h = self._tableau, self._context.step_size
        if theta == 0 or not slopes:
            return pieces
        if tableau.dense is None:
            raise UnsupportedFeatureError(
                f"A delay is shorter than the step, and the method '{tableau.name}' has no continuous extension. "
                "Take a smaller step_size, or one of euler, heun and rk4."
            )
        if len(slopes) < tableau.stages:
            return tuple(piece + theta * h * slope for piece, slope in zip(pieces, slopes[0], strict=True))
        weights = [sum(c * theta ** (power + 1) for power, c in enumerate(row)) for row in tableau.dense]
        extended = []
        for number, piece in enumerate(pieces):
            change: Any = 0.0
            for stage, weight in enumerate(weights[: tableau.stages]):
                change = change + weight * slopes[stage][number]
            extended.append(piece + h * change)
        return tuple(extended)


def _compact(places: np.ndarray, weights: np.ndarray) -> Gather:
    """Return a gather with places in few bytes, since many are read at every step."""
    small = places.size == 0 or places.max() < 2**32
    return Gather(places.astype(np.uint32 if small else np.uint64), np.ascontiguousarray(weights))
