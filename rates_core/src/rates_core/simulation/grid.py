"""Times of steps and samples, from integers."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

from attrs import frozen

from rates_core.errors import ArgumentError, shown, warn

TOLERANCE = 1e-9
MOST_STEPS = 2**53  # larger counts are no exact numbers of double precision


@frozen
class TimeGrid:
    """Steps and samples of one run, counted from its start.

    Attributes:
        step_size: of fixed-step methods, and the grid of inputs.
        steps: `round(T / step_size)`.
        sampling_step_size: distance of rows.
        rows: `round(T / sampling_step_size)`.
        stride: steps per row; 0 if the distance of rows is no multiple of the step.
        first_row: rows before it are dropped, as `cutoff` says.
    """

    step_size: float
    steps: int
    sampling_step_size: float
    rows: int
    stride: int
    first_row: int


def positive(name: str, value: Any) -> float:
    """Return a time that must be a positive number.

    Raises:
        ArgumentError: it is none.
    """
    found = _number(value)
    if not 0 < found < math.inf:
        raise ArgumentError(f"{name} must be a positive number; it is {shown(value)}.")
    return found


def _number(value: Any) -> float:
    """Return a real number as float, NaN for what is none or does not fit a float."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return math.nan
    try:
        return float(value)
    except (ArithmeticError, ValueError):
        return math.nan


def time_grid(
    simulation_time: float, step_size: float, sampling_step_size: float | None, cutoff: float, fixed: bool
) -> TimeGrid:
    """Return the grid of a run.

    Raises:
        ArgumentError: a time is not positive and finite, a step is longer than the run, or rows do not fall on steps
            of a fixed-step method.
    """
    simulation_time, step_size = positive("simulation_time", simulation_time), positive("step_size", step_size)
    sampling = step_size if sampling_step_size is None else positive("sampling_step_size", sampling_step_size)
    if not 0 <= _number(cutoff) <= simulation_time:
        raise ArgumentError(
            f"cutoff must lie between 0 and simulation_time ({simulation_time!r}); it is {shown(cutoff)}."
        )
    for name, value in (("step_size", step_size), ("sampling_step_size", sampling)):
        if simulation_time / value > MOST_STEPS:
            raise ArgumentError(f"{name} ({value!r}) is too short for simulation_time ({simulation_time!r}).")
        if round(simulation_time / value) < 1:
            raise ArgumentError(
                f"{name} ({value!r}) is too long for simulation_time ({simulation_time!r}): nothing would be recorded."
            )
    ratio = sampling / step_size
    stride = round(ratio)
    if stride < 1 or abs(ratio - stride) > TOLERANCE * ratio:
        if fixed:
            raise ArgumentError(
                f"sampling_step_size ({sampling!r}) must be a multiple of step_size ({step_size!r}) in a fixed-step "
                f"method. The nearest one is {max(1, stride) * step_size!r}."
            )
        stride = 0
    steps = round(simulation_time / step_size)
    if fixed and abs(simulation_time - steps * step_size) > TOLERANCE * simulation_time:
        warn(
            f"simulation_time ({simulation_time!r}) is no multiple of step_size ({step_size!r}): the run takes {steps} "
            f"steps and ends at {steps * step_size:.9g}."
        )
    rows = round(simulation_time / sampling)
    cutoff = float(cutoff)
    earliest = cutoff * (1 - TOLERANCE)
    first = next((row for row in range(_guess(cutoff, sampling), rows) if row * sampling >= earliest), rows)
    return TimeGrid(step_size, steps, sampling, rows, stride, first)


def _guess(cutoff: float, sampling: float) -> int:
    return max(0, int(cutoff / sampling) - 1)
