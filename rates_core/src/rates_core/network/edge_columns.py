"""Edges as columns, with the units that each joins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import define

from rates_core.paths import EDGE_ATTRIBUTES
from rates_core.templates.edge_table import EdgeTable, Mapped, UnitValue, changed_mapping

if TYPE_CHECKING:
    import numpy as np


@define(eq=False)
class EdgeColumns:
    """Edges, one entry each; those whose units have values of their own have one entry for each pair of units.

    Attributes:
        declared: number of the edge.
        rows: first target unit.
        columns: first source unit.
        height: number of target units.
        width: number of source units.
        weight: as in the table, like all that follow.
    """

    declared: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    height: np.ndarray
    width: np.ndarray
    weight: np.ndarray
    delay: np.ndarray
    spread: np.ndarray
    template: np.ndarray
    mapping: np.ndarray
    mappings: list[Mapped]

    @classmethod
    def of(cls, table: EdgeTable, units: Sequence[range]) -> EdgeColumns:
        """Return the edges of a table.

        Args:
            table: the edges.
            units: the indices of the units that each end of the table names, within their population.
        """
        import numpy as np

        first = np.array([item.start for item in units], dtype=np.intp)
        count = np.array([len(item) for item in units], dtype=np.intp)
        edges = cls(
            np.arange(len(table)), first[table.target], first[table.source], count[table.target], count[table.source],
            table.weight, table.delay, table.spread, table.template, table.mapping, table.mappings,
        )  # fmt: skip
        own = {number: values for number, values in table.units.items() if values}
        if not own:
            return edges
        edges = edges._divided(np.isin(edges.declared, list(own)))
        for number, values in own.items():
            for value in values:
                edges._set(number, value)
        return edges

    def __len__(self) -> int:
        return len(self.declared)

    def connections(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return edge, target unit and source unit of each connection: edges of whole populations are many."""
        import numpy as np

        width, height = self.width[places], self.height[places]
        rows, columns = self.rows[places], self.columns[places]
        counts = width * height
        if not (counts > 1).any():
            return places, rows, columns
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        width, rows, columns = (np.repeat(column, counts) for column in (width, rows, columns))
        return np.repeat(places, counts), rows + within // width, columns + within % width

    def _divided(self, chosen: np.ndarray) -> EdgeColumns:
        """Return the edges with one entry for each pair of units of the chosen ones, which may be changed."""
        import numpy as np

        parts = np.flatnonzero(chosen)
        others = np.flatnonzero(~chosen)
        places, rows, columns = self.connections(parts)
        order = np.concatenate([others, places]).argsort(kind="stable")
        places = np.concatenate([others, places])[order]
        single = np.isin(places, parts)
        return EdgeColumns(
            self.declared[places],
            np.concatenate([self.rows[others], rows])[order],
            np.concatenate([self.columns[others], columns])[order],
            np.where(single, 1, self.height[places]),
            np.where(single, 1, self.width[places]),
            self.weight[places],
            self.delay[places],
            self.spread[places],
            self.template[places],
            self.mapping[places],
            list(self.mappings),
        )

    def _set(self, number: int, value: UnitValue) -> None:
        """Change a value of the connections between some units."""
        import numpy as np

        chosen = self.declared == number
        for unit, column in ((value.source, self.columns), (value.target, self.rows)):
            if unit is not None:
                chosen &= column == unit
        if value.name not in EDGE_ATTRIBUTES:
            known: dict[int, int] = {}
            for place in np.flatnonzero(chosen).tolist():
                old = int(self.mapping[place])
                self.mapping[place] = changed_mapping(self.mappings, old, value.name, value.value, known)
            return
        column = getattr(self, value.name)
        number_of = 0.0 if value.value is None else value.value
        if isinstance(number_of, complex) and column.dtype.kind != "c":
            column = column.astype(complex)
            setattr(self, value.name, column)
        column[chosen] = number_of
