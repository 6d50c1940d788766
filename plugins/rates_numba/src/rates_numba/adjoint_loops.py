"""Run the loops of an adjoint module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rates_core.delays.strategy import Gather
from rates_core.programs.elementwise.adjoint import AdjointRequest
from rates_core.programs.elementwise.adjoint_loops import AdjointLoops, Segment, Steps, Totals
from rates_core.programs.elementwise.kernel import typed_values
from rates_core.programs.elementwise.weighing import Rows
from rates_core.programs.gradient import GradientRequest

from rates_numba.adjoint import write_adjoint
from rates_numba.compiled import load_module, quick


class NumbaAdjoint:
    """A generated module; it is loaded when it is bound."""

    def __init__(self, request: AdjointRequest) -> None:
        self.request = request
        self.source, self.layout = write_adjoint(request)

    def bind(self, arguments: Mapping[str, Any]) -> NumbaLoops:
        """Compute what depends on parameters only and return the loops."""
        return NumbaLoops(self, arguments)


class NumbaLoops(AdjointLoops):
    """The functions of a module with parameters bound."""

    def __init__(self, program: NumbaAdjoint, arguments: Mapping[str, Any]) -> None:
        self.request = program.request
        self._module = load_module(program.source)
        made = {item.path: item.value for item in program.request.adjoint.system.parameters}
        self._constants = program.layout.constants.values({**made, **arguments})
        if program.layout.prepared:
            self._module.prepare(*self._constants)

    def forward(self, run: GradientRequest, y: np.ndarray, steps: Steps, segment: Segment, rows: Rows) -> None:
        """Take steps in the compiled loop."""
        quick(self._module.forward)(y, rows.columns, *self._given(run, steps, segment))

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
        late = (bars,) if self.request.system.reads else ()
        delays = (_slopes(steps), totals.delays) if totals.delays else ()
        quick(self._module.backward)(
            totals.state, totals.parameters, totals.inputs or ((),), rows.seeds, *self._given(run, steps, segment),
            *late, *delays,
        )  # fmt: skip

    def at_start(self, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> np.ndarray:
        """Return what the seeds of stored variables add."""
        bars = np.zeros_like(y)
        given = typed_values(self.request.system, inputs, reads, draws)
        self._module.store_back(0.0, y, bars, *self._constants, *given)
        return bars

    def _given(self, run: GradientRequest, steps: Steps, segment: Segment) -> tuple[Any, ...]:
        """Return what both loops take."""
        past: tuple[Any, ...] = ()
        if self.request.system.reads:
            past = segment.size, segment.buffers, tuple(tuple(map(_gather, node)) for node in steps.gathers)
        return (
            run.step_size, run.start.step, segment.begun, steps.start, steps.stop, run.stride, segment.kept,
            *self._constants, tuple(map(tuple, run.inputs)) or ((),), tuple(run.draws), *past,
        )  # fmt: skip


def _gather(gather: Gather) -> tuple[np.ndarray, np.ndarray]:
    return np.ascontiguousarray(gather.places, np.uint32), np.ascontiguousarray(gather.weights)


def _slopes(steps: Steps) -> tuple[tuple[np.ndarray, ...], ...]:
    """Return how the weights of each read move with its delay, by node."""
    return tuple(tuple(np.ascontiguousarray(gather.slopes) for gather in node) for node in steps.gathers)
