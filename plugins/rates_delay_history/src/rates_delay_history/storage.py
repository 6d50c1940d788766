"""Accepted steps, and what variables were on them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

import numpy as np
from attrs import evolve
from rates_core.delays.dependence import Dependence
from rates_core.delays.reads import entries_of
from rates_core.delays.strategy import AcceptedHistory, Storage, StorageContext
from rates_core.errors import SimulationError
from rates_core.programs.program import slot_paths
from rates_core.programs.trail import Trail
from rates_core.solvers.driver import Interpolant

from rates_delay_history.era import Era
from rates_delay_history.late import Late
from rates_delay_history.polynomial import FIT, NODES, Polynomials

MOST_COMPUTED = 16  # times at which a variable is computed anew whenever it is read
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
    """The solution so far, step by step.

    States are stored as polynomials. So are computed variables that need their own past to be computed, since else
    each read would go back step by step to the start, and those that are read at many times at once; the others are
    computed when they are read, from the state and with the parameters of that time.
    """

    def __init__(self, context: StorageContext) -> None:
        self._context, self._era = context, Era(context)
        self._slots = slot_paths(context.system)
        self._states = {state.path: state for state in context.system.states}
        self._dependence = Dependence(context.system)
        self._first, self._y = context.start, context.y
        self._starts: list[float] = []
        self._ends: list[float] = []
        self._eras: list[Era] = []
        self._interpolants: list[Interpolant] = []
        self._stored = {slot: self._polynomials(slot) for slot in self._to_store()}
        self._trail: Trail | None = None  # whose arrays `_stored` writes and reads, until a step is added here

    def _polynomials(self, slot: str) -> Polynomials:
        system = self._context.system
        return Polynomials(system.shapes[slot], complex if slot in system.complex_symbols else float)

    def _to_store(self) -> list[str]:
        """Return the variables that are stored as polynomials."""
        counts = dict.fromkeys(self._slots, 0)
        for late in self._era.reads:
            counts[late.read.slot] += late.distinct
        computed = self._dependence.recurrent | {slot for slot, count in counts.items() if count > MOST_COMPUTED}
        return [slot for slot, count in counts.items() if slot in computed or (count and slot in self._states)]

    def copy(self) -> History:
        """Return a history whose changes this one does not see."""
        new = object.__new__(History)
        new.__dict__.update(self.__dict__)
        for name in ("_starts", "_ends", "_eras", "_interpolants"):
            setattr(new, name, list(getattr(self, name)))
        new._stored = {slot: polynomials.copy() for slot, polynomials in self._stored.items()}
        new._trail = None
        return new

    def continued(self, context: StorageContext) -> History:
        """Return a history that goes on under other parameters, delays and inputs."""
        new = self.copy()
        new._context, new._era = context, Era(context)
        for slot in new._to_store():
            if slot not in new._stored:
                new._stored[slot] = new._polynomials(slot)
                for start, end in zip(self._starts, self._ends, strict=True):
                    times = (start + NODES * (end - start)).tolist()
                    new._stored[slot].append(np.array([self._at(slot, s) for s in times]))
        return new

    def accept(self, start: float, end: float, interpolant: Interpolant) -> None:
        """Add an accepted step and forget what no read reaches any more."""
        self._trail = None
        times = (start + NODES * (end - start)).tolist()
        states = [interpolant(s) for s in times]
        values = self._computed(times, states)
        values |= {slot: [self._states[slot].of(y) for y in states] for slot in self._stored if slot in self._states}
        for slot, polynomials in self._stored.items():
            polynomials.append(np.array(values[slot]))
        self._starts.append(start)
        self._ends.append(end)
        self._eras.append(self._era)
        self._interpolants.append(interpolant)
        if len(self._ends) > 256 and self._unreached() > 128:
            self._forget(128)

    def trail(self) -> Trail | None:
        """Return the past as data.

        None where a variable is computed when it is read or a delay is 0, and where reads reach behind the start,
        when the past was a function of time.
        """
        if self._trail is not None and self._trail.room:
            return self._trail
        read = {late.read.slot for late in self._era.reads}
        if self._era.instant or not read <= self._stored.keys() or not self._reaches_back():
            return None
        self._forget(self._unreached())
        count = len(self._ends)
        widths = {slot: int(np.prod(self._context.system.shapes[slot])) for slot in read}
        room = max(LEAST_ROOM, count, ROOM // (len(NODES) * sum(widths.values())))
        ahead = np.empty(room)
        self._trail = Trail(
            starts=np.concatenate([self._starts, ahead]),
            ends=np.concatenate([self._ends, ahead]),
            factors=tuple(self._stored[slot].with_room(room) for slot in self._slots if slot in read),
            count=count,
            nodes=NODES,
            fit=FIT,
            lags=[late.lag(widths[late.read.slot]) for late in self._era.reads],
        )
        return self._trail

    def extend(self, trail: Trail, steps: int) -> None:
        """Take note of steps that were written behind those of a trail."""
        new = slice(trail.count, trail.count + steps)
        self._starts += trail.starts[new].tolist()
        self._ends += trail.ends[new].tolist()
        self._eras += [self._era] * steps
        self._interpolants += [_unknown] * steps
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
        self._eras.insert(0, self._era)
        self._interpolants.insert(0, _unknown)
        return True

    def _unreached(self) -> int:
        """Return the number of first steps that no read reaches any more."""
        return bisect_left(self._ends, self._ends[-1] - 2 * len(self._slots) * self._era.longest)

    def _computed(self, times: list[float], states: list[np.ndarray]) -> dict[str, list[Any]]:
        """Return the computed variables that are stored, at the nodes of a new step."""
        slots = [slot for slot in self._stored if slot not in self._states]
        if not slots:
            return {}
        needed = frozenset[int]().union(*(self._dependence.needed_reads[slot] for slot in slots))
        rows = [self._era.slots(s, y, needed, self._read) for s, y in zip(times, states, strict=True)]
        return {slot: [row[self._slots.index(slot)] for row in rows] for slot in slots}

    def _forget(self, count: int) -> None:
        for kept in (self._starts, self._ends, self._eras, self._interpolants):
            del kept[:count]
        for polynomials in self._stored.values():
            polynomials.drop(count)

    def read(self, t: float) -> tuple[Any, ...]:
        """Return all reads at time t."""
        return tuple(self._read(late, t) for late in self._era.reads)

    def _read(self, late: Late, t: float) -> Any:
        if np.ndim(late.delay) == 0:
            return entries_of(late.read.shape, late.index, self._at(late.read.slot, t - float(late.delay)))
        times = t - late.delays
        begun = len(times)
        if late.read.slot in self._stored and self._starts:
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
            return self._value(slot, s, self._y, self._era)
        place = max(0, bisect_right(self._starts, s) - 1)
        self._check(s)
        start, end = self._starts[place], self._ends[place]
        if slot in self._stored:
            return self._stored[slot].whole(place, min(1.0, (s - start) / (end - start)))
        return self._value(slot, s, self._interpolants[place](min(s, end)), self._eras[place])

    def _value(self, slot: str, s: float, y: np.ndarray, era: Era) -> Any:
        """Return a slot at a time from the state there and the past that it needs."""
        if slot in self._states:
            return self._states[slot].of(np.asarray(y))
        values = era.slots(s, y, self._dependence.needed_reads[slot], self._read)
        return values[self._slots.index(slot)]

    def _check(self, s: float) -> None:
        if s < self._starts[0] - 1e-9 * max(1.0, abs(s)):
            raise SimulationError(f"The past at t = {s:.9g} is no longer stored.", s)


def _unknown(t: float) -> np.ndarray:
    """Stand for the interpolant of a step of which only what reads take is stored."""
    raise SimulationError(f"The state at t = {t:.9g} is not stored.", t)
