"""Run the loops of an adjoint module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.programs.elementwise.adjoint import AdjointRequest
from rates_core.programs.elementwise.adjoint_loops import AdjointLoops, Segment, Steps, Totals
from rates_core.programs.elementwise.given import Given, constants_given, values_at
from rates_core.programs.elementwise.weighing import Rows
from rates_core.programs.gradient import GradientRequest

from rates_fortran.adjoint import write_adjoint
from rates_fortran.binding import Compiled


class FortranAdjoint(Compiled):
    """A generated module; it is compiled when it is bound."""

    def __init__(self, request: AdjointRequest) -> None:
        self.request, self.module = request, write_adjoint(request)

    def bind(self, arguments: Mapping[str, Any]) -> FortranLoops:
        """Compute what depends on parameters only and return the loops."""
        return FortranLoops(self, arguments)


class FortranLoops(AdjointLoops):
    """The procedures of a module with parameters bound."""

    def __init__(self, program: FortranAdjoint, arguments: Mapping[str, Any]) -> None:
        self.request, self._library = program.request, program.library
        made = {item.path: item.value for item in program.request.adjoint.system.parameters}
        self._constants = constants_given(program.module.layout, {**made, **arguments})
        if program.module.layout.prepared:
            self._library.call("prepare", self._constants)

    def forward(self, run: GradientRequest, y: np.ndarray, steps: Steps, segment: Segment, rows: Rows) -> None:
        """Take steps in the compiled loop."""
        columns: Given = {("column", number): column for number, column in enumerate(rows.columns)}
        self._library.call("forward", {**self._given(run, steps, segment), **columns, ("y",): y})

    def backward(
        self,
        run: GradientRequest,
        steps: Steps,
        segment: Segment,
        bars: tuple[np.ndarray, ...],
        rows: Rows,
        totals: Totals,
    ) -> None:
        """Follow steps in the compiled loop."""
        given = self._given(run, steps, segment)
        given |= {("by_state",): totals.state, ("by_parameters",): totals.parameters, ("seeds",): rows.seeds}
        for node, tables in enumerate(totals.inputs):
            pairs = zip(self.request.wanted.inputs, tables, strict=True)
            given |= {("by_input", node, path): table for path, table in pairs}
        given |= {("bars", number): own for number, own in enumerate(bars)}
        for read, total in zip(self.request.system.reads, totals.delays, strict=False):
            given["by_delays", read.path] = total
        self._library.call("backward", given)

    def at_start(self, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> np.ndarray:
        """Return what the seeds of stored variables add."""
        bars = np.zeros_like(y)
        given = values_at(self.request.system, inputs, reads, draws)
        self._library.call("store_back", {**self._constants, **given, ("t",): 0.0, ("y",): y, ("dy",): bars})
        return bars

    def _given(self, run: GradientRequest, steps: Steps, segment: Segment) -> Given:
        """Return what both loops take."""
        system = self.request.system
        given: Given = {
            **self._constants, ("h",): run.step_size, ("first",): run.start.step, ("begun",): segment.begun,
            ("start",): steps.start, ("stop",): steps.stop, ("stride",): run.stride, ("kept",): segment.kept,
            ("length",): segment.size,
        }  # fmt: skip
        for node, tables in enumerate(run.inputs):
            given |= {("table", node, item.path): table for item, table in zip(system.inputs, tables, strict=True)}
        given |= {("draws", item.path): table for item, table in zip(system.draws, run.draws, strict=True)}
        given |= {("buffer", number): buffer for number, buffer in enumerate(segment.buffers)}
        for node, gathers in enumerate(steps.gathers):
            for read, gather in zip(system.reads, gathers, strict=True):
                given["samples", read.path, node] = gather.weights.shape[1]
                given["places", read.path, node] = np.ascontiguousarray(gather.places, dtype=np.int32)
                given["weights", read.path, node] = np.ascontiguousarray(gather.weights)
                if gather.slopes is not None:
                    given["slope_samples", read.path, node] = gather.slopes.shape[1]
                    given["slopes", read.path, node] = np.ascontiguousarray(gather.slopes)
        return given
