"""Run many points of a generated module at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType

import numpy as np
from rates_core.programs.batch import PairBatch, Spans, Travellers, kernel_of, own_of
from rates_core.programs.elementwise.batch import CompiledBatch
from rates_core.programs.elementwise.given import varied
from rates_core.programs.pair import StepControl
from rates_core.programs.program import Kernel, Program
from rates_core.programs.record import Columns

from rates_numba.compiled import quick
from rates_numba.layout import Layout
from rates_numba.threads import divided


class NumbaBatch(CompiledBatch):
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
        self.request, self.points = program.request, points
        self._program, self.module, self._arguments = program, module, arguments
        self.numbers, self.arrays = layout.constants.of_points(arguments, points, varied(layout, arguments))
        if layout.prepared:
            for place, numbers in enumerate(self.numbers):
                module.prepare(numbers, tuple(own_of(array, place) for array in self.arrays))

    def kernel(self, place: int) -> Kernel:
        """Return the kernel of a point."""
        return kernel_of(self._program, self._arguments, place)

    def divided(self, work: Callable[[int, int], None]) -> None:
        """Call `work(begin, stop)` for all points, on several threads."""
        divided(work, self.points)

    def steps(
        self,
        y: np.ndarray,
        first: int,
        samples: int,
        stride: int,
        columns: Columns,
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
    ) -> None:
        """Advance all points in the fused loop."""
        tables = tuple(tuple(map(np.ascontiguousarray, each)) for each in inputs) or ((),)
        numbers = tuple(map(np.ascontiguousarray, draws))

        def block(begin: int, stop: int) -> None:
            quick(self.module.loop_many)(
                begin, stop, y, step_size, first, samples, stride, columns, self.numbers, self.arrays, tables, numbers
            )

        self.divided(block)

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
