"""What the path of an edge's attribute names in a network."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from attrs import frozen

from rates_core.network.connection_set import ConnectionSet
from rates_core.templates.edge_values import EdgeValues
from rates_core.templates.sparse import SparseMatrix

if TYPE_CHECKING:
    import numpy as np


@frozen(eq=False)
class ChosenConnections:
    """Those of one set that a path names; `chosen` is None for all of them."""

    set: ConnectionSet
    chosen: np.ndarray | None

    @property
    def count(self) -> int:
        """Return how many they are."""
        return self.set.count if self.chosen is None else len(self.chosen)

    @property
    def are_all(self) -> bool:
        """Tell whether no connection of the set is left out."""
        return self.count == self.set.count


@frozen(eq=False, slots=False)
class NamedConnections:
    """All connections that a path names, each with a slot in match order: edge by edge, target by target.

    A connection of weight 0 that a matrix was not stored with has a slot too, but stands in no set.

    Attributes:
        values: of the edges and connectivities that the network was made from.
        numbers: of those that are named, in order of declaration.
        units: the units of source and target that the path names, None for all.
        narrow: for each number whether it has more sources, and more targets, than are named.
        parts: the connections, set by set.
    """

    values: EdgeValues
    numbers: np.ndarray
    units: tuple[int | None, int | None]
    narrow: tuple[np.ndarray, np.ndarray]
    parts: list[ChosenConnections]

    @property
    def total(self) -> int:
        """Return the number of slots."""
        heights, widths = self._sizes
        return int((heights * widths).sum())

    @property
    def forms(self) -> set[tuple[int, ...]]:
        """Return the shapes that values of all connections may have."""
        if len(self.numbers) > 1:
            return {(self.total,)}
        (height,), (width,) = (sizes.tolist() for sizes in self._sizes)
        return {(self.total,)} if self._is_sparse(self.numbers[0]) else {(self.total,), (height, width)}

    @property
    def are_stored(self) -> bool:
        """Tell whether all slots are connections of a set; those of edges always are."""
        if self.numbers.max() < self.values.index.edges:
            return True
        return sum(part.count for part in self.parts) == self.total

    def slots(self, part: ChosenConnections) -> np.ndarray:
        """Return the slot of each connection of a part."""
        import numpy as np

        heights, widths = self._sizes
        first = np.concatenate(([0], np.cumsum(heights * widths)))
        declared, (rows, columns) = part.set.parts_of(part.chosen), part.set.ends(part.chosen)
        order = self.numbers.argsort()
        rank = order[self.numbers[order].searchsorted(declared)]
        width = widths[rank]
        slots = np.where(heights[rank] > 1, rows, 0) * width + np.where(width > 1, columns, 0)
        for number in np.unique(declared[declared >= self.values.index.edges]).tolist():
            if self._is_sparse(number):
                own = np.flatnonzero(declared == number)
                slots[own] = self._entries(number, rows[own], columns[own])
        return np.asarray(first[rank] + slots)

    def is_one_number(self, number: int, attribute: str) -> bool:
        """Tell whether all connections of an edge or connectivity have an attribute from one number."""
        if number in self.values.connections:
            return not hasattr(self.values.value(number, attribute), "shape")
        return all(item.name != attribute for item in self.values.table.units.get(number, ()))

    @cached_property
    def _sizes(self) -> tuple[np.ndarray, np.ndarray]:
        """Return how many targets and sources of each number are named; sparse ones have entries and one column."""
        import numpy as np

        index = self.values.index
        sizes = [np.where(narrow, 1, index.sizes(column[self.numbers])) for narrow, column in
                 zip(self.narrow, (index.source, index.target), strict=True)]  # fmt: skip
        widths, heights = sizes
        for place in np.flatnonzero(self.numbers >= index.edges).tolist():
            number = int(self.numbers[place])
            if self._is_sparse(number):
                heights[place], widths[place] = self.values.count(number, *self._units(place)), 1
        return heights, widths

    def _units(self, place: int) -> tuple[int | None, int | None]:
        source, target = (unit if named[place] else None for unit, named in zip(self.units, self.narrow, strict=True))
        return source, target

    def _is_sparse(self, number: int) -> bool:
        return number in self.values.connections and isinstance(self.values.connections[number].weights, SparseMatrix)

    def _entries(self, number: int, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Return which of the named entries of a sparse matrix connections are; ends count from their first units."""
        import numpy as np

        connection = self.values.connections[number]
        matrix = connection.weights
        place = int(np.flatnonzero(self.numbers == number)[0])
        named = np.flatnonzero(connection.entries(*self._units(place)))
        height, width = matrix.shape
        keys = matrix.rows[named] * width + matrix.columns[named]
        order = keys.argsort()
        asked = (rows if height > 1 else 0) * width + (columns if width > 1 else 0)
        return np.asarray(order[keys[order].searchsorted(asked)])
