"""Rows of samples of an input as a table of what each unit gets, and the way back."""

from __future__ import annotations

import numpy as np

from rates_core.system.system import InputSignal


def placed(signal: InputSignal, rows: np.ndarray) -> np.ndarray:
    """Return the rows of a signal: numbers, or `[rows, units]`; a single column serves all units."""
    columns, single = signal.columns, rows.shape[1] == 1
    if columns is None:
        assert single
        return rows[:, 0]
    if isinstance(columns, int):
        return rows[:, 0 if single else columns]
    return np.where(columns >= 0, rows if single else rows[:, columns], 0.0)


def unplaced(signal: InputSignal, table: np.ndarray, count: int) -> np.ndarray:
    """Return the derivatives by `count` columns of a signal's rows, from those by what `placed` makes of them."""
    rows, columns = np.zeros((len(table), count)), signal.columns
    if columns is None or isinstance(columns, int):
        rows[:, 0 if columns is None or count == 1 else columns] = table
        return rows
    for unit, column in enumerate(np.asarray(columns).tolist()):
        if column >= 0:
            rows[:, 0 if count == 1 else column] += table[:, unit]
    return rows
