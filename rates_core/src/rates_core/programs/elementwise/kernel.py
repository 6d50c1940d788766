"""Fixed steps that a compiled loop takes, chunk by chunk, with those before them that it cannot."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from rates_core.programs.carry import Carry
from rates_core.programs.program import Kernel
from rates_core.programs.record import Columns
from rates_core.programs.special import special_steps
from rates_core.system.system import System

Values = Sequence[Any]


class CompiledKernel(Kernel):
    """A kernel whose loop over fixed steps is compiled and writes into arrays that it is given."""

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
        history: Any,
    ) -> None:
        """Advance by `samples * stride` steps in the compiled loop; without samples by `stride` steps, no row.

        Args:
            y: the state, which is changed.
            first: number of the first step.
            samples: number of rows.
            stride: steps per row.
            columns: where rows are written.
            inputs: as `Kernel.loop` takes them, from the first step on, as are the others.
            draws: see there.
            step_size: see there.
            history: the stored past, all reads of which are gathers, or None; its buffers are written.
        """

    def empty_columns(self, paths: Sequence[str], rows: int) -> Columns:
        """Return arrays for some rows of variables."""
        system = self.request.system
        return tuple(
            np.empty((rows, *system.shapes[path]), dtype=complex if path in system.complex_symbols else float)
            for path in paths
        )

    def pack(self, pieces: tuple[Any, ...]) -> np.ndarray:
        """Return the states as one real vector."""
        y = np.empty(self.request.system.width)
        for state, piece in zip(self.request.system.states, pieces, strict=True):
            part = y[state.offset : state.offset + state.width]
            (part.view(complex) if state.complex else part)[:] = piece
        return y

    def loop(
        self,
        carry: Carry,
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[Carry, Columns]:
        """Run the compiled loop; with delays, from the step on at which all of them are read alike.

        A row goes with the steps that follow it, so that both parts begin with a row unless a row's steps are divided.
        """
        columns = self.empty_columns(self.request.recorded, samples)
        history = None if carry.history is None else carry.history.copy()
        count, done = samples * stride, 0
        y = np.array(carry.y, dtype=float)

        def compiled(rows: int, each: int, row: int) -> None:
            first = carry.step + done
            tables = [[np.ascontiguousarray(table[done:]) for table in tables] for tables in inputs]
            numbers = [np.ascontiguousarray(table[done:]) for table in draws]
            kept = tuple(column[row:] for column in columns)
            self.steps(y, first, rows, each, kept, tables, numbers, step_size, history)
            if history is not None:
                history.advance(first + max(rows, 1) * each)

        if history is not None:
            y, done, rows = special_steps(self, carry, history, inputs, draws, step_size, count, stride)
            for number, values in enumerate(rows):
                for column, value in zip(columns, values, strict=True):
                    column[number] = value
            if done % stride and done < count:  # the rest of the steps of a row that has been recorded
                rest = stride - done % stride
                compiled(0, rest, 0)
                done += rest
        if done < count:
            compiled(samples - done // stride, stride, done // stride)
        step = carry.step + count
        return Carry(step, step * step_size, y, history), columns


def typed_values(system: System, inputs: Values, reads: Values, draws: Values) -> list[Any]:
    """Return external inputs, delayed values and random numbers in the types that functions are compiled for."""
    kinds: tuple[tuple[Sequence[Any], Values], ...] = (
        (system.inputs, inputs),
        (system.reads, reads),
        (system.draws, draws),
    )
    return [
        _typed(value, item.shape, bool(getattr(item, "complex", False)))
        for items, values in kinds
        for item, value in zip(items, values, strict=True)
    ]


def _typed(value: Any, shape: tuple[int, ...], is_complex: bool) -> Any:
    if not shape:
        return complex(value) if is_complex else float(value)
    return np.ascontiguousarray(np.broadcast_to(value, shape), dtype=complex if is_complex else float)
