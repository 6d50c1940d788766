"""Run the loop of an embedded pair of a module of an array library: points side by side, each by steps of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_core.programs.arrays.runtime import Kind, row_size
from rates_core.programs.batch import PairBatch, Spans, Travellers, empty_columns
from rates_core.programs.pair import PairLoop, Reached, Span, Status, StepControl

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayProgram


class ArrayPairBatch(PairBatch):
    """The loop over many points.

    Args:
        program: whose loop it is.
        run: what `pair` of the module returned for the parameters.
        samples: of each external input, by point, as `Batch.pair_loop` takes them.
        base: see there.
        spacing: see there.
    """

    def __init__(
        self,
        program: ArrayProgram,
        run: Callable[..., Any],
        samples: Sequence[np.ndarray],
        base: float,
        spacing: float,
    ) -> None:
        self.request, self._runtime, self._run = program.request, program.runtime, run
        self._room = 0  # rows that the loop was compiled for
        array = program.runtime.array
        self._inputs = tuple(array(self._held(table), "real") for table in samples), *map(self._real, (base, spacing))

    def advance(
        self,
        travellers: Travellers,
        which: np.ndarray,
        until: int,
        spans: Spans,
        control: StepControl,
        times: np.ndarray,
    ) -> None:
        """Let points go on, span by span; those that wait or have ended take no steps meanwhile."""
        count, on = np.broadcast_to(spans.count, len(travellers.time)), np.zeros(len(travellers.time), dtype=bool)
        on[which] = True
        while on.any():
            self._within_spans(travellers, on, until, spans, control, times)
            on &= (travellers.status == Status.DONE) & (travellers.span + 1 < count)
            travellers.span[on] += 1
            travellers.fresh[on] = True
            travellers.status[on] = Status.MORE

    def _within_spans(
        self, at: Travellers, on: np.ndarray, until: int, spans: Spans, control: StepControl, times: np.ndarray
    ) -> None:
        """Let points go on within the span that each is in."""
        points, columns = self._column, self._columns(len(on), len(times))
        row = np.arange(len(on)) if len(spans.count) > 1 else 0
        bounds = (np.broadcast_to(bound[row, at.span], on.shape) for bound in (spans.end, spans.first, spans.last))
        wanted = np.append(times, np.full(self._room + 1 - len(times), np.inf))
        *reached, found = self._run(
            points(at.time), self._real(at.y), points(at.proposal), points(np.where(on, Status.MORE, -1), "integer"),
            points(at.fresh, "integer"), *map(points, bounds), self._real(control.rtol), self._real(control.atol),
            self._real(control.max_step), self._real(np.nan if control.first_step is None else control.first_step),
            self._real(wanted), points(at.rows, "integer"), columns, points(until - at.steps, "integer"), *self._inputs,
        )  # fmt: skip
        time, y, proposal, steps, status, due = map(self._runtime.numpy, reached)
        before, places = at.rows[:, None], np.arange(len(times))
        new = on[:, None] & (places >= before) & (places < due)
        for column, rows in zip(at.columns, found, strict=True):
            column[new] = self._runtime.view(rows)[:, : len(times)][new]
        at.time[on], at.y[on], at.proposal[on] = time[on, 0], y[on], proposal[on, 0]
        at.steps[on] += steps[on, 0]
        at.status[on], at.rows[on], at.fresh[on] = status[on, 0], due[on, 0], False

    def _columns(self, points: int, rows: int) -> tuple[Any, ...]:
        """Return room for rows, and for one that nobody wants."""
        system, size = self.request.system, row_size(self.request)
        self._room = max(self._room, self._runtime.room(rows, size * points))
        return tuple(
            self._runtime.array(
                np.zeros((points, self._room + 1, *system.shapes[path])),
                "complex" if path in system.complex_symbols else "real",
            )
            for path in self.request.recorded
        )

    def _held(self, table: np.ndarray) -> np.ndarray:
        """Return samples with the last one held, so that other numbers of samples compile nothing again."""
        room = self._runtime.room(table.shape[1], table[:, :1].nbytes)
        return np.concatenate([table, np.repeat(table[:, -1:], max(room - table.shape[1], 0), axis=1)], axis=1)

    def _real(self, value: Any) -> Any:
        return self._runtime.array(value, "real")

    def _column(self, values: np.ndarray, kind: Kind = "real") -> Any:
        """Return one number of each point, with an axis to meet states."""
        return self._runtime.array(values[:, None], kind)


class ArrayPair(PairLoop):
    """The loop of one point: it is a batch of its own.

    Args:
        batch: that point's loop.
    """

    def __init__(self, batch: ArrayPairBatch) -> None:
        self._batch = batch

    def advance(
        self,
        time: float,
        y: np.ndarray,
        proposal: float | None,
        span: Span,
        control: StepControl,
        times: np.ndarray,
        most: int,
    ) -> Reached:
        """Take up to `most` steps in the module's loop."""
        one = Travellers(
            status=np.array([int(Status.MORE)]),
            span=np.array([0]),
            fresh=np.array([span.fresh]),
            time=np.array([time]),
            y=np.array(y, dtype=float)[None],
            proposal=np.array([np.nan if proposal is None else proposal]),
            steps=np.array([0]),
            rows=np.array([0]),
            columns=empty_columns(self._batch.request, 1, len(times)),
        )
        end, first, last = (np.array([[bound]]) for bound in (span.end, span.first, span.last))
        self._batch.advance(one, np.array([0]), most, Spans(np.array([1]), end, first, last), control, times)
        following, rows = float(one.proposal[0]), int(one.rows[0])
        return Reached(
            Status(int(one.status[0])), float(one.time[0]), one.y[0], int(one.steps[0]),
            None if np.isnan(following) else following, tuple(column[0, :rows] for column in one.columns),
        )  # fmt: skip
