"""Run many points of a module of an array library at once: they are its batch axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_core.delays.strategy import UniformHistory
from rates_core.programs.arrays.pasts import Pasts
from rates_core.programs.arrays.runtime import padded, row_size
from rates_core.programs.arrays.travel import ArrayPairBatch
from rates_core.programs.batch import PairBatch
from rates_core.programs.carry import Carry
from rates_core.programs.equations import Equations
from rates_core.programs.record import Columns
from rates_core.programs.side_by_side import SideBySide, points_first

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayProgram


class ArrayBatch(SideBySide):
    """The functions of a module with the parameters of many points bound."""

    program: ArrayProgram

    @cached_property
    def _integrator(self) -> Callable[..., Any]:
        """Return the loop of the module with the parameters of all points."""
        return self.program.batched("integrator", self._arguments)

    def loop(
        self,
        carries: Sequence[Carry],
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[list[Carry], Columns]:
        """Run the loop of the module with an axis of points in front of the state."""
        if not self.program.traceable:
            return self.one_by_one(carries, inputs, draws, step_size, samples, stride)
        return super().loop(carries, inputs, draws, step_size, samples, stride)

    def joined(self, histories: Sequence[UniformHistory], of: np.ndarray, step: int) -> Pasts:
        """Return the pasts of points as arrays of the library."""
        system = self.request.system
        widths = [math.prod(system.shapes[read.slot]) for read in system.reads]
        return Pasts(self.program.runtime, histories, of, self.program.nodes, widths)

    def together(
        self,
        carries: Sequence[Carry],
        past: Pasts | None,
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[list[Carry], Columns]:
        """Run the loop of the module."""
        program = self.program
        runtime, steps, first = program.runtime, samples * stride, carries[0].step
        run = self._integrator
        room = runtime.room(samples, row_size(self.request) * self.points)
        signals, numbers = program.tables(
            inputs, draws, lambda table: padded(_steps_first(table), steps, room * stride)
        )
        buffers, gathers = ((), ()) if past is None else (past.buffers(first), past.gathers)
        end, rows, buffers = run(
            runtime.array(np.array([carry.y for carry in carries]), "real"), runtime.array(step_size, "real"),
            runtime.array(first, "integer"), runtime.array(samples, "integer"), runtime.array(stride, "integer"),
            signals, numbers, runtime.array(np.zeros(room), "real"), buffers, gathers,
        )  # fmt: skip
        if past is not None:
            past.leave(buffers)
        columns = tuple(
            points_first(runtime.view(row)[:samples], self.request.system.shapes[path], self.points)
            for path, row in zip(self.request.recorded, rows, strict=True)
        )
        step = first + steps
        return [Carry(step, step * step_size, y, past) for y in runtime.numpy(end).astype(float)], columns

    def pair_loop(self, samples: Sequence[np.ndarray], base: float, spacing: float) -> PairBatch | None:
        """Return the loop of the module, if it has one for an embedded pair."""
        if not self.program.has_pair:
            return None
        run = self.program.batched("pair", self._arguments)
        return ArrayPairBatch(self.program, run, samples, base, spacing)

    def equations(self, samples: Sequence[np.ndarray], base: float, spacing: float) -> Equations:
        """Return the equations of the module with the values of all points."""
        return self.program.equations.of_points(self._arguments, samples, base, spacing)


def _steps_first(table: np.ndarray) -> np.ndarray:
    """Return a table with its axis of steps first; what all points share has no axis for them."""
    return table[0] if len(table) == 1 else np.moveaxis(table, 0, 1)
