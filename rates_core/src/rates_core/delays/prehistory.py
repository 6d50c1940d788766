"""Values of delayed variables before the start of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from rates_core.delays.before import Before
from rates_core.delays.beginning import Beginning
from rates_core.delays.circle import check_known
from rates_core.delays.delayed import delayed_variables
from rates_core.delays.said import said_of
from rates_core.delays.strategy import no_draws
from rates_core.paths import TIME
from rates_core.programs.program import Kernel, slot_paths
from rates_core.system.system import System

Source = Callable[[float], Any]


class PreHistory:
    """What each slot was before the start: constant or a function of time.

    Attributes:
        constants: value of each slot that was constant.
        functions: functions of time for the others.
        y: state at the start, in which chains are where the past left them.
    """

    def __init__(self, constants: dict[str, Any], functions: dict[str, Source], y: np.ndarray) -> None:
        self.constants = constants
        self.functions = functions
        self.y = y

    def value(self, slot: str, t: float) -> Any:
        """Return the value of a slot at a time before the start."""
        if slot in self.functions:
            return self.functions[slot](t)
        return self.constants[slot]


def prehistory(
    system: System,
    kernel: Kernel | None,
    start: float,
    y: np.ndarray,
    inputs: tuple[Any, ...],
    arguments: Mapping[str, Any],
    history: Any = None,
) -> PreHistory:
    """Return the past of all slots.

    A variable was what `history` says of it; of what it says nothing, it was what it is at the start. So a computed
    variable of which nothing is said was constant, with its value at (t0, y0, u(t0)), which delayed reads in its
    equation take from t0 minus their delays: with `w = x*past(x, 0.1)` and a past H of x, w was x(t0)*H(t0 - 0.1).
    A delayed expression has no path of its own. Where something is said of what it is made of, its past is the
    expression of their pasts: `past(x*past(x, 0.1), 0.2)` at t is H(t - 0.2)*H(t - 0.3).

    Args:
        system: the lowered System.
        kernel: evaluates computed slots at the initial state; without one they are evaluated here.
        start: time of the start.
        y: initial state; where chains are in it does not matter.
        inputs: values of external inputs at the start.
        arguments: values of parameters.
        history: what the user gave: a number, a function of time, an array with one value per unit, or a dict of
            these by path; None means that everything had the value that it has at the start.

    Raises:
        ArgumentError: what is said does not fit; or computed variables depend on each other's past in a circle, and
            nothing says what it was.
    """
    said = said_of(system, history, system.once(delayed_variables), start)
    given = {
        TIME: start,
        **arguments,
        **{state.path: state.of(y) for state in system.states},
        **{signal.path: value for signal, value in zip(system.inputs, inputs, strict=True)},
    }
    beginning = Beginning(system, start, given, arguments, said)
    check_known(system, beginning)
    before, y = beginning.before, _with_chains(system, y, beginning.values)
    if kernel is not None and beginning.dependence.computed:  # the backend's numbers, down to their rounding
        reads = tuple(beginning.values[read.path] for read in system.reads)
        values = kernel.slots(start, y, inputs, reads, no_draws(system))
        before = beginning.past(before.unknown, dict(zip(slot_paths(system), values, strict=True)))
    return _stored(system, before, start, y)


def _with_chains(system: System, y: np.ndarray, values: Mapping[str, Any]) -> np.ndarray:
    y = np.array(y)
    for state in system.states:
        if state.path in values:
            part = y[state.offset : state.offset + state.width]
            (part.view(complex) if state.complex else part)[:] = values[state.path]
    return y


def _stored(system: System, before: Before, start: float, y: np.ndarray) -> PreHistory:
    """Return the past of all slots, in their shapes."""
    constants: dict[str, Any] = {}
    functions: dict[str, Source] = {}
    for slot in slot_paths(system):
        if before.varies(slot):
            functions[slot] = partial(_shaped, system, before, slot)
        else:
            constants[slot] = _shaped(system, before, slot, start)
    return PreHistory(constants, functions, y)


def _shaped(system: System, before: Before, slot: str, t: float) -> Any:
    value, shape = before.value(slot, t), system.shapes[slot]
    return np.array(np.broadcast_to(value, shape)) if shape else np.asarray(value).item()
