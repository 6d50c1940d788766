"""Which units an external input reaches."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from rates_core.errors import ArgumentError
from rates_core.network.network import Network
from rates_core.network.resolve import Selection, resolve
from rates_core.paths import TIME
from rates_core.templates.variable import IS_TIME


@frozen(eq=False)
class FedInput:
    """An external input before it is part of a System.

    Attributes:
        key: the path that the user gave.
        columns: the number of columns of the signal: 1, or one per addressed unit.
    """

    key: str
    columns: int


@frozen(eq=False)
class Reach:
    """What a fed input does to one population: `columns[i]` of the signal reaches unit i, -1 is none.

    A signal of one column is that of all units; it needs no `columns` where it reaches all units of the population.
    """

    selection: Selection
    columns: Any | None
    width: int


def reach(network: Network, fed: FedInput) -> list[Reach]:
    """Return what an input reaches, population by population.

    Raises:
        UnknownNameError: the path names nothing.
        ArgumentError: the path names something that is not an input.
    """
    import numpy as np

    selections = resolve(network, fed.key, "inputs")
    _check_inputs(network, fed.key, selections)
    total = sum(selection.count for selection in selections)
    found, start = [], 0
    for selection in selections:
        size = selection.length
        if fed.columns == 1 and (selection.units is None or len(selection.units) == size):
            columns = None
        elif not size:
            columns = np.array([start])
        else:
            columns = np.full(size, -1)
            units = np.arange(size) if selection.units is None else selection.units
            columns[units] = np.arange(start, start + len(units))
        start += selection.count
        found.append(Reach(selection, columns, total))
    return found


def _check_inputs(network: Network, key: str, selections: list[Selection]) -> None:
    for selection in selections:
        structure = network.populations[selection.population].structure
        variables = structure.operator(selection.operator).variables
        kind = variables[selection.variable].kind
        if selection.variable == TIME:
            raise ArgumentError(f"inputs: '{key}' {IS_TIME}")
        if kind != "input":
            inputs = [name for name, declared in variables.items() if declared.kind == "input"]
            raise ArgumentError(
                f"inputs: '{key}' is declared as {kind}, not as input. "
                f"The inputs of '{selection.operator}' are: {', '.join(inputs) or 'none'}."
            )
