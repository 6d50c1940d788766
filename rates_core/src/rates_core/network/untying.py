"""Give the units of a population values of their own where they share one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from attrs import evolve

from rates_core.network.network import Network, Origin, Population
from rates_core.network.resolve import resolve
from rates_core.network.structure import VariableKey
from rates_core.paths import EDGE_ATTRIBUTES

SharedValue = tuple[int, VariableKey]  # population and variable whose value is one number for all units


def tied_by(network: Network, parameters: Mapping[str, Any]) -> frozenset[SharedValue]:
    """Return the shared values of which `parameters` sets some units only, or each unit to a value of its own.

    Raises:
        UnknownNameError: a path names nothing.
    """
    import numpy as np

    found = set()
    for path, value in parameters.items():
        if "->" in path and path.rpartition("/")[2] in EDGE_ATTRIBUTES:
            continue
        for selection in resolve(network, path, "parameters"):
            population = network.populations[selection.population]
            key = selection.operator, selection.variable
            apart = selection.units is not None or np.size(value) > 1
            shared = population.size is not None and np.ndim(population.values[key]) == 0
            if apart and shared and key not in population.structure.equations:
                found.add((selection.population, key))
    return frozenset(found)


def untied(network: Network, shared: Collection[SharedValue]) -> Network:
    """Return a network in which these values are arrays of one entry per unit."""
    populations = list(network.populations)
    for number, key in shared:
        populations[number] = _spread(populations[number], key)
    return evolve(network, populations=tuple(populations))


def _spread(population: Population, key: VariableKey) -> Population:
    import numpy as np

    value = population.values[key]
    array = np.full(population.count, value, dtype=np.result_type(value, float))
    own = tuple(Origin(unit, *key) for unit in population.units)
    return evolve(population, values={**population.values, key: array}, origins={**population.origins, key: own})
