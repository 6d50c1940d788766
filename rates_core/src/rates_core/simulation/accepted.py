"""Run a driver: adaptive methods and solvers of other libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve

from rates_core.errors import NonFiniteError, SimulationError, UnsupportedFeatureError
from rates_core.programs.carry import Carry
from rates_core.programs.program import Backend, Rows
from rates_core.simulation.breaking import breaking_points
from rates_core.simulation.progress import Progress
from rates_core.solvers.driver import Problem
from rates_core.system.linearisation import Linearisation, linearise

if TYPE_CHECKING:
    from rates_core.simulation.execution import Run


def run_accepted(run: Run) -> tuple[Carry, Rows]:
    """Return the end of the run and its rows.

    Raises:
        NonFiniteError: a variable became NaN or infinite.
        SimulationError: the method failed; the error holds the time reached and what was recorded.
    """
    rows: Rows = []
    history = run.carry.history.copy() if run.carry.history is not None else None
    problem = _problem(run, history)
    driver = run.model.choice.driver
    assert driver is not None
    carry = run.carry
    with Progress(run.request.verbose, problem.end - problem.start) as progress:
        try:
            for part in driver.integrate(problem):
                for state in part.states:
                    rows.append(_row(run, history, problem.times[len(rows)], state))
                progress.advance(part.time - carry.time)
                carry = Carry(carry.step, part.time, part.y, history, part.controller)
                if run.request.stop_on_nonfinite and not np.isfinite(part.y).all():
                    raise _not_finite(run, part.y, part.time, rows)
        except SimulationError as error:
            error.result = run.frame(rows) if error.result is None else error.result
            raise
        except KeyboardInterrupt as interrupt:
            interrupt.result = run.frame(rows)  # type: ignore[attr-defined]
            raise
    return evolve(carry, step=run.carry.step + run.grid.steps), rows


def _problem(run: Run, history: Any) -> Problem:
    kernel, inputs = run.kernel, run.inputs
    no_draws: tuple[Any, ...] = ()

    def derivative(t: float, y: np.ndarray) -> np.ndarray:
        reads = () if history is None else history.read(t)
        return np.asarray(kernel.rhs(t, y, inputs.at(t), reads, no_draws))

    start = run.carry.time
    end = start + run.request.simulation_time
    delays = [float(value) for delay in run.delays for value in np.unique(delay)]
    jumps = inputs.stops()
    order = run.model.choice.solver.order or 5
    stops = sorted({*jumps, *breaking_points(start, end, delays, jumps, order)})
    return Problem(
        derivative=derivative,
        start=start,
        y=np.array(run.carry.y),
        times=run.times(run.grid.rows),
        end=end,
        stops=[stop for stop in stops if start < stop < end],
        options=run.model.choice.solver_options,
        method=run.model.choice.method,
        make_jacobian=lambda: _jacobian(run, history),
        accept=None if history is None else history.accept,
        shortest_delay=min(delays) if delays else None,
        controller=run.carry.controller,
    )


def _jacobian(run: Run, history: Any) -> Any:
    """Return ∂f/∂y, or None for a model that has none."""
    try:
        linearisation = linearise(run.model.system)
    except UnsupportedFeatureError:
        return None
    backend: Backend = run.model.choice.backend.load()()
    matrix = backend.jacobian(linearisation).bind(run.arguments | _structural(linearisation))
    no_draws: tuple[Any, ...] = ()

    def jacobian(t: float, y: np.ndarray) -> np.ndarray:
        reads = () if history is None else history.read(t)
        return matrix(t, y, run.inputs.at(t), reads, no_draws)

    return jacobian


def _structural(linearisation: Linearisation) -> dict[str, Any]:
    return {item.path: item.value for item in linearisation.system.parameters if item.structural}


def _row(run: Run, history: Any, t: float, y: np.ndarray) -> tuple[Any, ...]:
    reads = () if history is None else history.read(t)
    return run.kernel.observe(t, y, run.inputs.at(t), reads, ())


def _not_finite(run: Run, y: np.ndarray, time: float, rows: Rows) -> NonFiniteError:
    place = int(np.argmax(~np.isfinite(y)))
    name = next(s.path for s in run.model.system.states if s.offset <= place < s.offset + s.width)
    return NonFiniteError(
        f"'{name}' became NaN or infinite at t = {time:.9g}. What was recorded until then is in the error's result.",
        time,
        run.frame(rows),
    )
