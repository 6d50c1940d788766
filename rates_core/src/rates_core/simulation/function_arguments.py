"""The arguments of a single function of a model, at the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.delays.prehistory import prehistory
from rates_core.delays.reads import delay_values
from rates_core.programs.program import FunctionRequest, FunctionSource, slot_paths
from rates_core.simulation.arguments import arguments_of, initial_state
from rates_core.simulation.grid import TimeGrid
from rates_core.simulation.inputs import Inputs
from rates_core.system.indices import check_indices
from rates_core.system.system import System


def function_arguments(
    request: FunctionRequest, source: FunctionSource, inputs: Mapping[str, Any] | None
) -> tuple[Any, ...]:
    """Return t, y, parameters, inputs as samples or functions of time, and the past, at the start."""
    system = request.system
    values = arguments_of(system)
    check_indices(system, values)
    if request.linearisation is not None:
        values |= {item.path: item.value for item in request.linearisation.system.parameters}
    grid = TimeGrid(request.step_size, 1, request.step_size, 1, 1, 0)
    signals = Inputs(system, inputs, grid, endless=True)
    y = initial_state(system)
    slots = slot_paths(system)
    past: list[Any] = []
    if slots:
        before = prehistory(system, None, 0.0, y, signals.at(0.0), values)  # what runs the text may not be there
        y = before.y
        row = np.concatenate([np.atleast_1d(before.value(slot, 0.0)) for slot in slots])
        if source.past:
            past = [_Constant(row)] if request.continuous else [_buffer(row, system, values, request)]
    used = [signals.argument(signal) for signal in signals.signals if signal.path in source.signals]
    given = (values[path] for path in source.parameters)
    if source.columns_first:
        given = (np.asfortranarray(value) if np.ndim(value) > 1 else value for value in given)
    return (0.0, y, *given, *used, *past)


def _buffer(row: np.ndarray, system: System, values: Mapping[str, Any], request: FunctionRequest) -> np.ndarray:
    """Return rows as far back as the longest delay, and those around its end that it is interpolated on."""
    longest = max(float(np.max(delay)) for delay in delay_values(system, values))
    return np.tile(row, (int(np.ceil(longest / request.step_size)) + request.samples, 1))


@frozen(eq=False)
class _Constant:
    """The past as a function of time that never changes."""

    row: np.ndarray

    def __call__(self, t: float) -> np.ndarray:
        return self.row
