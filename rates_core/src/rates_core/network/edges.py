"""Turn separate edges into projections: those between the same variables of populations become one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rates_core.network.addresses import Address
from rates_core.network.edge_columns import EdgeColumns
from rates_core.network.edge_populations import EdgeOperators, add_edge_population
from rates_core.network.network import VariableReference
from rates_core.network.weights import Uniform
from rates_core.network.wiring import Connections, Wiring, delay_kinds, uniform
from rates_core.templates.edge_table import EdgeTable

if TYPE_CHECKING:
    import numpy as np


def wire_edges(wiring: Wiring, table: EdgeTable, addresses: list[Address]) -> None:
    """Add the projections of all separate edges.

    Args:
        wiring: where they are added.
        table: the edges.
        addresses: what each end of the table names.
    """
    if len(table):
        edges = _Edges(wiring, table, addresses)
        for places in edges.groups():
            edges.add(places)


class _Edges:
    """Edges and what their ends are in the network."""

    def __init__(self, wiring: Wiring, table: EdgeTable, addresses: list[Address]) -> None:
        import numpy as np

        self.wiring, self.table = wiring, table
        references: dict[VariableReference, int] = {}
        found = [references.setdefault(wiring.reference(address), len(references)) for address in addresses]
        self.references = list(references)
        self.operators = [EdgeOperators.of(wiring, template) for template in table.templates]
        self.edges = EdgeColumns.of(table, [wiring.units(address) for address in addresses])
        reference = np.array(found, dtype=np.intp)
        self.source = reference[table.source[self.edges.declared]]
        self.target = reference[table.target[self.edges.declared]]
        apart = np.isin(self.edges.declared, [number for number, _ in wiring.apart.edges])
        self.uniform = (self.edges.width > 1) & (self.edges.height > 1) & (self.edges.template < 0) & ~apart

    def groups(self) -> list[np.ndarray]:
        """Return the edges that become one projection or population each, in the order of their first edges."""
        import numpy as np

        keys = self._keys()
        _, first, group = np.unique(keys, return_index=True, return_inverse=True)
        members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
        return [members[number] for number in np.argsort(first, kind="stable").tolist()]

    def _keys(self) -> np.ndarray:
        """Return a number for each edge; it is negative for those that stay apart from all others."""
        import numpy as np

        edges = self.edges
        single = np.array([self.wiring.single(reference) for reference in self.references], dtype=bool)
        alone = np.array([*(operators.structure.has_axis for operators in self.operators), False], dtype=bool)
        apart = (single[self.source] & single[self.target]) | alone[edges.template] | self.uniform
        keys = self.source
        for column in (self.target, self._kinds(), edges.template + 1, self._mapped()):
            keys = keys * (int(column.max()) + 1) + column
        return np.asarray(np.where(apart, -1 - np.arange(len(edges)), keys))

    def _kinds(self) -> np.ndarray:
        """Return a number for each edge's kind of delay."""
        import numpy as np

        edges = self.edges
        kinds = delay_kinds(edges.delay, edges.spread, self._name)
        return np.asarray(np.maximum(kinds, np.isin(edges.declared, self.wiring.apart.numbers("delay"))))

    def _name(self, place: int) -> str:
        source, target = self.table.index.pair(self.edges.declared[place])
        return f"Edge {source}->{target}"

    def _mapped(self) -> np.ndarray:
        """Return a number that is equal for edges whose variables are mapped alike."""
        import numpy as np

        edges = self.edges
        found, first = np.unique(edges.mapping, return_index=True)
        numbers = np.zeros(len(edges.mappings) + 1, dtype=np.intp)
        known: dict[Any, int] = {}
        for number, place in zip(found.tolist(), first.tolist(), strict=True):
            if number >= 0:
                operators = self.operators[edges.template[place]]
                alike = operators.signature(self.wiring, edges.mappings[number])
                numbers[number] = known.setdefault(alike, len(known))
        return np.asarray(numbers[edges.mapping])

    def add(self, places: np.ndarray) -> None:
        """Add the projection of some edges, or their population with its projections."""
        place, edges = int(places[0]), self.edges
        source, target = self.references[self.source[place]], self.references[self.target[place]]
        if self.uniform[place]:
            times = {"delay": uniform(edges.delay[places]), "spread": uniform(edges.spread[places])}
            weights = Uniform(edges.weight[place].item())
            self.wiring.join(int(edges.declared[place]), source, target, weights, **times)
            return
        places, rows, columns = edges.connections(places)
        connections = Connections(
            source, target, rows, columns, edges.weight[places], edges.delay[places], edges.spread[places],
            edges.declared[places],
        )  # fmt: skip
        if edges.template[place] < 0:
            self.wiring.connect(connections)
            return
        order = rows.argsort(kind="stable")
        mappings = [edges.mappings[number] for number in edges.mapping[places[order]].tolist()]
        add_edge_population(self.wiring, self.operators[edges.template[place]], connections.chosen(order), mappings)
