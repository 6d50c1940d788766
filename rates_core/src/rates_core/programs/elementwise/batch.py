"""Fixed steps of many points that a compiled loop takes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from rates_core.programs.batch import Batch, empty_columns, one_by_one
from rates_core.programs.carry import Carry
from rates_core.programs.program import Kernel, ProgramRequest
from rates_core.programs.record import Columns


class CompiledBatch(Batch):
    """Points whose loop over fixed steps is compiled and writes into arrays that it is given. Abstract.

    With delays, each point has a past of its own, and takes the steps of its own kernel.

    Attributes:
        request: what the program contains.
        points: their number.
    """

    request: ProgramRequest
    points: int

    @abstractmethod
    def kernel(self, place: int) -> Kernel:
        """Return the kernel of a point."""

    @abstractmethod
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
        """Advance all points by `samples * stride` steps in the compiled loop.

        Args:
            y: their states, which are changed.
            first: number of the first step.
            samples: number of rows.
            stride: steps per row.
            columns: where rows are written.
            inputs: as `Batch.loop` takes them, as are the others.
            draws: see there.
            step_size: see there.
        """

    def divided(self, work: Callable[[int, int], None]) -> None:
        """Call `work(begin, stop)` until it was called for all points; at once, where there are no threads."""
        work(0, self.points)

    @cached_property
    def kernels(self) -> list[Kernel]:
        """Return the kernel of each point."""
        return [self.kernel(place) for place in range(self.points)]

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
        if carries[0].history is None:
            first = carries[0].step
            y = np.array([carry.y for carry in carries], dtype=float).reshape(self.points, -1)
            self.steps(y, first, samples, stride, columns, inputs, draws, step_size)
            step = first + samples * stride
            return [Carry(step, step * step_size, state) for state in y], columns
        ends, kernels = list(carries), self.kernels  # which are bound here, not by several threads

        def some(begin: int, stop: int) -> None:
            ends[begin:stop] = one_by_one(
                kernels, range(begin, stop), carries, inputs, draws, step_size, samples, stride, columns
            )

        self.divided(some)
        return ends, columns
