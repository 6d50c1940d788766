"""Accepted steps, and what variables were on them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import evolve
from rates_core.delays.dependence import Dependence
from rates_core.delays.reads import entries_of
from rates_core.delays.strategy import AcceptedHistory, Storage, StorageContext
from rates_core.errors import SimulationError
from rates_core.programs.program import slot_paths
from rates_core.programs.trail import GROWTH, MOST_PARTS, SMALLEST_PART, Trail
from rates_core.solvers.driver import Interpolant

from rates_delay_history.era import Era
from rates_delay_history.late import Late
from rates_delay_history.polynomial import CHECKS, FIT, NODES, Polynomials, factors_of, is_rough, size_of

LEAST_ROOM = 256  # steps that a loop may write before it is given new room
ROOM = 2**19  # numbers that this room holds at least


class HistoryStorage(Storage):
    """Make histories."""

    def history(self, context: StorageContext) -> History:
        """Return a history that holds nothing but the past before the start."""
        return History(context)

    def resumed(self, history: Any, context: StorageContext) -> History:
        """Return a history that goes on from where another run ended."""
        assert isinstance(history, History)
        return history.continued(context)


class History(AcceptedHistory):
    """The solution so far, step by step: what reads take, as polynomials on steps or on parts of them."""

    def __init__(self, context: StorageContext) -> None:
        self._context, self._era = context, Era(context)
        self._slots = slot_paths(context.system)
        self._states = {state.path: state for state in context.system.states}
        self._dependence = context.system.once(Dependence)
        self._first, self._y = context.start, context.y
        self._starts: list[float] = []
        self._ends: list[float] = []
        self._stored = {slot: self._polynomials(slot) for slot in self._slots}
        self._largest = np.zeros(len(self._slots))  # size of the largest coefficient of each
        self._trail: Trail | None = None  # whose arrays `_stored` writes and reads, until a step is added here

    def _polynomials(self, slot: str) -> Polynomials:
        system = self._context.system
        return Polynomials(system.shapes[slot], complex if slot in system.complex_symbols else float)

    @property
    def _tolerance(self) -> float:
        tolerance = self._context.tolerance
        assert tolerance is not None
        return tolerance

    def copy(self) -> History:
        """Return a history whose changes this one does not see."""
        new = object.__new__(History)
        new.__dict__.update(self.__dict__)
        new._starts, new._ends = list(self._starts), list(self._ends)
        new._stored = {slot: polynomials.copy() for slot, polynomials in self._stored.items()}
        new._largest = self._largest.copy()
        new._trail = None
        return new

    def continued(self, context: StorageContext) -> History:
        """Return a history that goes on under other parameters, delays and inputs."""
        new = self.copy()
        new._context, new._era = context, Era(context)
        return new

    def accept(self, start: float, end: float, interpolant: Interpolant) -> None:
        """Add an accepted step and forget what no read reaches any more."""
        self._trail = None
        left, part, parts = 0.0, 1.0, 1
        while left < 1.0:
            part = 1.0 - left if parts == MOST_PARTS else min(part, 1.0 - left)
            values = self._values(start, end - start, left, part, interpolant)
            factors = {slot: factors_of(found) for slot, found in values.items()}
            if parts < MOST_PARTS and part > SMALLEST_PART and self._is_rough(factors, values):
                part /= 2
                continue
            for slot, polynomials in self._stored.items():
                polynomials.append(factors[slot])
            self._largest = np.fmax(self._largest, [size_of(factors[slot]) for slot in self._slots])
            self._starts.append(start + left * (end - start))
            left += part
            self._ends.append(start + left * (end - start) if left < 1.0 else end)
            part, parts = GROWTH * part, parts + 1
        if len(self._ends) > 256 and self._unreached() > 128:
            self._forget(128)

    def _values(
        self, start: float, size: float, left: float, part: float, interpolant: Interpolant
    ) -> dict[str, np.ndarray]:
        """Return all variables at the nodes of a part of a step."""
        times = (start + (left + NODES * part) * size).tolist()
        states = [interpolant(s) for s in times]
        values = self._computed(times, states)
        values |= {slot: [self._states[slot].of(y) for y in states] for slot in self._stored if slot in self._states}
        return {slot: np.array(found) for slot, found in values.items()}

    def _is_rough(self, factors: Mapping[str, np.ndarray], values: Mapping[str, np.ndarray]) -> bool:
        """Tell whether a computed variable is no polynomial within the tolerance."""
        return any(
            is_rough(factors[slot], values[slot], self._tolerance * max(largest, size_of(factors[slot])))
            for slot, largest in zip(self._slots, self._largest.tolist(), strict=True)
            if slot not in self._states
        )

    def trail(self) -> Trail | None:
        """Return the past as data.

        None where a delay is 0, and where reads reach behind the start, when the past was a function of time.
        """
        if self._trail is not None and self._trail.room >= MOST_PARTS:
            return self._trail
        if self._era.instant or not self._reaches_back():
            return None
        self._forget(self._unreached())
        count = len(self._ends)
        widths = {slot: int(np.prod(self._context.system.shapes[slot])) for slot in self._slots}
        room = max(LEAST_ROOM, count, ROOM // (len(NODES) * sum(widths.values())))
        ahead = np.empty(room)
        self._trail = Trail(
            starts=np.concatenate([self._starts, ahead]),
            ends=np.concatenate([self._ends, ahead]),
            factors=tuple(self._stored[slot].with_room(room) for slot in self._slots),
            count=count,
            nodes=NODES,
            fit=FIT,
            checks=CHECKS,
            lags=[late.lag(widths[late.read.slot]) for late in self._era.reads],
            largest=self._largest,
            tolerance=self._tolerance,
        )
        return self._trail

    def extend(self, trail: Trail, steps: int) -> None:
        """Take note of steps that were written behind those of a trail."""
        new = slice(trail.count, trail.count + steps)
        self._starts += trail.starts[new].tolist()
        self._ends += trail.ends[new].tolist()
        for polynomials in self._stored.values():
            polynomials.extend(steps)
        self._trail = evolve(trail, count=trail.count + steps)

    def _reaches_back(self) -> bool:
        """Tell whether steps reach back as far as reads; what was constant before the start is made the first one."""
        longest = self._era.longest
        now = self._ends[-1] if self._ends else self._first
        if self._starts and self._starts[0] <= now - longest:
            return True
        constants = self._context.past.constants
        if (self._starts and self._starts[0] > self._first) or not self._stored.keys() <= constants.keys():
            return False
        for slot, polynomials in self._stored.items():
            polynomials.prepend(constants[slot])
        self._starts.insert(0, self._first - 2 * longest)
        self._ends.insert(0, self._first)
        return True

    def _unreached(self) -> int:
        """Return the number of first steps that no read reaches any more."""
        return bisect_left(self._ends, self._ends[-1] - 2 * len(self._slots) * self._era.longest)

    def _computed(self, times: list[float], states: list[np.ndarray]) -> dict[str, list[Any]]:
        """Return the computed variables at some times in a new step."""
        slots = [slot for slot in self._stored if slot not in self._states]
        if not slots:
            return {}
        needed = frozenset[int]().union(*(self._dependence.needed_reads[slot] for slot in slots))
        rows = [self._era.slots(s, y, needed, self._read) for s, y in zip(times, states, strict=True)]
        return {slot: [row[self._slots.index(slot)] for row in rows] for slot in slots}

    def _forget(self, count: int) -> None:
        del self._starts[:count], self._ends[:count]
        for polynomials in self._stored.values():
            polynomials.drop(count)

    def value(self, slot: str, t: float) -> Any:
        """Return a stored variable at a time."""
        return self._at(slot, t)

    def read(self, t: float) -> tuple[Any, ...]:
        """Return all reads at time t."""
        return tuple(self._read(late, t) for late in self._era.reads)

    def _read(self, late: Late, t: float) -> Any:
        if np.ndim(late.delay) == 0:
            return entries_of(late.read.shape, late.index, self._at(late.read.slot, t - float(late.delay)))
        times = t - late.delays
        begun = len(times)
        if self._starts:
            begun = int(np.searchsorted(times, self._first))
        sorted_values = np.concatenate([self._early(late, times[:begun]), self._late(late, times[begun:], begun)])
        found = np.empty_like(sorted_values)
        found[late.order] = sorted_values
        return found

    def _early(self, late: Late, times: np.ndarray) -> np.ndarray:
        """Return the first entries at ascending times, those of one time together."""
        slot, past = late.read.slot, self._context.past
        if slot in past.constants and (not len(times) or times[-1] < self._first):
            return late.taken(past.constants[slot], 0, len(times))
        groups = np.split(times, np.flatnonzero(np.diff(times)) + 1)
        ends = np.cumsum([len(group) for group in groups])
        return np.concatenate([
            late.taken(self._at(slot, float(group[0])), end - len(group), end) if len(group) else group
            for group, end in zip(groups, ends.tolist(), strict=True)
        ])  # fmt: skip

    def _late(self, late: Late, times: np.ndarray, first: int) -> np.ndarray:
        """Return stored entries, from the `first` one on, at ascending times."""
        if not len(times):
            return times
        starts = np.array(self._starts)
        self._check(float(times[0]))
        cuts = np.searchsorted(times, starts[1:])
        steps = np.repeat(np.arange(len(starts)), np.diff(cuts, prepend=0, append=len(times)))
        theta = np.minimum((times - starts[steps]) / (np.array(self._ends) - starts)[steps], 1.0)
        entries = None if late.entries is None else late.entries[first:]
        return self._stored[late.read.slot].entries(steps, theta, entries)

    def _at(self, slot: str, s: float) -> Any:
        """Return a whole slot at a time."""
        if s < self._first or (s == self._first and not self._starts):
            return self._context.past.value(slot, s)
        if not self._starts:
            return self._value(slot, s)
        place = max(0, bisect_right(self._starts, s) - 1)
        self._check(s)
        start, end = self._starts[place], self._ends[place]
        return self._stored[slot].whole(place, min(1.0, (s - start) / (end - start)))

    def _value(self, slot: str, s: float) -> Any:
        """Return a slot in the first step, from the state at the start and the past that it needs."""
        if slot in self._states:
            return self._states[slot].of(np.asarray(self._y))
        values = self._era.slots(s, self._y, self._dependence.needed_reads[slot], self._read)
        return values[self._slots.index(slot)]

    def _check(self, s: float) -> None:
        if s < self._starts[0] - 1e-9 * max(1.0, abs(s)):
            raise SimulationError(f"The past at t = {s:.9g} is no longer stored.", s)
