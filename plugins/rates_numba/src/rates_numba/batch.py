"""Run many points of a generated module at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import ModuleType

import numpy as np
from rates_core.programs.batch import Batch, PairBatch, Spans, Travellers, empty_columns
from rates_core.programs.carry import Carry
from rates_core.programs.elementwise.given import varied
from rates_core.programs.pair import StepControl
from rates_core.programs.program import Kernel, Program, ProgramRequest
from rates_core.programs.record import Columns
from rates_core.programs.side_by_side import own_of

from rates_numba.compiled import quick
from rates_numba.layout import Layout
from rates_numba.threads import divided


class NumbaBatch(Batch):
    """The functions of a module with the parameters of many points bound.

    Args:
        program: that the module is of.
        module: the loaded module.
        layout: of the module.
        arguments: by path, with a first axis of points or of length 1.
        points: their number.
    """

    def __init__(
        self, program: Program, module: ModuleType, layout: Layout, arguments: Mapping[str, np.ndarray], points: int
    ) -> None:
        self.request: ProgramRequest = program.request
        self._program, self.module, self._arguments, self.points = program, module, arguments, points
        self.numbers, self.arrays = layout.constants.of_points(arguments, points, varied(layout, arguments))
        if layout.prepared:
            for place, numbers in enumerate(self.numbers):
                module.prepare(numbers, tuple(own_of(array, place) for array in self.arrays))

    @cached_property
    def _kernels(self) -> list[Kernel]:
        """Return the kernel of each point."""
        return [
            self._program.bind({path: own_of(value, place) for path, value in self._arguments.items()})
            for place in range(self.points)
        ]

    def loop(
        self,
        carries: Sequence[Carry],
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[list[Carry], Columns]:
        """Run the fused loop of every point."""
        columns = empty_columns(self.request, self.points, samples)
        if carries[0].history is not None:
            return self._delayed(carries, inputs, draws, step_size, samples, stride, columns), columns
        y = np.array([carry.y for carry in carries], dtype=float).reshape(self.points, -1)
        first = carries[0].step
        tables = tuple(tuple(map(np.ascontiguousarray, each)) for each in inputs) or ((),)
        numbers = tuple(map(np.ascontiguousarray, draws))

        def block(begin: int, stop: int) -> None:
            quick(self.module.loop_many)(
                begin, stop, y, step_size, first, samples, stride, columns, self.numbers, self.arrays, tables, numbers
            )

        divided(block, self.points)
        step = first + samples * stride
        return [Carry(step, step * step_size, state) for state in y], columns

    def _delayed(
        self,
        carries: Sequence[Carry],
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
        columns: Columns,
    ) -> list[Carry]:
        """Run the loop of each kernel, for each point has a past of its own, and put rows into `columns`."""
        ends = list(carries)

        def block(begin: int, stop: int) -> None:
            for place in range(begin, stop):
                given = [[own_of(table, place) for table in tables] for tables in inputs]
                numbers = [own_of(table, place) for table in draws]
                kernel, carry = self._kernels[place], carries[place]
                ends[place], rows = kernel.loop(carry, given, numbers, step_size, samples, stride)
                for column, row in zip(columns, rows, strict=True):
                    column[place] = row

        assert self._kernels  # they are bound here, not by several threads
        divided(block, self.points)
        return ends

    def pair_loop(self, samples: Sequence[np.ndarray], base: float, spacing: float) -> PairBatch | None:
        """Return the compiled loop of the embedded pair."""
        return NumbaPairBatch(self, samples, base, spacing) if self.request.pair is not None else None


class NumbaPairBatch(PairBatch):
    """The compiled loop of an embedded pair over many points."""

    def __init__(self, batch: NumbaBatch, samples: Sequence[np.ndarray], base: float, spacing: float) -> None:
        self._batch = batch
        self._inputs = (tuple(map(np.ascontiguousarray, samples)), float(base), float(spacing))

    def advance(
        self,
        travellers: Travellers,
        which: np.ndarray,
        until: int,
        spans: Spans,
        control: StepControl,
        times: np.ndarray,
    ) -> None:
        """Let points go on in the compiled loop."""
        batch, on = self._batch, travellers
        first_step = math.nan if control.first_step is None else float(control.first_step)

        def block(begin: int, stop: int) -> None:
            quick(batch.module.pair_many)(
                begin, stop, which, on.status, on.span, on.fresh, on.time, on.y, on.proposal, on.steps, on.rows,
                on.columns, until, spans.count, spans.end, spans.first, spans.last, control.rtol, control.atol,
                float(control.max_step), first_step, times, batch.numbers, batch.arrays, *self._inputs,
            )  # fmt: skip

        divided(block, len(which))
