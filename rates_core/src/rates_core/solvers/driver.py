"""The contract of solvers that hand the right-hand side to a library or run their own loop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import frozen

if TYPE_CHECKING:
    import numpy as np

    from rates_core.programs.batch import Spans
    from rates_core.programs.equations import Equations
    from rates_core.programs.gradient import GradientRequest, Gradients
    from rates_core.programs.record import Columns
    from rates_core.solvers.events import Events
    from rates_core.solvers.past import Past

Derivative = Callable[[float, "np.ndarray"], "np.ndarray"]
Interpolant = Callable[[float], "np.ndarray"]


@frozen(eq=False, slots=False)
class Problem:
    """An initial value problem over real vectors.

    Attributes:
        derivative: the pure right-hand side `f(t, y)`; with delays it reads what `accept` was given.
        start: time of `y`.
        y: state at the start.
        times: where the solution is wanted, ascending, from `start` on.
        end: time to reach.
        stops: times on which a step has to end: jumps of inputs and breaking points of delays, ascending.
        options: of the solver, complete and checked.
        method: the user's choice among the solver's methods, or None.
        make_jacobian: returns ∂f/∂y as `J(t, y)`, or None if the model has none; see `jacobian`.
        accept: to be called after each accepted step with its start, its end and its interpolant; None without delays.
            A driver that does not read the past by `derivative` may call it later, in the order of steps, and only of
            steps that reads of a later run reach: before it has yielded all parts, or raises an error.
        shortest_delay: the shortest one above 0, by which every stored value lies behind; None without delays.
        controller: what an earlier run of this solver returned to go on with, or None.
        make_equations: returns the right-hand side in arrays of the backend's library, or None if the backend has none;
            see `equations`.
        past: how late variables are read, and what they were before the start; None without delays.
        events: that steps are to be cut at (`rates_core.solvers.events`), or None. Core gives them only to drivers that
            claim `events`.
    """

    derivative: Derivative
    start: float
    y: np.ndarray
    times: Sequence[float] | np.ndarray
    end: float
    stops: Sequence[float]
    options: Mapping[str, Any]
    method: str | None = None
    make_jacobian: Callable[[], Derivative | None] | None = None
    accept: Callable[[float, float, Interpolant], None] | None = None
    shortest_delay: float | None = None
    controller: Any = None
    make_equations: Callable[[], Equations | None] | None = None
    past: Past | None = None
    events: Events | None = None

    @cached_property
    def equations(self) -> Equations | None:
        """Return the right-hand side, and what is recorded, for a solver of the backend's library, or None.

        Raises:
            UnsupportedFeatureError: the backend has it, but not for this model.
        """
        return None if self.make_equations is None else self.make_equations()

    @cached_property
    def jacobian(self) -> Derivative | None:
        """Return ∂f/∂y as `J(t, y)`, or None; it is generated when it is first asked for."""
        return None if self.make_jacobian is None else self.make_jacobian()


@frozen(eq=False)
class Progress:
    """A part of the solution.

    Attributes:
        time: how far the solution has come.
        y: the state there.
        states: the states at those of the wanted times that were passed since the last part.
        controller: what a later run needs to go on, for example the size of the next step.
        columns: in place of states, what is recorded at those times, from a solver that uses `Problem.equations`.
    """

    time: float
    y: np.ndarray
    states: Sequence[np.ndarray]
    controller: Any = None
    columns: Columns | None = None


@frozen(eq=False)
class Problems:
    """Initial value problems that differ in parameters, inputs and where they start: points of a sweep.

    Attributes:
        problem: the first one. The others have its start, times, end, options and method.
        y: states at the start, by point.
        spans: the parts between stops, of each point or of all.
        equations: the right-hand sides and what is recorded. Each array among their values has a first axis of points,
            or of length 1 where all share one value.
    """

    problem: Problem
    y: np.ndarray
    spans: Spans
    equations: Equations


@frozen(eq=False)
class Solutions:
    """What became of problems that were integrated side by side.

    Attributes:
        columns: what is recorded at wanted times, one array per variable: points, then times.
        done: for each point whether it came to its end; what others recorded means nothing.
        y: states reached, by point.
        steps: that were taken, by point.
    """

    columns: Columns
    done: np.ndarray
    y: np.ndarray
    steps: np.ndarray


def unsolved(options: Mapping[str, Any], method: str | None, size: int) -> Problem:
    """Return a problem that is there to have its options checked.

    Args:
        options: of the solver, complete.
        method: the user's choice among the solver's methods, or None.
        size: number of entries of the state.
    """
    import numpy as np

    zeros = np.zeros(size)
    return Problem(lambda t, y: zeros, 0.0, zeros, (), 0.0, (), options, method)


class Driver(ABC):
    """Integrate problems. One object serves any number of problems and keeps nothing between them.

    Attributes:
        differentiates: whether it has `gradient`.
        side_by_side: whether it has `integrate_many`.
    """

    differentiates: ClassVar[bool] = False
    side_by_side: ClassVar[bool] = False

    def check(self, problem: Problem) -> None:  # noqa: B027  # one whose options are checked elsewhere has nothing to do
        """Check the options of a problem of which nothing is computed; its states are zeros.

        Raises:
            ArgumentError: an option has no meaning, or none for the method.
        """

    @abstractmethod
    def integrate(self, problem: Problem) -> Iterator[Progress]:
        """Yield the solution part by part, until `problem.end` is reached.

        Raises:
            SimulationError: the method failed; the text says why, and the time says how far it came.
        """

    def integrate_many(self, problems: Problems) -> Solutions | None:
        """Integrate problems side by side, each by the steps that it takes alone; None to have them one by one.

        Core asks only drivers that say `side_by_side`. A point that fails disturbs no other one; core runs it once more
        alone, where it says what is wrong.
        """
        raise NotImplementedError(f"{type(self).__name__} does not integrate problems side by side.")

    def gradient(self, problem: Problem, request: GradientRequest) -> Gradients:
        """Return the derivatives of a loss of a run. Core asks only drivers that say that they differentiate.

        Args:
            problem: whose `equations` are those of a library that differentiates.
            request: what is wanted; its tables are empty, and a row is recorded at each of the problem's times.

        Raises:
            SimulationError: the method failed.
        """
        raise NotImplementedError(f"{type(self).__name__} does not differentiate runs.")
