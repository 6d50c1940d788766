"""Orbits in files that Auto-07p reads, `NAME.dat`: a row for each time, which goes from 0 to 1, with all states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rates_core.errors import ArgumentError
from rates_core.files import obstacle, path_of, replace

from rates_continuation.bounds import at_least, positive
from rates_continuation.profile import Profile

if TYPE_CHECKING:
    import pandas as pd


def write_auto_dat(
    df: pd.DataFrame,
    path: str | Path,
    *,
    columns: Sequence[Any] | None = None,
    n_points: int | None = None,
    period: float | None = None,
    normalize_time: bool = True,
) -> Path:
    """Write states over time, one period of them, for Auto-07p's `dat`.

    Args:
        df: a table over time.
        path: of the file; `.dat` is added where it is missing.
        columns: of the table, in the order of the file; all of them if None.
        n_points: number of times, at equal distances; those of the table if None.
        period: length of the orbit in time; from the first to the last time if None.
        normalize_time: whether times in the file go from 0 to 1.

    Raises:
        ArgumentError: there are too few times, or the file cannot be written.
    """
    times, values = np.asarray(df.index, dtype=float), df.loc[:, list(columns or df.columns)].to_numpy(dtype=float)
    if len(times) < 2:
        raise ArgumentError(f"An orbit has two times at least; the table has {len(times)}.")
    times = times - times[0]
    if n_points is not None:
        even = np.linspace(0.0, times[-1], at_least("n_points", n_points, 2))
        values = np.column_stack([np.interp(even, times, column) for column in values.T])
        times = even
    length = times[-1] if period is None else positive("period", period)
    return write_orbit(path, times / length if normalize_time else times, values)


def write_orbit(path: str | Path, times: np.ndarray, values: np.ndarray) -> Path:
    """Write values, `[times, states]`, and return the path of the file.

    Raises:
        ArgumentError: it cannot be written.
    """
    file = path_of("path", path)
    file = file if file.suffix == ".dat" else file.with_name(f"{file.name}.dat")
    trouble = obstacle(file)
    if trouble is not None:
        raise ArgumentError(f"{trouble}.")
    rows = (" ".join(f"{value:.16e}" for value in row) for row in np.column_stack([times, values]))
    replace(file, "".join(f"{row}\n" for row in rows).encode())
    return file


def sampled(
    profile: Profile, paths: Sequence[str], count: int | None, nearest_to: Mapping[str, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return times from 0 to 1 and the values of states, `[times, states]`.

    Args:
        profile: the orbit.
        paths: of states.
        count: number of times, at equal distances; the nodes of the mesh if None.
        nearest_to: values of states, by path: the orbit begins where it comes nearest to these.
    """
    shares = profile.times / profile.period if count is None else np.linspace(0.0, 1.0, count)
    begin = 0.0
    if nearest_to:
        own = profile.values[:, [profile.states.index(path) for path in nearest_to]]
        away = np.linalg.norm(own - list(nearest_to.values()), axis=1)
        begin = float(profile.times[int(np.argmin(away))])
    values = profile.at(np.mod(begin + shares * profile.period, profile.period))
    return shares, values[:, [profile.states.index(path) for path in paths]]
