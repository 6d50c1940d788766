"""Values of delayed variables before the start of a run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from attrs import define

from rates_core.delays.said import OfUnits, said, said_by_path
from rates_core.delays.strategy import no_draws
from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import Expression, Symbol, symbols
from rates_core.paths import TIME
from rates_core.programs.program import Kernel, slot_paths
from rates_core.system.schedule import reads_of
from rates_core.system.system import Assign, State, System

QUADRATURE = 200  # nodes of the quadrature over the past
Source = Callable[[float], Any]


class PreHistory:
    """What each slot was before the start: constant or a function of time.

    Attributes:
        constants: value of each slot that was constant.
        functions: functions of time for the others.
    """

    def __init__(self, constants: dict[str, Any], functions: dict[str, Source]) -> None:
        self.constants = constants
        self.functions = functions

    def value(self, slot: str, t: float) -> Any:
        """Return the value of a slot at a time before the start."""
        if slot in self.functions:
            return self.functions[slot](t)
        return self.constants[slot]

    def chain_start(self, state: State, start: float, arguments: Mapping[str, Any]) -> Any:
        """Return where the past left a chain: stage k holds the source's past, weighted by a gamma density of order k.

        Args:
            state: the chain.
            start: time of the start.
            arguments: values of parameters.
        """
        slot = str(state.initial)
        if slot not in self.functions:
            value = np.asarray(self.constants[slot])
            return value[state.index] if state.index is not None and value.ndim else value
        assert state.rate is not None
        rates = np.broadcast_to(evaluate(state.rate, arguments), (state.entries,))
        index = np.zeros(state.entries, dtype=int) if state.index is None else state.index
        entries = zip(np.broadcast_to(state.stage, (state.entries,)), rates, index, strict=True)
        found = np.array([self._weighted(slot, start, int(k), float(rate), int(i)) for k, rate, i in entries])
        return found if state.shape else found[0]

    def _weighted(self, slot: str, start: float, stage: int, rate: float, entry: int) -> Any:
        """Return ∫ rate^k s^(k-1) exp(-rate s)/(k-1)! x(start - s) ds by Gauss-Legendre quadrature."""
        width = 12 * math.sqrt(stage) + 40
        nodes, weights = np.polynomial.legendre.leggauss(QUADRATURE)
        u = (max(0.0, stage - width) + (stage + width)) / 2 + nodes * (stage + width - max(0.0, stage - width)) / 2
        density = np.exp((stage - 1) * np.log(u) - u - math.lgamma(stage)) * weights
        values = [np.asarray(self.functions[slot](start - s / rate)).reshape(-1)[entry] for s in u]
        return np.sum(density * np.array(values)) / np.sum(density)


def prehistory(
    system: System,
    kernel: Kernel,
    start: float,
    y: np.ndarray,
    inputs: tuple[Any, ...],
    arguments: Mapping[str, Any],
    history: Any = None,
) -> PreHistory:
    """Return the past of all slots.

    Args:
        system: the lowered System.
        kernel: evaluates algebraic slots at the initial state.
        start: time of the start.
        y: initial state.
        inputs: values of external inputs at the start.
        arguments: values of parameters.
        history: what the user gave: a number, a function of time, an array with one value per unit, or a dict of
            these by path; None means that everything had the value that it has at the start.

    Raises:
        ArgumentError: delayed algebraic variables depend on each other and nothing says what they were.
    """
    slots = slot_paths(system)
    given, partly = said(system, history, slots)
    if history is not None:
        expressions = Expressions(system, history, given, y, arguments)
        given |= {slot: expressions.function(slot) for slot in slots if expressions.covers(slot)}
    constants = {slot: value for slot, value in given.items() if not callable(value)}
    functions = {slot: _shaped(system, slot, value) for slot, value in given.items() if callable(value)}
    needs = _needs(system, slots)
    unknown = [slot for slot in slots if slot not in given]
    while unknown:
        ready = [slot for slot in unknown if not (needs[slot] & set(unknown))]
        if not ready:
            names = ", ".join(f"'{slot}'" for slot in unknown)
            raise ArgumentError(
                f"The delayed variables {names} depend on their own past. Say what they were before the start, "
                f"for example history={{{unknown[0]!r}: 0.0}}."
            )
        reads = tuple(_start_value(system, read, constants, functions, start) for read in system.reads)
        values = dict(zip(slots, kernel.slots(start, y, inputs, reads, no_draws(system)), strict=True))
        constants.update({slot: values[slot] for slot in ready if slot not in partly})
        for slot in ready:
            if slot in partly:
                _note(system, slot, partly[slot].over(_spread(system, slot, values[slot])), constants, functions)
        unknown = [slot for slot in unknown if slot not in ready]
    return PreHistory({slot: _spread(system, slot, constants[slot]) for slot in constants}, functions)


@define(eq=False)
class Expressions:
    """The past of delayed expressions, such as x^2 in `past(x^2, tau)`: expressions of what history says.

    Attributes:
        history: as the user gave it.
        given: what it says of slots.
        y: initial state, which states have had that history says nothing of.
    """

    system: System
    history: Any
    given: Mapping[str, Any]
    y: np.ndarray
    arguments: Mapping[str, Any]

    def covers(self, slot: str) -> bool:
        """Tell whether a slot is an expression of states, time and parameters that has no path of its own."""
        if slot in self.system.addresses.values():
            return False
        known = self.system.state_paths.keys() | self.arguments.keys() | {TIME}
        return symbols(self._expression(slot)) <= known

    def function(self, slot: str) -> Source:
        """Return the expression's past as a function of time."""
        expression = self._expression(slot)

        def past(t: float) -> Any:
            values = {name: self._value(name, t) for name in symbols(expression)}
            return evaluate(expression, values)

        return past

    def _expression(self, slot: str) -> Expression:
        return next(
            (item.expression for item in self.system.statements if item.target == slot and isinstance(item, Assign)),
            Symbol(slot),
        )

    def _value(self, name: str, t: float) -> Any:
        if name == TIME:
            return t
        if name in self.arguments:
            return self.arguments[name]
        said = self._said(name)
        if said is not None:
            return said(t) if callable(said) else said
        return self.system.state_paths[name].of(self.y)

    def _said(self, name: str) -> Any:
        if name in self.given:
            return self.given[name]
        if not isinstance(self.history, Mapping):
            return self.history
        value = said_by_path(self.system, self.history, (name,), strict=False).get(name)
        return value.over(self.system.state_paths[name].of(self.y)) if isinstance(value, OfUnits) else value


def _note(system: System, slot: str, value: Any, constants: dict[str, Any], functions: dict[str, Source]) -> None:
    """Put the past of a slot where it belongs, in place."""
    if callable(value):
        functions[slot] = _shaped(system, slot, value)
    else:
        constants[slot] = value


def _spread(system: System, slot: str, value: Any) -> Any:
    shape = system.shapes[slot]
    return np.array(np.broadcast_to(value, shape)) if shape else value


def _shaped(system: System, slot: str, function: Source) -> Source:
    """Return a history function whose values have the variable's shape.

    Raises:
        ArgumentError: its value does not fit, now or in a later call.
    """
    shape = system.shapes[slot]

    def shaped(t: float) -> Any:
        value = np.asarray(function(t))
        if value.size != 1 and value.shape != shape:
            takes = f"a number or the shape {shape}" if shape else "a number"
            raise ArgumentError(
                f"history: '{slot}' takes {takes}; its function gives the shape {value.shape} at t = {t:g}."
            )
        return np.array(np.broadcast_to(value, shape)) if shape else value.reshape(-1)[0].item()

    shaped(0.0)
    return shaped


def _start_value(
    system: System, read: Any, constants: Mapping[str, Any], functions: Mapping[str, Source], start: float
) -> Any:
    """Return a read at the start, 0 where its slot is not known yet."""
    value = functions[read.slot](start) if read.slot in functions else constants.get(read.slot, 0.0)
    if read.index is not None and np.ndim(value):
        value = np.asarray(value)[system.parameter_paths[read.index].value]
    return np.array(np.broadcast_to(value, read.shape)) if read.shape else value


def check_no_draws(system: System) -> None:
    """Raise if a delayed variable depends on random numbers, whose past is not stored.

    Raises:
        UnsupportedFeatureError: it does; the variable is named.
    """
    by_target = {item.target: item for item in system.statements}
    random = {draw.path for draw in system.draws}
    for slot in slot_paths(system):
        wanted, seen = [slot], set[str]()
        while wanted:
            name = wanted.pop()
            if name in random:
                raise UnsupportedFeatureError(
                    f"'{slot}' is read with a delay and depends on random numbers at the same instant. "
                    "Delay a state instead, or add the noise where the delayed value is used."
                )
            if name in by_target and name not in seen:
                seen.add(name)
                wanted.extend(reads_of(by_target[name]))


def _needs(system: System, slots: tuple[str, ...]) -> dict[str, set[str]]:
    """Return for each slot the slots whose past its value at the start depends on."""
    by_target = {item.target: item for item in system.statements}
    reads = {read.path: read.slot for read in system.reads}
    found: dict[str, set[str]] = {}
    for slot in slots:
        wanted, seen = [slot], set[str]()
        found[slot] = set()
        while wanted:
            name = wanted.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in reads:
                found[slot].add(reads[name])
            elif name in by_target:
                item = by_target[name]
                wanted.extend(symbols(item.expression) if isinstance(item, Assign) else reads_of(item))
    return found
