"""Run a module whose procedures are given what has the keys of their arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from rates_core.programs.elementwise.given import Given, past_given, steps_given, values_at
from rates_core.programs.elementwise.kernel import CompiledKernel, Values
from rates_core.programs.program import ProgramRequest, slot_paths
from rates_core.programs.record import Columns


class Procedures(Protocol):
    """The procedures of a compiled module."""

    def call(self, name: str, given: Given, /) -> Any:
        """Call a procedure, which takes what it needs of what is given."""


class CalledKernel(CompiledKernel):
    """The procedures of a module with parameters bound, in a language that counts the axes of a matrix from the last.

    Args:
        request: what the module contains.
        procedures: of the module: `derivative`, `observe`, `store` and `loop`.
        constants: what holds parameters, by the keys of arguments.
    """

    def __init__(self, request: ProgramRequest, procedures: Procedures, constants: Given) -> None:
        self.request, self.procedures, self.constants = request, procedures, constants

    def rhs(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> Any:
        """Return dy/dt."""
        dy = np.empty(self.request.system.width)
        self.procedures.call("derivative", {**self._at(t, y, inputs, reads, draws), ("dy",): dy})
        return dy

    def observe(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> tuple[Any, ...]:
        """Return the recorded variables."""
        return self._row("observe", self.request.recorded, self._at(t, y, inputs, reads, draws))

    def slots(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> tuple[Any, ...]:
        """Return the stored variables."""
        return self._row("store", slot_paths(self.request.system), self._at(t, y, inputs, reads, draws))

    def updated(self, t: float, y: np.ndarray) -> np.ndarray:
        """Return a state after events."""
        after = np.empty(self.request.system.width)
        now: Given = {("t",): float(t), ("y",): np.ascontiguousarray(y, dtype=float), ("after",): after}
        self.procedures.call("events", {**self.constants, **now})
        return after

    def _at(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> Given:
        given = values_at(self.request.system, inputs, reads, draws)
        return {**self.constants, **given, ("t",): float(t), ("y",): np.ascontiguousarray(y, dtype=float)}

    def _row(self, procedure: str, paths: Sequence[str], given: Given) -> tuple[Any, ...]:
        columns = self.empty_columns(paths, 1)
        written = {("result", number): in_memory(column) for number, column in enumerate(columns)}
        self.procedures.call(procedure, {**given, **written, ("row",): 1})
        return tuple(column[0] if column.ndim > 1 else column[0].item() for column in columns)

    def empty_columns(self, paths: Sequence[str], rows: int) -> Columns:
        """Return arrays for some rows of variables, the entries of a column of a matrix side by side."""
        system = self.request.system
        return tuple(
            in_memory(
                np.empty((rows, *system.shapes[path][::-1]), dtype=complex if path in system.complex_symbols else float)
            )
            for path in paths
        )

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
        """Advance in the compiled loop."""
        given = steps_given(self.request.system, inputs, draws, first, samples, stride, step_size)
        self.procedures.call("loop", given | self.steps_of(y, columns, history))

    def steps_of(self, y: np.ndarray, columns: Columns, history: Any) -> Given:
        """Return what of a loop over fixed steps is this kernel's own."""
        given: Given = {**self.constants, ("y",): y}
        given |= {("column", number): in_memory(column) for number, column in enumerate(columns)}
        return given if history is None else given | past_given(self.request, history)


def in_memory(column: np.ndarray) -> np.ndarray:
    """Return rows of matrices with the axes as they lie in memory, or such rows as Python counts them."""
    return column.swapaxes(-1, -2) if column.ndim > 2 else column
