"""Run many points of a module of an array library at once: they are its batch axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_core.programs.arrays.pasts import Pasts
from rates_core.programs.arrays.runtime import padded, row_size
from rates_core.programs.arrays.travel import ArrayPairBatch
from rates_core.programs.batch import Batch, PairBatch
from rates_core.programs.carry import Carry
from rates_core.programs.equations import Equations
from rates_core.programs.program import Kernel
from rates_core.programs.record import Columns

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayProgram


class ArrayBatch(Batch):
    """The functions of a module with the parameters of many points bound.

    Args:
        program: that the module is of.
        arguments: by path, with a first axis of points or of length 1.
        points: their number.
    """

    def __init__(self, program: ArrayProgram, arguments: Mapping[str, np.ndarray], points: int) -> None:
        self.request, self._program, self._arguments, self.points = program.request, program, arguments, points

    @cached_property
    def _kernels(self) -> list[Kernel]:
        """Return the kernel of each point."""
        return [self._program.bind(self._of(place)) for place in range(self.points)]

    @cached_property
    def _integrator(self) -> Callable[..., Any]:
        """Return the loop of the module with the parameters of all points."""
        return self._program.batched("integrator", self._arguments)

    def _of(self, place: int) -> dict[str, Any]:
        return {path: value[place if len(value) > 1 else 0] for path, value in self._arguments.items()}

    def loop(
        self,
        carries: Sequence[Carry],
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[list[Carry], Columns]:
        """Run the loop of the module with an axis of points in front of the state.

        With delays, it does so from the step on at which all points read alike.
        """
        if not self._program.traceable:
            return self._one_by_one(carries, inputs, draws, step_size, samples, stride)
        if carries[0].history is None:
            return self._together(carries, None, inputs, draws, step_size, samples, stride)
        pasts, special = self._pasts(carries)
        first = math.ceil(special / stride) if special < samples * stride else samples
        if pasts is None or first >= samples:
            return self._one_by_one(carries, inputs, draws, step_size, samples, stride)
        if not first:
            return self._together(carries, pasts, inputs, draws, step_size, samples, stride)
        head, tail = slice(0, first * stride), slice(first * stride, None)
        carries, begun = self._one_by_one(
            carries, _cut(inputs, head), [table[:, head] for table in draws], step_size, first, stride
        )
        carries, rest = self.loop(
            carries, _cut(inputs, tail), [table[:, tail] for table in draws], step_size, samples - first, stride
        )
        return carries, tuple(np.concatenate(parts, axis=1) for parts in zip(begun, rest, strict=True))

    def _pasts(self, carries: Sequence[Carry]) -> tuple[Pasts | None, float]:
        """Return the pasts of points as one, and for how many steps they are special: None if they always are."""
        if isinstance(carries[0].history, Pasts):  # the loop has been here
            return carries[0].history, 0
        system, step = self.request.system, carries[0].step
        different = {id(carry): carry for carry in carries}  # points that start alike share one
        histories = []
        for carry in different.values():
            histories.append(carry.history.copy())
            histories[-1].begin(step, tuple(state.of(carry.y) for state in system.states))
        special = max(history.regular_from() for history in histories) - step
        if special == math.inf:
            return None, special
        places = {key: place for place, key in enumerate(different)}
        of = np.array([places[id(carry)] for carry in carries])
        widths = [math.prod(system.shapes[read.slot]) for read in system.reads]
        return Pasts(self._program.runtime, histories, of, self._program.nodes, widths), max(0, special)

    def _together(
        self,
        carries: Sequence[Carry],
        pasts: Pasts | None,
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[list[Carry], Columns]:
        program = self._program
        runtime, steps, first = program.runtime, samples * stride, carries[0].step
        run = self._integrator
        room = runtime.room(samples, row_size(self.request) * self.points)
        signals, numbers = program.tables(
            inputs, draws, lambda table: padded(_steps_first(table), steps, room * stride)
        )
        buffers, gathers = ((), ()) if pasts is None else (pasts.buffers(first), pasts.gathers)
        end, rows, buffers = run(
            runtime.array(np.array([carry.y for carry in carries]), "real"), runtime.array(step_size, "real"),
            runtime.array(first, "integer"), runtime.array(samples, "integer"), runtime.array(stride, "integer"),
            signals, numbers, runtime.array(np.zeros(room), "real"), buffers, gathers,
        )  # fmt: skip
        if pasts is not None:
            pasts.leave(buffers)
        columns = tuple(
            self._points_first(runtime.view(row)[:samples], path)
            for path, row in zip(self.request.recorded, rows, strict=True)
        )
        step = first + steps
        return [Carry(step, step * step_size, y, pasts) for y in runtime.numpy(end).astype(float)], columns

    def pair_loop(self, samples: Sequence[np.ndarray], base: float, spacing: float) -> PairBatch | None:
        """Return the loop of the module, if it has one for an embedded pair."""
        if not self._program.has_pair:
            return None
        run = self._program.batched("pair", self._arguments)
        return ArrayPairBatch(self._program, run, samples, base, spacing)

    def equations(self, samples: Sequence[np.ndarray], base: float, spacing: float) -> Equations:
        """Return the equations of the module with the values of all points."""
        return self._program.equations.of_points(self._arguments, samples, base, spacing)

    def _points_first(self, rows: np.ndarray, path: str) -> np.ndarray:
        """Return rows by point; what does not depend on points has no axis for them."""
        shape = self.request.system.shapes[path]
        if rows.ndim == 1 + len(shape):
            rows = rows[:, None]
        return np.moveaxis(np.broadcast_to(rows, (len(rows), self.points, *shape)), 1, 0)

    def _one_by_one(
        self,
        carries: Sequence[Carry],
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[list[Carry], Columns]:
        """Run the loop of each kernel."""
        ends, columns = [], []
        for place, (kernel, carry) in enumerate(zip(self._kernels, carries, strict=True)):
            own = [[_own(table, place) for table in tables] for tables in inputs]
            end, rows = kernel.loop(carry, own, [_own(table, place) for table in draws], step_size, samples, stride)
            ends.append(end)
            columns.append(rows)
        return ends, tuple(np.stack(parts) for parts in zip(*columns, strict=True))


def _steps_first(table: np.ndarray) -> np.ndarray:
    """Return a table with its axis of steps first; what all points share has no axis for them."""
    return table[0] if len(table) == 1 else np.moveaxis(table, 0, 1)


def _cut(inputs: Sequence[Sequence[np.ndarray]], steps: slice) -> list[list[np.ndarray]]:
    return [[table[:, steps] for table in tables] for tables in inputs]


def _own(table: np.ndarray, place: int) -> Any:
    return table[place if len(table) > 1 else 0]
