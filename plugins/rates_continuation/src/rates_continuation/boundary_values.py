"""Boundary value problems in the names of a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from attrs import evolve, frozen
from rates_core.errors import ArgumentError, SimulationError, UnknownNameError, did_you_mean, shown
from rates_core.simulation.field import VectorField

from rates_continuation.boundary_branch import BoundaryBranch
from rates_continuation.bounds import check_within, positive
from rates_continuation.conditions import (
    LENGTH,
    Condition,
    Expressions,
    check_ends,
    check_mean,
    conditions_of,
    parameters_read,
)
from rates_continuation.delayed_field import Analysed
from rates_continuation.native.boundary import ProfileCurve
from rates_continuation.native.boundary_values import BoundaryValues, start_of
from rates_continuation.native.collocation import DEGREE, Care, adapted, node_times
from rates_continuation.native.engine import WIDTHS
from rates_continuation.native.extending import extended_solutions
from rates_continuation.native.profile_point import ProfilePoint
from rates_continuation.native.solution_engine import FollowedSolutions, Turn, follow_solutions
from rates_continuation.native.tracing import Bounds, Steps
from rates_continuation.profile import Profile
from rates_continuation.solution_profile import SolutionProfile
from rates_continuation.special import SpecialPoint

SMALLEST = 1e-3  # scale of what is 0 at the start, of the largest
MESHES = 4  # that are made for the profile at the start, one after the other

Course = Callable[[np.ndarray], np.ndarray]  # of a state, over times


@frozen(eq=False)
class Question:
    """A boundary value problem.

    Attributes:
        field: the model, whose parameters are the free ones and others that conditions read.
        varied: names of the free numbers, that which varies along the branch first.
        at_ends: conditions on the ends.
        on_average: conditions on the mean.
        interval: its length, unless that is free.
    """

    field: VectorField
    varied: tuple[str, ...]
    at_ends: tuple[Condition, ...]
    on_average: tuple[Condition, ...]
    interval: float

    @classmethod
    def asked(
        cls,
        model: Analysed,
        values: Mapping[str, float],
        varied: Sequence[Any],
        conditions: Any,
        on_average: Any,
        interval: Any,
    ) -> Question:
        """Return what was asked.

        Raises:
            UnknownNameError, ArgumentError, EquationError: it cannot be answered.
        """
        at_ends = conditions_of("conditions", conditions)
        means = conditions_of("on_average", on_average)
        _check_varied(varied)
        free = [name for name in varied if name != LENGTH]
        field = model.field_without_delays("boundary values", free, values)
        states = field.states
        for each in at_ends:
            check_ends(each, states)
        for each in means:
            check_mean(each, states)
        read = chain(parameters_read(at_ends, states), parameters_read(means, states))
        others = [path for path in dict.fromkeys(read) if path not in free]
        if others:
            field = _with(model, values, free, others)
        _check_count(varied, [*at_ends, *means], states)
        # What reads no end of the interval is a condition on numbers, as on the mean of a constant.
        there = [each for each in at_ends if any("(" in read for read in each.reads)]
        means += [each for each in at_ends if each not in there]
        return cls(field, tuple(varied), tuple(there), tuple(means), positive("interval", interval))

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all numbers: the length, then parameters."""
        return LENGTH, *self.field.parameters

    def problem(self, numbers: np.ndarray) -> BoundaryValues:
        """Return the problem for values of all numbers."""
        states = self.field.states
        ends = [*(f"start({path})" for path in states), *(f"end({path})" for path in states)]
        free = np.array([self.names.index(name) for name in (*self.varied[1:], self.varied[0])])
        return BoundaryValues(
            self.field, numbers, free,
            Expressions(self.at_ends, [*ends, *self.names]), Expressions(self.on_average, [*states, *self.names]),
        )  # fmt: skip


def _with(model: Analysed, values: Mapping[str, float], free: list[str], others: list[str]) -> VectorField:
    """Return a model in which parameters are free that conditions read, besides some that vary.

    Raises:
        UnknownNameError, ArgumentError: there is no such parameter, or it is no single number.
    """
    try:
        field: VectorField = model.get_vector_field([*free, *others], values)
    except (UnknownNameError, ArgumentError) as error:
        raise type(error)(f"A condition reads what it cannot: {str(error).removeprefix('free: ')}") from None
    return field


def _check_varied(varied: Sequence[Any]) -> None:
    for number, name in enumerate(varied):
        if not isinstance(name, str):
            raise ArgumentError(f"free holds {shown(name)}, which is neither the path of a parameter nor '{LENGTH}'.")
        if name in varied[:number]:
            raise ArgumentError(f"'{name}' varies already; free holds it, too, or twice.")


def _check_count(varied: Sequence[str], conditions: Sequence[Condition], states: Sequence[str]) -> None:
    """Raise unless there are as many conditions as leave one curve.

    Raises:
        ArgumentError: there are more or fewer.
    """
    wanted = len(states) + len(varied) - 1
    if len(conditions) == wanted:
        return
    besides = f" and {len(varied) - 1} free besides '{varied[0]}'" if len(varied) > 1 else ""
    more = len(conditions) - wanted
    remedy = f"Give {-more} more." if more < 0 else f"Leave {more} out, or name {more} more in free=."
    raise ArgumentError(
        f"{_counted(len(states), 'state')}{besides} take {_counted(wanted, 'condition')}, on the ends or on average; "
        f"there {'is' if len(conditions) == 1 else 'are'} {len(conditions)}. {remedy}"
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def answered(question: Question, start: Any, bounds: Bounds, steps: Steps, care: Care) -> BoundaryBranch:
    """Return the branch of solutions.

    Args:
        question: the problem.
        start: what a solution is like, see `Continuation.boundary_values`.
        bounds: of the number that varies.
        steps: along the branch.
        care: which meshes are made.

    Raises:
        UnknownNameError, ArgumentError: the start names what there is not, or is not within bounds.
        SimulationError: no solution was found near the start.
    """
    courses, numbers = _started(question, start)
    path, problem = question.varied[0], question.problem(numbers)
    first = float(numbers[problem.free[-1]])
    check_within(path, first, (float(bounds.lower[0]), float(bounds.upper[0])))
    mesh, profile = _sampled(courses, numbers[0], care)
    states = _scales(np.max(np.abs(profile), axis=0))
    free = _scales(np.abs(numbers[problem.free]))
    free[-1] = float(bounds.upper[0] - bounds.lower[0]) / WIDTHS
    curve = ProfileCurve(problem, mesh, profile, states, free, care)
    z = np.append(profile, numbers[problem.free])
    found = start_of(curve, z)
    if found is None:
        missed = curve.residual(z)
        largest = float(np.max(np.abs([*missed.ends, *missed.integrals])))
        raise SimulationError(
            f"No solution was found near the start at {path} = {first:g}: the start misses a condition by up to "
            f"{largest:.3g}, and Newton's method did not converge from there, nor with shorter steps. Give states that "
            "are nearer to a solution, as numbers, as functions of time or as a table: start={path: ...}; or begin "
            "where a solution is known.",
            0.0,
        )
    return Answer(question, follow_solutions(*found, bounds, steps)).branch()


def _scales(sizes: np.ndarray) -> np.ndarray:
    largest = float(np.max(sizes, initial=0.0))
    return np.asarray(np.maximum(sizes, SMALLEST * largest if largest else 1.0))


def _started(question: Question, start: Any) -> tuple[list[Course], np.ndarray]:
    """Return the course of each state, over times from 0 to 1, and all numbers."""
    field, names = question.field, question.names
    numbers = np.array([question.interval, *field.p])
    given = _given(start)
    known = [*field.states, *names]
    for name in given:
        if name not in known:
            raise UnknownNameError(
                f"start has {shown(name)}, which is neither a state nor a number that varies or that a condition "
                f"reads.{did_you_mean(str(name), known)} It takes: {', '.join(known)}. Values of other parameters go "
                "into Continuation(model, parameters={...})."
            )
    for number, name in enumerate(names):
        if name in given:
            numbers[number] = _number(name, given[name])
    return [
        _course(path, given.get(path, x), numbers[0]) for path, x in zip(field.states, field.x, strict=True)
    ], numbers


def _given(start: Any) -> dict[Any, Any]:
    """Return what was said of the start, by path.

    Raises:
        ArgumentError: it is neither a table nor a dictionary nor a profile.
    """
    import pandas as pd

    if isinstance(start, Profile):
        start = start.data
    if start is None:
        return {}
    if isinstance(start, Mapping | pd.DataFrame):
        return {name: start[name] for name in start}
    raise ArgumentError(
        "start must be a dictionary of values by path, a table of states over time, or a profile; it is "
        f"{shown(start)}."
    )


def _number(name: str, value: Any) -> float:
    if isinstance(value, int | float | np.number) and np.isfinite(value):
        return float(value)
    raise ArgumentError(f"start: '{name}' must be a number; it is {shown(value)}.")


def _course(path: str, value: Any, length: float) -> Course:
    """Return a state as a function of times from 0 to 1.

    Raises:
        ArgumentError: it is neither a number nor a function nor a column of a table.
    """
    import pandas as pd

    if isinstance(value, pd.Series):
        times, values = np.asarray(value.index, dtype=float), np.asarray(value, dtype=float)
        share = (times - times[0]) / (times[-1] - times[0])
        return lambda t: np.asarray(np.interp(t, share, values))
    if callable(value):
        return lambda t: _called(path, value, length * t)
    constant = _number(path, value)
    return lambda t: np.full(len(t), constant)


def _called(path: str, function: Callable[[np.ndarray], Any], times: np.ndarray) -> np.ndarray:
    try:
        return np.array(np.broadcast_to(np.asarray(function(times), dtype=float), times.shape))
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"start: the function for '{path}' is called with an array of {len(times)} times and has to return as many "
            f"numbers: {error}."
        ) from None


def _sampled(courses: Sequence[Course], length: float, care: Care) -> tuple[np.ndarray, np.ndarray]:
    """Return a mesh and the states at its nodes."""
    mesh = np.linspace(0.0, 1.0, care.most + 1)
    for _ in range(MESHES):
        profile = np.column_stack([course(node_times(mesh, DEGREE)) for course in courses])
        swing = np.ptp(profile, axis=0)
        if np.all(swing == 0):
            break
        mesh = adapted(mesh, profile, _scales(swing), care)
    return mesh, np.column_stack([course(node_times(mesh, DEGREE)) for course in courses])


@frozen(eq=False)
class Answer:
    """Solutions of a boundary value problem.

    Attributes:
        question: the problem.
        found: its solutions.
    """

    question: Question
    found: FollowedSolutions

    def branch(self) -> BoundaryBranch:
        """Return them in the names of the model."""
        question, found = self.question, self.found
        profiles = tuple(_profile(question, each) for each in found.points)
        return BoundaryBranch(
            question.varied, question.field.states,
            p=np.array([_varied(each) for each in found.points]),
            x=np.array([profile.extremes[1] for profile in profiles]),
            eigenvalues=np.zeros((len(profiles), 0)),
            specials=tuple(_fold(question, number, turn) for number, turn in found.turns),
            ended=found.ended, found=self, profiles=profiles,
        )  # fmt: skip

    def extended(self, bounds: Bounds, steps: Steps) -> BoundaryBranch:
        """Return a branch that goes on to wider bounds."""
        return evolve(self, found=extended_solutions(self.found, bounds, steps)).branch()


def _varied(solution: ProfilePoint[ProfileCurve]) -> np.ndarray:
    """Return the free numbers, that which varies first."""
    return np.roll(solution.numbers, 1)


def _profile(question: Question, solution: ProfilePoint[ProfileCurve]) -> SolutionProfile:
    problem = solution.curve.problem
    assert isinstance(problem, BoundaryValues)
    length = float(problem.all_numbers(solution.numbers)[0])
    return SolutionProfile(question.field.states, length, solution.curve.mesh, solution.profile)


def _fold(question: Question, number: int, turn: Turn) -> SpecialPoint:
    profile = _profile(question, turn.solution)
    values = (*_varied(turn.solution).tolist(), *profile.extremes[1].tolist())
    missed = turn.solution.curve.residual(turn.solution.place.z)
    return SpecialPoint(
        kind="LP",
        values=dict(zip((*question.varied, *question.field.states), values, strict=True)),
        number=number,
        eigenvalues=np.zeros(0),
        period=float("nan"),
        coefficient=float("nan"),
        residual=float(np.max(np.abs(missed.inside))),
        error=turn.error,
        found=turn,
        profile=profile,
    )
