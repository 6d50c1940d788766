"""Run the loop of a fixed-step method in chunks."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define

from rates_core.errors import SimulationError
from rates_core.programs.carry import Carry
from rates_core.programs.record import Columns, Record
from rates_core.simulation.nonfinite import KEPT, are_finite, bad_column, bad_state, computed_columns, non_finite
from rates_core.simulation.progress import Progress

if TYPE_CHECKING:
    from rates_core.simulation.execution import Run
    from rates_core.simulation.grid import TimeGrid

CHUNK_SECONDS = 0.2
FIRST_CHUNK = 500  # steps of the first chunk, from which the speed is measured
GROWTH = 16  # times that a chunk may be longer than the one before
EVEN = 30  # rows of which longer chunks are a multiple: loops may take up to ten steps, of one to ten rows, in one

# What NaN and infinity do in languages whose numbers raise, and what steps do that cannot be taken.
FAILURES = (ArithmeticError, ValueError, IndexError, SimulationError)


def run_fixed(run: Run) -> tuple[Carry, Record]:
    """Return the end of the run and what was recorded.

    Raises:
        NonFiniteError: a variable became NaN or infinite; what was recorded until then is in the error.
        SimulationError: an index was no place of its axis; likewise.
        KeyboardInterrupt: with what was recorded until then as its `result`.
    """
    progress = Progress(run.request.verbose, run.grid.steps)
    return _Loop(run, run.carry, run.record(), progress, computed_columns(run)).run()


def chunks(grid: TimeGrid) -> Iterator[tuple[int, int]]:
    """Yield numbers of rows and steps per row, each taking about as long; steps behind the last row come without rows.

    Between two of them the caller takes the steps, whose time is measured.
    """
    done, size = 0, max(1, FIRST_CHUNK // grid.stride)
    rows = min(grid.rows, grid.steps // grid.stride)
    while done < rows:
        samples = min(size, rows - done)
        started = perf_counter()
        yield samples, grid.stride
        done += samples
        elapsed = perf_counter() - started
        size = max(1, min(GROWTH * size, int(samples * CHUNK_SECONDS / max(elapsed, 1e-6))))
        size -= size % EVEN if size > EVEN else 0
    rest = grid.steps - rows * grid.stride
    if rest > 0:
        yield 1, rest


@define(eq=False)
class _Loop:
    run_: Run
    carry: Carry
    record: Record
    progress: Progress
    computed: tuple[int, ...]

    def run(self) -> tuple[Carry, Record]:
        with self.progress:
            try:
                for samples, stride in chunks(self.run_.grid):
                    self._advance(samples, stride)
            except KeyboardInterrupt as interrupt:
                interrupt.result = self.run_.frame(self.record)  # type: ignore[attr-defined]
                raise
        return self.carry, self.record

    def _call(self, carry: Carry, samples: int, stride: int) -> tuple[Carry, Columns]:
        run, count = self.run_, samples * stride
        tableau = run.model.choice.tableau
        assert tableau is not None
        local = carry.step - run.carry.step
        inputs = run.inputs.tables(local, count, tableau.distinct_nodes) if run.inputs.signals else []
        draws = run.draws.tables(carry.step, count, run.grid.step_size)
        return run.kernel.loop(carry, inputs, draws, run.grid.step_size, samples, stride)

    def _advance(self, samples: int, stride: int) -> None:
        after, columns, failure = self._attempt(self.carry, samples, stride)
        if after is None or (self.run_.request.stop_on_nonfinite and not self._finite(after, columns, samples)):
            raise self._stopped(self.carry, samples, stride) from failure
        self.carry = after
        self._keep(columns, samples)
        self.progress.advance(samples * stride)

    def _attempt(self, carry: Carry, samples: int, stride: int) -> tuple[Carry | None, Columns, Exception | None]:
        """Return where steps lead and what they record, or else what the generated code raised."""
        try:
            return *self._call(carry, samples, stride), None
        except FAILURES as error:
            return None, (), error

    def _wanted(self, samples: int) -> int:
        """Return how many of the next rows are asked for: there may be steps behind the last one."""
        return min(samples, self.run_.grid.rows - len(self.record))

    def _keep(self, columns: Columns, samples: int) -> None:
        self.record.extend(columns, self._wanted(samples))

    def _finite(self, after: Carry | None, columns: Columns, samples: int) -> bool:
        if after is None or not np.isfinite(after.y).all():
            return False
        return are_finite([column[: self._wanted(samples)] for column in columns], self.computed)

    def _stopped(self, good: Carry, samples: int, stride: int) -> Exception:
        """Find the first step that leaves the finite numbers, by halves and then one by one; return the error."""
        while samples > 1:
            half = samples // 2
            after, columns, _ = self._attempt(good, half, stride)
            if after is not None and self._finite(after, columns, half):
                good, samples = after, samples - half
                self._keep(columns, half)
            else:
                samples = half
        after, columns, failure = self._attempt(good, 1, 1)
        wanted = [column[: self._wanted(1)] for column in columns]
        if after is not None and not are_finite(wanted, self.computed):
            what = bad_column(self.run_, [column[0] for column in columns])
            return non_finite(self.run_, what, good.step, good.step * self.run_.grid.step_size, self.record)
        if after is not None:
            self._keep(columns, 1)
        while stride > 1 and after is not None and np.isfinite(after.y).all():
            good, stride = after, stride - 1
            after, _, failure = self._attempt(good, 1, 1)
        if isinstance(failure, SimulationError):
            failure.result, failure.advice = self.run_.frame(self.record), KEPT
        if after is None and not isinstance(failure, ArithmeticError):
            assert failure is not None
            return failure  # a fault of the generated code that has nothing to do with NaN
        what = self._culprit(good) if after is None else bad_state(self.run_.model.system, after.y)
        return non_finite(self.run_, what, good.step + 1, (good.step + 1) * self.run_.grid.step_size, self.record)

    def _culprit(self, carry: Carry) -> str:
        """Return the variable that a step from here makes infinite, where the language raises instead."""
        run = self.run_
        reads: Any = carry.history.read(carry.step, 0.0) if carry.history is not None else ()
        draws = tuple(np.zeros(draw.shape) if draw.shape else 0.0 for draw in run.model.system.draws)
        try:
            slope = run.kernel.rhs(carry.time, carry.y, run.inputs.at(carry.time), reads, draws)
            return bad_state(run.model.system, np.asarray(slope))
        except (ArithmeticError, IndexError, SimulationError):
            return f"A variable of '{run.model.system.name}'"
