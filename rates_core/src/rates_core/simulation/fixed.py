"""Run the fused loop of a fixed-step method in chunks."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define

from rates_core.errors import NonFiniteError, SimulationError
from rates_core.programs.carry import Carry
from rates_core.programs.program import Rows, distinct_nodes
from rates_core.simulation.progress import Progress

if TYPE_CHECKING:
    from rates_core.simulation.execution import Run

CHUNK_SECONDS = 0.2
FIRST_CHUNK = 500  # steps of the first chunk, from which the speed is measured


def run_fixed(run: Run) -> tuple[Carry, Rows]:
    """Return the end of the run and its rows.

    Raises:
        NonFiniteError: a variable became NaN or infinite; what was recorded until then is in the error.
        KeyboardInterrupt: with what was recorded until then as its `result`.
    """
    return _Loop(run, run.carry, [], Progress(run.request.verbose, run.grid.steps)).run()


@define(eq=False)
class _Loop:
    run_: Run
    carry: Carry
    rows: Rows
    progress: Progress

    def run(self) -> tuple[Carry, Rows]:
        with self.progress:
            try:
                for samples, stride in self._chunks():
                    self._advance(samples, stride)
            except KeyboardInterrupt as interrupt:
                interrupt.result = self.run_.frame(self.rows)  # type: ignore[attr-defined]
                raise
        return self.carry, self.rows

    def _chunks(self) -> Iterator[tuple[int, int]]:
        """Yield numbers of rows and steps per row; the steps behind the last row come without rows."""
        grid = self.run_.grid
        done, size = 0, max(1, FIRST_CHUNK // grid.stride)
        rows = min(grid.rows, grid.steps // grid.stride)
        while done < rows:
            samples = min(size, rows - done)
            started = perf_counter()
            yield samples, grid.stride
            done += samples
            elapsed = perf_counter() - started
            size = max(1, min(4 * size, int(samples * CHUNK_SECONDS / max(elapsed, 1e-6))))
        rest = grid.steps - rows * grid.stride
        if rest > 0:
            yield 1, rest

    def _call(self, carry: Carry, samples: int, stride: int) -> tuple[Carry, Rows]:
        run, count = self.run_, samples * stride
        tableau = run.model.choice.tableau
        assert tableau is not None
        local = carry.step - run.carry.step
        inputs = run.inputs.tables(local, count, distinct_nodes(tableau)) if run.inputs.signals else []
        draws = run.draws.tables(carry.step, count, run.grid.step_size)
        return run.kernel.loop(carry, inputs, draws, run.grid.step_size, samples, stride)

    def _advance(self, samples: int, stride: int) -> None:
        before = self.carry
        failure: ArithmeticError | None = None
        try:
            after, rows = self._call(before, samples, stride)
        except ArithmeticError as error:  # Python numbers raise where arrays become infinite
            failure, after, rows = error, before, []
        if failure is not None or (self.run_.request.stop_on_nonfinite and not _finite(after, rows)):
            self._stop(before, samples, stride, failure)
        self.carry = after
        recorded = min(len(rows), self.run_.grid.rows - len(self.rows))
        self.rows += rows[:recorded]
        self.progress.advance(samples * stride)

    def _stop(self, carry: Carry, samples: int, stride: int, failure: ArithmeticError | None) -> None:
        """Find the first step that leaves the finite numbers, step by step in halves, and raise."""
        good = carry
        while samples > 1:
            half = samples // 2
            after, rows, fine = self._attempt(good, half, stride)
            if fine:
                good, samples = after, samples - half
                self.rows += rows
            else:
                samples = half
        after, rows, fine = self._attempt(good, 1, 1)
        self.rows += rows[:1] if len(self.rows) < self.run_.grid.rows else []
        while fine and stride > 1:
            good, stride = after, stride - 1
            after, _, fine = self._attempt(good, 1, 1)
        self._refuse(good, after, failure)

    def _attempt(self, carry: Carry, samples: int, stride: int) -> tuple[Carry, Rows, bool]:
        try:
            after, rows = self._call(carry, samples, stride)
        except ArithmeticError:
            return carry, [], False
        return after, rows, _finite(after, rows)

    def _refuse(self, good: Carry, after: Carry, failure: ArithmeticError | None) -> None:
        h = self.run_.grid.step_size
        time = (good.step + 1) * h
        bad = after.y if after is not good else _slope(self.run_, good)
        name = _culprit(self.run_, bad, good.y)
        raise NonFiniteError(
            f"'{name}' became NaN or infinite at t = {time:.9g} (step {good.step + 1} of {h!r}). "
            "What was recorded until then is in the error's result. Try a smaller step_size or another solver, "
            "or run with stop_on_nonfinite=False.",
            time,
            self.run_.frame(self.rows),
        ) from failure


def _finite(carry: Carry, rows: Rows) -> bool:
    if not np.isfinite(carry.y).all():
        return False
    return all(np.isfinite(piece).all() for row in rows[-1:] for piece in row)


def _slope(run: Run, carry: Carry) -> np.ndarray:
    """Return the state after a plain step, evaluated where Python numbers raised."""
    try:
        reads: Any = carry.history.read(carry.step, 0.0) if carry.history is not None else ()
        draws = tuple(0.0 for _ in run.model.system.draws)
        return np.asarray(run.kernel.rhs(carry.time, carry.y, run.inputs.at(carry.time), reads, draws))
    except ArithmeticError:
        return np.where(np.abs(carry.y) == np.abs(carry.y).max(), np.nan, carry.y)


def _culprit(run: Run, y: np.ndarray, before: np.ndarray) -> str:
    """Return the path of the first state that is not finite, or of the largest one."""
    bad = ~np.isfinite(y)
    place = int(np.argmax(bad)) if bad.any() else int(np.argmax(np.abs(before))) if len(before) else 0
    for state in run.model.system.states:
        if state.offset <= place < state.offset + state.width:
            return state.path
    raise SimulationError("A run without states cannot leave the finite numbers.")
