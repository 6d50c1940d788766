"""Drive diffrax's methods with compiled loops."""

from __future__ import annotations

import math
from collections.abc import Iterator
from time import perf_counter

import jax
import jax.numpy as jnp
import numpy as np
from rates_core.errors import UnsupportedFeatureError
from rates_core.programs.equations import Equations
from rates_core.programs.pair import Status
from rates_core.programs.record import Columns
from rates_core.solvers.driver import Driver, Problem, Progress
from rates_core.solvers.failures import stuck, too_many_steps
from rates_core.solvers.pieces import pieces

from rates_jax.methods import DEFAULT, options_of
from rates_jax.travel import Place, Reached, Road, Rows, traveller

SOLVER = "diffrax"
FIRST_STEPS = 200  # of the first call, from which the speed is measured
CALL_SECONDS = 0.2
MOST_BYTES = 2**24  # of the rows of a call


class DiffraxDriver(Driver):
    """Integrate with methods of diffrax, many steps in one call of compiled code.

    A call takes about 0.2 s; the next one goes on from its end as if it were the same.
    """

    def check(self, problem: Problem) -> None:
        """Check the options.

        Raises:
            ArgumentError: one has no meaning.
        """
        options_of(problem)

    def integrate(self, problem: Problem) -> Iterator[Progress]:
        """Yield the solution part by part.

        Raises:
            ArgumentError: an option has no meaning.
            UnsupportedFeatureError: the model is not to be had as a function of JAX's arrays.
            SimulationError: the method failed.
        """
        equations = problem.equations
        if equations is None:
            raise UnsupportedFeatureError(
                "The solver 'diffrax' needs the model as a function of JAX's arrays, which this backend does not give."
            )
        yield from _Run(problem, equations).parts()


class _Run:
    """One run of a method, call by call."""

    def __init__(self, problem: Problem, equations: Equations) -> None:
        self._problem, self._equations = problem, equations
        self._method = problem.method or DEFAULT
        self._options = options_of(problem)
        self._times = np.asarray(problem.times, dtype=float)
        self._room = _room(len(self._times), MOST_BYTES // (8 * max(1, len(problem.y))))
        self._travel = traveller(equations, self._method)

    def parts(self) -> Iterator[Progress]:
        """Yield what each call gives, or raise what it ended with."""
        limit, count, rows, most = self._options.steps.max_steps, 0, 0, FIRST_STEPS
        with jax.enable_x64(True):
            road, place = jax.tree.map(jnp.asarray, (self._road(), self._start()))
            kept = self._travel.kept(self._equations.values, place, road)
            place = place._replace(method=jax.tree.map(jnp.asarray, kept))
        while True:
            started = perf_counter()
            wanted = most if limit is None else min(most, limit - count)
            reached = self._called(place, road, rows, wanted)
            place, status, found = reached.place, Status(int(reached.status)), int(reached.rows)
            count, rows = count + int(reached.steps), rows + found
            time = float(place.t)
            yield self._progress(reached, time, found)
            if status is Status.DONE:
                return
            if status is not Status.MORE:
                raise stuck(SOLVER, time, status is Status.UNDEFINED)
            if limit is not None and count >= limit:
                raise too_many_steps(SOLVER, limit, time)
            elapsed = perf_counter() - started
            most = max(1, min(8 * most, int(max(int(reached.steps), 1) * CALL_SECONDS / max(elapsed, 1e-6))))

    def _called(self, place: Place, road: Road, rows: int, most: int) -> Reached:
        """Take steps, with the next rows."""
        times = np.full(self._room, math.inf)
        some = self._times[rows : rows + self._room]
        times[: len(some)] = some
        behind = self._times[rows + self._room : rows + self._room + 1]
        beyond = float(behind[0]) if len(behind) else math.inf
        with jax.enable_x64(True):
            reached: Reached = self._travel.go(self._equations.values, place, road, Rows(times, beyond), most)
            reached.status.block_until_ready()
        self._equations.check()
        return reached

    def _start(self) -> Place:
        """Return where the run starts, with what an earlier one would have gone on with."""
        problem, steps = self._problem, self._options.steps
        method, size, errors = problem.controller or (None, None, ())
        if method != self._method:
            size, errors = steps.first_step, (1.0, 1.0)
        y = np.array(problem.y, dtype=float)
        h = np.float64(math.nan if size is None else min(size, steps.max_step))
        return Place(np.float64(problem.start), y, h, tuple(map(np.float64, errors)), np.True_, np.True_, None)

    def _road(self) -> Road:
        steps, problem = self._options.steps, self._problem
        found = list(pieces(problem))
        room = _room(len(found) + 1)
        ends, firsts, lasts = (np.full(room, value) for value in (math.inf, -math.inf, math.inf))
        ends[: len(found)] = [piece.end for piece in found]
        bounds = np.array([piece.bounds() for piece in found])
        firsts[: len(found)], lasts[: len(found)] = bounds.T
        rtol, atol = (np.array(np.broadcast_to(value, problem.y.shape), float) for value in (steps.rtol, steps.atol))
        proportional, integral, derivative = map(np.float64, self._options.coefficients)
        coefficients = proportional, integral, derivative
        return Road(ends, firsts, lasts, rtol, atol, np.float64(steps.max_step), coefficients, np.float64(problem.end))

    def _progress(self, reached: Reached, time: float, rows: int) -> Progress:
        place, kinds = reached.place, self._equations.kinds
        columns: Columns = tuple(
            np.array(column)[:rows].astype(kind) for column, kind in zip(reached.columns, kinds, strict=True)
        )
        first, second = (float(error) for error in place.errors)
        controller = self._method, float(place.h), (first, second)
        return Progress(time, np.array(place.y), (), controller, columns)


def _room(needed: int, most: float = math.inf) -> int:
    """Return one of few numbers, so that other numbers compile nothing again, at least 8 and else at most `most`."""
    room = 8
    while room < needed and 8 * room <= most:
        room *= 8
    return room
