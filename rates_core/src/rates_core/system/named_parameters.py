"""Which parameter of a System holds the values that a path names."""

from __future__ import annotations

from rates_core.errors import ArgumentError
from rates_core.network.connection_set import ConnectionSet
from rates_core.network.resolve import Selection
from rates_core.paths import TIME
from rates_core.system.system import System
from rates_core.templates.variable import IS_TIME


def parameter_of(system: System, selection: Selection) -> str | None:
    """Return the parameter that holds the values of some units; None if they are inputs that are fed.

    Raises:
        ArgumentError: the variable is no parameter; the text goes on after its path.
    """
    import numpy as np

    address = selection.population, selection.operator, selection.variable
    symbol, default = system.addresses[address], system.defaults.get(address)
    if default is not None:
        unfed = np.broadcast_to(system.parameter_paths[default.unfed].value, (max(selection.length, 1),))
        used = np.any(unfed if selection.units is None else unfed[selection.units])
        return default.value if used else None
    if symbol in system.parameter_paths:
        return symbol
    assert system.network is not None
    operator = system.network.populations[selection.population].structure.operator(selection.operator)
    kind = operator.variables[selection.variable].kind
    if kind == "input" and symbol != TIME and symbol not in system.state_paths:
        return None
    raise ArgumentError(_no_parameter(system, symbol, kind))


def attributes_of(system: System, connections: ConnectionSet, attribute: str) -> list[str]:
    """Return the parameters that hold the weight or delay of connections; a delay of 0 may have none."""
    numbers = (connections.weight,) if attribute == "weight" else connections.times
    return [system.projections[number, attribute] for number in numbers if (number, attribute) in system.projections]


def _no_parameter(system: System, symbol: str, kind: str) -> str:
    """Return what a variable is that is no parameter, and how it is set."""
    if symbol == TIME:
        return IS_TIME
    if symbol in system.state_paths:
        return "is a state. Set its start with initial=."
    if kind == "noise":
        return "is noise, which has unit strength. Scale it in the equation."
    return "is computed by an equation."
