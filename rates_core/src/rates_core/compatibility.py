"""Calls that users of older tools know, under the names that they know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rates_core.keywords import check_arguments, checked_call

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from rates_core.templates.circuit import CircuitTemplate


@checked_call
def integrate(path_or_circuit: str | Path | CircuitTemplate, **arguments: Any) -> pd.DataFrame:
    """Load a circuit if a path is given, run it, and return its table.

    Args:
        path_or_circuit: a circuit, or what `CircuitTemplate.from_yaml` takes.
        arguments: those of `CircuitTemplate.run`.

    Raises:
        RatesError: as `CircuitTemplate.from_yaml` and `CircuitTemplate.run`.

    Example:
        >>> from rates_core import integrate
        >>> table = integrate("model_templates.oscillators.vanderpol.vdp", simulation_time=1.0, step_size=0.5)
        >>> table.shape
        (2, 2)
    """
    from rates_core.templates.circuit import CircuitTemplate

    check_arguments(lambda: "integrate()", CircuitTemplate.run, 1, arguments)  # 1 is the circuit
    if isinstance(path_or_circuit, CircuitTemplate):
        return path_or_circuit.run(**arguments)
    return CircuitTemplate.from_yaml(path_or_circuit).run(**arguments)


@checked_call
def grid_search(
    circuit_template: str | Path | CircuitTemplate,
    param_grid: Mapping[str, Iterable[float | complex]] | pd.DataFrame,
    param_map: Mapping[str, Mapping[str, Any]],
    step_size: float,
    simulation_time: float,
    outputs: Mapping[str, str],
    inputs: Mapping[str, np.ndarray] | None = None,
    sampling_step_size: float | None = None,
    permute_grid: bool = False,
    **arguments: Any,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run a circuit once per point of a grid of parameters.

    Args:
        circuit_template: a circuit, or what `CircuitTemplate.from_yaml` takes.
        param_grid: values of each parameter, of equal length; with `permute_grid` of any length.
        param_map: what each parameter of the grid sets: `{"vars": ["op/var"], "nodes": ["node", …]}` or
            `{"vars": ["weight"], "edges": [(source, target), (source, target, k), …]}`. A variable that is a state
            gets its value at the start.
        step_size, simulation_time, outputs, inputs, sampling_step_size: as `CircuitTemplate.run`.
        permute_grid: run every combination, the first parameter slowest.
        arguments: others of `CircuitTemplate.run`.

    Returns:
        A table with columns `(output, '<circuit>_<i>', node…, 'op/var')` and a map with index `<circuit>_<i>` and one
        column per parameter. A point whose run ends early is NaN: a `RuntimeWarning` lists such points.

    Raises:
        ArgumentError: lists of unequal length without `permute_grid`.
        UnknownNameError: a parameter of the grid is not in the map, or sets something that does not exist.

    Example:
        >>> from rates_core import grid_search
        >>> table, points = grid_search(
        ...     "model_templates.oscillators.vanderpol.vdp",
        ...     param_grid={"mu": [0.0, 1.0]},
        ...     param_map={"mu": {"vars": ["vdp_op/mu"], "nodes": ["p"]}},
        ...     step_size=0.5,
        ...     simulation_time=1.0,
        ...     outputs={"z": "p/vdp_op/z"},
        ... )
        >>> table.iloc[-1].tolist(), points["mu"].tolist()
        ([1.0, 1.5], [0.0, 1.0])
    """
    from rates_core.sweeps.grid_search import grid_search as search

    return search(
        circuit_template, param_grid, param_map, step_size, simulation_time, outputs, inputs, sampling_step_size,
        permute_grid, arguments,
    )  # fmt: skip


@checked_call
def clear(model: Any) -> None:
    """Do nothing: a model keeps no compiled code that would have to be cleared.

    Example:
        >>> from rates_core import CircuitTemplate, clear
        >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
        >>> clear(circuit)
    """


def clear_frontend_caches(*_: Any, **__: Any) -> None:
    """Do nothing: templates are not cached by name, so that nothing can be stale.

    Example:
        >>> from rates_core import clear_frontend_caches
        >>> clear_frontend_caches()
    """
