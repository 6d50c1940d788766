"""Run a generated module in GNU Octave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from rates_core.programs.elementwise.kernel import CompiledKernel, Values
from rates_core.programs.program import Program, ProgramRequest, slot_paths
from rates_core.programs.record import Columns

from rates_matlab.folder import written, written_for_dde_biftool
from rates_matlab.module import write_module
from rates_matlab.running import Running


class MatlabProgram(Program):
    """A generated file; Octave loads it when it is bound."""

    def __init__(self, request: ProgramRequest) -> None:
        self.request = request
        self.module = write_module(request)
        self.source = self.module.text

    @cached_property
    def running(self) -> Running:
        """Return the functions of the module in Octave."""
        return Running(self.source, self.module.functions)

    def folder(self) -> dict[str, str]:
        """Return files of the model by name, to be run in MATLAB or GNU Octave; see `rates_matlab.folder.written`."""
        return written(self.request)

    def dde_biftool(self) -> dict[str, str]:
        """Return the files that DDE-BIFTOOL asks for; see `rates_matlab.folder.written_for_dde_biftool`."""
        return written_for_dde_biftool(self.request)

    def bind(self, arguments: Mapping[str, Any]) -> MatlabKernel:
        """Compute what depends on parameters only and return the kernel."""
        return MatlabKernel(self, arguments)


class MatlabKernel(CompiledKernel):
    """The functions of a module with parameters bound."""

    def __init__(self, program: MatlabProgram, arguments: Mapping[str, Any]) -> None:
        self.request = program.request
        self._running = program.running
        self._p = self._running.bound(fields_of(self.request.system, program.module.fields, arguments))

    def rhs(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> Any:
        """Return dy/dt."""
        return self._call("derivative", 1, t, y, inputs, reads, draws)[0].ravel().copy()

    def observe(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> tuple[Any, ...]:
        """Return the recorded variables."""
        return self._row("observe", self.request.recorded, t, y, inputs, reads, draws)

    def slots(self, t: float, y: np.ndarray, inputs: Values, reads: Values, draws: Values) -> tuple[Any, ...]:
        """Return the stored variables."""
        return self._row("store", slot_paths(self.request.system), t, y, inputs, reads, draws)

    def updated(self, t: float, y: np.ndarray) -> np.ndarray:
        """Return a state after events."""
        found: np.ndarray = self._running.call("events", [t, y, self._p], 1)[0]
        return found.ravel().copy()

    def _call(self, function: str, results: int, t: float, y: np.ndarray, *given: Values) -> list[np.ndarray]:
        values = [np.broadcast_to(value, shape) for value, shape in zip(_all(given), self._shapes(), strict=True)]
        found: list[np.ndarray] = self._running.call(function, [t, y, self._p, *values], results)
        return found

    def _shapes(self) -> list[tuple[int, ...]]:
        system = self.request.system
        return [item.shape for kind in (system.inputs, system.reads, system.draws) for item in kind]

    def _row(self, function: str, paths: Sequence[str], t: float, y: np.ndarray, *given: Values) -> tuple[Any, ...]:
        if not paths:
            return ()
        system, found = self.request.system, self._call(function, len(paths), t, y, *given)
        return tuple(_typed(value, path, system) for value, path in zip(found, paths, strict=True))

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
        """Advance in the loop of the module."""
        arguments: list[Any] = [y, self._p, first, samples, stride, step_size]
        arguments += [table.T for tables in inputs for table in tables]
        arguments += [table.T for table in draws]
        buffers: Sequence[np.ndarray] = ()
        if history is not None:
            buffers = history.buffers()
            arguments += [_as_rows(buffer) for buffer in buffers]
            assert self.request.tableau is not None
            for node in self.request.tableau.distinct_nodes:
                for gather in history.gathers(node):
                    arguments += [gather.places.astype(float), gather.weights]
        found = self._running.call("loop", arguments, 1 + len(columns) + len(buffers))
        y[:] = found[0].ravel()
        for column, rows in zip(columns, found[1:], strict=False):
            column[:samples] = (
                rows.reshape(*column.shape[1:], samples, order="F").transpose(column.ndim - 1, *range(column.ndim - 1))
                if samples
                else 0.0
            )
        for buffer, rows in zip(buffers, found[1 + len(columns) :], strict=True):
            buffer[:] = rows.T.reshape(buffer.shape)


def _all(given: Sequence[Values]) -> list[Any]:
    return [value for values in given for value in values]


def _as_rows(buffer: np.ndarray) -> np.ndarray:
    """Return samples as a matrix with one column each."""
    return buffer.reshape(len(buffer), -1).T


def _typed(value: np.ndarray, path: str, system: Any) -> Any:
    shape = system.shapes[path]
    kind = complex if path in system.complex_symbols else float
    return value.reshape(shape).astype(kind) if shape else kind(value[0, 0])


def fields_of(system: Any, fields: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of p; what holds places counts from 1 there."""
    found: dict[str, Any] = {}
    for path, name in fields.items():
        parameter = system.parameter_paths[path]
        value = np.broadcast_to(arguments[path], parameter.shape)
        found[name] = value + 1 if parameter.integer else value
    return found
