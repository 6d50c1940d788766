"""Run many points in one: a backend's batch, through fixed or through accepted steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from rates_core.delays.reads import delay_values
from rates_core.expressions.tree import symbols
from rates_core.programs.batch import Batch, PairBatch, Spans, Travellers, empty_columns, stacked
from rates_core.programs.carry import Carry
from rates_core.programs.equations import Equations
from rates_core.programs.pair import Status
from rates_core.programs.program import ProgramRequest, slot_paths
from rates_core.programs.record import Columns
from rates_core.simulation.accepted import problem_of
from rates_core.simulation.arguments import arguments_of, initial_state
from rates_core.simulation.draws import Draws
from rates_core.simulation.execution import Run, RunRequest, prepared
from rates_core.simulation.fixed import FAILURES, chunks
from rates_core.simulation.native_pair import CALL_SECONDS, FIRST_STEPS, control_of
from rates_core.simulation.nonfinite import computed_columns
from rates_core.simulation.watched import indices_known
from rates_core.solvers.adaptive_options import adaptive_options
from rates_core.solvers.driver import Driver, Problem, Problems
from rates_core.solvers.embedded import EmbeddedPair
from rates_core.solvers.pieces import spans_of
from rates_core.system.indices import check_indices
from rates_core.system.system import System

if TYPE_CHECKING:
    from rates_core.simulation.compile import CompiledModel


@frozen(eq=False)
class Together:
    """What points that ran together gave.

    Attributes:
        times: of the rows.
        recorded: one array per variable: points, rows, then units.
        ended: places of the points whose runs ended early.
        model: that was run.
    """

    times: np.ndarray
    recorded: Columns
    ended: list[int]
    model: CompiledModel


@frozen(eq=False)
class _Points:
    """Points that are bound.

    Attributes:
        runs: one per different inputs.
        of: for each point, which of these has its inputs.
        batch: the kernels of all points.
        carries: where they start.
        draws: random numbers, of each point or of all.
    """

    runs: list[Run]
    of: np.ndarray
    batch: Batch
    carries: list[Carry]
    draws: list[Draws]

    @property
    def run(self) -> Run:
        """Return the run of the first point, which is like all others but for parameters, inputs and start."""
        return self.runs[0]

    @property
    def request(self) -> ProgramRequest:
        """Return what the program contains."""
        return self.run.model.program.request

    def by_point(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        """Return what there is for each different input with a first axis of points, or of 1 if there is one only."""
        return arrays[0][None] if len(arrays) == 1 else np.stack(arrays)[self.of]


def run_together(model: CompiledModel, requests: Sequence[RunRequest]) -> Together | None:
    """Run many points in one; None if this model cannot, with this solver or these inputs."""
    driver = model.choice.driver
    able = isinstance(driver, EmbeddedPair) or (driver is not None and driver.side_by_side)
    if not model.choice.fixed and (model.system.reads or model.system.updates or not able):
        return None
    points = _bound(model, requests)
    if points is None:
        return None
    try:
        found = _fixed(points) if model.choice.fixed else _accepted(points)
    except FAILURES:  # alone, each point says what is wrong
        return None
    if found is None:
        return None
    columns, whole = found
    run = points.run
    if requests[0].stop_on_nonfinite:
        whole &= _finite(columns, computed_columns(run))
    first = run.grid.first_row
    kept = tuple(column[:, first:] for column in columns)
    return Together(run.times(run.grid.rows)[first:], kept, np.nonzero(~whole)[0].tolist(), run.model)


def _bound(model: CompiledModel, requests: Sequence[RunRequest]) -> _Points | None:
    """Return points that are bound, or None if the backend or their inputs make no batch of them."""
    different = {id(request.inputs): request for request in requests}
    runs = [prepared(model, request) for request in different.values()]
    if any(run.model is not runs[0].model for run in runs):
        return None
    wide = runs[0].model
    arguments, carries = _starts(wide, requests)
    batch = wide.program.bind_many(stacked(arguments), len(requests))
    if batch is None:
        return None
    places = {key: place for place, key in enumerate(different)}
    of = np.array([places[id(request.inputs)] for request in requests])
    return _Points(runs, of, batch, carries, _draws(wide.system, requests))


def _starts(model: CompiledModel, requests: Sequence[RunRequest]) -> tuple[list[dict[str, Any]], list[Carry]]:
    """Return arguments and starts of points."""
    system = model.system
    arguments = [arguments_of(system, request.parameters) for request in requests]
    for values in arguments:
        check_indices(system, values)
    if not (system.reads or system.updates or any(isinstance(state.initial, str) for state in system.states)):
        return arguments, [Carry(0, 0.0, initial_state(system, request.initial)) for request in requests]
    starts = _Starts(model)
    return arguments, [starts.of(request, values) for request, values in zip(requests, arguments, strict=True)]


class _Starts:
    """Where points start, past included; those that start alike share it.

    The past of a state is what it is at the start, or what the user says; parameters come in by delays, by computed
    variables whose past matters, by what has no delay, and by what chains start from.
    """

    def __init__(self, model: CompiledModel) -> None:
        system = model.system
        self._model, self._system = model, system
        states = system.state_paths
        own = bool(system.updates) or any(isinstance(state.initial, str) for state in system.states)
        self._shared = not own and all(slot in states for slot in slot_paths(system))
        self._deciding = sorted({path for read in system.reads for path in symbols(read.delay)})
        self._known: dict[Any, Carry | None] = {}  # None where parameters decide about it

    def of(self, request: RunRequest, arguments: Mapping[str, Any]) -> Carry:
        """Return where a point starts."""
        if not self._shared:
            return prepared(self._model, request).carry
        y = initial_state(self._system, request.initial)
        delays = tuple(np.asarray(arguments[path]).tobytes() for path in self._deciding)
        key = id(request.history), id(request.inputs), y.tobytes(), delays
        carry = self._known.get(key)
        if carry is None:
            carry = prepared(self._model, request).carry
            late = key not in self._known and all(
                np.all(np.greater(delay, 0)) for delay in delay_values(self._system, arguments)
            )
            self._known[key] = carry if late else None
        return carry


def _draws(system: System, requests: Sequence[RunRequest]) -> list[Draws]:
    """Return the random numbers of all points, or of each where they are not the same."""
    seeds = [request.seed for request in requests]
    common = not system.draws or (seeds[0] is not None and len(set(seeds)) == 1)
    return [Draws(system, seed) for seed in (seeds[:1] if common else seeds)]


def _fixed(points: _Points) -> tuple[Columns, np.ndarray]:
    """Return what was recorded in fixed steps, and which points remained finite."""
    run, carries, row = points.run, points.carries, 0
    tableau, h = run.model.choice.tableau, run.grid.step_size
    assert tableau is not None
    columns = empty_columns(points.request, len(carries), run.grid.rows)
    for samples, stride in chunks(run.grid):
        first, count = carries[0].step, samples * stride
        tables = [each.inputs.tables(first, count, tableau.distinct_nodes) for each in points.runs]
        inputs = [
            [points.by_point([table[node][signal] for table in tables]) for signal in range(len(tables[0][node]))]
            for node in range(len(tables[0]))
        ]
        numbers = [draws.tables(first, count, h) for draws in points.draws]
        drawn = [np.stack([tables[number] for tables in numbers]) for number in range(len(numbers[0]))]
        carries, found = points.batch.loop(carries, inputs, drawn, h, samples, stride)
        wanted = min(samples, run.grid.rows - row)
        for column, new in zip(columns, found, strict=True):
            column[:, row : row + wanted] = new[:, :wanted]
        row += wanted
    return columns, np.array([bool(np.isfinite(carry.y).all()) for carry in carries])


def _accepted(points: _Points) -> tuple[Columns, np.ndarray] | None:
    """Return what was recorded between accepted steps, and which points came to the end."""
    samples = [run.inputs.samples() for run in points.runs]
    if any(found is None for found in samples):
        return None
    known = [found for found in samples if found is not None]
    if len({tuple(np.shape(table) for table in found) for found in known}) > 1:
        return None
    tables = [points.by_point([found[number] for found in known]) for number in range(len(known[0]))]
    given = tables, points.run.inputs.base, points.run.grid.step_size
    problems, driver = [problem_of(each) for each in points.runs], points.run.model.choice.driver
    if isinstance(driver, EmbeddedPair):
        loop = points.batch.pair_loop(*given)
        return None if loop is None else _travelled(points, loop, problems)
    assert driver is not None
    known_indices = indices_known(points.run.model.system, points.run.arguments)
    equations = points.batch.equations(*given) if known_indices else None
    return None if equations is None else _driven(points, driver, equations, problems)


def _driven(
    points: _Points, driver: Driver, equations: Equations, problems: Sequence[Problem]
) -> tuple[Columns, np.ndarray] | None:
    """Return what a driver finds that integrates problems side by side."""
    y = np.array([carry.y for carry in points.carries], dtype=float).reshape(len(points.carries), -1)
    found = driver.integrate_many(Problems(problems[0], y, _spans(points, problems), equations))
    if found is None:
        return None
    finite = np.isfinite(found.y).all(axis=1) | (not points.run.request.stop_on_nonfinite)
    return found.columns, found.done & finite


def _travelled(points: _Points, loop: PairBatch, problems: Sequence[Problem]) -> tuple[Columns, np.ndarray]:
    problem = problems[0]
    options, times = adaptive_options(problem), np.asarray(problem.times, dtype=float)
    control, spans = control_of(options, len(problem.y)), _spans(points, problems)
    travellers = _travellers(points, problem.start, len(times))
    until = most = FIRST_STEPS
    while True:
        until = until if options.max_steps is None else min(until, options.max_steps)
        which = np.nonzero(travellers.status == Status.MORE)[0]
        started = perf_counter()
        loop.advance(travellers, which, until, spans, control, times)
        on = travellers.status == Status.MORE
        if not on.any() or until == options.max_steps:
            break
        elapsed = perf_counter() - started
        most = max(1, min(4 * most, int(most * CALL_SECONDS / max(elapsed, 1e-6))))
        until += most
    finite = np.isfinite(travellers.y).all(axis=1) | (not points.run.request.stop_on_nonfinite)
    return travellers.columns, (travellers.status == Status.DONE) & finite


def _spans(points: _Points, problems: Sequence[Problem]) -> Spans:
    """Return the spans of all points."""
    found = spans_of(problems)
    if len(problems) == 1:
        return found
    return Spans(found.count[points.of], found.end[points.of], found.first[points.of], found.last[points.of])


def _travellers(points: _Points, start: float, rows: int) -> Travellers:
    """Return all points at the start."""
    count = len(points.carries)
    return Travellers(
        status=np.full(count, int(Status.MORE)),
        span=np.zeros(count, dtype=int),
        fresh=np.ones(count, dtype=bool),
        time=np.full(count, start),
        y=np.array([carry.y for carry in points.carries], dtype=float).reshape(count, -1),
        proposal=np.full(count, np.nan),
        steps=np.zeros(count, dtype=int),
        rows=np.zeros(count, dtype=int),
        columns=empty_columns(points.request, count, rows),
    )


def _finite(columns: Columns, places: Sequence[int]) -> np.ndarray:
    """Return for each point whether some of its recorded variables are finite throughout."""
    finite = np.ones(len(columns[0]) if columns else 0, dtype=bool)
    for place in places:
        finite &= np.isfinite(columns[place]).reshape(len(columns[place]), -1).all(axis=1)
    return finite
