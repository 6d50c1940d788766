"""Points whose steps one loop takes together."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from rates_core.delays.strategy import UniformHistory
from rates_core.programs.batch import Batch, empty_columns, kernel_of, one_by_one
from rates_core.programs.carry import Carry
from rates_core.programs.program import Kernel, Program
from rates_core.programs.record import Columns


class SideBySide(Batch):
    """A program with the parameters of many points bound, whose loop takes the steps of all of them. Abstract.

    With delays, it does so from the step on at which all points read alike; before, each takes its own steps.

    Args:
        program: whose loop it is.
        arguments: by path, with a first axis of points or of length 1.
        points: their number.
    """

    def __init__(self, program: Program, arguments: Mapping[str, np.ndarray], points: int) -> None:
        self.program, self.request = program, program.request
        self._arguments, self.points = arguments, points

    @abstractmethod
    def together(
        self,
        carries: Sequence[Carry],
        past: Any,
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[list[Carry], Columns]:
        """Advance all points as `loop` does, with the past that all have: None without delays.

        The history of the new carries is what the next call goes on with as `past`.
        """

    @abstractmethod
    def joined(self, histories: Sequence[UniformHistory], of: np.ndarray, step: int) -> Any:
        """Return the pasts of points as one.

        Args:
            histories: that points have; all of their reads are gathers.
            of: for each point, which of these it has.
            step: number of the present one.
        """

    def loop(
        self,
        carries: Sequence[Carry],
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[list[Carry], Columns]:
        """Advance all points together, as soon as they can be."""
        if carries[0].history is None:
            return self.together(carries, None, inputs, draws, step_size, samples, stride)
        past, special = self._past(carries)
        first = math.ceil(special / stride) if special < samples * stride else samples
        if past is None or first >= samples:
            return self.one_by_one(carries, inputs, draws, step_size, samples, stride)
        if not first:
            return self.together(carries, past, inputs, draws, step_size, samples, stride)
        head, tail = slice(0, first * stride), slice(first * stride, None)
        carries, begun = self.one_by_one(
            carries, _cut(inputs, head), [table[:, head] for table in draws], step_size, first, stride
        )
        carries, rest = self.loop(
            carries, _cut(inputs, tail), [table[:, tail] for table in draws], step_size, samples - first, stride
        )
        return carries, tuple(np.concatenate(parts, axis=1) for parts in zip(begun, rest, strict=True))

    def _past(self, carries: Sequence[Carry]) -> tuple[Any, float]:
        """Return the pasts of points as one, and for how many steps they are special: None if they always are."""
        if not isinstance(carries[0].history, UniformHistory):  # the loop has been here
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
        return self.joined(histories, of, step), max(0, special)

    @cached_property
    def _kernels(self) -> list[Kernel]:
        """Return the kernel of each point."""
        return [kernel_of(self.program, self._arguments, place) for place in range(self.points)]

    def one_by_one(
        self,
        carries: Sequence[Carry],
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[list[Carry], Columns]:
        """Run the loop of the kernel of each point."""
        columns, places = empty_columns(self.request, self.points, samples), range(self.points)
        ends = one_by_one(self._kernels, places, carries, inputs, draws, step_size, samples, stride, columns)
        return ends, columns


def points_first(rows: np.ndarray, shape: Sequence[int], points: int) -> np.ndarray:
    """Return rows of a variable of this shape by point, as views.

    Args:
        rows: `[rows, points, *shape]`; what does not depend on points has no axis for them.
        shape: of the variable.
        points: their number.
    """
    if rows.ndim == 1 + len(shape):
        rows = rows[:, None]
    return np.moveaxis(np.broadcast_to(rows, (len(rows), points, *shape)), 1, 0)


def _cut(inputs: Sequence[Sequence[np.ndarray]], steps: slice) -> list[list[np.ndarray]]:
    return [[table[:, steps] for table in tables] for tables in inputs]
