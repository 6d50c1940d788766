"""A run in pieces, each with a start of its own, and how far they are from meeting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from attrs import evolve, frozen
from rates_core.errors import ArgumentError, SimulationError, UnsupportedFeatureError
from rates_core.programs.routine import make_routine
from rates_core.simulation.compile import CompiledModel
from rates_core.simulation.named import named_values
from rates_core.system.system import TIME

from rates_fit.derivatives import Differences
from rates_fit.parameters import FreeParameter, Space
from rates_fit.pasts import Past, late_columns, past_of, with_observed
from rates_fit.problem import Case, Evaluation, Linearised, Problem
from rates_fit.sampling import Sampling, chosen
from rates_fit.transforms import Anything


@frozen(eq=False)
class Joint:
    """Where a piece ends and the next one begins.

    Attributes:
        case: number of the piece that ends.
        columns: of the states in its table.
        starts: places of the states at the next start among all numbers.
        scale: of the states.
    """

    case: int
    columns: np.ndarray
    starts: np.ndarray
    scale: np.ndarray


@frozen(eq=False)
class Pieces:
    """The loss of all pieces, with squares of the gaps between them.

    Attributes:
        problem: of pieces, whose numbers are those of the whole problem and all starts.
        joints: of pieces.
        whole: the problem of whole runs.
        firsts: row of the whole run at which each piece begins.
        weight: of squared gaps.
    """

    problem: Problem
    joints: tuple[Joint, ...]
    whole: Problem
    firsts: tuple[int, ...]
    weight: float = 1.0

    def with_pasts(self, free: np.ndarray) -> Pieces:
        """Return pieces whose pasts are what the pieces before them make of these numbers.

        The closer they are to meeting, the closer is this to the past of a whole run.
        """
        if all(case.course.past is None for case in self.problem.cases):
            return self
        cases, rows = [], np.zeros((0, 0))
        for case, first in zip(self.problem.cases, self.firsts, strict=True):
            if first:
                columns, spacing = late_columns(case.course.model), case.course.sampling.spacing
                case = evolve(case, course=evolve(case.course, past=past_of(rows, columns, spacing, first)))
            own = case.course.rows(case.values(self.problem.space, free))
            rows = np.concatenate([rows[:first], own]) if first else own
            cases.append(case)
        return evolve(self, problem=evolve(self.problem, cases=tuple(cases)))

    @property
    def size(self) -> int:
        """Return the number of free numbers."""
        return self.problem.size

    def linearised(self, free: np.ndarray) -> Linearised:
        """Return the loss and the gaps near a place, as half a sum of squares."""
        own = free[: self.whole.size]
        try:
            parts = [self.whole.prior_squares(own, self.size)] + [
                part for number, case in enumerate(self.problem.cases) for part in self._piece(number, case, free)
            ]
        except SimulationError:
            parts = []
        residuals = np.concatenate([part[0] for part in parts]) if parts else np.array([np.inf])
        value = 0.5 * float(np.sum(residuals**2)) if np.isfinite(residuals).all() else np.inf
        self.whole.history.append(Evaluation(np.array(own), value, True, np.nan))
        if not parts or not np.isfinite(value):
            return Linearised(np.inf, np.zeros(0), np.zeros((0, self.size)))
        return Linearised(value, residuals, np.concatenate([part[1] for part in parts]))

    def _piece(self, number: int, case: Case, free: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return residuals of a piece, and of the gap behind it, each with derivatives."""
        space = self.problem.space
        rows, moved = self.problem.derivatives.along(case.course, case.values(space, free))
        moved = moved * space.slopes(free)[case.places]
        found = [self.problem.squares(case, rows, moved)]
        for joint in self.joints:
            if joint.case == number:
                factor = np.sqrt(self.weight) / joint.scale
                jacobian = np.zeros((len(factor), self.size))
                jacobian[:, case.places] = moved[-1, joint.columns]
                jacobian[np.arange(len(factor)), joint.starts] -= 1.0
                gap = rows[-1, joint.columns] - free[joint.starts]
                found.append((gap * factor, jacobian * factor[:, None]))
        return found


def in_pieces(problem: Problem, start: np.ndarray, count: int) -> tuple[Pieces, np.ndarray]:
    """Return a problem in pieces, and where it begins: pieces at states that were observed, where they were.

    Raises:
        UnsupportedFeatureError: the model cannot begin anywhere.
        ArgumentError: the data are too few, or between steps.
    """
    parameters, free = list(problem.space.parameters), [start]
    cases: list[Case] = []
    joints: list[Joint] = []
    firsts: list[int] = []
    for case in problem.cases:
        model = case.course.with_states()
        _check(case, model, count)
        rows = evolve(case.course, model=model).rows(case.values(problem.space, start))
        columns, late = _state_columns(case, model), late_columns(model)
        before = with_observed(rows, late, case.course.sampling.spacing, case.observed, _seen(case, model, late))
        states = [label if isinstance(label, str) else label[0] for label in model.columns[columns]]
        named, scale = named_values(model, states), np.maximum(np.ptp(rows[:, columns], axis=0), 1e-6)
        borders = np.linspace(0, case.course.sampling.rows - 1, count + 1).round().astype(int)
        own: list[FreeParameter] = []
        for number, (first, last) in enumerate(zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True)):
            if number:
                begin = parameters[-1].place.stop
                own = [
                    FreeParameter(f"{path} of {case.name}, piece {number}", path, Anything(), named[path],
                                  slice(begin + place, begin + place + 1), f"{case.name}, piece {number}")
                    for place, path in enumerate(states)
                ]  # fmt: skip
                parameters += own
                free.append(_guess(case, model, rows, columns, first))
                joints.append(Joint(len(cases) - 1, columns, np.arange(begin, begin + len(states)), scale))
            shared = [item for item in case.parameters if not (number and item.named.initial)]
            past = past_of(before, late, case.course.sampling.spacing, first) if late and number else None
            cases.append(_case(case, model, number, (first, last), (*shared, *own), past))
            firsts.append(first)
    space = Space(tuple(parameters))
    priors = np.concatenate([problem.priors, [[0.0], [np.inf]] * np.ones(space.size - problem.size)], axis=1)
    derivatives = Differences() if any(case.course.past is not None for case in cases) else problem.derivatives
    pieces = evolve(problem, space=space, cases=tuple(cases), priors=priors, history=[], derivatives=derivatives)
    return Pieces(pieces, tuple(joints), problem, tuple(firsts)), np.concatenate(free)


def _case(
    case: Case,
    model: CompiledModel,
    number: int,
    rows: tuple[int, int],
    parameters: tuple[FreeParameter, ...],
    past: Past | None,
) -> Case:
    """Return a piece as an experiment: from a row to another one, with the data before that."""
    course, observed = case.course, case.observed
    spacing, total = course.sampling.spacing, course.sampling.rows
    first, last = rows
    places = np.rint(observed.times / spacing).astype(int)
    kept = (places >= first) & (places < last + (last == total - 1))
    weights = chosen(places[kept] - first, last - first + 1)
    inputs = {key: _later(value, first, spacing, course.step) for key, value in (course.inputs or {}).items()}
    initial = {} if number else course.initial
    shorter = evolve(
        course, model=model, inputs=inputs or None, initial=initial, past=past,
        sampling=Sampling(spacing, last - first + 1, weights, weights),
    )  # fmt: skip
    return Case(f"{case.name}, piece {number}", shorter, observed.of(kept), case.columns, parameters)


def _later(value: Any, first: int, spacing: float, step: float) -> Any:
    """Return an input as it is from a row on."""
    if callable(value):
        shifted: Callable[[float], Any] = lambda t: value(t + first * spacing)  # noqa: E731
        return shifted
    return np.asarray(value)[round(first * spacing / step) :]


def _guess(case: Case, model: CompiledModel, rows: np.ndarray, columns: np.ndarray, first: int) -> np.ndarray:
    """Return states at a row: what was observed of them next to it, and what the run at the start has of others."""
    found = np.array(rows[first, columns])
    paths: Mapping[int, int] = {
        state: place for place, state in enumerate(_observed(case, model, columns)) if state >= 0
    }
    table = np.full(case.observed.there.shape, np.nan)
    table[case.observed.there] = case.observed.values
    time = first * case.course.sampling.spacing
    for state, place in paths.items():
        there = case.observed.there[:, place]
        order = np.argsort(case.observed.times[there], kind="stable")
        found[state] = np.interp(time, case.observed.times[there][order], table[there, place][order])
    return found


def _observed(case: Case, model: CompiledModel, columns: np.ndarray) -> list[int]:
    """Return for each column of the data which of the states it is; -1 for none."""
    recorded = [
        (output.recorded, unit)
        for output in model.recording.outputs
        for unit in (range(len(output.names)) if output.units is None else np.asarray(output.units).tolist())
    ]
    states = [recorded[place] for place in columns]
    return [states.index(recorded[place]) if recorded[place] in states else -1 for place in case.columns]


def _state_columns(case: Case, model: CompiledModel) -> np.ndarray:
    """Return the columns of states in the table of a wider model."""
    labels = [label if isinstance(label, str) else label[0] for label in model.columns]
    own = {state.path for state in model.system.states}
    begin = len(case.course.model.columns)
    return np.array([place for place in range(begin, len(labels)) if labels[place] in own], dtype=int)


def _seen(case: Case, model: CompiledModel, late: Mapping[str, int]) -> dict[str, int]:
    """Return the columns of the data that are variables which are read late, by path."""
    found = _observed(case, model, np.array(list(late.values()), dtype=int))
    return {path: found.index(place) for place, path in enumerate(late) if place in found}


def _check(case: Case, model: CompiledModel, count: int) -> None:
    """Raise for a model that cannot begin at any time from its states, and for data that have no pieces.

    Raises:
        UnsupportedFeatureError: it has events, noise or chains, or depends on time.
        ArgumentError: data are too few, or lie between steps.
    """
    system = model.system
    states = len(_state_columns(case, model))
    varying = make_routine(system, [item.expression for item in system.derivatives]).varying
    causes = {
        "has events, so that its states do not say which conditions held": bool(system.updates),
        "has delays that are spread, whose chains are no states of it": states != system.width,
        "has noise": bool(system.draws),
        "depends on time by more than inputs": TIME in varying,
    }
    for cause, holds in causes.items():
        if holds:
            raise UnsupportedFeatureError(
                f"The fitter 'multiple-shooting' begins runs anywhere, and the model {cause}."
            )
    if not case.course.sampling.exact:
        raise ArgumentError(f"The fitter 'multiple-shooting' takes data at steps; those of '{case.name}' lie between.")
    if case.course.sampling.rows <= 2 * count:
        raise ArgumentError(
            f"The data of '{case.name}' reach over {case.course.sampling.rows} rows: too few for {count} pieces."
        )
