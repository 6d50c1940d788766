"""Grids of parameters in the form that users of `grid_search` know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean
from rates_core.simulation.compile import compile_model
from rates_core.templates.value import to_number

if TYPE_CHECKING:
    import pandas as pd

    from rates_core.templates.circuit import CircuitTemplate

RUN_ONLY = ("history", "state", "seed", "verbose", "stop_on_nonfinite")


def grid_search(
    circuit: str | Path | CircuitTemplate,
    param_grid: Mapping[str, Iterable[float]] | pd.DataFrame,
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
        raise ArgumentError(f"outputs must be a dict of name to path, with one at least; it is {outputs!r}.")
    template = CircuitTemplate.from_yaml(circuit) if isinstance(circuit, str | Path) else circuit
    points = grid_points(param_grid, permute_grid)
    _check_points(points)
    points.index = pd.Index([f"{template.name}_{number}" for number in range(len(points))])
    paths = {name: _paths(name, param_map) for name in points.columns}
    run_arguments = {name: value for name, value in arguments.items() if name in RUN_ONLY}
    model = compile_model(
        template,
        simulation_time=simulation_time,
        step_size=step_size,
        outputs=outputs,
        inputs=inputs,
        sampling_step_size=sampling_step_size,
        **{name: value for name, value in arguments.items() if name not in RUN_ONLY},
    )
    frames = []
    for label, point in points.iterrows():
        parameters = {path: float(point[name]) for name in points.columns for path in paths[name]}
        frames.append(_labelled(model.run(parameters=parameters, **run_arguments), str(label), outputs))
    table = pd.concat(frames, axis=1)
    order = [column for key in outputs for column in table.columns if column[0] == key]
    return table[order], points


def grid_points(grid: Mapping[str, Iterable[float]] | pd.DataFrame, permute: bool) -> pd.DataFrame:
    """Return one row per point.

    Raises:
        ArgumentError: lists of unequal length, and no permutation asked for.
    """
    import itertools

    import pandas as pd

    if isinstance(grid, pd.DataFrame):
        return grid.reset_index(drop=True)
    values = {name: list(entries) for name, entries in grid.items()}
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


def _paths(name: str, param_map: Mapping[str, Mapping[str, Any]]) -> list[str]:
    if name not in param_map:
        raise UnknownNameError(f"param_map says nothing of '{name}'.{did_you_mean(name, param_map)}")
    entry = param_map[name]
    if "edges" in entry:
        return [
            f"{edge[0]}->{edge[1]}" + (f"[{edge[2]}]" if len(edge) > 2 else "") + f"/{variable}"
            for edge in entry["edges"]
            for variable in entry["vars"]
        ]
    if "nodes" not in entry or "vars" not in entry:
        raise ArgumentError(f"param_map['{name}'] needs 'vars' and either 'nodes' or 'edges'.")
    return [f"{node}/{variable}" for node in entry["nodes"] for variable in entry["vars"]]


def _labelled(frame: pd.DataFrame, label: str, outputs: Mapping[str, str]) -> pd.DataFrame:
    """Return the table of one point with the point's label in its columns."""
    import pandas as pd

    columns = []
    for column in frame.columns:
        given = column if isinstance(column, tuple) else (column,)
        parts: tuple[str, ...] = tuple(part for part in given if part)
        if len(parts) == 1:
            *nodes, operator, variable = outputs[parts[0]].split("/")
            parts = (parts[0], *nodes, f"{operator}/{variable}")
        columns.append((parts[0], label, *parts[1:]))
    depth = max(len(column) for column in columns)
    frame = frame.copy()
    frame.attrs = {}
    frame.columns = pd.MultiIndex.from_tuples([(*column, *[""] * (depth - len(column))) for column in columns])
    return frame
