"""External inputs of a run, checked, and their values where a method asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from rates_core.errors import ArgumentError, InputSignalError, did_you_mean
from rates_core.programs.input_tables import placed, unplaced
from rates_core.simulation.grid import TimeGrid
from rates_core.simulation.signals import SNAP, Function, Samples, Signal, called, counted, shortened
from rates_core.system.signals import FedInput
from rates_core.system.system import InputSignal, System

JUMP = 0.01  # a second difference above this share of the input's range is a jump


def columns_of(inputs: Mapping[str, Any] | None, start: float = 0.0) -> list[FedInput]:
    """Return which inputs are fed and how many columns each has, which is structure.

    Args:
        inputs: arrays and functions of time by path.
        start: time at which functions are asked.

    Raises:
        ArgumentError, InputSignalError: they are something else.
    """
    return [FedInput(key, _count(key, value, start)) for key, value in _by_path(inputs).items()]


def _by_path(inputs: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if not isinstance(inputs, Mapping | None):
        raise ArgumentError(f"inputs must be a dict of path to array or function of t; it is {shortened(inputs)}.")
    return inputs or {}


def _count(key: str, value: Any, start: float) -> int:
    if callable(value):
        return called(key, value, start).size
    array = _real_array(key, value)
    return 1 if array.ndim == 1 else int(array.shape[1])


def _real_array(key: str, value: Any) -> np.ndarray:
    """Return samples as an array of real numbers, [steps] or [steps, units].

    Raises:
        InputSignalError: they are something else.
    """
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RecursionError):  # rows of unequal length, or what is no data at all
        array = np.asarray(None)
    if array.dtype.kind not in "fiub" or array.ndim not in (1, 2):
        what = f"{shortened(value)}" if array.ndim == 0 else f"an array of {array.dtype} with the shape {array.shape}"
        raise InputSignalError(
            f"External input '{key}' is {what}; give real numbers, [steps] or [steps, units], or a function of t."
        )
    if not array.size:
        raise InputSignalError(f"External input '{key}' has no samples.")
    return array.astype(float, copy=False)


class Inputs:
    """All external inputs of a run, in the order of the System's signals.

    Args:
        system: whose signals are to be fed.
        values: array or callable by key.
        grid: steps of the run.
        start: time at which the run starts.
        endless: nothing says where the run ends; all samples are kept, however many there are.
    """

    def __init__(
        self,
        system: System,
        values: Mapping[str, Any] | None,
        grid: TimeGrid,
        start: float = 0.0,
        endless: bool = False,
    ) -> None:
        values = dict(values or {})
        self.signals = system.inputs
        self._step_size = grid.step_size
        base = start / grid.step_size
        self._base = float(round(base)) if abs(base - round(base)) <= SNAP * max(1.0, base) else base
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
                steps = None if endless else grid.steps
                self._sources[signal.key] = _checked(signal, values[signal.key], steps, start)

    def at(self, t: float) -> tuple[Any, ...]:
        """Return the value of every signal at time t, by linear interpolation between samples."""
        rows = {key: source.at(t, self._base, self._step_size) for key, source in self._sources.items()}
        return tuple(_first(placed(signal, rows[signal.key][None])) for signal in self.signals)

    def tables(self, first: int, count: int, nodes: Sequence[float]) -> list[list[np.ndarray]]:
        """Return for each node c and signal the values at steps `(k + c)`, k from `first` on, `count` of them.

        A table has one entry per step, or one row of units per step.
        """
        return [self._tables(first, count, node) for node in nodes]

    def _tables(self, first: int, count: int, node: float) -> list[np.ndarray]:
        rows = {
            key: source.rows(first, count, node, self._base, self._step_size) for key, source in self._sources.items()
        }
        return [placed(signal, rows[signal.key]) for signal in self.signals]

    def argument(self, signal: InputSignal) -> np.ndarray | Callable[[float], Any]:
        """Return a signal as an argument of a plain function: samples on the grid, or a function of time."""
        source = self._sources[signal.key]
        return np.array(placed(signal, source.values)) if isinstance(source, Samples) else partial(self._value, signal)

    def _value(self, signal: InputSignal, t: float) -> Any:
        row = self._sources[signal.key].at(t, self._base, self._step_size)
        return _first(placed(signal, row[None]))

    @property
    def base(self) -> float:
        """Return where the run starts, in steps."""
        return self._base

    def samples(self) -> list[np.ndarray] | None:
        """Return for each signal its values at all samples, or None if one is a function of time."""
        found = []
        for signal in self.signals:
            source = self._sources[signal.key]
            if not isinstance(source, Samples):
                return None
            found.append(placed(signal, source.values))
        return found

    def has_samples(self, key: str) -> bool:
        """Tell whether an input comes as samples."""
        return isinstance(self._sources[key], Samples)

    def traced_back(self, number: int, node: float, table: np.ndarray) -> np.ndarray:
        """Return the derivatives by samples, `[samples, columns]`, from those by one signal's table of a whole run.

        Args:
            number: of the signal.
            node: that the table is of.
            table: derivatives by its entries.
        """
        signal = self.signals[number]
        source = self._sources[signal.key]
        assert isinstance(source, Samples)
        rows = unplaced(signal, table, source.columns)
        samples, last = np.zeros(source.values.shape), len(source.values) - 1
        for later, share in ((0, 1 - node), (1, node)):
            np.add.at(samples, np.minimum(np.arange(later, len(rows) + later), last), share * rows)
        return samples

    def origins(self, number: int, node: float, steps: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the two samples between which the values of one signal's table lie.

        Args:
            number: of the signal, which comes as samples.
            node: of the table, which is the share of the second sample.
            steps: length of the table.

        Returns:
            Places among all samples, flattened, from 1 on; 0 where a unit is not fed.
        """
        signal = self.signals[number]
        source = self._sources[signal.key]
        assert isinstance(source, Samples)
        numbers = 1 + np.arange(source.values.size).reshape(source.values.shape)
        last = len(numbers) - 1
        now, later = (
            placed(signal, numbers[np.minimum(np.arange(first, first + steps), last)]).astype(int)
            for first in ((int(node), int(node)) if node in (0, 1) else (0, 1))
        )
        return now, later

    def stops(self) -> list[float]:
        """Return the times of jumps and their neighbours, on which adaptive methods step."""
        numbers = [source.jumps(JUMP) for source in self._sources.values()]
        return sorted({float((self._base + k) * self._step_size) for found in numbers for k in found})


def _first(rows: np.ndarray) -> Any:
    """Return the first row: a number, or one per unit."""
    return rows[0] if rows.ndim > 1 else rows[0].item()


def widened(system: System, values: Mapping[str, Any] | None, start: float) -> tuple[str, ...]:
    """Return the inputs that come with a column per unit, although their signals have one value for all units.

    Args:
        system: as it was compiled.
        values: what a run is given.
        start: time at which the run starts.
    """
    shared = {signal.key for signal in system.inputs if signal.columns is None and signal.width > 1}
    given = {key: value for key, value in _by_path(values).items() if key in shared}
    return tuple(fed.key for fed in columns_of(given, start) if fed.columns > 1)


def _check_columns(signal: InputSignal, count: int, noun: str, advice: str = "") -> None:
    if count not in (1, signal.width):
        needed = "1, for the one unit" if signal.width == 1 else f"1, or one for each of the {signal.width} units"
        raise InputSignalError(
            f"External input '{signal.key}' has {counted(count, noun)}; it needs {needed} that the path names.{advice}"
        )


def _checked(signal: InputSignal, value: Any, steps: int | None, start: float) -> Signal:
    if callable(value):
        return _checked_function(signal, value, start)
    return _checked_samples(signal, _real_array(signal.key, value), steps)


def _checked_function(signal: InputSignal, function: Any, start: float) -> Signal:
    """Return a function of time whose value at the start is what it should be."""
    value = called(signal.key, function, start)
    if not np.isfinite(value).all():
        raise InputSignalError(
            f"External input '{signal.key}' gives {shortened(value.tolist() if value.size > 1 else value.item())} "
            f"at t = {start!r}; it must give finite real numbers."
        )
    _check_columns(signal, value.size, "value")
    return Function(signal.key, function, value.size)


def _checked_samples(signal: InputSignal, array: np.ndarray, steps: int | None) -> Signal:
    key, array = signal.key, array.reshape(len(array), -1)
    swapped = len(array) in (1, signal.width) and steps is not None and array.shape[1] >= steps
    _check_columns(signal, array.shape[1], "column", " Its axes are [steps, units]: transpose it." if swapped else "")
    if steps is not None and len(array) < steps:
        raise InputSignalError(
            f"External input '{key}' has {len(array)} samples, but simulation_time / step_size = {steps} steps "
            "take one each."
        )
    bad = np.nonzero(~np.isfinite(array).all(axis=1))[0]
    if len(bad):
        others = "" if len(bad) == 1 else f" and {len(bad) - 1} more"
        raise InputSignalError(f"External input '{key}' is NaN or infinite at sample {bad[0]}{others}.")
    return Samples(array if steps is None else array[: steps + 1])
