"""Grids of parameters in the form that users of `grid_search` know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.sweeps.analysis import run, warn_of_early_ends
from rates_core.sweeps.grids import points as listed_points
from rates_core.sweeps.preparation import Sweep, prepared
from rates_core.sweeps.quantities import Column, Quantity
from rates_core.sweeps.reductions import Rows
from rates_core.sweeps.serial import Serial
from rates_core.sweeps.store import Memory, Store
from rates_core.sweeps.targets import target_paths
from rates_core.switches import switch
from rates_core.templates.value import to_number

if TYPE_CHECKING:
    import pandas as pd

    from rates_core.templates.circuit import CircuitTemplate


def grid_search(
    circuit: str | Path | CircuitTemplate,
    param_grid: Mapping[str, Iterable[float | complex]] | pd.DataFrame,
    param_map: Mapping[str, Mapping[str, Any]],
    step_size: float,
    simulation_time: float,
    outputs: Mapping[str, str],
    inputs: Mapping[str, Any] | None,
    sampling_step_size: float | None,
    permute_grid: bool,
    arguments: Mapping[str, Any],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compile once and run every point; see `rates_core.grid_search`."""
    import pandas as pd

    from rates_core.templates.circuit import CircuitTemplate

    if not isinstance(outputs, Mapping) or not outputs:
        raise ArgumentError(f"outputs must be a dict of name to path, with one at least; it is {shown(outputs)}.")
    template = circuit if isinstance(circuit, CircuitTemplate) else CircuitTemplate.from_yaml(circuit)
    points = grid_points(param_grid, switch("permute_grid", permute_grid))
    _check_points(points)
    points.index = pd.Index([f"{template.name}_{number}" for number in range(len(points))])
    paths = {name: target_paths(name, param_map) for name in points.columns}
    for name in param_map:
        if name not in paths:
            raise UnknownNameError(f"param_map has '{name}', which param_grid has not.{did_you_mean(str(name), paths)}")
    options = {"sampling_step_size": sampling_step_size, **arguments}
    verbose = options.pop("verbose", True)
    samples = listed_points(points)
    ready = prepared(template, samples, simulation_time, step_size, outputs, inputs, None, paths, options)
    store = _Rows(ready.content)
    run(ready, store, Serial(), None, verbose)
    table = _table(ready, store, points, outputs)
    if store.failures:
        ended = {str(points.index[number]): end.reason for number, end in sorted(store.failures.items())}
        table.attrs["ended_early"] = ended
    warn_of_early_ends(store, list(points.index), "The table's attrs['ended_early']")
    return table, points


class _Rows(Memory):
    """What is kept, beside a table of the points: the two have names of their own."""

    def check_names(self, quantities: Iterable[Quantity]) -> None:
        """Let an output be called like what is varied."""


def grid_points(grid: Mapping[str, Iterable[float | complex]] | pd.DataFrame, permute: bool) -> pd.DataFrame:
    """Return one row per point.

    Raises:
        ArgumentError: there are no lists, or lists of unequal length and no permutation asked for.
    """
    import itertools

    import pandas as pd

    if isinstance(grid, pd.DataFrame):
        return grid.reset_index(drop=True)
    if not isinstance(grid, Mapping):
        raise ArgumentError(
            f"param_grid must be a dict of name to list of values, or a DataFrame; it is {shown(grid)}."
        )
    values = {name: _values(name, entries) for name, entries in grid.items()}
    if permute:
        return pd.DataFrame(list(itertools.product(*values.values())), columns=list(values))
    lengths = {name: len(entries) for name, entries in values.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        raise ArgumentError(
            f"The lists of param_grid have unequal lengths ({listed}). "
            "Give lists of one length, or permute_grid=True for every combination."
        )
    return pd.DataFrame(values)


def _check_points(points: pd.DataFrame) -> None:
    """Raise unless there is a point, and all of them are numbers."""
    if not len(points):
        raise ArgumentError("param_grid holds no point. Give each parameter one value at least.")
    for name in points.columns:
        for value in points[name]:
            try:
                to_number(value)
            except ArgumentError as error:
                raise ArgumentError(f"param_grid['{name}']: {error}") from None


def _values(name: Any, entries: Any) -> list[Any]:
    """Return the values of one parameter.

    Raises:
        ArgumentError: they are no list, or the name is no text.
    """
    if not isinstance(name, str):
        raise ArgumentError(f"param_grid: the name {shown(name)} of a parameter must be text.")
    if not isinstance(entries, str):
        with suppress(TypeError):  # of what cannot be gone through
            return list(entries)
    raise ArgumentError(
        f"param_grid['{name}'] must be a list of values; it is {shown(entries)}. Write [{shown(entries)}]."
    )


def _table(ready: Sweep, store: Store, points: pd.DataFrame, outputs: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows of all points, with the point's label in their columns."""
    import pandas as pd

    assert isinstance(ready.reduction, Rows)
    named: dict[str, list[tuple[str, Column]]] = {key: [] for key in outputs}
    for name, column in ready.reduction.columns.items():
        named[column.key].append((name, column))
    columns = [
        ((key, label, *_labels(column, outputs[key])), store.values(name)[number])
        for key, entries in named.items()
        for number, label in enumerate(points.index)
        for name, column in entries
    ]
    depth = max(len(labels) for labels, _ in columns)
    table = pd.DataFrame(dict(enumerate(values for _, values in columns)), pd.Index(store.content.times, name="time"))
    table.columns = pd.MultiIndex.from_tuples([(*labels, *[""] * (depth - len(labels))) for labels, _ in columns])
    return table


def _labels(column: Column, path: str) -> tuple[str, ...]:
    """Return what the columns of a unit are called; a unit alone as the user calls it."""
    if not column.output.alone:
        return column.labels
    *nodes, operator, variable = path.split("/")
    return (*nodes, f"{operator}/{variable}")
