"""Grids of parameters in the form that users of `grid_search` know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field

from rates_core.errors import ArgumentError, SimulationError, shown, warn
from rates_core.simulation.compile import CompiledModel, compile_model
from rates_core.sweeps.targets import divided, target_paths
from rates_core.switches import switch
from rates_core.templates.value import to_number

if TYPE_CHECKING:
    import pandas as pd

    from rates_core.templates.circuit import CircuitTemplate

MOST_LISTED = 5  # points that a warning names
RUN_ONLY = ("history", "state", "seed", "verbose", "stop_on_nonfinite")


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
    runs, frames = _Runs(model, run_arguments), []
    columns = {name: points[name].tolist() for name in points.columns}  # a row would give all of them one type
    for number, label in enumerate(points.index):
        values = {path: to_number(columns[name][number]) for name in columns for path in paths[name]}
        frames.append(_labelled(runs.table(str(label), values), str(label), outputs))
    runs.warn(points)
    table = pd.concat(frames, axis=1)
    order = [column for key in outputs for column in table.columns if column[0] == key]
    table = table[order]
    if runs.failures:
        table.attrs["ended_early"] = {label: str(error) for label, error in runs.failures.items()}
    return table, points


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


@define(eq=False)
class _Runs:
    """The runs of a grid, and why some of them ended early."""

    model: CompiledModel
    arguments: Mapping[str, Any]
    failures: dict[str, SimulationError] = field(factory=dict)

    def table(self, label: str, values: Mapping[str, float | complex]) -> pd.DataFrame:
        """Return the table of one point; it is NaN if the run ended early."""
        parameters, initial = divided(self.model.system, values)
        try:
            return self.model.run(parameters=parameters, initial=initial, **self.arguments)
        except SimulationError as error:
            if error.result is None:
                raise
            self.failures[label] = error
            ended: pd.DataFrame = error.result * float("nan")
            return ended

    def warn(self, points: pd.DataFrame) -> None:
        """Say which points ended early, if any did."""
        if not self.failures:
            return
        listed = [f"{label} ({_point(points.loc[[label]])}) at t = {error.time:.9g}"
                  for label, error in islice(self.failures.items(), MOST_LISTED)]  # fmt: skip
        more = len(self.failures) - len(listed)
        warn(
            f"{len(self.failures)} of {len(points)} points ended early and are NaN: {', '.join(listed)}"
            f"{f' and {more} more' if more else ''}. The table's attrs['ended_early'] says why.",
            RuntimeWarning,
        )


def _point(values: pd.DataFrame) -> str:
    return ", ".join(f"{name} = {values[name].iloc[0]:.9g}" for name in values.columns)


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
