"""From paths, with wildcards or not, to the units of a network that they name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from attrs import frozen

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean
from rates_core.network.addresses import matching_leaves, unknown_variable
from rates_core.network.named_connections import NamedConnections
from rates_core.network.network import Network, UnitLocation
from rates_core.network.structure import VariableKey
from rates_core.paths import EdgePath, split_variable, unit_meant
from rates_core.templates.queries import listed

if TYPE_CHECKING:
    import numpy as np

MOST_SEARCHED = 1000  # names among which the closest one is looked for


@frozen(eq=False)
class Selection:
    """Units of one population whose variable a path names.

    Attributes:
        units: indices within the population; None for all of them.
        length: number of units of the population, 0 for a single unit.
        paths: of all units of the population.
        edges: whether they stand for edges.
    """

    population: int
    operator: str
    variable: str
    units: np.ndarray | None
    length: int
    paths: Sequence[str]
    edges: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return the paths of the named units, in match order."""
        return tuple(self.paths if self.units is None else (self.paths[unit] for unit in self.units.tolist()))

    @property
    def count(self) -> int:
        """Return the number of named units."""
        return len(self.paths) if self.units is None else len(self.units)


def resolve(network: Network, path: str, argument: str = "") -> list[Selection]:
    """Return what a path names, in match order, grouped by runs of one population.

    Args:
        network: where it is looked for.
        path: node, operator and variable.
        argument: where the user wrote the path, for messages.

    Raises:
        UnknownNameError: no node matches, or a matching node lacks the operator or variable.
        ArgumentError: the path has not the form `node/op/var`.
    """
    try:
        return _resolved(network, path)
    except (UnknownNameError, ArgumentError) as error:
        raise type(error)(f"{argument}: {error}" if argument else str(error)) from None


def resolve_edges(network: Network, path: str, argument: str = "") -> tuple[EdgePath, NamedConnections]:
    """Return the parts of the path of an edge's attribute or variable, and the connections that it names.

    Raises:
        UnknownNameError: there is no such edge.
        ArgumentError: the path has not the form `source->target[k]/attribute`.
    """
    try:
        asked = network.flat.links.index.asked(path)
        return asked, network.connections.find(asked)
    except (UnknownNameError, ArgumentError) as error:
        raise type(error)(f"{argument}: {error}" if argument else str(error)) from None


def _resolved(network: Network, path: str) -> list[Selection]:
    if "->" in str(path):
        return _edge_selections(network, path)
    try:
        node, operator, variable = split_variable(path)
    except ArgumentError as error:
        raise ArgumentError(f"{error}{did_you_mean(str(path), _first_paths(network))}") from None
    leaves = matching_leaves(network.flat, node)
    runs: list[tuple[int, VariableKey, list[int]]] = []
    for leaf, unit in leaves:
        population, units = _located(network, leaf.path, unit)
        for key in leaf.structure.matching(operator, variable):
            if runs and runs[-1][:2] == (population, key):
                runs[-1][2].extend(units)
            else:
                runs.append((population, key, list(units)))
    if not leaves:
        known = list(network.locations)
        hint = unit_meant(node, network.flat.size_of) or did_you_mean(node, known[:MOST_SEARCHED])
        raise UnknownNameError(f"Unknown node '{node}' in path '{path}'.{hint} {listed('nodes', known)}")
    if not runs:
        raise unknown_variable(leaves[0][0].structure, operator, variable, path)
    return [_selection(network, *run) for run in runs]


def _edge_selections(network: Network, path: str) -> list[Selection]:
    """Return the edges whose variable a path `source->target[k]/op/var` names."""
    asked = network.flat.links.index.asked(path)
    operator, _, variable = asked.attribute.rpartition("/")
    if not operator:
        raise ArgumentError(f"'{path}' is a constant of an edge and no variable. get_var() returns its value.")
    found = [
        (part.set.population, list(range(part.count)) if part.chosen is None else part.chosen.tolist())
        for part in network.connections.find(asked).parts
        if part.set.population is not None
    ]
    if not found:
        pair = f"{asked.source}->{asked.target}"
        known = [f"{source}->{target}" for source, target in _pairs_with_operators(network)]
        raise UnknownNameError(f"No edge {pair} has operators, which '{path}' asks for.{did_you_mean(pair, known)}")
    key = operator, variable
    having = [(population, units) for population, units in found if network.populations[population].structure.has(key)]
    if not having:
        raise unknown_variable(network.populations[found[0][0]].structure, operator, variable, path)
    return [_selection(network, population, key, units) for population, units in having]


def _pairs_with_operators(network: Network) -> Iterator[tuple[str, str]]:
    """Yield the ends of some edges that have operators, one of each population of edges."""
    for item in network.connections.sets:
        if item.population is not None:
            number = item.declared if isinstance(item.declared, int) else int(item.declared[0])
            yield network.flat.links.index.pair(number)


def _selection(network: Network, number: int, key: VariableKey, units: list[int]) -> Selection:
    import numpy as np

    population = network.populations[number]
    size = population.size
    whole = size is None or (len(units) == size and units == list(range(size)))
    chosen = None if whole else np.array(units, dtype=np.intp)
    return Selection(number, *key, chosen, size or 0, population.units, population.edges)


def _located(network: Network, leaf: str, unit: int | None) -> tuple[int, Sequence[int]]:
    """Return population and indices of a node, or of one or all units of a population."""
    location = network.locations[leaf]
    if isinstance(location, UnitLocation):
        if unit is not None:
            raise UnknownNameError(f"'{leaf}[{unit}]' names a unit, but '{leaf}' is a single node.")
        return location.population, [location.index or 0]
    number, count = location
    if unit is None:
        return number, range(count)
    if unit >= count:
        raise UnknownNameError(f"'{leaf}[{unit}]' names unit {unit}, but the units of '{leaf}' are 0 to {count - 1}.")
    return number, [unit]


def _first_paths(network: Network) -> list[str]:
    """Return the paths of some variables, among which a malformed path may have a likeness."""
    return list(islice(_paths(network), MOST_SEARCHED))


def _paths(network: Network) -> Iterator[str]:
    """Yield the paths of all variables of all leaves."""
    for leaf, location in network.locations.items():
        number = location.population if isinstance(location, UnitLocation) else location[0]
        for operator in network.populations[number].structure.operators:
            yield from (f"{leaf}/{operator.name}/{name}" for name in operator.variables)
