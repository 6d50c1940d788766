"""Run an embedded pair: a Runge-Kutta method that estimates its error and chooses its steps."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING

from attrs import frozen

from rates_core.errors import PluginError
from rates_core.solvers.adaptive_options import AdaptiveOptions, adaptive_options
from rates_core.solvers.driver import Derivative, Driver, Interpolant, Problem, Progress
from rates_core.solvers.events import Ended, behind, ended
from rates_core.solvers.failures import bad_derivative, stuck, too_many_steps
from rates_core.solvers.parts import Parts
from rates_core.solvers.pieces import Piece, pieces
from rates_core.solvers.step_control import (
    LARGEST_FACTOR,
    MOST_REJECTIONS,
    SMALLEST_STEP,
    damped,
    factor,
    first_step,
    norm,
)
from rates_core.solvers.tableau import Tableau

if TYPE_CHECKING:
    import numpy as np


class EmbeddedPair(Driver):
    """An adaptive explicit Runge-Kutta method.

    Steps end on all stops. No step is longer than the shortest delay, so that no read reaches into the current step.

    Args:
        tableau: the method, with its error weights and its interpolant.

    Raises:
        PluginError: the tableau lacks one of these.
    """

    def __init__(self, tableau: Tableau) -> None:
        for name, value in (("error", tableau.error), ("error_order", tableau.error_order), ("dense", tableau.dense)):
            if value is None:
                raise PluginError(f"The tableau '{tableau.name}' is offered as adaptive, but has no '{name}'.")
        self.tableau = tableau

    def check(self, problem: Problem) -> None:
        """Check tolerances and bounds of steps."""
        adaptive_options(problem)

    def integrate(self, problem: Problem) -> Iterator[Progress]:
        """Yield the solution part by part; the controller is the size of the next step."""
        parts = Parts(problem)
        return parts.gather(_Run(self.tableau, problem, adaptive_options(problem), parts).steps())


@frozen(eq=False)
class _Attempt:
    """What came of a step.

    Attributes:
        error: 1 is just tolerated; NaN if the step left the finite numbers.
        stages: derivatives, one row per stage; those that only the interpolant needs come with it.
    """

    start: float
    end: float
    y: np.ndarray
    new: np.ndarray
    stages: np.ndarray
    error: float

    @property
    def h(self) -> float:
        """Return the size of the step."""
        return self.end - self.start


class _Run:
    """One run of a pair: the loop over pieces and steps."""

    def __init__(self, tableau: Tableau, problem: Problem, options: AdaptiveOptions, parts: Parts) -> None:
        import numpy as np

        assert tableau.dense is not None
        self._tableau, self._problem, self._options, self._parts = tableau, problem, options, parts
        self._order, self._at_end = tableau.estimated_order, tableau.at_end
        self._advancing, self._tried = tableau.advancing, tableau.tried
        self._matrix = [np.array(row) for row in tableau.matrix]
        self._weights = np.array(tableau.weights[: tableau.advancing])
        self._errors = [np.array(row[: tableau.tried]) for row in tableau.errors]
        self._dense = np.array([(*row, *[0.0] * (_degree(tableau) - len(row))) for row in tableau.dense]).T
        self._powers = np.arange(1, _degree(tableau) + 1)
        self._steps = 0

    def steps(self) -> Iterator[float]:
        """Yield the proposal for the next step after each accepted one."""
        left: Problem | None = self._problem
        while left is not None:
            left = yield from self._until_event(left)

    def _until_event(self, problem: Problem) -> Generator[float, None, Problem | None]:
        """Yield like `steps` up to the first event; return what is left behind it."""
        y, proposal = problem.y, problem.controller
        for piece in pieces(problem):
            derivative, t = piece.smooth(problem.derivative), piece.start
            f = self._slope(derivative, t, y)
            proposal = self._first(derivative, piece, y, f, proposal)
            while t < piece.end:
                step, proposal = self._accepted(derivative, piece, t, y, f, proposal)
                self._end(derivative, step)
                interpolant = cache(partial(self._interpolant, derivative, step))
                reached = ended(problem.events, Ended(t, y), step.end, step.new, interpolant)
                self._parts.step(t, reached.time, reached.y, interpolant)
                t, y = reached.time, reached.y
                if reached.happened:
                    yield proposal
                    return behind(problem, reached, proposal)
                f = self._next(derivative, t, step) if t < piece.end else f
                yield proposal
        return None

    def _first(
        self, derivative: Derivative, piece: Piece, y: np.ndarray, f: np.ndarray, proposal: float | None
    ) -> float:
        """Return the first step of a piece.

        At a stop, or where an earlier run ended, the derivative may have jumped: the step carried on is kept as long as
        it is not far above the first step of a new run.
        """
        options = self._options
        if proposal is None and options.first_step is not None:
            return options.first_step
        longest = min(piece.end - piece.start, options.max_step)
        chosen = first_step(derivative, piece.start, y, f, longest, self._order, options)
        return chosen if proposal is None else min(proposal, LARGEST_FACTOR * chosen)

    def _accepted(
        self, derivative: Derivative, piece: Piece, t: float, y: np.ndarray, f: np.ndarray, proposal: float
    ) -> tuple[_Attempt, float]:
        """Return a step that is good enough, and the proposal for the next one."""
        self._count(t)
        smallest = SMALLEST_STEP * math.ulp(t)
        wanted = max(min(proposal, self._options.max_step), smallest)
        error = 0.0
        for rejections in range(MOST_REJECTIONS):
            if wanted < smallest:
                break
            step = self._attempt(derivative, t, y, f, min(t + wanted, piece.end))
            error = step.error
            growth = factor(error, self._order)
            if error < 1:
                if rejections:
                    return step, step.h * min(1.0, growth)
                return step, max(wanted if step.end == piece.end else 0.0, step.h * growth)
            wanted = step.h * growth
        raise stuck(self._tableau.name, t, undefined=error != error)

    def _attempt(self, derivative: Derivative, t: float, y: np.ndarray, f: np.ndarray, end: float) -> _Attempt:
        import numpy as np

        tableau, options, h = self._tableau, self._options, end - t
        stages = np.empty((tableau.stages, len(y)))
        stages[0] = f
        new = y
        with np.errstate(all="ignore"):
            try:
                for number in range(1, self._advancing):
                    stages[number] = self._stage(derivative, t, y, h, stages, number)
                new = y + h * (self._weights @ stages[: self._advancing])
                for number in range(self._advancing, self._tried):
                    at_end = number == self._at_end
                    stages[number] = (
                        derivative(end, new) if at_end else self._stage(derivative, t, y, h, stages, number)
                    )
            except ArithmeticError:  # Python numbers raise where arrays become infinite
                return _Attempt(t, end, y, new, stages, math.nan)
            scale = options.atol + np.maximum(np.abs(y), np.abs(new)) * options.rtol
            errors = [norm(h * (row @ stages[: len(row)]) / scale) for row in self._errors]
        return _Attempt(t, end, y, new, stages, errors[0] if len(errors) == 1 else damped(*errors))

    def _stage(
        self, derivative: Derivative, t: float, y: np.ndarray, h: float, stages: np.ndarray, number: int
    ) -> np.ndarray:
        """Return a stage, from those before it."""
        inside = y + h * (self._matrix[number] @ stages[: len(self._matrix[number])])
        return derivative(t + self._tableau.nodes[number] * h, inside)

    def _end(self, derivative: Derivative, step: _Attempt) -> None:
        """Compute the derivative at the new point of an accepted step, if it is a stage that its error did not need."""
        number = self._at_end
        if number is not None and number >= self._tried:
            step.stages[number] = self._quiet(derivative, step.end, step.new)

    def _next(self, derivative: Derivative, t: float, step: _Attempt) -> np.ndarray:
        """Return the derivative at the end of a step, which many methods know already."""
        if self._at_end is None:
            return self._slope(derivative, t, step.new)
        return _checked(step.stages[self._at_end], t)

    def _slope(self, derivative: Derivative, t: float, y: np.ndarray) -> np.ndarray:
        return _checked(self._quiet(derivative, t, y), t)

    def _quiet(self, derivative: Derivative, t: float, y: np.ndarray) -> np.ndarray:
        """Return a derivative, NaN where Python numbers raise."""
        import numpy as np

        try:
            with np.errstate(all="ignore"):
                return np.asarray(derivative(t, y))
        except ArithmeticError:
            return np.full(len(y), np.nan)

    def _interpolant(self, derivative: Derivative, step: _Attempt) -> Interpolant:
        import numpy as np

        stages = step.stages
        with np.errstate(all="ignore"):
            for number in range(self._tried, self._tableau.stages):
                if number != self._at_end:
                    inside = step.y + step.h * (self._matrix[number] @ stages[: len(self._matrix[number])])
                    stages[number] = self._quiet(derivative, step.start + self._tableau.nodes[number] * step.h, inside)
            coefficients = (step.h * (self._dense @ stages[: self._dense.shape[1]])).T
        start, h, y, powers = step.start, step.h, step.y, self._powers

        def interpolant(t: float) -> np.ndarray:
            with np.errstate(all="ignore"):
                value: np.ndarray = y + coefficients @ ((t - start) / h) ** powers
            return value

        return interpolant

    def _count(self, t: float) -> None:
        self._steps += 1
        most = self._options.max_steps
        if most is not None and self._steps > most:
            raise too_many_steps(self._tableau.name, most, t)


def _degree(tableau: Tableau) -> int:
    """Return the degree of the interpolant."""
    return max(len(row) for row in tableau.dense or ())


def _checked(f: np.ndarray, t: float) -> np.ndarray:
    """Return a derivative.

    Raises:
        SimulationError: it is NaN or infinite.
    """
    import numpy as np

    if not np.isfinite(f).all():
        raise bad_derivative(t)
    return f
