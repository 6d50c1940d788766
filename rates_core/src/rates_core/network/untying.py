"""Give units and connections values of their own where they share one, or have none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve

from rates_core.network.apart import Apart, SharedAttribute, SharedValue
from rates_core.network.build import connected
from rates_core.network.named_connections import ChosenConnections, NamedConnections
from rates_core.network.network import Network, Origin, Population
from rates_core.network.resolve import resolve, resolve_edges
from rates_core.network.structure import VariableKey
from rates_core.network.weights import Uniform
from rates_core.paths import EDGE_ATTRIBUTES, EdgePath


def tied_by(network: Network, parameters: Mapping[str, Any], argument: str = "parameters") -> Apart:
    """Return the shared values of which `parameters` sets a part only, or to several values.

    Args:
        network: where the values are.
        parameters: values by path.
        argument: where the user wrote the paths, for messages.

    Raises:
        UnknownNameError: a path names nothing.
        ArgumentError: a path is malformed.
    """
    units: set[SharedValue] = set()
    edges: set[SharedAttribute] = set()
    for path, value in parameters.items():
        if "->" in str(path):
            edges.update(_tied_edges(network, path, value, argument))
        else:
            units.update(_tied_units(network, path, value, argument))
    return Apart(frozenset(units), frozenset(edges))


def untied(network: Network, apart: Apart) -> Network:
    """Return a network in which these values are arrays of one entry per unit or connection."""
    if any(attribute in EDGE_ATTRIBUTES for _, attribute in apart.edges):
        network = connected(network.flat, network.vectorize, apart, network.forms)
    populations = list(network.populations)
    for number, key in (*apart.units, *_edge_variables(network, apart)):
        populations[number] = _spread(populations[number], key)
    return evolve(network, populations=tuple(populations))


def _tied_units(network: Network, path: str, value: Any, argument: str) -> Iterator[SharedValue]:
    import numpy as np

    for selection in resolve(network, path, argument):
        key = selection.operator, selection.variable
        apart = selection.units is not None or np.size(value) > 1
        if apart and _is_shared(network.populations[selection.population], key):
            yield selection.population, key


def _is_shared(population: Population, key: VariableKey) -> bool:
    """Tell whether several units share the value of a variable."""
    import numpy as np

    declared = (
        population.size is not None and population.structure.has(key) and key not in population.structure.equations
    )
    return declared and np.ndim(population.values[key]) == 0


def _tied_edges(network: Network, path: str, value: Any, argument: str) -> Iterator[SharedAttribute]:
    asked, named = resolve_edges(network, path, argument)
    for part in named.parts:
        if _is_tied(network, part, asked, value):
            yield from ((number, asked.attribute) for number in set(part.set.parts_of(part.chosen).tolist()))
    if asked.attribute == "weight" and not named.are_stored and _sets_left_out(named, value):
        yield from ((number, "weight") for number in named.numbers.tolist())


def _is_tied(network: Network, part: ChosenConnections, asked: EdgePath, value: Any) -> bool:
    """Tell whether connections share an attribute with others, or among each other and get several values."""
    import numpy as np

    apart = not part.are_all or (np.size(value) > 1 and part.count > 1)
    if asked.attribute == "weight":
        return apart and isinstance(network.projections[part.set.weight].weights, Uniform)
    if asked.attribute == "delay":
        delays = [network.projections[number].delay for number in part.set.times]
        if any(delay is None for delay in delays):
            return bool(np.any(np.asarray(value) != 0))
        return apart and any(not hasattr(delay, "shape") for delay in delays)
    operator, _, variable = asked.attribute.rpartition("/")
    population = part.set.population
    return apart and population is not None and _is_shared(network.populations[population], (operator, variable))


def _sets_left_out(named: NamedConnections, value: Any) -> bool:
    """Tell whether connections of weight 0, which were not stored, get another weight."""
    import numpy as np

    if np.ndim(value) == 0 or np.size(value) != named.total:
        return bool(np.any(np.asarray(value) != 0))
    left_out = np.ones(named.total, dtype=bool)
    for part in named.parts:
        left_out[named.slots(part)] = False
    return bool(np.any(np.ravel(value)[left_out] != 0))


def _edge_variables(network: Network, apart: Apart) -> Iterator[SharedValue]:
    """Yield the variables of populations of edges that are to be apart."""
    import numpy as np

    for attribute in {name for _, name in apart.edges if name not in EDGE_ATTRIBUTES}:
        operator, _, variable = attribute.rpartition("/")
        for item in network.connections.sets:
            if item.population is not None and np.isin(item.declared, apart.numbers(attribute)).any():
                population = network.populations[item.population]
                if _is_shared(population, (operator, variable)):
                    yield item.population, (operator, variable)


def _spread(population: Population, key: VariableKey) -> Population:
    import numpy as np

    value = population.values[key]
    array = np.full(population.count, value, dtype=np.result_type(value, float))
    own = tuple(Origin(unit, *key) for unit in population.units)
    return evolve(population, values={**population.values, key: array}, origins={**population.origins, key: own})
