"""Run a generated module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.programs.batch import Batch
from rates_core.programs.elementwise.kernel import CompiledKernel, Values
from rates_core.programs.pair import PairLoop
from rates_core.programs.program import Program, ProgramRequest, slot_paths
from rates_core.programs.record import Columns

from rates_fortran.batch import FortranBatch
from rates_fortran.binding import Library
from rates_fortran.matrix import constants_of, values_at
from rates_fortran.module import write_module
from rates_fortran.pair_loop import FortranPair
from rates_fortran.procedure import Key


class FortranProgram(Program):
    """A generated module; it is compiled when it is bound."""

    def __init__(self, request: ProgramRequest) -> None:
        self.request = request
        self.module = write_module(request)
        self.source = self.module.source
        self._library: Library | None = None

    @property
    def library(self) -> Library:
        """Return the compiled module."""
        if self._library is None:
            self._library = Library(self.module)
        return self._library

    def bind(self, arguments: Mapping[str, Any]) -> FortranKernel:
        """Compute what depends on parameters only and return the kernel."""
        return FortranKernel(self, arguments)

    def bind_many(self, arguments: Mapping[str, np.ndarray], points: int) -> Batch:
        """Compute what depends on parameters only, for every point."""
        return FortranBatch(self.request, self.library, arguments, points, self.bind)


class FortranKernel(CompiledKernel):
    """The procedures of a module with parameters bound."""

    def __init__(self, program: FortranProgram, arguments: Mapping[str, Any]) -> None:
        self.request = program.request
        self._library = program.library
        layout = program.module.layout
        self.constants = constants_of(layout, arguments)
        if layout.prepared:
            self._library.call("prepare", self.constants)

    def rhs(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> Any:
        """Return dy/dt."""
        dy = np.empty(self.request.system.width)
        self._library.call("derivative", {**self._at(t, y, inputs, reads, draws), ("dy",): dy})
        return dy

    def observe(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> tuple[Any, ...]:
        """Return the recorded variables."""
        return self._row("observe", self.request.recorded, self._at(t, y, inputs, reads, draws))

    def slots(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> tuple[Any, ...]:
        """Return the stored variables."""
        return self._row("store", slot_paths(self.request.system), self._at(t, y, inputs, reads, draws))

    def _at(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> dict[Key, Any]:
        given = values_at(self.request.system, inputs, reads, draws)
        return {**self.constants, **given, ("t",): t, ("y",): np.ascontiguousarray(y, dtype=float)}

    def _row(self, procedure: str, paths: Sequence[str], given: dict[Key, Any]) -> tuple[Any, ...]:
        columns = self.empty_columns(paths, 1)
        given |= {("result", number): in_memory(column) for number, column in enumerate(columns)}
        self._library.call(procedure, given)
        return tuple(column[0] if column.ndim > 1 else column[0].item() for column in columns)

    def empty_columns(self, paths: Sequence[str], rows: int) -> Columns:
        """Return arrays for some rows of variables, matrices laid out as Fortran has them."""
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
        system = self.request.system
        given: dict[Key, Any] = {
            **self.constants, ("y",): y, ("h",): step_size, ("first",): first, ("samples",): samples,
            ("stride",): stride,
        }  # fmt: skip
        given |= {("column", number): in_memory(column) for number, column in enumerate(columns)}
        for node, tables in enumerate(inputs):
            given |= {("table", node, item.path): table for item, table in zip(system.inputs, tables, strict=True)}
        given |= {("draws", item.path): table for item, table in zip(system.draws, draws, strict=True)}
        if history is not None:
            given |= self._past(history)
        self._library.call("loop", given)

    def pair_loop(
        self, samples: Sequence[np.ndarray], base: float, spacing: float, history: Any = None
    ) -> PairLoop | None:
        """Return the compiled loop of the embedded pair."""
        if self.request.pair is None:
            return None
        return FortranPair(self, self._library, samples, base, spacing, history)

    def _past(self, history: Any) -> dict[Key, Any]:
        """Return buffers, and what reads take from them."""
        buffers = history.buffers()
        given: dict[Key, Any] = {("buffer", number): buffer for number, buffer in enumerate(buffers)}
        given["length",] = len(buffers[0]) // 2
        assert self.request.tableau is not None
        for node, value in enumerate(self.request.tableau.distinct_nodes):
            for read, gather in zip(self.request.system.reads, history.gathers(value), strict=True):
                given["samples", read.path, node] = gather.weights.shape[1]
                given["places", read.path, node] = np.ascontiguousarray(gather.places, dtype=np.int32)
                given["weights", read.path, node] = gather.weights
        return given


def in_memory(column: np.ndarray) -> np.ndarray:
    """Return rows of matrices with the axes in the order in which Fortran counts them, or as they are."""
    return column.swapaxes(-1, -2) if column.ndim > 2 else column
