"""Gather accepted steps into the parts that a driver yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rates_core.errors import SimulationError
from rates_core.solvers.driver import Interpolant, Problem, Progress

if TYPE_CHECKING:
    import numpy as np

STEPS = 100  # a part has at most that many steps,
SECONDS = 0.1  # and takes about that long


class Parts:
    """What a driver has done since its last part: states at wanted times, number of steps.

    Args:
        problem: whose wanted times are to be met, and which is told of accepted steps.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._times = problem.times
        self._next = 0
        self._time, self._y = problem.start, problem.y
        self._states: list[np.ndarray] = []
        self._steps, self._since = 0, perf_counter()
        self._take(problem.start, problem.y, None)

    def step(self, start: float, end: float, y: np.ndarray, interpolant: Callable[[], Interpolant]) -> None:
        """Take an accepted step, the state at its end, and what makes its interpolant if that is needed."""
        made: Interpolant | None = None
        if self._problem.accept is not None:
            made = interpolant()
            self._problem.accept(start, end, made)
        if self._next < len(self._times) and self._times[self._next] < end:
            self._take(end, y, interpolant() if made is None else made)
        else:
            self._take(end, y, None)
        self._time, self._y = end, y
        self._steps += 1

    def gather(self, steps: Iterator[Any]) -> Iterator[Progress]:
        """Yield parts while `steps` goes on; it yields its controller after each step that it gave to `step`.

        What was done before an error is handed out before the error.
        """
        controller: Any = None
        try:
            for controller in steps:
                if self._due():
                    yield self._part(controller)
        except (SimulationError, KeyboardInterrupt):
            yield self._part(controller)
            raise
        yield self._part(controller)

    def _due(self) -> bool:
        """Tell whether it is time for a part.

        With delays, rows are handed out at once, because what they read of the past is forgotten later.
        """
        if self._problem.accept is not None and self._states:
            return True
        return self._steps >= STEPS or perf_counter() - self._since > SECONDS

    def _part(self, controller: Any) -> Progress:
        states, self._states = self._states, []
        self._steps, self._since = 0, perf_counter()
        return Progress(self._time, self._y, states, controller)

    def _take(self, end: float, y: np.ndarray, interpolant: Interpolant | None) -> None:
        while self._next < len(self._times) and self._times[self._next] <= end:
            t = float(self._times[self._next])
            self._states.append(y if interpolant is None or t == end else interpolant(t))
            self._next += 1
