"""Run a generated module."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from rates_core.programs.batch import Batch
from rates_core.programs.carry import Carry
from rates_core.programs.pair import PairLoop, Reached, Span, Status, StepControl
from rates_core.programs.program import Kernel, Program, ProgramRequest, slot_paths
from rates_core.programs.record import Columns
from rates_core.programs.special import special_steps
from rates_core.programs.trail import Trail
from rates_core.system.system import System

from rates_numba.batch import NumbaBatch
from rates_numba.compiled import load_module, quick
from rates_numba.layout import Layout
from rates_numba.module import write_module

Values = Sequence[Any]


class NumbaProgram(Program):
    """A generated module; it is loaded when it is bound."""

    def __init__(self, request: ProgramRequest) -> None:
        self.request = request
        self.source, self.layout = write_module(request)

    def bind(self, arguments: Mapping[str, Any]) -> NumbaKernel:
        """Compute what depends on parameters only and return the kernel."""
        return NumbaKernel(self, load_module(self.source), arguments)

    def bind_many(self, arguments: Mapping[str, np.ndarray], points: int) -> Batch:
        """Compute what depends on parameters only, for every point."""
        return NumbaBatch(self, load_module(self.source), self.layout, arguments, points)

    def to_file(self, path: Path) -> None:
        """Write the module."""
        path.write_text(self.source, encoding="utf-8")


class NumbaKernel(Kernel):
    """The functions of a module with parameters bound."""

    def __init__(self, program: NumbaProgram, module: ModuleType, arguments: Mapping[str, Any]) -> None:
        self.request = program.request
        self._layout: Layout = program.layout
        self._module = module
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

    def _row(
        self, function: str, paths: Sequence[str], t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values
    ) -> tuple[Any, ...]:
        columns = self._columns(paths, 1)
        given = typed_values(self.request.system, inputs, reads, draws)
        getattr(self._module, function)(float(t), _contiguous(y), columns, 0, self._numbers, self._arrays, *given)
        return tuple(column[0] if column.ndim > 1 else column[0].item() for column in columns)

    def _columns(self, paths: Sequence[str], rows: int) -> tuple[np.ndarray, ...]:
        system = self.request.system
        return tuple(
            np.empty((rows, *system.shapes[path]), dtype=complex if path in system.complex_symbols else float)
            for path in paths
        )

    def pair_loop(
        self, samples: Sequence[np.ndarray], base: float, spacing: float, history: Any = None
    ) -> PairLoop | None:
        """Return the compiled loop of the embedded pair."""
        return NumbaPair(self, samples, base, spacing, history) if self.request.pair is not None else None

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
        """Run the fused loop; with delays, from the step on at which all of them are read alike."""
        run = _Chunk(self, carry, inputs, draws, step_size, samples, stride)
        y, columns = run.native() if carry.history is None else run.delayed()
        step = carry.step + samples * stride
        return Carry(step, step * step_size, y, run.history), columns


class _Chunk:
    """One call of the loop.

    With delays, steps are taken one by one until all reads are gathers; the rest of the chunk is native. A row goes
    with the steps that follow it, so that both parts begin with a row unless a row's steps are divided.
    """

    def __init__(
        self,
        kernel: NumbaKernel,
        carry: Carry,
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> None:
        self.kernel, self.carry, self.inputs, self.draws = kernel, carry, inputs, draws
        self.step_size, self.samples, self.stride = step_size, samples, stride
        self.history = None if carry.history is None else carry.history.copy()
        self.columns = kernel._columns(kernel.request.recorded, samples)

    def native(self) -> tuple[np.ndarray, Columns]:
        """Run all steps in the compiled loop."""
        y = np.array(self.carry.y, dtype=float)
        self._compiled(y, 0, self.samples, self.stride, 0)
        return y, self.columns

    def delayed(self) -> tuple[np.ndarray, Columns]:
        """Run special steps one by one and the others in the compiled loop."""
        assert self.history is not None
        count = self.samples * self.stride
        y, done, rows = special_steps(
            self.kernel, self.carry, self.history, self.inputs, self.draws, self.step_size, count, self.stride
        )
        for number, values in enumerate(rows):
            self._keep(number, values)
        if done % self.stride and done < count:  # the rest of the steps of a row that has been recorded
            rest = self.stride - done % self.stride
            self._compiled(y, done, 0, rest, 0)
            done += rest
        if done < count:
            row = done // self.stride
            self._compiled(y, done, self.samples - row, self.stride, row)
        return y, self.columns

    def _keep(self, row: int, values: Sequence[Any]) -> None:
        for column, value in zip(self.columns, values, strict=True):
            column[row] = value

    def _compiled(self, y: np.ndarray, done: int, samples: int, stride: int, row: int) -> None:
        """Run the compiled loop from a step of this chunk on; without samples it takes `stride` steps, no row."""
        kernel, first = self.kernel, self.carry.step + done
        inputs = tuple(tuple(np.ascontiguousarray(table[done:]) for table in tables) for tables in self.inputs) or ((),)
        draws = tuple(np.ascontiguousarray(table[done:]) for table in self.draws)
        columns = tuple(column[row:] for column in self.columns)
        past: tuple[Any, ...] = ()
        if self.history is not None:
            buffers = self.history.buffers()
            nodes = kernel.request.tableau.distinct_nodes  # type: ignore[union-attr]
            gathers = tuple(
                tuple((gather.places, gather.weights) for gather in self.history.gathers(node)) for node in nodes
            )
            past = (len(buffers[0]) // 2, buffers, gathers)
        quick(kernel._module.loop)(
            y, self.step_size, first, samples, stride, columns, kernel._numbers, kernel._arrays, inputs, draws, *past
        )
        if self.history is not None:
            self.history.advance(first + max(samples, 1) * stride)


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
        columns = kernel._columns(kernel.request.recorded, len(wanted))
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
