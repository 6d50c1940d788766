"""Values of parameters and initial values, set by path for one run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rates_core.errors import ArgumentError, did_you_mean, shown
from rates_core.network.network import Network
from rates_core.network.resolve import Selection, resolve
from rates_core.paths import TIME, is_edge_attribute
from rates_core.simulation.edge_arguments import EdgeArguments
from rates_core.system.chains import stages_of
from rates_core.system.named_parameters import parameter_of
from rates_core.system.system import Parameter, Shape, System
from rates_core.templates.queries import listed
from rates_core.templates.value import plain, to_value
from rates_core.templates.variable import IS_TIME


def arguments_of(system: System, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the value of every parameter, with those that `parameters` sets by path.

    Raises:
        UnknownNameError: a path names nothing.
        ArgumentError: a path names what is no parameter, or a value is no number or has the wrong shape.
    """
    values = {item.path: item.value for item in system.parameters}
    given = checked_values(parameters, "parameters")
    if not given:
        return values
    network = _network(system)
    edges = EdgeArguments(system, network, values)
    for path, value in given.items():
        if is_edge_attribute(path):
            edges.set(path, value)
            continue
        for symbol, selection, part in _settable(system, path, _parts(network, path, value, "parameters")):
            parameter = system.parameter_paths[symbol]
            if np.iscomplexobj(part) and not parameter.complex:
                raise ArgumentError(
                    f"parameters: '{path}' is complex, but the model was compiled for a real value. "
                    "Give it a complex value in the template."
                )
            values[symbol] = changed(values[symbol], selection, part, parameter.shape, f"parameters: '{path}'")
    _check_ties(system, values)
    return values


def names_state(system: System, path: str, argument: str = "parameters") -> bool:
    """Tell whether a path names a state, which has a value at the start, and no parameter.

    Raises:
        UnknownNameError: it names nothing.
    """
    if is_edge_attribute(path):
        return False
    found = resolve(_network(system), path, argument)
    return any(system.addresses[item.population, item.operator, item.variable] in system.state_paths for item in found)


def _settable(system: System, path: str, parts: list[tuple[Selection, Any]]) -> list[tuple[str, Selection, Any]]:
    """Return the parameters that hold the values of units; inputs that are fed use none.

    Raises:
        ArgumentError: a variable is no parameter, or all are inputs that are fed.
    """
    try:
        found = [(parameter_of(system, selection), selection, part) for selection, part in parts]
    except ArgumentError as error:
        raise ArgumentError(f"parameters: '{path}' {error}") from None
    having = [(symbol, selection, part) for symbol, selection, part in found if symbol is not None]
    if not having:
        raise ArgumentError(f"parameters: '{path}' is an input that is fed. Change what feeds it.")
    return having


def _check_ties(system: System, values: Mapping[str, Any]) -> None:
    """Raise unless connections that share a chain still have one delay."""
    for parameter in system.parameters:
        value = values[parameter.path]
        _check_stages(parameter, value)
        free = parameter.twin is None or np.array_equal(value, values[parameter.twin])
        if free and parameter.ties is not None and np.ndim(value):
            _, first, group = np.unique(parameter.ties, return_index=True, return_inverse=True)
            free = bool(np.all(value == value[first][group]))
        if not free:
            raise ArgumentError(
                f"'{parameter.path}': connections that share a source, a delay and a spread share one chain and "
                "have to keep one delay. Change the delays in the template, with update_var."
            )


def _check_stages(parameter: Parameter, delay: Any) -> None:
    """Raise if a changed delay asks for chains with other numbers of stages."""
    if parameter.spread is None or np.array_equal(delay, parameter.value):
        return
    now, compiled = stages_of(delay, parameter.spread), stages_of(parameter.value, parameter.spread)
    if np.any(now != compiled):
        raise ArgumentError(
            f"parameters: '{parameter.path}' is spread by chains, which would need other numbers of stages "
            f"({np.max(now)} instead of {np.max(compiled)} at most). That is structure: "
            "change the delay in the template, with update_var."
        )


def initial_state(system: System, initial: Mapping[str, Any] | None = None) -> np.ndarray:
    """Return the real state vector at the start; entries that start from a slot's past are 0 here.

    Raises:
        UnknownNameError: a path of `initial` names nothing.
        ArgumentError: a path of `initial` is no state, or a value is no number or has the wrong shape.
    """
    y = np.zeros(system.width)
    values = {state.path: state.initial for state in system.states if not isinstance(state.initial, str)}
    for path, value in checked_values(initial, "initial").items():
        for selection, part in _parts(_network(system), path, value, "initial"):
            symbol = system.addresses[selection.population, selection.operator, selection.variable]
            if symbol == TIME:
                raise ArgumentError(f"initial: '{path}' {IS_TIME}")
            if symbol not in values:
                raise ArgumentError(
                    f"initial: '{path}' is no state.{did_you_mean(path, values)} {listed('states', values)}"
                )
            values[symbol] = changed(values[symbol], selection, part, system.shapes[symbol], f"initial: '{path}'")
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


def changed(old: Any, selection: Selection, value: Any, shape: Shape, what: str) -> Any:
    """Return a variable's value with the named units changed; others keep theirs.

    Args:
        old: its value.
        selection: the named units.
        value: what they get.
        shape: of the variable.
        what: argument and path, for messages.

    Raises:
        ArgumentError: the value has another shape.
    """
    if isinstance(value, np.ndarray) and value.size == 1 and len(shape) != value.ndim:
        value = value.reshape(-1)[0].item()
    if not selection.length or selection.units is None:
        if np.shape(value) not in ((), shape):
            takes = f"a number or the shape {shape}" if shape else "a number"
            raise ArgumentError(f"{what} takes {takes}; the value has the shape {np.shape(value)}.")
        return np.array(np.broadcast_to(value, shape)) if shape else value
    array = np.array(np.broadcast_to(old, (selection.length,)), dtype=np.result_type(old, value, float))
    array[selection.units] = value
    return array


def checked_values(given: Any, argument: str) -> dict[str, Any]:
    """Return numbers and arrays of numbers by path, none for None.

    Raises:
        ArgumentError: it is no mapping, or a value is no number.
    """
    if given is not None and not isinstance(given, Mapping):
        raise ArgumentError(f"{argument} must be a dict of path to value; it is {shown(given)}.")
    values = {}
    for path, value in (given or {}).items():
        if not isinstance(path, str):
            raise ArgumentError(f"{argument}: A path is text such as 'node/op/var', not {shown(path)}.")
        try:
            values[path] = plain(to_value(value))
        except ArgumentError as error:
            raise ArgumentError(f"{argument}: '{path}': {error}") from None
    return values


def _parts(network: Network, path: str, value: Any, argument: str) -> list[tuple[Selection, Any]]:
    """Divide a value among the selections of a path, one entry per unit if it is an array."""
    selections = resolve(network, path, argument)
    total = sum(selection.count for selection in selections)
    if np.ndim(value) == 0 or total == 1:
        return [(selection, value) for selection in selections]
    if value.shape != (total,):
        raise ArgumentError(
            f"{argument}: '{path}' names {total} units, but the value has the shape {value.shape}. "
            "Give one number or one per unit."
        )
    parts, start = [], 0
    for selection in selections:
        parts.append((selection, value[start : start + selection.count]))
        start += selection.count
    return parts


def _network(system: System) -> Network:
    assert system.network is not None
    return system.network
