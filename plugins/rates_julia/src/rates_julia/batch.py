"""Run many points of a generated module with one message; Julia runs them on the threads that it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from rates_core.programs.batch import PairBatch, Spans, Travellers, own_of, tables_of
from rates_core.programs.elementwise.batch import CompiledBatch
from rates_core.programs.elementwise.given import Given, control_given, steps_given, tables_given, varied
from rates_core.programs.pair import Status, StepControl
from rates_core.programs.program import ProgramRequest
from rates_core.programs.record import Columns

from rates_julia.binding import Library, Parameters, Shared, fields_of
from rates_julia.pair_loop import span_given

if TYPE_CHECKING:
    from rates_julia.kernel import JuliaKernel


class JuliaBatch(CompiledBatch):
    """The functions of a module with the parameters of many points bound.

    Args:
        request: what the module contains.
        library: the module.
        arguments: by path, with a first axis of points or of length 1.
        points: their number.
    """

    def __init__(
        self, request: ProgramRequest, library: Library, arguments: Mapping[str, np.ndarray], points: int
    ) -> None:
        self.request, self._library, self.points = request, library, points
        layout = library.module.layout
        numbers, arrays = layout.constants.of_points(arguments, points, varied(layout, arguments))
        shaped = [path for path, constant in layout.constants.known.items() if constant.shape]
        by_path = dict(zip(shaped, arrays, strict=True))
        shared = {path: Shared(array[0]) for path, array in by_path.items() if len(array) == 1}
        self.parameters = [
            Parameters(
                library,
                fields_of(
                    layout.constants,
                    layout.fields,
                    numbers[place],
                    {path: shared[path] if path in shared else array[place] for path, array in by_path.items()},
                ),
            )
            for place in range(points)
        ]

    def kernel(self, place: int) -> JuliaKernel:
        """Return the kernel of a point."""
        from rates_julia.kernel import JuliaKernel

        return JuliaKernel(self.request, self._library, self.parameters[place])

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
        """Advance all points in the compiled loop."""
        given = []
        for place in range(self.points):
            tables, numbers = tables_of(inputs, draws, place)
            own = self.kernel(place).steps_of(y[place], tuple(column[place] for column in columns), None)
            given.append(steps_given(self.request.system, tables, numbers, first, samples, stride, step_size) | own)
        self._library.call("loop", *given)

    def pair_loop(self, samples: Sequence[np.ndarray], base: float, spacing: float) -> PairBatch | None:
        """Return the compiled loop of the embedded pair."""
        if self.request.pair is None:
            return None
        tables = [
            tables_given(self.request.system, [own_of(table, place) for table in samples], base, spacing)
            for place in range(self.points)
        ]
        return JuliaPairBatch(
            self._library, [{**one, ("p",): own} for one, own in zip(tables, self.parameters, strict=True)]
        )


class JuliaPairBatch(PairBatch):
    """The compiled loop of an embedded pair over many points.

    Args:
        library: the module.
        given: parameters and samples of inputs of each point.
    """

    def __init__(self, library: Library, given: Sequence[Given]) -> None:
        self._library, self._given = library, given

    def advance(
        self,
        travellers: Travellers,
        which: np.ndarray,
        until: int,
        spans: Spans,
        control: StepControl,
        times: np.ndarray,
    ) -> None:
        """Let points go on in the compiled loop, all through one span at a time."""
        active = [int(point) for point in which]
        while active:
            given = [self._of(point, travellers, until, spans, control, times) for point in active]
            results = self._library.call("pair", *given)
            for point, one, (status, time, proposal, steps, due) in zip(active, given, results, strict=True):
                travellers.status[point], travellers.time[point] = status, time
                travellers.proposal[point], travellers.y[point] = proposal, one["y",]
                travellers.steps[point] += steps
                travellers.rows[point] += due
                travellers.fresh[point] = False
            active = [point for point in active if _in_next_span(point, travellers, spans)]

    def _of(
        self,
        point: int,
        travellers: Travellers,
        until: int,
        spans: Spans,
        control: StepControl,
        times: np.ndarray,
    ) -> Given:
        """Return what the loop of a point takes; its rows are written where they belong."""
        of_spans, span = min(point, len(spans.end) - 1), int(travellers.span[point])
        end, first, last = (float(part[of_spans, span]) for part in (spans.end, spans.first, spans.last))
        done, passed = int(travellers.rows[point]), int(np.searchsorted(times, end, side="right"))
        columns = {("column", number): column[point, done:passed] for number, column in enumerate(travellers.columns)}
        return {
            **self._given[point], **control_given(control), **columns,
            **span_given(end, first, last, bool(travellers.fresh[point])), ("t",): float(travellers.time[point]),
            ("y",): np.array(travellers.y[point], dtype=float), ("proposal",): float(travellers.proposal[point]),
            ("most",): until - int(travellers.steps[point]), ("times",): np.ascontiguousarray(times[done:passed]),
        }  # fmt: skip


def _in_next_span(point: int, travellers: Travellers, spans: Spans) -> bool:
    """Move a point on that has come to the end of a span; tell whether there is another one."""
    count = int(spans.count[min(point, len(spans.count) - 1)])
    if travellers.status[point] != Status.DONE or travellers.span[point] + 1 == count:
        return False
    travellers.span[point] += 1
    travellers.fresh[point] = True
    return True
