"""Run many points of a generated module at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from rates_core.programs.batch import PairBatch, kernel_of, own_of
from rates_core.programs.elementwise.batch import CompiledBatch
from rates_core.programs.elementwise.given import Given, tables_given, varied
from rates_core.programs.program import Kernel
from rates_core.programs.record import Columns

from rates_fortran.layout import FortranLayout
from rates_fortran.pair_loop import FortranPairBatch

if TYPE_CHECKING:
    from rates_fortran.kernel import FortranProgram


class FortranBatch(CompiledBatch):
    """The procedures of a module with the parameters of many points bound.

    Args:
        program: that the module is of.
        arguments: by path, with a first axis of points or of length 1.
        points: their number.
    """

    def __init__(self, program: FortranProgram, arguments: Mapping[str, np.ndarray], points: int) -> None:
        self.request, self.points = program.request, points
        self._program, self._arguments = program, arguments
        library = self._library = program.library
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

    def kernel(self, place: int) -> Kernel:
        """Return the kernel of a point."""
        return kernel_of(self._program, self._arguments, place)

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
        system = self.request.system
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

    def pair_loop(self, samples: Sequence[np.ndarray], base: float, spacing: float) -> PairBatch | None:
        """Return the compiled loop of the embedded pair."""
        if self.request.pair is None:
            return None
        given = self._constants() | tables_given(self.request.system, samples, base, spacing)
        for item, table in zip(self.request.system.inputs, samples, strict=True):
            given["length", item.path], given["table", item.path, "points"] = table.shape[1], len(table)
        return FortranPairBatch(self._library, given)
