"""Experiments: data, and under what they were taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from attrs import field, frozen
from rates_core.errors import ArgumentError, shown


@frozen(eq=False)
class Experiment:
    """Data, and under what they were taken.

    Attributes:
        data: a table with time as index and a column for each output that was observed; NaN where it was not. Times
            need not be regular.
        inputs: of the run, as `CircuitTemplate.run` takes them.
        parameters: values by path, of states at the start too, that hold here whatever the model says.
        free: paths that are fitted to this experiment alone, as `parameters` of `fit`.
        noise: standard deviations of the data: a number, a dict by column, or a table as `data`; None is what `fit`
            was given.

    Example:
        >>> import pandas as pd
        >>> from rates_fit import Experiment
        >>> Experiment(pd.DataFrame({"p/op/x": [1.0, 0.5]}, index=[0.0, 1.0]), parameters={"p/op/x": 1.0}).parameters
        {'p/op/x': 1.0}
    """

    data: pd.DataFrame
    inputs: Mapping[str, Any] | None = None
    parameters: Mapping[str, Any] = field(factory=dict)
    free: Any = ()
    noise: Any = None


@frozen(eq=False)
class Observations:
    """The numbers of an experiment's data that are there.

    Attributes:
        times: of rows.
        columns: of the table.
        there: where a number is, `[times, columns]`.
        values: those, one behind the other.
        noise: of each.
    """

    times: np.ndarray
    columns: pd.Index
    there: np.ndarray
    values: np.ndarray
    noise: np.ndarray

    def of(self, rows: np.ndarray) -> Observations:
        """Return those of some rows."""
        kept = np.broadcast_to(rows[:, None], self.there.shape)[self.there]
        return Observations(self.times[rows], self.columns, self.there[rows], self.values[kept], self.noise[kept])


def experiments_of(data: Any, inputs: Any) -> dict[str, Experiment]:
    """Return experiments by name.

    Args:
        data: a table, an experiment, or several of these in a list or a dict by name.
        inputs: of those that bring none.

    Raises:
        ArgumentError: it is something else.
    """
    if isinstance(data, pd.DataFrame | pd.Series | Experiment):
        listed: Mapping[Any, Any] = {"data": data}
    elif isinstance(data, Mapping):
        listed = data
    elif isinstance(data, list | tuple):
        listed = {str(number): item for number, item in enumerate(data)}
    else:
        listed = {}
    if not listed:
        raise ArgumentError(
            "data must be a table of pandas, an Experiment, or several of them in a list or a dict; "
            f"it is {shown(data)}."
        )
    return {str(name): _experiment(str(name), item, inputs) for name, item in listed.items()}


def _experiment(name: str, given: Any, inputs: Any) -> Experiment:
    experiment = given if isinstance(given, Experiment) else Experiment(given)
    table = experiment.data.to_frame() if isinstance(experiment.data, pd.Series) else experiment.data
    if not isinstance(table, pd.DataFrame):
        raise ArgumentError(f"data of '{name}' must be a table of pandas; they are {shown(experiment.data)}.")
    fed = inputs if experiment.inputs is None else experiment.inputs
    if not isinstance(experiment.parameters, Mapping):
        raise ArgumentError(
            f"'{name}': parameters must be a dict of path to value; it is {shown(experiment.parameters)}."
        )
    return Experiment(table, fed, experiment.parameters, experiment.free, experiment.noise)


def observations(name: str, experiment: Experiment, noise: Any) -> Observations:
    """Return the numbers of an experiment's data, checked.

    Raises:
        ArgumentError: times or data are no numbers, there are none, or noise is not positive.
    """
    table = experiment.data
    try:
        times = np.asarray(table.index, dtype=float)
        values = table.to_numpy(dtype=float)
    except (TypeError, ValueError):
        raise ArgumentError(f"data of '{name}': times and values must be numbers.") from None
    if not np.isfinite(times).all() or (times < 0).any():
        bad = times[~(times >= 0) | ~np.isfinite(times)][0]
        raise ArgumentError(f"data of '{name}': times begin at 0, where a run begins; one is {bad:g}.")
    if np.isinf(values).any():
        raise ArgumentError(f"data of '{name}' are infinite at {times[np.isinf(values).any(axis=1)][0]:g}.")
    there = ~np.isnan(values)
    if not there.any():
        raise ArgumentError(f"data of '{name}' hold no number.")
    given = noise if experiment.noise is None else experiment.noise
    spread = _noise(name, given, table)[there]
    return Observations(times, table.columns, there, values[there], spread)


def _noise(name: str, given: Any, table: pd.DataFrame) -> np.ndarray:
    """Return the standard deviation of each entry of a table."""
    wrong = ArgumentError(
        f"noise of '{name}' must be a positive number, a dict with one for each column, or a table as the data; "
        f"it is {shown(given)}."
    )
    if isinstance(given, pd.DataFrame):
        if given.shape != table.shape:
            raise wrong
        found = given.to_numpy(dtype=float)
    elif isinstance(given, Mapping):
        if set(given) != set(table.columns):
            raise wrong
        found = np.array([given[column] for column in table.columns], dtype=float)
    else:
        try:
            found = np.asarray(given, dtype=float)
        except (TypeError, ValueError):
            raise wrong from None
        if found.ndim:
            raise wrong
    spread = np.broadcast_to(found, table.shape)
    if not (spread[table.notna().to_numpy()] > 0).all() or not np.isfinite(found).all():
        raise wrong
    return spread
