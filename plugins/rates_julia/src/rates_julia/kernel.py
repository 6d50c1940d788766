"""Run a generated module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.programs.batch import Batch
from rates_core.programs.elementwise.given import Given, past_given, steps_given, values_at
from rates_core.programs.elementwise.kernel import CompiledKernel, Values
from rates_core.programs.equations import Equations, Fed
from rates_core.programs.pair import PairLoop
from rates_core.programs.program import Program, ProgramRequest, slot_paths
from rates_core.programs.record import Columns

from rates_julia.batch import JuliaBatch
from rates_julia.binding import Library, Parameters, bound
from rates_julia.equations import julia_equations
from rates_julia.module import write_module
from rates_julia.pair_loop import JuliaPair


class JuliaProgram(Program):
    """A generated module; Julia gets it when it is bound."""

    def __init__(self, request: ProgramRequest) -> None:
        self.request = request
        self.library = Library(write_module(request))
        self.source = self.library.module.source

    def bind(self, arguments: Mapping[str, Any]) -> JuliaKernel:
        """Compute what depends on parameters only and return the kernel."""
        return JuliaKernel(self.request, self.library, bound(self.library, arguments), arguments)

    def bind_many(self, arguments: Mapping[str, np.ndarray], points: int) -> Batch:
        """Compute what depends on parameters only, for every point."""
        return JuliaBatch(self.request, self.library, arguments, points)


class JuliaKernel(CompiledKernel):
    """The functions of a module with parameters bound."""

    def __init__(
        self,
        request: ProgramRequest,
        library: Library,
        parameters: Parameters,
        arguments: Mapping[str, Any] | None = None,
    ) -> None:
        self.request, self.library, self.parameters = request, library, parameters
        self._arguments = arguments

    def rhs(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> Any:
        """Return dy/dt."""
        dy = np.empty(self.request.system.width)
        self.library.call("derivative", {**self._at(t, y, inputs, reads, draws), ("dy",): dy})
        return dy

    def observe(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> tuple[Any, ...]:
        """Return the recorded variables."""
        return self._row("observe", self.request.recorded, self._at(t, y, inputs, reads, draws))

    def slots(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> tuple[Any, ...]:
        """Return the stored variables."""
        return self._row("store", slot_paths(self.request.system), self._at(t, y, inputs, reads, draws))

    def _at(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> Given:
        given = values_at(self.request.system, inputs, reads, draws)
        return {**given, ("p",): self.parameters, ("t",): float(t), ("y",): np.ascontiguousarray(y, dtype=float)}

    def _row(self, procedure: str, paths: Sequence[str], given: Given) -> tuple[Any, ...]:
        columns = self.empty_columns(paths, 1)
        given["row",] = 1
        given |= {("result", number): in_memory(column) for number, column in enumerate(columns)}
        self.library.call(procedure, given)
        return tuple(column[0] if column.ndim > 1 else column[0].item() for column in columns)

    def empty_columns(self, paths: Sequence[str], rows: int) -> Columns:
        """Return arrays for some rows of variables, matrices laid out as Julia has them."""
        return tuple(in_memory(column) for column in super().empty_columns(paths, rows))

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
        self.library.call("loop", given | self.steps_of(y, columns, history))

    def steps_of(self, y: np.ndarray, columns: Columns, history: Any) -> Given:
        """Return what of a loop over fixed steps is this kernel's own."""
        given: Given = {("p",): self.parameters, ("y",): y}
        given |= {("column", number): in_memory(column) for number, column in enumerate(columns)}
        return given if history is None else given | past_given(self.request, history)

    def pair_loop(
        self, samples: Sequence[np.ndarray], base: float, spacing: float, history: Any = None
    ) -> PairLoop | None:
        """Return the compiled loop of the embedded pair."""
        if self.request.pair is None:
            return None
        return JuliaPair(self, self.library, samples, base, spacing, history)

    def equations(self, fed: Fed, base: float, spacing: float) -> Equations | None:
        """Return the functions of the module that solvers of Julia call; a kernel of a batch has none of its own."""
        if self._arguments is None:
            return None
        return julia_equations(self, self._arguments, fed, base, spacing)


def in_memory(column: np.ndarray) -> np.ndarray:
    """Return rows of matrices with the axes in the order in which Julia counts them, or as they are."""
    return column.swapaxes(-1, -2) if column.ndim > 2 else column
