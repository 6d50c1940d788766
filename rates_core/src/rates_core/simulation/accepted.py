"""Run a driver: adaptive methods and solvers of other libraries."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve

from rates_core.delays.dependence import Dependence
from rates_core.delays.present import Present
from rates_core.delays.reads import read_indices
from rates_core.errors import NonFiniteError, SimulationError
from rates_core.programs.carry import Carry
from rates_core.programs.record import Record
from rates_core.simulation.breaks import Breaks
from rates_core.simulation.failure import keep
from rates_core.simulation.happenings import Happenings, happenings
from rates_core.simulation.native_pair import native_pair, run_native_pair
from rates_core.simulation.nonfinite import are_finite, bad_column, bad_state, computed_columns, non_finite
from rates_core.simulation.past_values import Reads
from rates_core.simulation.progress import Progress
from rates_core.simulation.rows import keep_columns
from rates_core.solvers.driver import Problem
from rates_core.solvers.past import Past

if TYPE_CHECKING:
    from rates_core.delays.strategy import AcceptedHistory
    from rates_core.programs.equations import Equations
    from rates_core.simulation.execution import Run

HIGHEST_ORDER = 8  # of solvers whose order is that of the method chosen


def run_accepted(run: Run) -> tuple[Carry, Record]:
    """Return the end of the run and what was recorded.

    Raises:
        NonFiniteError: a variable became NaN or infinite.
        SimulationError: the method failed; the error holds the time reached and what was recorded.
    """
    record = run.record()
    reads, breaks = _reads(run), _breaks(run)
    events = happenings(run, reads, breaks)
    problem = _problem(run, reads, breaks, events)
    driver = run.model.choice.driver
    assert driver is not None
    loop = None if reads.present or events is not None else native_pair(run, reads.history)
    if loop is not None:
        with suppress(IndexError):  # which steps one by one raise again, with its name
            carry, record = run_native_pair(run, loop, problem, reads.history)
            return _ended(run, carry, breaks), record
        record, reads = run.record(), _reads(run)
        problem = _problem(run, reads, breaks)
    carry = run.carry
    stops, computed = run.request.stop_on_nonfinite, computed_columns(run)
    with Progress(run.request.verbose, problem.end - problem.start) as progress:
        try:
            for part in driver.integrate(problem):
                for state in part.states:
                    time = problem.times[len(record)]
                    row = _row(run, reads, time, state)
                    if stops and not (np.isfinite(state).all() and are_finite(row, computed)):
                        raise _not_finite(run, state, row, time, record)
                    record.append(row)
                if part.columns is not None:
                    keep_columns(run, part.columns, record, problem.times)
                progress.advance(part.time - carry.time)
                carry = Carry(carry.step, part.time, part.y, reads.history, part.controller)
                if stops and not np.isfinite(part.y).all():
                    raise non_finite(run, bad_state(run.model.system, part.y), None, part.time, record)
        except SimulationError as error:
            keep(run, error, problem, carry, record)
            raise
        except KeyboardInterrupt as interrupt:
            interrupt.result = run.frame(record)  # type: ignore[attr-defined]
            raise
    return _ended(run, carry, breaks, events), record


def _ended(run: Run, carry: Carry, breaks: Breaks, events: Happenings | None = None) -> Carry:
    """Return what the end of a run hands on."""
    pulses = () if events is None else tuple(events.late)
    return evolve(carry, step=run.carry.step + run.grid.steps, breaks=breaks.lasting(carry.time), pulses=pulses)


def _reads(run: Run) -> Reads:
    history = run.carry.history.copy() if run.carry.history is not None else None
    system = run.model.system
    return Reads(Present(system, run.kernel, run.delays, read_indices(system), run.arguments), history)


def _breaks(run: Run) -> Breaks:
    """Return where the run is not smooth."""
    start, jumps = run.carry.time, run.inputs.stops()
    begins = run.begins or bool(run.inputs.signals)  # what continues a run starts with new inputs
    origins = (*run.carry.breaks, *([start] if begins else []), *jumps)
    return Breaks(origins, jumps, start + run.request.simulation_time, _distinct(run), _order(run), _sharp(run))


def problem_of(run: Run) -> Problem:
    """Return the problem of a run without delays and events."""
    return _problem(run, _reads(run), _breaks(run))


def _problem(run: Run, reads: Reads, breaks: Breaks, events: Happenings | None = None) -> Problem:
    kernel, inputs = run.kernel, run.inputs
    no_draws: tuple[Any, ...] = ()

    def derivative(t: float, y: np.ndarray) -> np.ndarray:
        fed = inputs.at(t)
        return np.asarray(kernel.rhs(t, y, fed, reads.at(t, y, fed), no_draws))

    start = run.carry.time
    stops = breaks.stops(start) if events is None else events.stops(start)
    return Problem(
        derivative=derivative,
        start=start,
        y=np.array(run.carry.y),
        times=run.times(run.grid.rows),
        end=breaks.end,
        stops=[stop for stop in stops if start < stop < breaks.end],
        options=run.model.choice.solver_options,
        method=run.model.choice.method,
        make_jacobian=None if reads.present else lambda: _jacobian(run, reads.history),
        make_equations=lambda: _equations(run),
        accept=None if reads.history is None else reads.history.accept,
        shortest_delay=min((delay for delay in breaks.delays if delay > 0), default=None),
        controller=run.carry.controller,
        past=None if reads.history is None else _past(run, reads.history),
        events=events,
    )


def _past(run: Run, history: AcceptedHistory) -> Past:
    begins = run.request.state is None  # what goes on from another run was something else on each of its steps
    constants = run.past.constants if begins and run.past is not None else {}
    return Past(run.delays, read_indices(run.model.system), history.value, constants, history.trail)


def _distinct(run: Run) -> list[float]:
    return [float(value) for delay in run.delays for value in np.unique(delay)]


def _sharp(run: Run) -> list[float]:
    """Return the delays in circles of computed variables, in which jumps never become smooth."""
    dependence, reads = run.model.system.once(Dependence), run.model.system.reads
    needed = frozenset[int]().union(*(dependence.needed_reads[slot] for slot in dependence.recurrent))
    within = [run.delays[number] for number in needed if reads[number].slot in dependence.recurrent]
    return [float(value) for delay in within for value in np.unique(delay)]


def _order(run: Run) -> int:
    return run.model.choice.solver.order or HIGHEST_ORDER


def _equations(run: Run) -> Equations | None:
    """Return the right-hand side in arrays of the backend's library, or None for a backend that has none."""
    samples = run.inputs.samples()
    return run.kernel.equations(run.inputs.at if samples is None else samples, run.inputs.base, run.grid.step_size)


def _jacobian(run: Run, history: Any) -> Any:
    """Return ∂f/∂y, or None for a model that has none."""
    if run.model.jacobian is None:
        return None
    program, structural = run.model.jacobian
    matrix = program.bind({**run.arguments, **structural})
    no_draws: tuple[Any, ...] = ()

    def jacobian(t: float, y: np.ndarray) -> Any:
        reads = () if history is None else history.read(t)
        return matrix(t, y, run.inputs.at(t), reads, no_draws)

    return jacobian


def _row(run: Run, reads: Reads, t: float, y: np.ndarray) -> tuple[Any, ...]:
    inputs = run.inputs.at(t)
    return run.kernel.observe(t, y, inputs, reads.at(t, y, inputs), ())


def _not_finite(run: Run, y: np.ndarray, row: Any, time: float, record: Record) -> NonFiniteError:
    """Return the error for a state or for the row that it gives."""
    what = bad_column(run, row) if np.isfinite(y).all() else bad_state(run.model.system, y)
    return non_finite(run, what, None, time, record)
