"""Run a generated module."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np
from rates_core.programs.batch import Batch
from rates_core.programs.elementwise.adjoints import Adjoints
from rates_core.programs.elementwise.followed import FollowedSteps
from rates_core.programs.elementwise.kernel import CompiledKernel, Values, typed_values
from rates_core.programs.elementwise.way_back import gradients_of
from rates_core.programs.gradient import GradientRequest, Gradients, StepsRequest
from rates_core.programs.pair import PairLoop, Reached, Span, Status, StepControl
from rates_core.programs.program import Program, ProgramRequest, slot_paths
from rates_core.programs.record import Columns
from rates_core.programs.trail import Trail

from rates_numba.adjoint_loops import NumbaAdjoint
from rates_numba.batch import NumbaBatch
from rates_numba.compiled import load_module, quick
from rates_numba.layout import Layout
from rates_numba.module import write_module


class NumbaProgram(Program):
    """A generated module; it is loaded when it is bound."""

    def __init__(self, request: ProgramRequest, slope: float | None = None) -> None:
        self.request = request
        self.source, self.layout = write_module(request)
        self.adjoints = Adjoints(NumbaAdjoint, slope)

    def bind(self, arguments: Mapping[str, Any]) -> NumbaKernel:
        """Compute what depends on parameters only and return the kernel."""
        return NumbaKernel(self, load_module(self.source), arguments)

    def bind_many(self, arguments: Mapping[str, np.ndarray], points: int) -> Batch:
        """Compute what depends on parameters only, for every point."""
        return NumbaBatch(self, load_module(self.source), self.layout, arguments, points)


class NumbaKernel(CompiledKernel):
    """The functions of a module with parameters bound."""

    def __init__(self, program: NumbaProgram, module: ModuleType, arguments: Mapping[str, Any]) -> None:
        self.request = program.request
        self._layout: Layout = program.layout
        self._module = module
        self._program, self._arguments, self._adjoints = program, arguments, program.adjoints
        self._numbers, self._arrays = program.layout.constants.values(arguments)
        if program.layout.prepared:
            module.prepare(self._numbers, self._arrays)

    def rhs(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> Any:
        """Return dy/dt."""
        dy = np.empty(self.request.system.width)
        given = typed_values(self.request.system, inputs, reads, draws)
        self._module.derivative(float(t), _contiguous(y), dy, self._numbers, self._arrays, *given)
        return dy

    def observe(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> tuple[Any, ...]:
        """Return the recorded variables."""
        return self._row("observe", self.request.recorded, t, y, inputs, reads, draws)

    def slots(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> tuple[Any, ...]:
        """Return the stored variables."""
        return self._row("store", slot_paths(self.request.system), t, y, inputs, reads, draws)

    def updated(self, t: float, y: np.ndarray) -> np.ndarray:
        """Return a state after events."""
        after = np.empty(self.request.system.width)
        self._module.events(float(t), _contiguous(y), after, self._numbers, self._arrays)
        return after

    def _row(
        self, function: str, paths: Sequence[str], t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values
    ) -> tuple[Any, ...]:
        columns = self.empty_columns(paths, 1)
        given = typed_values(self.request.system, inputs, reads, draws)
        getattr(self._module, function)(float(t), _contiguous(y), columns, 0, self._numbers, self._arrays, *given)
        return tuple(column[0] if column.ndim > 1 else column[0].item() for column in columns)

    def gradient(self, request: GradientRequest) -> Gradients:
        """Return the derivatives of a loss of a run, by loops forwards and back."""
        adjoint = self._adjoints.of(self.request, request)
        return gradients_of(adjoint.bind(self._arguments), self._arguments, request)

    def single_steps(self, request: StepsRequest) -> FollowedSteps:
        """Return the steps of the loops forwards as a function of values, with the way back by those backwards."""
        return FollowedSteps(self._program, self._adjoints, self._arguments, request)

    def pair_loop(
        self, samples: Sequence[np.ndarray], base: float, spacing: float, history: Any = None
    ) -> PairLoop | None:
        """Return the compiled loop of the embedded pair."""
        return NumbaPair(self, samples, base, spacing, history) if self.request.pair is not None else None

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
        past: tuple[Any, ...] = ()
        if history is not None:
            buffers = history.buffers()
            nodes = self.request.tableau.distinct_nodes  # type: ignore[union-attr]
            gathers = tuple(
                tuple((gather.places, gather.weights) for gather in history.gathers(node)) for node in nodes
            )
            past = (len(buffers[0]) // 2, buffers, gathers)
        tables = tuple(map(tuple, inputs)) or ((),)
        quick(self._module.loop)(
            y, step_size, first, samples, stride, columns, self._numbers, self._arrays, tables, tuple(draws), *past
        )


class NumbaPair(PairLoop):
    """The compiled loop of an embedded pair."""

    def __init__(
        self, kernel: NumbaKernel, samples: Sequence[np.ndarray], base: float, spacing: float, history: Any
    ) -> None:
        self._kernel, self._history = kernel, history
        self._inputs = (tuple(np.ascontiguousarray(table) for table in samples), base, spacing)

    def advance(
        self,
        time: float,
        y: np.ndarray,
        proposal: float | None,
        span: Span,
        control: StepControl,
        times: np.ndarray,
        most: int,
    ) -> Reached:
        """Take up to `most` steps in the compiled loop."""
        kernel, end = self._kernel, np.array(y, dtype=float)
        wanted = np.ascontiguousarray(times[: int(np.searchsorted(times, span.end, side="right"))])
        columns = kernel.empty_columns(kernel.request.recorded, len(wanted))
        trail = None if self._history is None else self._history.trail()
        status, reached, following, steps, rows, *kept = quick(kernel._module.pair)(
            time, end, _or_nan(proposal), span.end, span.first, span.last, span.fresh, control.rtol, control.atol,
            float(control.max_step), _or_nan(control.first_step), wanted, columns, most, kernel._numbers,
            kernel._arrays, *self._inputs, *_past(trail),
        )  # fmt: skip
        if trail is not None:
            self._history.extend(trail, kept[0] - trail.count)
        found = tuple(column[:rows] for column in columns)
        return Reached(Status(status), reached, end, steps, None if following != following else following, found)


def _past(trail: Trail | None) -> tuple[Any, ...]:
    """Return a trail as the loop takes it."""
    if trail is None:
        return ()
    lags = tuple((lag.delays, lag.sources, lag.targets) for lag in trail.lags)
    return (
        trail.starts, trail.ends, trail.factors, lags, trail.count, trail.nodes, trail.fit, trail.checks,
        trail.largest, trail.tolerance,
    )  # fmt: skip


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _contiguous(y: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(y, dtype=float)
