"""Where events happen inside steps of methods that choose them, and how a run goes on from there.

A condition is looked at where a step ends, and at some places inside it. Where it has become true the time of that is
found by halves on the interpolant, the step ends there, and what comes behind is a problem of its own.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    import numpy as np

    from rates_core.solvers.driver import Interpolant, Problem

PLACES = (0.25, 0.5, 0.75, 1.0)  # of a step, at which conditions are looked at
NEAR = 1e-12  # share of a step to which the time of an event is found
SPACINGS = 4  # of floating-point numbers, which is the best that can be found


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
    events: Events | None, before: Ended, end: float, y: np.ndarray, interpolant: Callable[[], Interpolant]
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
    """The first event inside a step."""

    events: Events
    before: Ended
    end: float
    y: np.ndarray
    interpolant: Callable[[], Interpolant]
    _size: float = field(init=False)

    @_size.default
    def _size_of_step(self) -> float:
        return self.end - self.before.time

    def first(self) -> Ended:
        """Return where the first condition becomes true; the end of the step if none does."""
        held = self.before.y[self.events.held] > 0.5
        low = self.before.time
        for place in PLACES:
            high = self.end if place == 1.0 else self.before.time + place * self._size
            holds = self._holds(high)
            if (holds & ~held).any():
                return self._between(low, high, held)
            low, held = high, holds
        return Ended(self.end, self._with(self.y, held))

    def _between(self, low: float, high: float, held: np.ndarray) -> Ended:
        """Find by halves where the first condition becomes true that does not hold."""
        spacing = SPACINGS * math.ulp(max(abs(low), abs(high)))
        while high - low > max(NEAR * self._size, spacing):
            middle = 0.5 * (low + high)
            if (self._holds(middle) & ~held).any():
                high = middle
            else:
                low = middle
        return Ended(high, self._with(self._state(high), held & self._holds(high)), happened=True)

    def _holds(self, t: float) -> np.ndarray:
        return self.events.conditions(t, self._state(t))

    def _state(self, t: float) -> np.ndarray:
        return self.y if t == self.end else self.interpolant()(t)

    def _with(self, y: np.ndarray, held: np.ndarray) -> np.ndarray:
        """Return a state that says which conditions held."""
        new = y.copy()
        new[self.events.held] = held
        return new
