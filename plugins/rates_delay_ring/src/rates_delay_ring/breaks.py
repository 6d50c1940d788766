"""Steps at which variables jump or bend, across which polynomials do not reach."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from rates_core.delays.dependence import Dependence
from rates_core.system.system import System

from rates_delay_ring.interpolation import blocks

Before = Mapping[str, np.ndarray]  # of variables that jump at a step, what they were just before


class Breaks:
    """Breaking points of one run, and the jumps behind which they lie.

    A variable jumps at the start if it is something else there than what was before. A computed variable that reads it
    with a delay jumps after that delay; states that read it bend. Derivative m + l jumps l delays after a place where
    derivative m does: m is 1 at the start, and 0 where a variable itself jumps. A polynomial across a jump of
    derivative m is wrong by h^m in a few steps, which a method of order p feels while m < p - 1. Only places on the
    grid can be kept out; and behind the start only such as leave p steps to the next ones, so that polynomials can be
    had between them: a circle of computed variables may jump at every step in the end.

    Args:
        system: the lowered System.
        delays: of each of its reads, in steps.
        order: of the method.
    """

    def __init__(self, system: System, delays: Sequence[np.ndarray], order: int) -> None:
        self._delays = [_whole(delay) for delay in delays]
        self._every = np.unique(np.concatenate([np.zeros(0, dtype=int), *self._delays]))
        self._slots = [read.slot for read in system.reads]
        self._longest = max((float(delay.max()) for delay in delays if delay.size), default=0.0)
        dependence = system.once(Dependence)
        self._computed = frozenset(dependence.computed)
        self._wanted = frozenset[int]().union(*dependence.needed_reads.values())  # reads of computed variables
        self._depth = math.inf if dependence.recurrent else len(dependence.computed)
        self._order = order
        self._jumps: dict[int, Before] = {}
        self._expected: set[int] = set()  # steps at which a computed variable may jump
        self._early = 0.0
        self.points = sums(self._every, order - 3)

    def copy(self) -> Breaks:
        """Return breaks whose changes these do not see."""
        new = object.__new__(Breaks)
        new.__dict__.update(self.__dict__)
        new._jumps, new._expected, new.points = dict(self._jumps), set(self._expected), list(self.points)
        return new

    def after(self, earlier: Breaks) -> Breaks:
        """Return these breaks in a run that goes on from another one."""
        for step in sorted(earlier._jumps):
            self.add(step, earlier._jumps[step])
        return self

    def add(self, step: int, before: Before) -> None:
        """Take note of what jumps at a step."""
        self._jumps[step] = before
        for number in self._wanted:
            if self._slots[number] in before:
                self._expected.update((step + self._delays[number]).tolist())
        later = sums(self._every, self._order - 2)
        if step == 0:
            self.points = later
            self._early = (later[-1] if later else 0) + self._longest
        for point in (step, *(step + delay for delay in later)) if step else ():
            self._insert(point)

    def _insert(self, point: int) -> None:
        above = self.above(point)
        if point - self.below(point) >= self._order and (above is None or above - point >= self._order):
            insort(self.points, point)

    def expected(self, step: int) -> bool:
        """Tell whether a computed variable may jump at a step."""
        return step in self._expected

    def before(self, slot: str, step: int) -> np.ndarray | None:
        """Return what a variable was just before it jumped at a step, or None if it did not."""
        return self._jumps[step].get(slot) if step in self._jumps else None

    def jumps(self, slot: str) -> Iterable[int]:
        """Return the steps at which a variable jumped."""
        return (step for step, before in self._jumps.items() if slot in before)

    def forget(self, step: int) -> None:
        """Drop what no read before a step meets; the start tells whether jumps are to be expected.

        Behind early breaking points, reads look inside steps whose own reads may lie as far back as the start.
        """
        if len(self._jumps) < 2 or step <= self._early:
            return
        for old in [jump for jump in self._jumps if 0 < jump < step]:
            del self._jumps[old]
        self._expected = {place for place in self._expected if place >= step}
        del self.points[: max(0, bisect_left(self.points, step) - 1)]

    def below(self, position: float) -> int:
        """Return the last breaking point before a position, or the start."""
        found = bisect_left(self.points, position)
        return self.points[found - 1] if found else 0

    def above(self, position: float) -> int | None:
        """Return the first breaking point that is not before a position, if there is one."""
        found = bisect_left(self.points, position)
        return self.points[found] if found < len(self.points) else None

    def last_jump(self, slot: str) -> float:
        """Return the last step at which a variable may jump, or -1 if it does not."""
        if 0 not in self._jumps or not (slot in self._computed or slot in self._jumps[0]):
            return -1.0
        return self._depth * self._longest if slot in self._computed else 0.0

    @property
    def last(self) -> float:
        """Return the last step that can be a breaking point."""
        if 0 not in self._jumps:
            return self.points[-1] if self.points else 0.0
        jump = self._depth * self._longest if self._computed else 0.0
        return jump + max(0, self._order - 2) * self._longest


def sums(delays: np.ndarray, count: int) -> list[int]:
    """Return the sums of 1, ..., `count` of some whole numbers above 0, in order."""
    if count < 1 or not delays.size:
        return []
    reached = np.zeros(count * int(delays.max()) + 1, dtype=bool)
    found, front = reached, reached.copy()
    front[0] = True
    for _ in range(count):
        following = np.zeros_like(front)
        for delay in delays:
            following[delay:] |= front[: front.size - delay]
        front, found = following, found | following
    return [int(point) for point in np.flatnonzero(found)]


def _whole(delays: np.ndarray) -> np.ndarray:
    """Return the delays that are whole steps."""
    found = np.zeros(round(float(delays.max(initial=0.0))) + 1, dtype=bool)
    for _, nearest, whole in blocks(delays.reshape(-1)):
        found[nearest[whole]] = True
    return np.flatnonzero(found[1:]) + 1
