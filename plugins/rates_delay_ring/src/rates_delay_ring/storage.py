"""Samples of delayed variables on the grid of a fixed-step method.

A read at position s (in steps since the start) takes what the variable was before the start for s ≤ 0, the polynomial
through p + 1 stored samples around s (p the order of the method) while there are that many on its side of the start
and of breaking points, and otherwise the continuous extension of the step that s lies in. Inside the current
step this extension rests on the stages computed so far, and the stages are computed p times. At the start of a step a
computed variable has samples up to the step before: its own of that moment may be what is being computed. Reads behind
the start of a step that meet a jump find what was before it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from rates_core.delays.dependence import Dependence
from rates_core.delays.present import Present
from rates_core.delays.strategy import Gather, Resolved, Storage, StorageContext, UniformHistory, joined, no_draws
from rates_core.errors import ArgumentError
from rates_core.programs.program import slot_paths

from rates_delay_ring.breaks import Breaks
from rates_delay_ring.interpolation import lagrange, lagrange_weights, near_samples, snapped, window
from rates_delay_ring.places import placed
from rates_delay_ring.reach import oldest_read, reach_of
from rates_delay_ring.resolver import Resolver, unresolved
from rates_delay_ring.stencil import Stencil, stencil_of
from rates_delay_ring.steps import Steps

ROUNDING = 1e-13  # relative: what differs by less does not jump


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
        kept = dict.fromkeys(read.slot for read in context.system.reads)
        self._algebraic = [slot for slot in kept if slot not in self._states]
        dependence = context.system.once(Dependence)
        self._needs = dependence.needed_reads
        lengths = [float(delay.max(initial=0.0)) for delay in self._delays]
        self._reach = reach_of(dependence, lengths)  # of reads inside steps too
        farthest = self._longest if math.isinf(self._reach) else self._reach
        self._size = max(math.ceil(farthest) + self._order + 3, 2 * self._order + 2)
        if before is not None and math.isinf(self._reach):
            self._size = max(self._size, before._size)
        self._stored = dict.fromkeys(kept, -1)
        true = [np.asarray(delay / context.step_size) for delay in context.delays]
        self._breaks = Breaks(context.system, true, self._order)
        self._stencils = {
            (number, node): self._stencil(number, node)
            for node in context.tableau.distinct_nodes
            for number in range(len(self._delays))
        }
        self._buffers = {slot: self._buffer(slot) for slot in kept}
        self._steps = Steps(context.tableau, context.step_size)
        self._current = -1
        self._complete = False
        self._gathers: dict[float, tuple[Gather, ...]] = {}
        self._resolver: Resolver | None = None  # of a run that has not begun
        self._inputs = context.inputs
        self._at_start: tuple[int | None, tuple[Any, ...]] = (None, ())
        self._found: dict[tuple[str, float], Any] = {}  # inside steps, while one read lasts
        if before is not None:
            self._inputs = joined(before._inputs, context.inputs, context.start)
            self._take(before)

    def _stencil(self, number: int, node: float) -> Stencil | None:
        # at the start of a step, a computed variable of that moment may be what is being computed
        newest = -1 if node == 0 and self._context.system.reads[number].slot in self._algebraic else 0
        return stencil_of(self._delays[number], node, self._order, newest)

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
        self._breaks = self._breaks.after(before._breaks)
        self._steps = before._steps.copy()
        self._current, self._complete = step - 1, True

    def copy(self) -> Ring:
        """Return a ring whose changes this one does not see."""
        new = object.__new__(Ring)
        new.__dict__.update(self.__dict__)
        new._buffers = {slot: buffer.copy() for slot, buffer in self._buffers.items()}
        new._stored = dict(self._stored)
        new._steps, new._breaks = self._steps.copy(), self._breaks.copy()
        return new

    def begin(self, step: int, pieces: tuple[Any, ...]) -> int:
        """Store all slots at the start of a step; return how often its stages have to be computed."""
        if step == self._current:  # the row at the end of the last run has been recorded before this step
            return self.sweeps()
        self._current, self._complete = step, False
        self._steps.begin(step, pieces)
        if math.isinf(self._reach):
            self._keep_what_is_read(step)
        for slot in self._buffers:
            if slot in self._states:
                self._put(slot, step, pieces[self._states[slot][0]])
        if self._algebraic:
            self._compute(step, pieces)
        if step == 0:
            self._note_start()
        self._forget(step)
        return self.sweeps()

    def _keep_what_is_read(self, step: int) -> None:
        """Make room for as many samples as reads inside steps may go back that lead to such reads again."""
        oldest = oldest_read(step, math.ceil(self._longest), self._steps.kept)
        needed = step - max(0, oldest) + self._order + 3
        if needed <= self._size:
            return
        size = 2 * needed
        for slot, old in self._buffers.items():
            new = self._buffers[slot] = np.zeros((2 * size, *old.shape[1:]), dtype=old.dtype)
            rows = np.arange(max(step - self._size, -self._order - 1 - math.ceil(self._longest)), step)
            for row in (rows % size, rows % size + size):
                new[row] = old[rows % self._size]
        self._size, self._gathers = size, {}

    def _compute(self, step: int, pieces: tuple[Any, ...]) -> None:
        """Store what computed variables are at the start of a step."""
        before = self._computed(step, pieces, self._reads(step - 1, 1.0, pieces)) if self._breaks.expected(step) else {}
        reads = self.read(step, 0.0)
        self._at_start = step, reads
        values = self._computed(step, pieces, reads)
        for slot, value in values.items():
            self._put(slot, step, value)
        jumped = {slot: np.asarray(old) for slot, old in before.items() if not np.array_equal(old, values[slot])}
        if jumped:
            self._breaks.add(step, jumped)

    def _computed(self, step: int, pieces: tuple[Any, ...], reads: tuple[Any, ...]) -> dict[str, Any]:
        """Return computed variables at the start of a step, from what they read."""
        context, t = self._context, step * self._context.step_size
        y = context.kernel.pack(pieces)
        values = context.kernel.slots(t, y, self._inputs(t), reads, no_draws(context.system))
        return {slot: value for slot, value in zip(self._slots, values, strict=True) if slot in self._algebraic}

    def _note_start(self) -> None:
        """Take note of the variables that jump at the start."""
        before = {slot: np.asarray(self._context.past.value(slot, 0.0)) for slot in self._buffers}
        jumped = {slot: old for slot, old in before.items() if _differs(self._buffers[slot][0], old)}
        if jumped:
            self._breaks.add(0, jumped)

    def _forget(self, step: int) -> None:
        """Drop the stages of steps that no read looks inside any more.

        Reads do where there are too few samples: behind the start and behind breaking points.
        """
        left = step - 2
        if left - self._breaks.below(left + 1) > self._order:
            self._steps.drop(left)
        self._steps.drop_before(step - self._reach - 1)
        self._breaks.forget(step - self._size)

    def _put(self, slot: str, step: int, value: Any) -> None:
        buffer, row = self._buffers[slot], step % self._size
        buffer[row] = buffer[row + self._size] = value
        self._stored[slot] = step

    def stage(self, number: int, slopes: tuple[Any, ...]) -> None:
        """Take the derivatives of a stage of the current step."""
        self._steps.stage(self._current, number, slopes)

    def read(self, step: int, node: float) -> tuple[Any, ...]:
        """Return all reads at time `(step + node) * h`."""
        if node == 0 and step == self._at_start[0]:
            return self._at_start[1]
        return self._reads(step, node, self._steps.at_stage(self._current) if self._present else ())

    def _reads(self, step: int, node: float, pieces: tuple[Any, ...], slot: str | None = None) -> tuple[Any, ...]:
        """Return all reads in a step, where the states are `pieces`; zeros for those that `slot` does not need."""
        if slot is None:
            self._found = {}
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
                slot, positions[smooth], first[smooth], None if entries is None else entries[smooth], node
            )
        for position in np.unique(positions[waiting & ~smooth]):
            place = waiting & ~smooth & (positions == position)
            value = self._at(slot, float(position), node)
            values[place] = value if entries is None else np.asarray(value)[entries[place]]
        return values

    def _windows(self, slot: str, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the first sample of each position's window, and which windows hold p + 1 samples."""
        bounds = np.array([0, *self._breaks.points])
        before = np.maximum(np.searchsorted(bounds, positions, side="left") - 1, 0)
        low = bounds[before]
        high = np.minimum(np.append(bounds, 2**60)[before + 1], self._stored[slot])
        enough = high - low >= self._order
        first = np.floor(positions).astype(int) - self._order // 2
        return np.clip(first, low, np.maximum(high - self._order, low)), enough

    def _polynomials(
        self, slot: str, positions: np.ndarray, first: np.ndarray, entries: Any, node: float
    ) -> np.ndarray:
        """Return the interpolants of p + 1 samples each; where they end with a jump, of what was before it."""
        weights = lagrange_weights(positions, first, self._order)
        buffer, last = self._buffers[slot], first + self._order
        rows = (first[:, None] + np.arange(self._order + 1)) % self._size
        samples = buffer[rows] if entries is None else buffer[rows, entries[:, None]]
        for step in self._breaks.jumps(slot):
            meets = ((last == step) & (positions < step)) | ((positions == step) & (node > 0))
            if step > 0 and meets.any():
                before = self._breaks.before(slot, step)
                samples[meets, step - first[meets]] = before if entries is None else before[entries[meets]]  # type: ignore[index]
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
        variable jumps, so that the end of a step that lies there sees what was before.
        """
        stencil = self._stencils[number, node]
        if stencil is None:
            return math.inf
        if not stencil.whole:
            return self._breaks.last + stencil.reach
        last = self._breaks.last_jump(self._context.system.reads[number].slot)
        return 0.0 if node == 0 or last < 0 else last + stencil.reach + 1

    def regular_from(self) -> float:
        """Return the step from which on all reads are gathers; what jumps at the start is known behind it."""
        if self._present or not self._stencils:
            return math.inf
        return max(0.0 if self._current >= 0 else 1.0, *(self._holds(*key) for key in self._stencils))

    def gathers(self, node: float) -> tuple[Gather, ...]:
        """Return for each read where its values lie."""
        if node not in self._gathers:
            self._gathers[node] = tuple(self._gather(number, node) for number in range(len(self._delays)))
        return self._gathers[node]

    def _gather(self, number: int, node: float) -> Gather:
        stencil = self._stencils[number, node]
        assert stencil is not None
        return self._placed(number, stencil.offsets, stencil.weights)

    def _placed(self, number: int, offsets: np.ndarray, weights: np.ndarray) -> Gather:
        """Return where the entries of a read lie whose first samples are `offsets` from the present step."""
        shape = self._context.system.shapes[self._context.system.reads[number].slot]
        return placed(shape, self._context.indices[number], offsets + self._size, weights, None)

    def alike_from(self, slopes: bool) -> float:
        """Return the step from which on all reads are resolved alike."""
        smooth = self._breaks.last + math.ceil(self._longest) + self._order + 2
        if slopes or not all(stencil is not None and stencil.whole for stencil in self._stencils.values()):
            return smooth
        return max(self._holds(*key) for key in self._stencils)

    def resolved(self, step: int, node: float, slopes: bool) -> Resolved:
        """Return where all reads at a node of a step take their values from.

        Raises:
            UnsupportedFeatureError: the derivative by a delay is wanted that cannot be had, or the past is no constant.
        """
        jumps = [step for slot in self._buffers for step in self._breaks.jumps(slot)]
        if self._context.past.functions or jumps:
            raise unresolved("Here the past is no constant.")
        if self._resolver is None:
            points, present = (0, *self._breaks.points), self._present.masks
            self._resolver = Resolver(self._context, self._delays, self._stencils, self._size, points, present)
        return self._resolver.resolved(step, node, slopes)

    def present(self) -> tuple[Mapping[int, np.ndarray], int]:
        """Return which entries of reads have no delay, and how often computed variables are computed for them."""
        return self._present.masks, self._present.rounds

    def sweeps(self) -> int:
        """Return how often the stages of a step are computed."""
        return self._order if self._shortest < 1.0 - 1e-9 and self._order > 1 else 1

    def buffers(self) -> tuple[np.ndarray, ...]:
        """Return the samples of each slot that is read."""
        return tuple(self._buffers.values())

    def advance(self, step: int) -> None:
        """Take note that a loop has stored all samples before a step."""
        if step - 1 > self._current:
            self._current, self._at_start = step - 1, (None, ())
            self._stored = dict.fromkeys(self._stored, step - 1)
            self._steps = Steps(self._tableau, self._context.step_size)
            self._steps.begin(step - 1, ())

    def _at(self, slot: str, position: float, node: float) -> Any:
        """Return a whole slot at a position in steps since the start."""
        if position < 0 or (position == 0 and node > 0):
            return self._context.past.value(slot, position * self._context.step_size)
        highest, count = self._stored[slot], self._order + 1
        above = self._breaks.above(position)
        if position <= highest:
            first, last = window(position, self._breaks.below(position), min(highest, above or highest), count)
            if position == int(position):
                return _single(self._sample(slot, int(position), before=node > 0))
            if last - first + 1 == count:
                return self._interpolated(slot, position, first, last)
        return self._inside(slot, int(min(position, self._current)), position)

    def _sample(self, slot: str, step: int, before: bool) -> np.ndarray:
        """Return a slot at the start of a step, or just before."""
        old = self._breaks.before(slot, step) if before else None
        return self._buffers[slot][step % self._size] if old is None else old

    def _interpolated(self, slot: str, position: float, first: int, last: int) -> Any:
        samples = np.stack([self._sample(slot, step, before=step == last) for step in range(first, last + 1)])
        return _single(np.tensordot(np.array(lagrange(position, first, last)), samples, axes=1))

    def _inside(self, slot: str, step: int, position: float) -> Any:
        """Return a slot inside a step, from the continuous extension of its stages."""
        if slot in self._states:
            return self._steps.extended(step, position - step)[self._states[slot][0]]
        # computed variables that read each other in a circle ask for the same moments again and again
        if (slot, position) not in self._found:
            self._found[slot, position] = self._computed_inside(slot, step, position)
        return self._found[slot, position]

    def _computed_inside(self, slot: str, step: int, position: float) -> Any:
        context = self._context
        t = position * context.step_size
        pieces = self._steps.extended(step, position - step)
        reads, draws = self._reads(step, position - step, pieces, slot), no_draws(context.system)
        values = context.kernel.slots(t, context.kernel.pack(pieces), self._inputs(t), reads, draws)
        return values[self._slots.index(slot)]


def _differs(value: np.ndarray, other: np.ndarray) -> bool:
    """Tell whether values differ by more than rounding, as they may that are computed by several libraries."""
    return bool(np.any(np.abs(value - other) > ROUNDING * np.maximum(np.abs(value), np.abs(other))))


def _single(value: np.ndarray) -> Any:
    """Return a copy of an axis, or a number."""
    return value.item() if np.ndim(value) == 0 else np.array(value)
