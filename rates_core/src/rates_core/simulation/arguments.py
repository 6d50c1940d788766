"""Values of parameters and initial values, set by path for one run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rates_core.errors import ArgumentError
from rates_core.network.network import Network
from rates_core.network.resolve import Selection, resolve
from rates_core.simulation.edge_arguments import set_edge_attribute
from rates_core.system.system import Shape, System


def arguments_of(system: System, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the value of every parameter, with those that `parameters` sets by path.

    Raises:
        UnknownNameError: a path names nothing.
        ArgumentError: a path names a state, or an array has the wrong length.
    """
    values = {item.path: item.value for item in system.parameters}
    for path, value in (parameters or {}).items():
        if "->" in path:
            set_edge_attribute(system, values, path, value)
            continue
        for selection, part in _parts(_network(system), path, value):
            symbol = system.addresses[selection.population, selection.operator, selection.variable]
            symbol = f"{symbol}/default" if f"{symbol}/default" in values else symbol
            if symbol not in values:
                kind = "a state; set it with initial=" if symbol in system.state_paths else "computed, not a parameter"
                raise ArgumentError(f"'{path}' is {kind}.")
            shape = system.parameter_paths[symbol].shape
            values[symbol] = changed(values[symbol], selection, part, shape, path)
    _check_ties(system, values)
    return values


def _check_ties(system: System, values: Mapping[str, Any]) -> None:
    """Raise unless connections that share a chain still have one delay."""
    for parameter in system.parameters:
        value = values[parameter.path]
        free = parameter.twin is None or np.array_equal(value, values[parameter.twin])
        if free and parameter.ties is not None and np.ndim(value):
            _, first, group = np.unique(parameter.ties, return_index=True, return_inverse=True)
            free = bool(np.all(value == value[first][group]))
        if not free:
            raise ArgumentError(
                f"'{parameter.path}': connections that share a source, a delay and a spread share one chain and have to "
                "keep one delay. Change the delays in the template, with update_var."
            )


def initial_state(system: System, initial: Mapping[str, Any] | None = None) -> np.ndarray:
    """Return the real state vector at the start; entries that start from a slot's past are 0 here.

    Raises:
        UnknownNameError: a path of `initial` names nothing.
        ArgumentError: a path of `initial` is no state, or an array has the wrong length.
    """
    y = np.zeros(system.width)
    values = {state.path: state.initial for state in system.states if not isinstance(state.initial, str)}
    for path, value in (initial or {}).items():
        for selection, part in _parts(_network(system), path, value):
            symbol = system.addresses[selection.population, selection.operator, selection.variable]
            if symbol not in values:
                states = ", ".join(list(values)[:8])
                raise ArgumentError(f"'{path}' is not a state and has no initial value. The states: {states}.")
            values[symbol] = changed(values[symbol], selection, part, system.shapes[symbol], path)
    for state in system.states:
        if state.path in values:
            write_state(y, state, values[state.path])
    return y


def write_state(y: np.ndarray, state: Any, value: Any) -> None:
    """Put the value of a state into the real state vector."""
    place = y[state.offset : state.offset + state.width]
    if state.complex:
        place.view(complex)[:] = value
    elif np.iscomplexobj(value) and np.any(np.imag(value)):
        raise ArgumentError(f"The initial value of '{state.path}' is complex, but the state is real.")
    else:
        place[:] = np.real(value)


def changed(old: Any, selection: Selection, value: Any, shape: Shape, path: str) -> Any:
    """Return a variable's value with the named units changed; others keep theirs."""
    if isinstance(value, np.ndarray) and value.size == 1 and len(shape) != value.ndim:
        value = value.reshape(-1)[0].item()
    if not selection.length or selection.units is None:
        if shape and np.shape(value) not in ((), shape):
            raise ArgumentError(f"'{path}' takes a number or shape {shape}; it got shape {np.shape(value)}.")
        return np.array(np.broadcast_to(value, shape)) if shape else value
    array = np.array(np.broadcast_to(old, (selection.length,)), dtype=np.result_type(old, value, float))
    array[selection.units] = value
    return array


def _parts(network: Network, path: str, value: Any) -> list[tuple[Selection, Any]]:
    """Divide a value among the selections of a path, one entry per unit if it is an array."""
    selections = resolve(network, path)
    total = sum(selection.count for selection in selections)
    if np.ndim(value) == 0 or total == 1:
        return [(selection, value) for selection in selections]
    value = np.asarray(value)
    if value.shape != (total,):
        raise ArgumentError(
            f"'{path}' names {total} units, but the value has shape {value.shape}. Give one number or one per unit."
        )
    parts, start = [], 0
    for selection in selections:
        parts.append((selection, value[start : start + selection.count]))
        start += selection.count
    return parts


def _network(system: System) -> Network:
    assert system.network is not None
    return system.network

