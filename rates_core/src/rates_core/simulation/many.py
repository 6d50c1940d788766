"""Run a compiled model at many points: together where the backend can, else one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rates_core.errors import SimulationError
from rates_core.programs.batch import empty_columns
from rates_core.simulation.execution import Run, RunRequest, performed
from rates_core.simulation.grid import time_grid
from rates_core.simulation.memory import REAL, row_size
from rates_core.simulation.points import PointResults
from rates_core.simulation.together import run_together
from rates_core.switches import whole_number

if TYPE_CHECKING:
    from rates_core.simulation.compile import CompiledModel

MOST_BYTES = 2**26  # that the rows of points which run together take
MOST_POINTS = 4096  # that run together

Asked = tuple[int, "CompiledModel", RunRequest]


def run_many(asked: Sequence[Asked], at_once: int | None) -> Iterator[PointResults]:
    """Yield results in the order of the points, as many at a time as memory allows.

    Args:
        asked: number of each point, the model that runs it, and its run.
        at_once: number of points that are yielded together at most; chosen if None.
    """
    for _, group in groupby(asked, lambda item: id(item[1])):
        points = list(group)
        model = points[0][1]
        able = model.choice.backend.capabilities.batch and points[0][2].state is None
        if able and (model.program.gains(len(points)) if at_once is None else at_once > 1):
            size = at_once or _at_once(model, points[0][2])
            for first in range(0, len(points), size):
                yield from _batch(model, points[first : first + size])
        else:
            yield from map(_alone, points)


def checked_number(at_once: Any) -> int | None:
    """Return how many points run together at most, if that was asked for.

    Raises:
        ArgumentError: it is no such number.
    """
    return None if at_once is None else whole_number("at_once", at_once, 1)


def _at_once(model: CompiledModel, request: RunRequest) -> int:
    """Return how many points run together."""
    grid = time_grid(
        request.simulation_time, request.step_size, request.sampling_step_size, request.cutoff, model.choice.fixed
    )
    return max(1, min(MOST_POINTS, MOST_BYTES // (grid.rows * max(REAL, row_size(model.system, model.recording)))))


def _batch(model: CompiledModel, points: Sequence[Asked]) -> Iterator[PointResults]:
    """Yield the results of points that run together, or of each, if they cannot; those that end early run once more.

    Alone they say what happened, and when.
    """
    found = run_together(model, [request for _, _, request in points])
    if found is None:
        yield from map(_alone, points)
        return
    failures: dict[int, SimulationError] = {}
    for place in found.ended:
        number = points[place][0]
        again = _alone(points[place])
        for column, one in zip(found.recorded, again.recorded, strict=True):
            column[place] = one[0]
        failures |= again.failures
        assert number in again.numbers
    numbers = tuple(number for number, _, _ in points)
    yield PointResults(numbers, found.times, found.recorded, failures, found.model)


def _alone(point: Asked) -> PointResults:
    """Return the results of a point that runs alone."""
    number, model, request = point
    run: Run
    try:
        run, _, record = performed(model, request)
    except SimulationError as error:
        if error.result is None:
            raise
        return _ended(number, model, request, error)
    first = run.grid.first_row
    columns = tuple(column[None, first:] for column in record.columns())
    return PointResults((number,), run.times(len(record))[first:], columns, {}, run.model)


def _ended(number: int, model: CompiledModel, request: RunRequest, error: SimulationError) -> PointResults:
    """Return the results of a run that ended early."""
    from rates_core.simulation.execution import prepared

    run = prepared(model, request)
    rows, first = run.grid.rows, run.grid.first_row
    columns = empty_columns(run.model.program.request, 1, rows - first)
    return PointResults((number,), run.times(rows)[first:], columns, {number: error}, run.model)
