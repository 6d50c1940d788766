"""Functions that users of PyRates know."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rates_core.errors import UnknownNameError, did_you_mean, shown
from rates_core.files import path_of
from rates_core.sweeps.grid_search import grid_points

from rates_core import grid_search as search
from rates_pyrates.circuit import CircuitTemplate, circuit_of
from rates_pyrates.options import of_runs
from rates_pyrates.template import Template

if TYPE_CHECKING:
    import pandas as pd


def integrate(circuit: str | CircuitTemplate, **kwargs: Any) -> pd.DataFrame:
    """Load a circuit if a path is given, run it, and return its table.

    Raises:
        RatesError: as `CircuitTemplate.from_yaml` and `CircuitTemplate.run`.
    """
    return circuit_of(circuit).run(**kwargs)


def grid_search(
    circuit_template: CircuitTemplate | str,
    param_grid: Mapping[str, Iterable[float]] | pd.DataFrame,
    param_map: Mapping[str, Mapping[str, Any]],
    step_size: float,
    simulation_time: float,
    outputs: Mapping[str, str],
    inputs: Mapping[str, Any] | None = None,
    sampling_step_size: float | None = None,
    permute_grid: bool = False,
    **kwargs: Any,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run a circuit once per point of a grid; return a table of all runs, and one of the points.

    Combinations come in the order of `linearize_grid`.

    Raises:
        ArgumentError: lists of unequal length without `permute_grid`.
        UnknownNameError: a parameter is not in the map, or sets something that does not exist.

    Example:
        >>> from rates_pyrates.utility import grid_search
        >>> table, points = grid_search(
        ...     "model_templates.oscillators.vanderpol.vdp",
        ...     param_grid={"mu": [0.0, 1.0]},
        ...     param_map={"mu": {"vars": ["vdp_op/mu"], "nodes": ["p"]}},
        ...     step_size=0.5,
        ...     simulation_time=1.0,
        ...     outputs={"z": "p/vdp_op/z"},
        ... )
        >>> table.columns.tolist()
        [('z', 'vdp_0', 'p', 'vdp_op/z'), ('z', 'vdp_1', 'p', 'vdp_op/z')]
    """
    grid = linearize_grid(param_grid, permute_grid) if isinstance(param_grid, Mapping) else param_grid
    circuit, given = circuit_of(circuit_template).rates, of_runs(kwargs)
    places = {name: place for name, place in param_map.items() if name in grid}  # a map may serve several grids
    table, points = search(
        circuit, grid, places, step_size, simulation_time, outputs, inputs, sampling_step_size, **given
    )
    return table.rename_axis(index=None), points


def linearize_grid(grid: Mapping[str, Any], permute: bool = False) -> pd.DataFrame:
    """Return one row per point of a grid.

    All combinations come in the order of NumPy's `meshgrid`: of two parameters the first one is the fastest; further
    ones are faster than both, the last one the fastest.

    Raises:
        ArgumentError: lists of unequal length without `permute`.

    Example:
        >>> from rates_pyrates.utility import linearize_grid
        >>> linearize_grid({"a": [1, 2], "b": [3, 4]}, permute=True).to_numpy().tolist()
        [[1, 3], [2, 3], [1, 4], [2, 4]]
    """
    import pandas as pd

    if permute:
        combinations = np.stack(np.meshgrid(*grid.values()), axis=-1)
        return pd.DataFrame(combinations.reshape(-1, len(grid)), columns=list(grid))
    return grid_points(grid, permute=False)


def adapt_circuit(
    circuit: CircuitTemplate | str, params: Mapping[str, Any], param_map: Mapping[str, Mapping[str, Any]]
) -> CircuitTemplate:
    """Return a circuit with other values, which a map as that of `grid_search` says the places of.

    Raises:
        UnknownNameError: a parameter is not in the map, or sets something that does not exist.
    """
    adapted = deepcopy(circuit_of(circuit))
    for name, value in params.items():
        if name not in param_map:
            raise UnknownNameError(f"param_map has no '{name}'.{did_you_mean(name, param_map)}")
        places, variables = param_map[name], param_map[name]["vars"]
        adapted.update_var({f"{node}/{variable}": value for node in places.get("nodes", ()) for variable in variables})
        for source, target, *number in places.get("edges", ()):
            # an edge without a number is the first one
            edges = [(source, target, *(number or [0]), {variable: value}) for variable in variables]
            adapted.update_var(edge_vars=edges)
    return adapted


def clear(model: CircuitTemplate, **kwargs: Any) -> None:
    """Do nothing: a model keeps no compiled code, and no files were written."""


def clear_frontend_caches(clear_template_cache: bool = True, clear_ir_cache: bool = True) -> None:
    """Do nothing: templates are not cached by name."""


def clear_nothing() -> None:
    """Do nothing: there is no cache of this name."""


def create_directory(path: str) -> None:
    """Make a folder, and those above it; one that is there stays."""
    path_of("path", path).mkdir(parents=True, exist_ok=True)


def save(_obj: Template[Any], filename: str, filetype: str, **kwargs: Any) -> None:
    """Write a template as a model file ("yaml"), or any object by Python's own means ("pickle").

    Raises:
        UnknownNameError: there is no such type of file.
    """
    writers: Mapping[str, Callable[[], None]] = {
        "yaml": lambda: _obj.to_yaml(filename),
        "pickle": lambda: dump(_obj, filename),
    }
    if filetype not in writers:
        raise UnknownNameError(
            f"There is no type of file {shown(filetype)}.{did_you_mean(str(filetype), writers)} There are: "
            f"{', '.join(writers)}."
        )
    writers[filetype]()


def dump_to_yaml(circuit: Template[Any], path: str, **kwargs: Any) -> None:
    """Write a template as a model file."""
    circuit.to_yaml(path)


def dump(data: Any, filename: str, **kwargs: Any) -> None:
    """Write an object by `pickle`."""
    Path(filename).write_bytes(pickle.dumps(data))


def load(filename: str, **kwargs: Any) -> Any:
    """Read an object that `dump` wrote; as any such file, one of strangers may run what it likes."""
    return pickle.loads(Path(filename).read_bytes())
