"""Connections that are computed together, and which edges and connectivities they are part of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    import numpy as np


@frozen(eq=False)
class ConnectionSet:
    """The connections that one projection carries, or that are the units of one population of edges.

    Attributes:
        declared: number of the edge or connectivity that each is part of; one number if it is the same for all.
        shape: numbers of the units that the set joins: targets, sources.
        weight: the projection that has their weights.
        times: the projections that have their delays and spreads.
        rows: target unit of each; None if they are all pairs of units, target by target.
        columns: source unit of each; None likewise.
        dense: whether their weights stand in a matrix, else in order.
        population: of which they are the units, if they have operators.
    """

    declared: np.ndarray | int
    shape: tuple[int, int]
    weight: int
    times: tuple[int, ...]
    rows: np.ndarray | None = None
    columns: np.ndarray | None = None
    dense: bool = False
    population: int | None = None

    @property
    def count(self) -> int:
        """Return the number of connections."""
        return self.shape[0] * self.shape[1] if self.rows is None else len(self.rows)

    def ends(self, chosen: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Return target and source unit of some connections, None for all."""
        import numpy as np

        if self.rows is None or self.columns is None:
            places = np.arange(self.count) if chosen is None else chosen
            rows, columns = np.divmod(places, self.shape[1])
            return rows, columns
        return (self.rows, self.columns) if chosen is None else (self.rows[chosen], self.columns[chosen])

    def parts_of(self, chosen: np.ndarray | None) -> np.ndarray:
        """Return the number of the edge or connectivity that each of some connections is part of."""
        import numpy as np

        if isinstance(self.declared, int):
            return np.full(self.count if chosen is None else len(chosen), self.declared)
        return self.declared if chosen is None else self.declared[chosen]

    def places(self, chosen: np.ndarray | None) -> np.ndarray | None:
        """Return where the weights of some connections stand among those of the projection; None if they are all."""
        if not self.dense:
            return chosen
        rows, columns = self.ends(chosen)
        places: np.ndarray = rows * self.shape[1] + columns
        return places

    def between(self, chosen: np.ndarray | None, source: int | None, target: int | None) -> np.ndarray | None:
        """Return those of some connections that join given units; None for all connections or all units."""
        import numpy as np

        if source is None and target is None:
            return chosen
        rows, columns = self.ends(chosen)
        fitting = np.ones(len(rows), dtype=bool)
        for unit, column in ((source, columns), (target, rows)):
            if unit is not None:
                fitting &= column == unit
        return np.flatnonzero(fitting) if chosen is None else chosen[fitting]
