"""Edges and connectivities of a circuit with what was recorded on them; models and questions read the same values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import define

from rates_core.errors import UnknownNameError
from rates_core.paths import EDGE_ATTRIBUTES, join_unit
from rates_core.templates.connection_values import ConnectionValues
from rates_core.templates.edge import Edge
from rates_core.templates.edge_index import EdgeIndex, Reach
from rates_core.templates.edge_table import EdgeTable, UnitValue, edge_table, place_of, with_prefix
from rates_core.templates.levels import levels
from rates_core.templates.overrides import Overrides
from rates_core.templates.sparse import SparseMatrix
from rates_core.templates.value import plain

if TYPE_CHECKING:
    import numpy as np

    from rates_core.templates.circuit import CircuitTemplate
    from rates_core.templates.node import EdgeTemplate


@define(eq=False)
class EdgeValues:
    """Values of some or all edges and connectivities of a circuit.

    Attributes:
        index: their ends.
        table: the edges.
        connections: the connectivities by number, in order.
    """

    index: EdgeIndex
    table: EdgeTable
    connections: dict[int, ConnectionValues]

    def record(self, prefix: str, overrides: Overrides, reach: Reach) -> None:
        """Apply what was recorded on one circuit, in the order of recording.

        Args:
            prefix: what stands before its paths.
            overrides: what was recorded.
            reach: which edges and connectivities it reaches: its own and those before, not those around it.

        Raises:
            UnknownNameError: a pair of paths names nothing.
        """
        for source, target, index, attributes in overrides.edge_vars:
            ends = prefix + source, prefix + target
            found = self.index.find(*ends, index, reach)
            if not len(found):
                raise UnknownNameError(self.index.missing(*ends, index))
            self.set(found, *ends, with_prefix(attributes, prefix))

    def set(self, found: np.ndarray, source: str, target: str, attributes: Mapping[str, Any]) -> None:
        """Change attributes of some edges and connectivities, as far as two paths name them."""
        narrow_source, narrow_target = self.index.parts(found, source, target)
        whole = found[~(narrow_source | narrow_target)]
        edges = whole[whole < self.index.edges]
        for name, value in attributes.items():
            if len(edges):
                self.table.set(self._having(edges, name), name, value)
            for number in whole[whole >= self.index.edges].tolist():
                if number in self.connections and has_attribute(self.connections[number].template, name):
                    self.connections[number].set(name, value)
        for number, *units in self.index.units(found, source, target) if len(whole) < len(found) else ():
            if units != [None, None]:
                for name, value in attributes.items():
                    self._set_units(number, UnitValue(units[0], units[1], name, value))

    def value(self, number: int, name: str, source: int | None = None, target: int | None = None) -> Any:
        """Return an attribute or a variable of an edge or connectivity: one number, or an array `[target, source]`.

        Args:
            number: which one it is.
            name: the attribute, or a variable `op/var` of its template.
            source: the unit whose connections are meant, None for all.
            target: likewise.
        """
        if number in self.connections:
            return self.connections[number].value(name, source, target)
        own = [item for item in self.table.units.get(number, ()) if item.name == name]
        value = self._edge_value(number, name)
        if not own:
            return value
        return _with_units(self, number, value, own, source, target)

    def count(self, number: int, source: int | None = None, target: int | None = None) -> int:
        """Return how many connections an edge or connectivity has, between all or some units."""
        if number in self.connections and isinstance(self.connections[number].weights, SparseMatrix):
            return int(self.connections[number].entries(source, target).sum())
        ends = ((source, self.index.source), (target, self.index.target))
        by_source, by_target = (1 if unit is not None else self.index.size(column[number]) for unit, column in ends)
        return by_source * by_target

    def template(self, number: int) -> EdgeTemplate | None:
        """Return the template of an edge or connectivity."""
        if number in self.connections:
            return self.connections[number].template
        place = int(self.table.template[self._row(number)])
        return None if place < 0 else self.table.templates[place]

    def edges(self) -> Iterator[Edge]:
        """Yield the edges as objects; one that joins units with values of their own is an edge for each pair."""
        table = self.table
        numbers = range(len(table)) if table.numbers is None else table.numbers.tolist()
        for row, number in enumerate(numbers):
            if table.units.get(number):
                yield from self._unit_edges(row, number)
            else:
                yield self._edge(row, *table.index.pair(number), {})

    def edge_kinds(self) -> Iterator[Edge]:
        """Yield one edge of each kind: edges that agree in template and forms of delay take the same values."""
        import numpy as np

        table = self.table
        kinds = (table.template + 1) * 4 + (table.delay > 0) * 2 + (table.spread > 0)
        numbers = np.arange(len(table)) if table.numbers is None else table.numbers
        for row in np.unique(kinds, return_index=True)[1].tolist():
            yield self._edge(row, *table.index.pair(numbers[row]), {})

    def _set_units(self, number: int, value: UnitValue) -> None:
        import numpy as np

        if number >= self.index.edges:
            if number in self.connections and has_attribute(self.connections[number].template, value.name):
                self.connections[number].set_units(value)
        elif len(self._having(np.array([number]), value.name)):
            self.table.set_units(number, value)

    def _having(self, edges: np.ndarray, name: str) -> np.ndarray:
        """Return those of some edges that have an attribute or a variable."""
        import numpy as np

        if name in EDGE_ATTRIBUTES:
            return edges
        table = self.table
        edges = edges if table.numbers is None else edges[np.isin(edges, table.numbers)]
        having = np.array([*(has_attribute(template, name) for template in table.templates), False])
        chosen: np.ndarray = edges[having[table.template[table.rows(edges)]]]
        return chosen

    def _row(self, number: int) -> int:
        import numpy as np

        return int(self.table.rows(np.array([number]))[0])

    def _edge_value(self, number: int, name: str) -> Any:
        table, row = self.table, self._row(number)
        if name == "weight":
            return _plain_weight(table, row)
        if name in ("delay", "spread"):
            return getattr(table, name)[row].item() or None
        found = None if table.mapping[row] < 0 else table.mappings[table.mapping[row]].get(name)
        return plain(table.templates[table.template[row]].value(*name.split("/"))) if found is None else found

    def _edge(self, row: int, source: str, target: str, own: Mapping[str, Any]) -> Edge:
        table = self.table
        template = None if table.template[row] < 0 else table.templates[table.template[row]]
        mapping = {} if template is None else dict(table.mappings[table.mapping[row]])
        values = {"weight": _plain_weight(table, row)}
        values |= {name: getattr(table, name)[row].item() for name in ("delay", "spread")}
        for name, value in own.items():
            (values if name in values else mapping)[name] = value
        weight, delay, spread = values.values()
        return Edge(source, target, template, weight, delay or None, spread or None, mapping)

    def _unit_edges(self, row: int, number: int) -> Iterator[Edge]:
        """Yield an edge for each pair of units that an edge joins, target by target."""
        index = self.index
        ends = index.target[number], index.source[number]
        targets, sources = (_unit_paths(index.ends[end], index.size(end)) for end in ends)
        for i, target in enumerate(targets):
            for j, source in enumerate(sources):
                own = {
                    item.name: item.value
                    for item in self.table.units[number]
                    if item.source in (None, j) and item.target in (None, i)
                }
                yield self._edge(row, source, target, own)


def edge_values(circuit: CircuitTemplate, chosen: np.ndarray | None = None, recorded: bool = True) -> EdgeValues:
    """Return what edges and connectivities of a circuit are.

    Args:
        circuit: whose they are.
        chosen: numbers of those that are wanted; None for all.
        recorded: whether they are with what was recorded on them, or as they were declared.

    Raises:
        UnknownNameError: a recorded value is for what does not exist.
    """
    import numpy as np

    index = circuit.edge_index
    numbers = None if chosen is None else np.sort(chosen[chosen < index.edges])
    values = EdgeValues(index, edge_table(circuit, numbers), {})
    wanted = None if chosen is None else set(chosen[chosen >= index.edges].tolist())
    reaches: list[tuple[str, Overrides, Reach]] = []
    count, number = 0, index.edges
    for prefix, level in levels(circuit):
        count += len(level.edges)
        for connectivity in level.connections:
            if wanted is None or number in wanted:
                values.connections[number] = ConnectionValues.of(connectivity, prefix, index, number)
            number += 1
        reaches.append((prefix, level.overrides, (count, number - index.edges)))
    for reach in reaches if recorded else ():
        values.record(*reach)
    return values


def has_attribute(template: EdgeTemplate | None, name: str) -> bool:
    """Tell whether edges of a template have an attribute or a variable."""
    return name in EDGE_ATTRIBUTES or (template is not None and name in template.variable_paths)


def _plain_weight(table: EdgeTable, row: int) -> float | complex:
    weight: float | complex = table.weight[row].item()
    return weight.real if isinstance(weight, complex) and not weight.imag else weight


def _unit_paths(path: str, count: int) -> list[str]:
    """Return the paths of a variable of each unit of a population, or of the one unit that it names."""
    if count == 1:
        return [path]
    node, operator, variable = path.rsplit("/", 2)
    return [f"{join_unit(node, unit)}/{operator}/{variable}" for unit in range(count)]


def _with_units(
    values: EdgeValues, number: int, value: Any, own: list[UnitValue], source: int | None, target: int | None
) -> Any:
    """Return a matrix of what the units that an edge joins have, or the part of it that is asked for."""
    import numpy as np

    index = values.index
    shape = index.size(index.target[number]), index.size(index.source[number])
    matrix = np.full(shape, value or 0.0, dtype=np.result_type(float, value or 0.0, *(item.value for item in own)))
    for item in own:
        matrix[item.place] = item.value
    part = matrix[place_of(source, target)]
    return part if part.shape else part.item()
