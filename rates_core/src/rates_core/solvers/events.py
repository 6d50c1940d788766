"""Where events happen inside steps of methods that choose them, and how a run goes on from there.

How far conditions are from becoming true is followed along the interpolant (`rates_core.solvers.rises`). Where one has
become true the time of that is found, the step ends there, and what comes behind is a problem of its own.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from rates_core.solvers.rises import Rise, first_rise

if TYPE_CHECKING:
    import numpy as np

    from rates_core.solvers.driver import Along, Problem

NEAR = 1e-12  # share of a step to which the time of an event is found
SPACINGS = 4  # of floating-point numbers, which is the best that can be found
MOST_PLACES = 30  # at which margins are looked at for one event


class Events(ABC):
    """What happens where conditions become true.

    Attributes:
        held: places in the state that are 1 where a condition held.
    """

    held: np.ndarray

    @abstractmethod
    def conditions(self, t: float, y: np.ndarray) -> np.ndarray:
        """Return which conditions hold, in the order of `held`."""

    @abstractmethod
    def margins(self, times: np.ndarray, states: np.ndarray) -> np.ndarray:
        """Return how far conditions are from where they change, one row each: positive where they hold, else negative.

        Args:
            times: at which to look.
            states: then, one column per time.
        """

    @abstractmethod
    def happen(self, t: float, y: np.ndarray) -> np.ndarray:
        """Return the state behind all events at a time, as a new vector.

        Raises:
            SimulationError: they set each other off without end.
        """

    @abstractmethod
    def is_due(self, t: float) -> bool:
        """Tell whether something happens at a time whatever conditions do."""

    @abstractmethod
    def stops(self, t: float) -> Sequence[float]:
        """Return the times from `t` on at which steps have to end, once an event has happened there."""


@frozen(eq=False)
class Ended:
    """Where a step ends, or the next one starts.

    Attributes:
        y: the state there, behind events.
        happened: whether there was one.
    """

    time: float
    y: np.ndarray
    happened: bool = False


def ended(
    events: Events | None, before: Ended, end: float, y: np.ndarray, interpolant: Callable[[], Along]
) -> Ended:
    """Return where a step ends that was taken as if nothing happened inside it.

    Args:
        events: that may happen.
        before: where the step starts.
        end: time at its end.
        y: state there.
        interpolant: returns that of the step.
    """
    if events is None:
        return Ended(end, y)
    found = _Search(events, before, end, y, interpolant).first()
    if found.happened or events.is_due(found.time):
        return Ended(found.time, events.happen(found.time, found.y), happened=True)
    return found


def behind(problem: Problem, reached: Ended, controller: object) -> Problem | None:
    """Return what is left of a problem behind an event, None at its end."""
    assert problem.events is not None
    if reached.time >= problem.end:
        return None
    stops = [stop for stop in problem.events.stops(reached.time) if reached.time <= stop < problem.end]
    return evolve(problem, start=reached.time, y=reached.y, stops=stops, controller=controller)


@frozen(eq=False)
class _Search:
    """The first event inside a step.

    Margins say where to look. Whether a condition holds there is said by what sets states too, so that rounding cannot
    let these disagree.
    """

    events: Events
    before: Ended
    end: float
    y: np.ndarray
    interpolant: Callable[[], Along]
    _near: float = field(init=False)

    @_near.default
    def _resolution(self) -> float:
        start = self.before.time
        return max(NEAR * (self.end - start), SPACINGS * math.ulp(max(abs(start), abs(self.end))))

    def first(self) -> Ended:
        """Return where the first condition becomes true; the end of the step if none does."""
        low, held = self.before.time, self._held
        while low < self.end:
            found = first_rise(self._margins, low, self.end, held)
            if not isinstance(found, Rise):
                held = found
                break
            before = found.held if found.low == self.before.time else self._holds(found.low)
            if (self._holds(found.high) & ~before).any():
                return self._between(found.low, found.high, before)
            low, held = found.high, self._holds(found.high)
        holds = self._holds(self.end)
        late = holds & ~held & ~self._held
        if late.any():  # where margins are within rounding of 0
            return self._between(self.before.time, self.end, ~late)
        return Ended(self.end, self._with(self.y, holds))

    def _between(self, low: float, high: float, held: np.ndarray) -> Ended:
        """Find where the first condition becomes true, but for those that held."""
        near = self._narrowed(low, high, held)
        if not self._risen(near[0], held) and self._risen(near[1], held):
            low, high = near
        while high - low > self._near:
            middle = 0.5 * (low + high)
            if self._risen(middle, held):
                high = middle
            else:
                low = middle
        return Ended(high, self._with(self._state(high), held & self._holds(high)), happened=True)

    def _narrowed(self, low: float, high: float, held: np.ndarray) -> tuple[float, float]:
        """Return a part of an interval in which the largest margin of conditions that do not hold changes its sign.

        It is found by the rule of false position; at every third place by halves, because margins may jump.
        """
        import numpy as np

        below, above = (float(value) for value in self._margins(np.array([low, high]))[~held].max(axis=0))
        for number in range(MOST_PLACES):
            if high - low <= self._near or not below < 0 < above:
                break
            share = 0.5 if number % 3 == 2 else below / (below - above)
            place = min(max(low + share * (high - low), low + 0.4 * self._near), high - 0.4 * self._near)
            margin = float(self._margins(np.array([place]))[~held].max())
            if margin > 0:
                high, above = place, margin
            else:
                low, below = place, margin
        return low, high

    @property
    def _held(self) -> np.ndarray:
        held: np.ndarray = self.before.y[self.events.held] > 0.5
        return held

    def _risen(self, t: float, held: np.ndarray) -> bool:
        return bool((self._holds(t) & ~held).any())

    def _holds(self, t: float) -> np.ndarray:
        return self.events.conditions(t, self._state(t))

    def _margins(self, times: np.ndarray) -> np.ndarray:
        return self.events.margins(times, self.interpolant()(times))

    def _state(self, t: float) -> np.ndarray:
        return self.y if t == self.end else self.interpolant()(t)

    def _with(self, y: np.ndarray, held: np.ndarray) -> np.ndarray:
        """Return a state that says which conditions held."""
        new = y.copy()
        new[self.events.held] = held
        return new
