"""Drive diffrax's methods with compiled loops."""

from __future__ import annotations

import math
from collections.abc import Iterator
from time import perf_counter

import jax
import jax.numpy as jnp
import numpy as np
from attrs import evolve
from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.programs.arrays.losses import CheckedLoss
from rates_core.programs.equations import Equations
from rates_core.programs.gradient import GradientRequest, Gradients
from rates_core.programs.pair import Status
from rates_core.programs.real_pairs import numbers_of
from rates_core.programs.record import Columns
from rates_core.solvers.driver import Driver, Problem, Problems, Progress, Solutions
from rates_core.solvers.failures import stuck, too_many_steps
from rates_core.solvers.pieces import spans_of

from rates_jax.adjoints import Derivative, Way, adjoint_name
from rates_jax.methods import DEFAULT, options_of
from rates_jax.pace import FIRST_STEPS, MOST_BYTES, room_for, steps_of_next
from rates_jax.together import Together, go_together
from rates_jax.travel import Place, Reached, Road, Rows, road_of, traveller

SOLVER = "diffrax"
LEAST_ROOM = 64  # steps, of what is differentiated


class DiffraxDriver(Driver):
    """Integrate with methods of diffrax, many steps in one call of compiled code.

    A call takes about 0.2 s; the next one goes on from its end as if it were the same.
    """

    differentiates = True
    side_by_side = True

    def check(self, problem: Problem) -> None:
        """Check the options.

        Raises:
            ArgumentError: one has no meaning.
        """
        options_of(problem)
        adjoint_name(problem.options["adjoint"])

    def integrate(self, problem: Problem) -> Iterator[Progress]:
        """Yield the solution part by part.

        Raises:
            ArgumentError: an option has no meaning.
            UnsupportedFeatureError: the model is not to be had as a function of JAX's arrays.
            SimulationError: the method failed.
        """
        yield from _Run(problem, _equations(problem)).parts()

    def integrate_many(self, problems: Problems) -> Solutions | None:
        """Integrate problems side by side; None where Jacobians of all of them would take too much memory."""
        return Together(problems).solved() if go_together(problems) else None

    def gradient(self, problem: Problem, request: GradientRequest) -> Gradients:
        """Return the derivatives of a loss of a run, by the way that the option `adjoint` names.

        Raises:
            SimulationError: the method failed.
        """
        equations = _equations(problem)
        run = _Run(problem, equations)
        parameters, _ = equations.values
        moved = tuple(path for path in request.parameters if path in parameters)
        paired = frozenset(path for path, value in parameters.items() if jnp.iscomplexobj(value))
        adjoint = adjoint_name(problem.options["adjoint"])
        way = Way.of(run.method, adjoint, paired, evolve(request, parameters=moved))
        # a run before had room for its steps; where it is not enough, or they are limited, they are counted
        most = equations.kept.get(("diffrax room", run.method), 0) if problem.options["max_steps"] is None else 0
        found = run.derivatives(evolve(way, most=most), request) if most else None
        while found is None:
            most = max(4 * most, run.room())
            found = run.derivatives(evolve(way, most=most), request)
        equations.kept["diffrax room", run.method] = most
        return found


def _equations(problem: Problem) -> Equations:
    equations = problem.equations
    if equations is None:
        raise UnsupportedFeatureError(
            "The solver 'diffrax' needs the model as a function of JAX's arrays, which this backend does not give."
        )
    return equations


class _Run:
    """One run of a method, call by call."""

    def __init__(self, problem: Problem, equations: Equations) -> None:
        self._problem, self._equations = problem, equations
        self.method = problem.method or DEFAULT
        self._options = options_of(problem)
        self._times = np.asarray(problem.times, dtype=float)
        self._room = room_for(len(self._times), MOST_BYTES // (8 * max(1, len(problem.y))))
        self.count = 0  # of steps
        self._travel = traveller(equations, self.method)

    def parts(self) -> Iterator[Progress]:
        """Yield what each call gives, or raise what it ended with."""
        limit, rows, most = self._options.steps.max_steps, 0, FIRST_STEPS
        with jax.enable_x64(True):
            road, place = jax.tree.map(jnp.asarray, (self._road(), self._start()))
            kept = self._travel.kept(self._equations.values, place, road)
            place = place._replace(method=kept)
        while True:
            started = perf_counter()
            wanted = most if limit is None else min(most, limit - self.count)
            reached = self._called(place, road, rows, wanted)
            place, status, found = reached.place, Status(int(reached.status)), int(reached.rows)
            self.count, rows = self.count + int(reached.steps), rows + found
            time = float(place.t)
            yield self._progress(reached, time, found)
            if status is Status.DONE:
                return
            if status is not Status.MORE:
                raise stuck(SOLVER, time, status is Status.UNDEFINED)
            if limit is not None and self.count >= limit:
                raise too_many_steps(SOLVER, limit, time)
            most = steps_of_next(most, int(reached.steps), perf_counter() - started)

    def room(self) -> int:
        """Return room for all steps that the run tries, one of few numbers; raise what is wrong with it."""
        self.count, room = 0, LEAST_ROOM
        for _ in self.parts():
            pass
        while room < 2 * self.count:
            room *= 4
        return room

    def derivatives(self, way: Way, request: GradientRequest) -> Gradients | None:
        """Return the derivatives of a loss, or None where there is not room for all steps."""
        problem, (parameters, fed) = self._problem, self._equations.values
        first = self._options.steps.first_step
        with jax.enable_x64(True):
            y = jnp.asarray(problem.y)
            parameters = {
                path: jnp.stack((value.real, value.imag), -1) if path in way.paired else value
                for path, value in parameters.items()
            }
            fixed = {path: value for path, value in parameters.items() if path not in way.moved}
            variables = (*(parameters[path] for path in way.moved), *([y] if way.initial else []))
            road = jax.tree.map(jnp.asarray, self._even(way.adjoint, self._road()))
            rest = (
                fixed, fed, y, road, jnp.asarray(problem.start), None if first is None else jnp.asarray(first),
                jnp.asarray(list(problem.stops), dtype=float), jnp.asarray(self._times),
            )  # fmt: skip
            key = "diffrax", way
            if key not in self._equations.kept:
                self._equations.kept[key] = Derivative(self._equations, way)
            value, found, done = self._equations.kept[key].of(CheckedLoss(request.loss), variables, rest)
        self._equations.check()
        if not bool(done):
            return None
        parts = [np.asarray(part, dtype=float) for part in found]
        by_path = {
            path: numbers_of(part) if path in way.paired else part for path, part in zip(way.moved, parts, strict=False)
        }
        return Gradients(float(value), by_path, parts[-1] if way.initial else None)

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
        if method != self.method:
            size, errors = steps.first_step, (1.0, 1.0)
        y = np.array(problem.y, dtype=float)
        h = np.float64(math.nan if size is None else min(size, steps.max_step))
        return Place(np.float64(problem.start), y, h, tuple(map(np.float64, errors)), np.True_, np.True_, None)

    def _road(self) -> Road:
        problem = self._problem
        road: Road = jax.tree.map(
            lambda leaf: leaf[0], road_of(self._options, spans_of([problem]), len(problem.y), problem.end)
        )
        return road

    def _even(self, adjoint: str, road: Road) -> Road:
        """Return tolerances that serve derivatives too, where those are integrated.

        Raises:
            ArgumentError: each state has a tolerance of its own.
        """
        steps = self._options.steps
        if adjoint != "backsolve":
            return road
        if np.ndim(steps.rtol) or np.ndim(steps.atol):
            raise ArgumentError(
                "adjoint='backsolve' takes one rtol and one atol, for derivatives have none of their own."
            )
        return road._replace(rtol=np.float64(steps.rtol), atol=np.float64(steps.atol))

    def _progress(self, reached: Reached, time: float, rows: int) -> Progress:
        place, kinds = reached.place, self._equations.kinds
        columns: Columns = tuple(
            np.array(column)[:rows].astype(kind) for column, kind in zip(reached.columns, kinds, strict=True)
        )
        first, second = (float(error) for error in place.errors)
        controller = self.method, float(place.h), (first, second)
        return Progress(time, np.array(place.y), (), controller, columns)
