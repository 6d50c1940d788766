"""From paths, with wildcards or not, to the units of a network that they name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from attrs import frozen

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean
from rates_core.network.addresses import split_unit
from rates_core.network.network import Network, UnitLocation
from rates_core.paths import EDGE_ATTRIBUTES, EdgePath, matches, split_variable
from rates_core.templates.queries import listed

if TYPE_CHECKING:
    import numpy as np

MOST_SEARCHED = 1000  # names among which the closest one is looked for


@frozen(eq=False)
class Selection:
    """Units of one population whose variable a path names.

    Attributes:
        units: indices within the population; None for all of them.
        names: paths of the named units, in match order.
        length: number of units of the population, 0 for a single unit.
    """

    population: int
    operator: str
    variable: str
    units: np.ndarray | None
    names: tuple[str, ...]
    length: int

    @property
    def count(self) -> int:
        """Return the number of named units."""
        return len(self.names)


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


def _resolved(network: Network, path: str) -> list[Selection]:
    if "->" in str(path):
        return _edge_selections(network, path)
    try:
        node, operator, variable = split_variable(path)
    except ArgumentError as error:
        raise ArgumentError(f"{error}{did_you_mean(str(path), _first_paths(network))}") from None
    matched = list(_matching(network, node))
    if not matched:
        known = list(network.locations)
        hint = did_you_mean(node, known[:MOST_SEARCHED])
        raise UnknownNameError(f"Unknown node '{node}' in path '{path}'.{hint} {listed('nodes', known)}")
    runs: list[tuple[int, list[int], list[str]]] = []
    for population, units, names in matched:
        if runs and runs[-1][0] == population:
            runs[-1][1].extend(units)
            runs[-1][2].extend(names)
        else:
            runs.append((population, list(units), list(names)))
    having = [run for run in runs if _has(network, run[0], operator, variable)] if len(runs) > 1 else []
    return [_selection(network, path, run, operator, variable) for run in having or runs]


def _edge_selections(network: Network, path: str) -> list[Selection]:
    """Return the edges whose variable a path `source->target[k]/op/var` names."""
    try:
        asked = EdgePath.parse(path)
    except ArgumentError as error:
        raise ArgumentError(f"{error}{did_you_mean(path, _edge_attributes(network))}") from None
    operator, _, variable = asked.attribute.rpartition("/")
    if not operator:
        raise ArgumentError(f"'{path}' is a constant of an edge and no variable. get_var() returns its value.")
    found = []
    for number, population in enumerate(network.populations):
        units = enumerate(population.units if population.edges else ())
        named = [(index, name) for index, name in units if _is_asked(asked, name)]
        if named:
            run = (number, [index for index, _ in named], [name for _, name in named])
            found.append(_selection(network, path, run, operator, variable))
    if not found:
        pair = f"{asked.source}->{asked.target}"
        known = [name.rpartition("[")[0] for population in network.populations if population.edges for name in
                 islice(population.units, MOST_SEARCHED)]  # fmt: skip
        raise UnknownNameError(f"No edge {pair} has operators, which '{path}' asks for.{did_you_mean(pair, known)}")
    return found


def _is_asked(asked: EdgePath, name: str) -> bool:
    """Tell whether an edge `source->target[k]` is among those that a path means."""
    source, _, rest = name.partition("->")
    target, _, number = rest.rpartition("[")
    if asked.index is not None and f"{asked.index}]" != number:
        return False
    ends = (asked.source, source), (asked.target, target)
    return all(pattern == path or matches(pattern.split("/"), path.split("/")) for pattern, path in ends)


def _edge_attributes(network: Network) -> list[str]:
    """Return the paths of attributes of some edges, among which a malformed one may have a likeness."""
    edges = (f"{edge[0]}->{edge[1]}" for item in network.projections for edge in item.edges or ())
    return [f"{edge}/{name}" for edge in dict.fromkeys(islice(edges, MOST_SEARCHED)) for name in EDGE_ATTRIBUTES]


def _has(network: Network, population: int, operator: str, variable: str) -> bool:
    """Tell whether the units of a population have a variable, so that a wildcard matches them."""
    operators = network.populations[population].structure.operators
    return any(template.name == operator and variable in template.variables for template in operators)


def _selection(
    network: Network, path: str, run: tuple[int, list[int], list[str]], operator: str, variable: str
) -> Selection:
    import numpy as np

    number, units, names = run
    population = network.populations[number]
    structure = population.structure
    operators = {template.name: template for template in structure.operators}
    if operator not in operators:
        raise UnknownNameError(
            f"Unknown operator '{operator}' in path '{path}'.{did_you_mean(operator, operators)} "
            f"{listed('operators', operators)}"
        )
    variables = operators[operator].variables
    if variable not in variables:
        raise UnknownNameError(
            f"Unknown variable '{variable}' in path '{path}'.{did_you_mean(variable, variables)} "
            f"{listed('variables', variables)}"
        )
    whole = population.size is None or units == list(range(population.size))
    chosen = None if whole else np.array(units, dtype=np.intp)
    return Selection(number, operator, variable, chosen, tuple(names), population.size or 0)


def _matching(network: Network, node: str) -> Iterator[tuple[int, range | list[int], list[str]]]:
    label, unit = split_unit(node)
    locations = network.locations
    if node in locations or label in locations:
        yield _located(network, node if node in locations else label, None if node in locations else unit)
        return
    pattern = label.split("/")
    if "all" in pattern:
        for leaf, location in locations.items():
            has_unit = unit is None or (not isinstance(location, UnitLocation) and unit < location[1])
            if has_unit and matches(pattern, leaf.split("/")):
                yield _located(network, leaf, unit)


def _located(network: Network, leaf: str, unit: int | None) -> tuple[int, range | list[int], list[str]]:
    location = network.locations[leaf]
    if isinstance(location, UnitLocation):
        if unit is not None:
            raise UnknownNameError(f"'{leaf}[{unit}]' names a unit, but '{leaf}' is a single node.")
        return location.population, [location.index or 0], [leaf]
    number, count = location
    if unit is None:
        return number, range(count), [f"{leaf}[{index}]" for index in range(count)]
    if unit >= count:
        raise UnknownNameError(f"'{leaf}[{unit}]' names unit {unit}, but the units of '{leaf}' are 0 to {count - 1}.")
    return number, [unit], [f"{leaf}[{unit}]"]


def _first_paths(network: Network) -> list[str]:
    """Return the paths of some variables, among which a malformed path may have a likeness."""
    return list(islice(_paths(network), MOST_SEARCHED))


def _paths(network: Network) -> Iterator[str]:
    """Yield the paths of all variables of all leaves."""
    for leaf, location in network.locations.items():
        number = location.population if isinstance(location, UnitLocation) else location[0]
        for operator in network.populations[number].structure.operators:
            yield from (f"{leaf}/{operator.name}/{name}" for name in operator.variables)
