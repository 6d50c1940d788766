"""External inputs of a run with fixed steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import define, field

from rates_core.errors import ArgumentError, InputSignalError
from rates_core.reference.evaluate import number
from rates_core.reference.functions import Value, apply
from rates_core.reference.model import Model
from rates_core.reference.quantities import Input

Signal = Sequence[Any] | Callable[[float], Any]
EDGE = 1e-9


@define(eq=False)
class Signals:
    """The external inputs by path, on the grid of steps.

    Attributes:
        columns: for each input, its samples, one after the other; or a function of time.
    """

    step_size: float
    columns: dict[str, list[Value] | Callable[[float], Value]] = field(factory=dict)

    @classmethod
    def make(cls, model: Model, inputs: Mapping[str, Signal] | None, step_size: float, steps: int) -> Signals:
        """Return the signals that a user gives.

        Raises:
            UnknownNameError: a path names nothing.
            ArgumentError: a path names no input.
            InputSignalError: a signal is too short or has the wrong number of columns.
        """
        signals = cls(step_size)
        for path, signal in (inputs or {}).items():
            found = input_paths(model, path)
            for position, own in enumerate(found):
                signals.columns[own] = _column(path, signal, position, len(found), steps)
        return signals

    def at(self, path: str, position: float) -> Value | None:
        """Return a signal at a position in steps: a sample on the grid, a line between, the last one after the end."""
        column = self.columns.get(path)
        if column is None or callable(column):
            return None if column is None else column(position * self.step_size)
        left = math.floor(position + EDGE)
        part = position - left
        first, second = (column[min(place, len(column) - 1)] for place in (left, left + 1))
        if abs(part) <= EDGE:
            return first
        return apply("add", (first, apply("multiply", (part, apply("subtract", (second, first))))))

    @property
    def complex_paths(self) -> set[str]:
        """Return the inputs with complex samples; a function of time counts by its value at the start."""
        return {
            path
            for path, column in self.columns.items()
            if any(isinstance(value, complex) for value in ([column(0.0)] if callable(column) else column))
        }


def input_paths(model: Model, path: str) -> list[str]:
    """Return the inputs that a path names, in match order.

    Raises:
        UnknownNameError: a path names nothing.
        ArgumentError: it names something else.
    """
    found = model.find(path)
    for own in found:
        if not isinstance(model.quantities[own], Input):
            raise ArgumentError(f"'{own}' is not an input and takes no external signal.")
    return found


def _column(path: str, signal: Signal, position: int, count: int, steps: int) -> list[Value] | Callable[[float], Value]:
    """Return the samples of one of `count` variables that a signal is given to."""
    if callable(signal):
        return lambda time: _entry(path, signal(time), position, count)
    if len(signal) < steps:
        raise InputSignalError(f"The input of '{path}' has {len(signal)} samples; the run needs {steps}.")
    return [_entry(path, sample, position, count) for sample in signal[: steps + 1]]


def _entry(path: str, sample: Any, position: int, count: int) -> Value:
    """Return what one variable gets of a sample: the one column, or its own."""
    if isinstance(sample, (int, float, complex)):
        return number(sample)
    if len(sample) not in (1, count):
        raise InputSignalError(f"The input of '{path}' has {len(sample)} columns for {count} variables.")
    return number(sample[position if len(sample) == count else 0])
