"""Run an embedded pair whose loop a backend brings."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_core.errors import SimulationError
from rates_core.programs.carry import Carry
from rates_core.programs.pair import PairLoop, Reached, Span, Status, StepControl
from rates_core.programs.record import Record
from rates_core.simulation.failure import keep
from rates_core.simulation.nonfinite import bad_state, non_finite
from rates_core.simulation.progress import Progress
from rates_core.simulation.rows import keep_columns
from rates_core.solvers.adaptive_options import AdaptiveOptions, adaptive_options
from rates_core.solvers.driver import Problem
from rates_core.solvers.embedded import EmbeddedPair
from rates_core.solvers.failures import bad_derivative, stuck, too_many_steps
from rates_core.solvers.pieces import pieces

if TYPE_CHECKING:
    from rates_core.simulation.execution import Run

FIRST_STEPS = 200  # of the first call, from which the speed is measured
CALL_SECONDS = 0.2


def native_pair(run: Run, history: Any) -> PairLoop | None:
    """Return the backend's loop for a run, or None if it has none: with inputs or a past that are Python functions.

    Args:
        run: that is to be done.
        history: the stored past, which the loop extends; None without delays.
    """
    if not isinstance(run.model.choice.driver, EmbeddedPair):
        return None
    samples = run.inputs.samples()
    if samples is None:
        return None
    given = samples, run.inputs.base, run.grid.step_size
    if history is None:
        return run.kernel.pair_loop(*given)
    return None if history.trail() is None else run.kernel.pair_loop(*given, history)


def run_native_pair(run: Run, loop: PairLoop, problem: Problem, history: Any) -> tuple[Carry, Record]:
    """Return the end of the run and what was recorded.

    Raises:
        NonFiniteError: a variable became NaN or infinite.
        SimulationError: the method failed; the error holds the time reached and what was recorded.
    """
    record, carry = run.record(), run.carry
    time = problem.start
    with Progress(run.request.verbose, problem.end - problem.start) as progress:
        try:
            for reached in _parts(run, loop, problem, record):
                progress.advance(reached.time - time)
                time = reached.time
                carry = Carry(carry.step, reached.time, reached.y, history, reached.proposal)
        except SimulationError as error:
            keep(run, error, problem, carry, record)
            raise
        except KeyboardInterrupt as interrupt:
            interrupt.result = run.frame(record)  # type: ignore[attr-defined]
            raise
    return carry, record


def _parts(run: Run, loop: PairLoop, problem: Problem, record: Record) -> Iterator[Reached]:
    """Yield where each call of the loop leads, with its rows recorded."""
    options = adaptive_options(problem)
    control, times = control_of(options, len(problem.y)), np.asarray(problem.times, dtype=float)
    time, y, proposal = problem.start, problem.y, problem.controller
    method, count, most = run.model.choice.solver.name, 0, FIRST_STEPS
    for piece in pieces(problem):
        fresh = True
        while fresh or time < piece.end:
            left = most if options.max_steps is None else min(most, options.max_steps - count)
            span = Span(piece.end, *piece.bounds(), fresh)
            started = perf_counter()
            reached = loop.advance(time, y, proposal, span, control, times[len(record) :], left)
            _keep(run, reached, record, times)
            count += reached.steps
            yield reached
            _check(reached, method, options, count)
            time, y, proposal, fresh = reached.time, reached.y, reached.proposal, False
            elapsed = perf_counter() - started
            most = max(1, min(4 * most, int(max(reached.steps, 1) * CALL_SECONDS / max(elapsed, 1e-6))))


def control_of(options: AdaptiveOptions, size: int) -> StepControl:
    """Return options as a loop of a backend takes them, a tolerance for each entry of the state."""
    rtol, atol = (np.array(np.broadcast_to(value, (size,)), dtype=float) for value in (options.rtol, options.atol))
    return StepControl(rtol, atol, options.max_step, options.first_step)


def _keep(run: Run, reached: Reached, record: Record, times: np.ndarray) -> None:
    """Record rows up to the first that is not finite."""
    keep_columns(run, reached.columns, record, times)
    if run.request.stop_on_nonfinite and not np.isfinite(reached.y).all():
        raise non_finite(run, bad_state(run.model.system, reached.y), None, reached.time, record)


def _check(reached: Reached, method: str, options: AdaptiveOptions, count: int) -> None:
    if reached.status is Status.BAD_DERIVATIVE:
        raise bad_derivative(reached.time)
    if reached.status in (Status.TOO_SMALL, Status.UNDEFINED):
        raise stuck(method, reached.time, reached.status is Status.UNDEFINED)
    most = options.max_steps
    if reached.status is Status.MORE and most is not None and count >= most:
        raise too_many_steps(method, most, reached.time)
