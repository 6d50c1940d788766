"""What delayed variables were before a piece of a run begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from rates_core.simulation.compile import CompiledModel
from scipy.interpolate import PchipInterpolator

from rates_fit.experiment import Observations

Past = Mapping[str, Callable[[Any], Any]]


def late_columns(model: CompiledModel) -> dict[str, int]:
    """Return the column of each variable that a model reads late, in its table."""
    labels = [label if isinstance(label, str) else label[0] for label in model.columns]
    return {slot: len(labels) - 1 - labels[::-1].index(slot) for slot in late_paths(model)}


def late_paths(model: CompiledModel) -> tuple[str, ...]:
    """Return the paths of all that a model reads late."""
    return tuple(dict.fromkeys(read.slot for read in model.system.reads))


def past_of(rows: np.ndarray, columns: Mapping[str, int], spacing: float, first: int) -> Past:
    """Return the past at a row of a run: polynomials between the rows before it; before all, it was as at the first.

    Args:
        rows: of a table.
        columns: of what is read late, by path.
        spacing: time between rows.
        first: the row at which something begins.
    """
    times = spacing * (np.arange(first + 1) - first)
    return {path: _between(times, rows[: first + 1, column]) for path, column in columns.items()}


def with_observed(
    rows: np.ndarray, columns: Mapping[str, int], spacing: float, observed: Observations, places: Mapping[str, int]
) -> np.ndarray:
    """Return rows of a run with what was observed of variables that are read late.

    Args:
        rows: of a table.
        columns: of these variables, by path.
        spacing: time between rows.
        observed: data.
        places: of the data's columns that are such variables, by path.
    """
    found, table = np.array(rows), np.full(observed.there.shape, np.nan)
    table[observed.there] = observed.values
    for path, place in places.items():
        there = observed.there[:, place]
        times, first = np.unique(observed.times[there], return_index=True)
        found[:, columns[path]] = _between(times, table[there, place][first])(spacing * np.arange(len(rows)))
    return found


def _between(times: np.ndarray, values: np.ndarray) -> Callable[[Any], Any]:
    """Return a function through values, which stays at the first and the last one outside of their times."""
    if len(times) == 1:
        return lambda t: values[0] + 0.0 * t
    smooth = PchipInterpolator(times, values)
    return lambda t: smooth(np.clip(t, times[0], times[-1]))
