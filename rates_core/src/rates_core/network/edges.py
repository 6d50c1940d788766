"""Turn separate edges into projections: those between the same variables of populations become one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rates_core.network.addresses import Address
from rates_core.network.edge_populations import EdgeOperators, add_edge_population
from rates_core.network.edge_table import EdgeTable
from rates_core.network.network import VariableReference
from rates_core.network.weights import Uniform
from rates_core.network.wiring import Connections, Wiring, delay_kinds, uniform

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
        units = [wiring.units(address) for address in addresses]
        references: dict[VariableReference, int] = {}
        found = [references.setdefault(wiring.reference(address), len(references)) for address in addresses]
        reference = np.array(found, dtype=np.intp)
        first = np.array([item.start for item in units], dtype=np.intp)
        count = np.array([len(item) for item in units], dtype=np.intp)
        self.references = list(references)
        self.source, self.target = reference[table.source], reference[table.target]
        self.columns, self.rows = first[table.source], first[table.target]
        self.width, self.height = count[table.source], count[table.target]
        self.operators = [EdgeOperators.of(wiring, template) for template in table.templates]
        self.uniform = (self.width > 1) & (self.height > 1) & (table.template < 0)

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

        table = self.table
        single = np.array([self.wiring.single(reference) for reference in self.references], dtype=bool)
        alone = np.array([*(operators.structure.has_axis for operators in self.operators), False], dtype=bool)
        apart = (single[self.source] & single[self.target]) | alone[table.template] | self.uniform
        kinds = delay_kinds(table.delay, table.spread, self._name)
        keys = self.source
        for column in (self.target, kinds, table.template + 1, self._mapped()):
            keys = keys * (int(column.max()) + 1) + column
        return np.asarray(np.where(apart, -1 - np.arange(len(table)), keys))

    def _name(self, place: int) -> str:
        ends = self.table.ends
        return f"Edge {ends[self.table.source[place]]}->{ends[self.table.target[place]]}"

    def _mapped(self) -> np.ndarray:
        """Return a number that is equal for edges whose variables are mapped alike."""
        import numpy as np

        table = self.table
        found, first = np.unique(table.mapping, return_index=True)
        numbers = np.zeros(len(table.mappings) + 1, dtype=np.intp)
        known: dict[Any, int] = {}
        for number, place in zip(found.tolist(), first.tolist(), strict=True):
            if number >= 0:
                operators = self.operators[table.template[place]]
                alike = operators.signature(self.wiring, table.mappings[number])
                numbers[number] = known.setdefault(alike, len(known))
        return np.asarray(numbers[table.mapping])

    def add(self, places: np.ndarray) -> None:
        """Add the projection of some edges, or their population with its projections."""
        import numpy as np

        place, table = int(places[0]), self.table
        source, target = self.references[self.source[place]], self.references[self.target[place]]
        if self.uniform[place]:
            times = uniform(table.delay[places]), uniform(table.spread[places])
            self.wiring.project(source, target, Uniform(table.weight[place].item()), *times, table.names(places))
            return
        places, rows, columns = self._expanded(places)
        connections = Connections(
            source, target, rows, columns, table.weight[places], table.delay[places], table.spread[places],
            table.names(places),
        )  # fmt: skip
        if table.template[place] < 0:
            self.wiring.connect(connections)
            return
        order = np.argsort(rows, kind="stable")
        mappings = [table.mappings[number] for number in table.mapping[places[order]].tolist()]
        add_edge_population(self.wiring, self.operators[table.template[place]], connections.chosen(order), mappings)

    def _expanded(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return edge, target unit and source unit of each connection: edges of whole populations are many."""
        import numpy as np

        width, height = self.width[places], self.height[places]
        rows, columns = self.rows[places], self.columns[places]
        counts = width * height
        if not (counts > 1).any():
            return places, rows, columns
        within = np.concatenate([np.arange(count) for count in counts])
        width, rows, columns = (np.repeat(column, counts) for column in (width, rows, columns))
        return np.repeat(places, counts), rows + within // width, columns + within % width
