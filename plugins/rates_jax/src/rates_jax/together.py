"""Problems side by side, each with its own steps, in a compiled loop that all of them share."""

from __future__ import annotations

import math
from time import perf_counter
from typing import Any

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from rates_core.programs.pair import Status
from rates_core.programs.record import Columns
from rates_core.solvers.driver import Problems, Solutions

from rates_jax.methods import DEFAULT, options_of
from rates_jax.pace import FIRST_STEPS, MOST_BYTES, room_for, steps_of_next
from rates_jax.travel import Place, Reached, Rows, road_of, traveller

MOST_MATRICES = 2**26  # bytes of the Jacobians of all points, of an implicit method


def go_together(problems: Problems) -> bool:
    """Return whether there is memory for problems side by side, and more than one of them."""
    count, size = problems.y.shape
    kind = getattr(diffrax, problems.problem.method or DEFAULT)
    implicit = issubclass(kind, diffrax.AbstractImplicitSolver)
    return count > 1 and (not implicit or 8 * count * size**2 <= MOST_MATRICES)


class Together:
    """The runs of problems, call by call.

    There are places for more of them, a power of 2, so that sweeps whose parts differ in length compile few times.
    """

    def __init__(self, problems: Problems) -> None:
        self._problem, self._equations = problems.problem, problems.equations
        self._options = options_of(self._problem)
        self._count = len(problems.y)
        places = 2 ** math.ceil(math.log2(self._count))
        self._who = np.minimum(np.arange(places), self._count - 1)
        self._travel = traveller(self._equations, self._problem.method or DEFAULT)
        y = np.array(problems.y, dtype=float)[self._who]
        self._room = room_for(len(self._problem.times), MOST_BYTES // (8 * max(1, y.size)))
        with jax.enable_x64(True):
            road = road_of(self._options, problems.spans, y.shape[1], self._problem.end)
            self._values, self._road = jax.tree.map(self._spread, (self._equations.values, road))
            place = jax.tree.map(jnp.asarray, self._start(y))
            self._first = place._replace(method=self._travel.kept_together(self._values, place, self._road))

    def solved(self) -> Solutions:
        """Return what became of all."""
        places, limit, place, most = len(self._who), self._options.steps.max_steps, self._first, FIRST_STEPS
        steps, rows = (np.zeros(places, dtype=int) for _ in range(2))
        status = np.where(np.arange(places) < self._count, Status.MORE, Status.DONE)
        found: Columns = ()
        while True:
            started = perf_counter()
            left = np.full(places, most) if limit is None else np.minimum(most, limit - steps)
            on = (status == Status.MORE) & (left > 0)
            if not on.any():
                break
            reached = self._called(place, rows, np.where(on, left, 0))
            found = found or self._empty(reached)
            counts, taken = (np.where(on, np.asarray(number), 0) for number in (reached.rows, reached.steps))
            self._keep(found, reached, rows, counts)
            place, status = reached.place, np.where(on, np.asarray(reached.status), status)
            steps, rows = steps + taken, rows + counts
            most = steps_of_next(most, int(taken.max()), perf_counter() - started)
        own = slice(self._count)
        return Solutions(found, (status == Status.DONE)[own], np.array(place.y)[own], steps[own])

    def _called(self, place: Place, rows: np.ndarray, most: np.ndarray) -> Reached:
        """Let each point take some steps, with its next rows."""
        ahead = np.append(np.asarray(self._problem.times, dtype=float), np.full(self._room + 1, math.inf))
        windows = ahead[rows[:, None] + np.arange(self._room + 1)]
        given = Rows(windows[:, :-1], windows[:, -1])
        with jax.enable_x64(True):
            reached: Reached = self._travel.go_together(self._values, place, self._road, given, most)
            reached.status.block_until_ready()
        return reached

    def _start(self, y: np.ndarray) -> Place:
        """Return where all runs start."""
        steps = self._options.steps
        h = math.nan if steps.first_step is None else min(steps.first_step, steps.max_step)
        each, yes = np.ones(len(y)), np.ones(len(y), dtype=bool)
        return Place(self._problem.start * each, y, h * each, (each, each), yes, yes, None)

    def _spread(self, values: Any) -> jax.Array:
        """Return values for all places, or the one that all share."""
        found = jnp.asarray(values)
        return found if len(found) == 1 else found[self._who]

    def _empty(self, reached: Reached) -> Columns:
        """Return room for what is recorded."""
        count, rows = self._count, len(self._problem.times)
        return tuple(
            np.full((count, rows, *column.shape[2:]), math.nan, kind)
            for column, kind in zip(reached.columns, self._equations.kinds, strict=True)
        )

    def _keep(self, found: Columns, reached: Reached, rows: np.ndarray, counts: np.ndarray) -> None:
        """Put new rows behind those that there are."""
        point, row = np.nonzero(np.arange(self._room) < counts[: self._count, None])
        for column, new in zip(found, reached.columns, strict=True):
            column[point, rows[point] + row] = np.asarray(new)[point, row]
