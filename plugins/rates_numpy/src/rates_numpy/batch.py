"""Run many points of a generated module side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, prod
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from rates_core.delays.strategy import UniformHistory, no_draws
from rates_core.programs.arrays.runtime import by_point
from rates_core.programs.batch import Batch
from rates_core.programs.carry import Carry
from rates_core.programs.program import ProgramRequest
from rates_core.programs.record import Columns
from rates_core.programs.side_by_side import SideBySide, points_first
from rates_core.system.system import System

from rates_numpy.many import NumpyRuntime
from rates_numpy.module import Module
from rates_numpy.past import PointsPast

if TYPE_CHECKING:
    from rates_numpy.kernel import NumpyProgram

IN_CACHE = 2**13  # numbers of an array
LEAST = 32  # points, over which the inner loops of NumPy go
OF_MATRICES = 16  # points; products of matrices are alike in multiples of it
OF_COLUMNS = 0.7  # of a product with a vector's time, that a column of a product of matrices takes
OF_ARRAYS = 12  # times as long as an operation of numbers takes one of small arrays


@frozen
class Sizes:
    """How many points stand side by side.

    What comes out does not depend on which points they are: sums of a single column go another way than those of
    several, and products of matrices depend on how wide these are.

    Attributes:
        most: of them; those that are left go into another block.
        unit: a block has a multiple of so many, if need be by points that stand there twice.
    """

    most: int
    unit: int

    @classmethod
    def of(cls, system: System) -> Sizes | None:
        """Return them for a model, or None where points are as quick one by one."""
        if not system.states:
            return None
        widest = max(prod(shape) for shape in system.shapes.values() if len(shape) < 2)
        matrices = any(len(shape) > 1 for shape in system.shapes.values())
        if widest * LEAST <= IN_CACHE:
            return cls(IN_CACHE // widest // OF_MATRICES * OF_MATRICES, OF_MATRICES if matrices else 2)
        return cls(OF_MATRICES, OF_MATRICES) if matrices else None

    def gain(self, system: System, points: int) -> bool:
        """Tell whether so many points take less time side by side."""
        if self.unit == OF_MATRICES and ceil(points / OF_MATRICES) * OF_MATRICES * OF_COLUMNS >= points:
            return False
        arrays = sum(bool(state.shape) for state in system.states)
        numbers = len(system.states) - arrays
        return ceil(points / self.most) * OF_ARRAYS * (numbers + arrays) < points * (numbers + OF_ARRAYS * arrays)


class NumpyBatch(Batch):
    """Points in blocks that fit into a cache.

    Args:
        program: of a single point.
        written: the module for many points.
        module: that module, loaded.
        arguments: by path, with a first axis of points or of length 1.
        points: their number.
        sizes: of blocks.
    """

    def __init__(
        self,
        program: NumpyProgram,
        written: Module,
        module: ModuleType,
        arguments: Mapping[str, np.ndarray],
        points: int,
        sizes: Sizes,
    ) -> None:
        self._counts = [min(sizes.most, points - first) for first in range(0, points, sizes.most)]
        self._places = [
            np.minimum(number * sizes.most + np.arange(ceil(count / sizes.unit) * sizes.unit), points - 1)
            for number, count in enumerate(self._counts)
        ]
        self._blocks = [
            Block(program, written, module, {path: _some(value, places) for path, value in arguments.items()},
                  len(places))
            for places in self._places
        ]  # fmt: skip

    def loop(
        self,
        carries: Sequence[Carry],
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[list[Carry], Columns]:
        """Run the loop of each block."""
        ends, parts = [], []
        for block, places, count in zip(self._blocks, self._places, self._counts, strict=True):
            own = [[_some(table, places) for table in tables] for tables in inputs]
            end, rows = block.loop(
                [carries[place] for place in places], own, [_some(table, places) for table in draws],
                step_size, samples, stride,
            )  # fmt: skip
            ends += end[:count]
            parts.append([row[:count] for row in rows])
        return ends, tuple(np.concatenate(rows) for rows in zip(*parts, strict=True))


class Block(SideBySide):
    """Points side by side, along the last axis of all arrays."""

    def __init__(
        self,
        program: NumpyProgram,
        written: Module,
        module: ModuleType,
        arguments: Mapping[str, np.ndarray],
        points: int,
    ) -> None:
        super().__init__(program, arguments, points)
        self._written, self._module = written, module
        with np.errstate(all="ignore"):
            self._observe = self._bound("recorder")
            self._store = self._bound("slots")
            self._integrate = self._bound("integrator")

    def _bound(self, function: str) -> Any:
        """Return what a function of the module makes of the parameters that it takes, if the module has it."""
        paths = self._written.parameters.get(function)
        return None if paths is None else getattr(self._module, function)(*map(self._values, paths))

    def _values(self, path: str) -> Any:
        """Return a parameter as the module takes it; places in arrays are the same at all points."""
        system, values = self.request.system, self._arguments[path]
        parameter = system.parameter_paths[path]
        if parameter.integer:
            return values[0]
        found = by_point(NumpyRuntime(), system, path, self._arguments)
        if not parameter.shape:
            return np.repeat(found, self.points) if len(found) == 1 else found
        moved = np.moveaxis(found, 0, -1)
        return moved if len(parameter.shape) > 1 else np.ascontiguousarray(moved)

    def joined(self, histories: Sequence[UniformHistory], of: np.ndarray, step: int) -> PointsPast:
        """Return the pasts of points as one."""
        return PointsPast(self.request.system, histories, of, _nodes(self.request), step)

    def together(
        self,
        carries: Sequence[Carry],
        past: PointsPast | None,
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[list[Carry], Columns]:
        """Run the loop of the module."""
        first, system = carries[0].step, self.request.system
        tables = [[_points_last(table) for table in each] for each in inputs]
        pasts = () if past is None else (past,)
        if past is not None:
            past.store = self._stores(tables, first, step_size)
        with np.errstate(all="ignore"):
            y = np.ascontiguousarray(np.array([carry.y for carry in carries], dtype=float).T)
            end, rows = self._integrate(
                self._observe, y, tables, [_points_last(table) for table in draws], step_size, first, samples, stride,
                *pasts,
            )  # fmt: skip
        step = first + samples * stride
        columns = tuple(
            self._column([row[number] for row in rows], system.shapes[path])
            for number, path in enumerate(self.request.recorded)
        )
        return [Carry(step, step * step_size, state, past) for state in np.ascontiguousarray(end.T)], columns

    def _stores(self, tables: Sequence[Sequence[Any]], first: int, step_size: float) -> Any:
        """Return what computes the variables that are read late."""
        system, node = self.request.system, _nodes(self.request).index(0.0)
        timed, draws = self._written.uses_time, no_draws(system)

        def store(step: int, pieces: tuple[Any, ...], reads: tuple[Any, ...]) -> Any:
            time = (step * step_size,) if timed else ()
            given = [table[step - first] for table in tables[node]] if tables else ()
            return self._store(*time, *pieces, *given, *reads, *draws)

        return store

    def _column(self, rows: Sequence[Any], shape: tuple[int, ...]) -> np.ndarray:
        """Return the rows of a variable by point."""
        values = np.array(rows)
        if values.ndim == 2 + len(shape):
            values = np.moveaxis(values, -1, 1)
        return points_first(values, shape, self.points)


def _nodes(request: ProgramRequest) -> tuple[float, ...]:
    assert request.tableau is not None
    return tuple(request.tableau.distinct_nodes)


def _some(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return what some points have of values with a first axis of points, or of length 1."""
    return values if len(values) == 1 else values[places]


def _points_last(table: np.ndarray) -> Any:
    """Return a table with points as its last axis; numbers that all share as Python's."""
    if len(table) == 1 and table.ndim == 2:
        return table[0].tolist()
    return np.ascontiguousarray(np.moveaxis(table, 0, -1))
