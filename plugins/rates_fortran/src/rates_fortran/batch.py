"""Run many points of a generated module at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.programs.batch import Batch, PairBatch, empty_columns
from rates_core.programs.carry import Carry
from rates_core.programs.elementwise.given import Given, tables_given, varied
from rates_core.programs.program import Kernel, ProgramRequest
from rates_core.programs.record import Columns
from rates_core.programs.side_by_side import own_of

from rates_fortran.binding import Library
from rates_fortran.layout import FortranLayout
from rates_fortran.pair_loop import FortranPairBatch


class FortranBatch(Batch):
    """The procedures of a module with the parameters of many points bound.

    Args:
        request: what the module contains.
        library: the compiled module.
        arguments: by path, with a first axis of points or of length 1.
        points: their number.
        bind: returns the kernel of one point.
    """

    def __init__(
        self,
        request: ProgramRequest,
        library: Library,
        arguments: Mapping[str, np.ndarray],
        points: int,
        bind: Callable[[Mapping[str, Any]], Kernel],
    ) -> None:
        self.request, self._library, self._arguments = request, library, arguments
        self.points, self._bind = points, bind
        self._kernels: list[Kernel] = []
        layout: FortranLayout = library.module.layout
        self.numbers, self.arrays = layout.constants.of_points(arguments, points, varied(layout, arguments))
        self._shaped = [path for path, constant in layout.constants.known.items() if constant.shape]
        if layout.prepared:
            for place in range(points):
                library.call("prepare", self._of(place))

    def _of(self, place: int) -> Given:
        """Return the constants of a point."""
        given: Given = {("p",): self.numbers[place]}
        for path, array in zip(self._shaped, self.arrays, strict=True):
            given["constant", path] = own_of(array, place)
        return given

    def _constants(self) -> Given:
        """Return the constants of all points."""
        given: Given = {("p",): self.numbers, ("points",): self.points}
        for path, array in zip(self._shaped, self.arrays, strict=True):
            given["constant", path] = array
            given["constant", path, "points"] = len(array)
        return given

    def loop(
        self,
        carries: Sequence[Carry],
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[list[Carry], Columns]:
        """Run the compiled loop of every point."""
        columns = empty_columns(self.request, self.points, samples)
        if carries[0].history is not None:
            return self._delayed(carries, inputs, draws, step_size, samples, stride, columns), columns
        y = np.array([carry.y for carry in carries], dtype=float).reshape(self.points, -1)
        first, system = carries[0].step, self.request.system
        given = self._constants() | {
            ("y",): y, ("h",): step_size, ("first",): first, ("samples",): samples, ("stride",): stride,
        }  # fmt: skip
        given |= {("column", number): column for number, column in enumerate(columns)}
        for node, tables in enumerate(inputs):
            for item, table in zip(system.inputs, tables, strict=True):
                given["table", node, item.path] = np.ascontiguousarray(table)
                given["table", node, item.path, "points"] = len(table)
        for draw, table in zip(system.draws, draws, strict=True):
            given["draws", draw.path] = np.ascontiguousarray(table)
            given["draws", draw.path, "points"] = len(table)
        self._library.call("loop_many", given)
        step = first + samples * stride
        return [Carry(step, step * step_size, state) for state in y], columns

    def pair_loop(self, samples: Sequence[np.ndarray], base: float, spacing: float) -> PairBatch | None:
        """Return the compiled loop of the embedded pair."""
        if self.request.pair is None:
            return None
        given = self._constants() | tables_given(self.request.system, samples, base, spacing)
        for item, table in zip(self.request.system.inputs, samples, strict=True):
            given["length", item.path], given["table", item.path, "points"] = table.shape[1], len(table)
        return FortranPairBatch(self._library, given)

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
        if not self._kernels:
            self._kernels = [
                self._bind({path: own_of(value, place) for path, value in self._arguments.items()})
                for place in range(self.points)
            ]
        ends = []
        for place, (kernel, carry) in enumerate(zip(self._kernels, carries, strict=True)):
            given = [[own_of(table, place) for table in tables] for tables in inputs]
            numbers = [own_of(table, place) for table in draws]
            end, rows = kernel.loop(carry, given, numbers, step_size, samples, stride)
            ends.append(end)
            for column, row in zip(columns, rows, strict=True):
                column[place] = row
        return ends
