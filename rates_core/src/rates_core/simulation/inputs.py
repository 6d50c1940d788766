"""External inputs: checked samples or functions of time, and their values where a method asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.errors import ArgumentError, InputSignalError, did_you_mean
from rates_core.simulation.grid import TimeGrid
from rates_core.system.signals import FedInput
from rates_core.system.system import InputSignal, System

JUMP = 0.01  # a second difference above this share of the input's range is a jump


@frozen(eq=False)
class Samples:
    """An input on the grid of steps: `values[k]` holds at `k * step_size`; the last one holds to the end."""

    values: np.ndarray


Signal = Samples | Callable[[float], Any]


def columns_of(inputs: Mapping[str, Any] | None) -> list[FedInput]:
    """Return which inputs are fed and how many columns each has, which is structure."""
    if not isinstance(inputs or {}, Mapping):
        raise ArgumentError(f"inputs must be a dict of path to array or function of t; it is {_short(inputs)}.")
    fed = []
    for key, value in (inputs or {}).items():
        if callable(value):
            fed.append(FedInput(key, int(np.size(value(0.0)))))
        else:
            array = _real_array(key, value)
            fed.append(FedInput(key, 1 if array.ndim == 1 else array.shape[1]))
    return fed


def _real_array(key: str, value: Any) -> np.ndarray:
    """Return samples as an array of real numbers, [steps] or [steps, units].

    Raises:
        InputSignalError: they are something else.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "fiub" or array.ndim not in (1, 2):
        what = f"{_short(value)}" if array.ndim == 0 else f"an array of {array.dtype} with the shape {array.shape}"
        raise InputSignalError(
            f"External input '{key}' is {what}; give real numbers, [steps] or [steps, units], or a function of t."
        )
    return array.astype(float, copy=False)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


class Inputs:
    """All external inputs of a run, in the order of the System's signals.

    Args:
        system: whose signals are to be fed.
        values: array or callable by key.
        grid: steps of the run.
        start: time at which the run starts.
    """

    def __init__(self, system: System, values: Mapping[str, Any] | None, grid: TimeGrid, start: float = 0.0) -> None:
        values = dict(values or {})
        self.grid, self.start = grid, start
        self.signals = system.inputs
        keys = list(dict.fromkeys(signal.key for signal in system.inputs))
        for key in values:
            if key not in keys:
                raise ArgumentError(
                    f"External input '{key}' was not fed when the model was compiled.{did_you_mean(key, keys)} "
                    f"Fed inputs: {', '.join(keys) or 'none'}."
                )
        missing = [key for key in keys if key not in values]
        if missing:
            raise ArgumentError(f"No values for external input '{missing[0]}', which the compiled model is fed with.")
        self._sources: dict[str, Signal] = {}
        for signal in system.inputs:
            if signal.key not in self._sources:
                self._sources[signal.key] = _checked(signal, values[signal.key], grid, start)

    def at(self, t: float) -> tuple[Any, ...]:
        """Return the value of every signal at time t, by linear interpolation between samples."""
        return tuple(self._value(signal, t) for signal in self.signals)

    def tables(self, first: int, count: int, nodes: Sequence[float]) -> list[list[np.ndarray]]:
        """Return for each node c and signal the values at steps `(k + c)`, k from `first` on, `count` of them.

        A table has one entry per step, or one row of units per step.
        """
        return [[self._table(signal, first, count, node) for signal in self.signals] for node in nodes]

    def stops(self) -> list[float]:
        """Return the times of jumps and their neighbours, on which adaptive methods step."""
        times: set[float] = set()
        for source in self._sources.values():
            if isinstance(source, Samples) and len(source.values) > 2:
                values = source.values
                spread = np.ptp(values, axis=0)
                bend = np.abs(np.diff(values, 2, axis=0)) > JUMP * np.where(spread > 0, spread, np.inf)
                for k in np.nonzero(bend.any(axis=1))[0]:
                    times.add(self.start + float(k + 1) * self.grid.step_size)
        return sorted(times)

    def _value(self, signal: InputSignal, t: float) -> Any:
        source = self._sources[signal.key]
        if not isinstance(source, Samples):
            return _first(_placed(signal, np.asarray(source(t), dtype=float).reshape(1, -1)))
        values = source.values
        place = min(max((t - self.start) / self.grid.step_size, 0.0), float(len(values) - 1))
        k = min(int(place), len(values) - 1)
        share = place - k
        row = values[k : k + 1]
        if share > 0:
            row = (1 - share) * row + share * values[k + 1 : k + 2]
        return _first(_placed(signal, row))

    def _table(self, signal: InputSignal, first: int, count: int, node: float) -> np.ndarray:
        source = self._sources[signal.key]
        if not isinstance(source, Samples):
            h = self.grid.step_size
            base = round(self.start / h)
            times = [(base + k + node) * h for k in range(first, first + count)]
            return _placed(signal, np.array([np.asarray(source(t), dtype=float).reshape(-1) for t in times]))
        index = np.arange(first, first + count)
        last = len(source.values) - 1
        rows: np.ndarray = source.values[np.minimum(index, last)]
        if node:
            following = source.values[np.minimum(index + 1, last)]
            rows = following if node == 1 else (1 - node) * rows + node * following
        return _placed(signal, rows)


def _first(rows: np.ndarray) -> Any:
    """Return the first row: a number, or one per unit."""
    return rows[0] if rows.ndim > 1 else rows[0].item()


def _placed(signal: InputSignal, rows: np.ndarray) -> np.ndarray:
    """Return the rows of a signal: numbers, or `[rows, units]`."""
    columns = signal.columns
    if columns is None:
        return rows[:, 0]
    if isinstance(columns, int):
        return rows[:, columns]
    return np.where(columns >= 0, rows[:, columns], 0.0)


def _check_columns(signal: InputSignal, count: int, noun: str) -> None:
    if count not in (1, signal.width):
        needed = "1, for the one unit" if signal.width == 1 else f"1, or one for each of the {signal.width} units"
        raise InputSignalError(
            f"External input '{signal.key}' has {count} {noun}s; it needs {needed} that the path names."
        )


def _checked_function(signal: InputSignal, function: Callable[[float], Any], start: float) -> Signal:
    """Return a function of time whose value at the start is what it should be."""
    value = np.asarray(function(start))
    if value.dtype.kind not in "fiub" or not np.isfinite(value).all():
        raise InputSignalError(
            f"External input '{signal.key}' gives {_short(function(start))} at t = {start!r}; it must give finite real "
            "numbers."
        )
    _check_columns(signal, value.size, "value")
    return function


def _checked(signal: InputSignal, value: Any, grid: TimeGrid, start: float) -> Signal:
    key = signal.key
    if callable(value):
        return _checked_function(signal, value, start)
    array = _real_array(key, value)
    array = array.reshape(len(array), -1)
    _check_columns(signal, array.shape[1], "column")
    if len(array) < grid.steps:
        raise InputSignalError(
            f"External input '{key}' has {len(array)} samples, but simulation_time / step_size = {grid.steps} steps "
            "take one each."
        )
    bad = np.nonzero(~np.isfinite(array).all(axis=1))[0]
    if len(bad):
        others = "" if len(bad) == 1 else f" and {len(bad) - 1} more"
        raise InputSignalError(f"External input '{key}' is NaN or infinite at sample {bad[0]}{others}.")
    return Samples(array[: grid.steps + 1])
