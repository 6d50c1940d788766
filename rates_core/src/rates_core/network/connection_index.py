"""From the path of an edge's attribute to the connections of a network that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import define, field

from rates_core.errors import UnknownNameError
from rates_core.network.connection_set import ConnectionSet
from rates_core.network.named_connections import ChosenConnections, NamedConnections
from rates_core.paths import EdgePath, without_unit
from rates_core.templates.current import missing_edge
from rates_core.templates.edge_values import EdgeValues

if TYPE_CHECKING:
    import numpy as np

FEW = 64  # edges that are looked up one by one
MOST_REMEMBERED = 4096  # connections of a path that is not looked for again
MOST_PATHS = 1024  # of which that is so


@define(eq=False, slots=False)
class ConnectionIndex:
    """The connections of a network by the edges and connectivities that they are part of.

    Attributes:
        values: of the edges and connectivities that the network was made from.
        sets: its connections.
    """

    values: EdgeValues
    sets: Sequence[ConnectionSet]
    _known: dict[EdgePath, NamedConnections] = field(init=False, factory=dict)

    def find(self, asked: EdgePath) -> NamedConnections:
        """Return the connections that a path names; a sweep asks for the same few at every point.

        Raises:
            UnknownNameError: there is no such edge, and the closest one is named; or a sparse matrix holds none of
                these connections.
        """
        known = self._known.get(asked)
        if known is not None:
            return known
        found = self._find(asked)
        if found.total <= MOST_REMEMBERED and len(self._known) < MOST_PATHS:
            self._known[asked] = found
        return found

    def _find(self, asked: EdgePath) -> NamedConnections:
        declared = self.values.index
        numbers = declared.find(asked.source, asked.target, asked.index)
        if not len(numbers):
            raise UnknownNameError(missing_edge(declared, asked.source, asked.target, asked.index))
        narrow = declared.parts(numbers, asked.source, asked.target)
        units = without_unit(asked.source)[1], without_unit(asked.target)[1]
        found: dict[int, list[np.ndarray | None]] = {}
        for by_source, by_target in ((False, False), (True, False), (False, True), (True, True)):
            alike = numbers[(narrow[0] == by_source) & (narrow[1] == by_target)]
            for place, chosen in self._connections(alike) if len(alike) else ():
                source, target = (
                    unit if named else None for unit, named in zip(units, (by_source, by_target), strict=True)
                )
                found.setdefault(place, []).append(self.sets[place].between(chosen, source, target))
        parts = [ChosenConnections(self.sets[place], _merged(chosen)) for place, chosen in sorted(found.items())]
        named = NamedConnections(self.values, numbers, units, narrow, [part for part in parts if part.count])
        if not named.total:
            raise UnknownNameError(f"There is no connection {asked.source}->{asked.target}.")
        return named

    def _connections(self, numbers: np.ndarray) -> Iterator[tuple[int, np.ndarray | None]]:
        """Yield the sets that some edges are part of, and which of their connections; None for all."""
        for number in self._alone(numbers):
            yield from ((place, None) for place in self._sets_of[number])
        declared, place, position = self._sorted
        if len(numbers) <= FEW:
            starts, ends = declared.searchsorted(numbers), declared.searchsorted(numbers, "right")
            chosen = _ranges(starts, ends)
        else:
            import numpy as np

            wanted = np.zeros(len(self.values.index), dtype=bool)
            wanted[numbers] = True
            chosen = np.flatnonzero(wanted[declared])
        yield from _by_set(place[chosen], position[chosen])

    def _alone(self, numbers: np.ndarray) -> list[int]:
        """Return those of some edges that have sets for themselves."""
        if len(numbers) <= FEW:
            return [number for number in numbers.tolist() if number in self._sets_of]
        wanted = set(numbers.tolist())
        return [number for number in self._sets_of if number in wanted]

    @cached_property
    def _sets_of(self) -> Mapping[int, list[int]]:
        """Map the number of an edge or connectivity to the sets that hold nothing else."""
        found: dict[int, list[int]] = {}
        for place, item in enumerate(self.sets):
            if isinstance(item.declared, int):
                found.setdefault(item.declared, []).append(place)
        return found

    @cached_property
    def _sorted(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return all other connections, sorted by edge: the edge, the set, the position in the set."""
        import numpy as np

        empty = np.zeros(0, dtype=np.intp)
        mixed = [(place, item.declared) for place, item in enumerate(self.sets) if not isinstance(item.declared, int)]
        declared = np.concatenate([empty, *(numbers for _, numbers in mixed)])
        places = np.repeat([place for place, _ in mixed] or empty, [len(numbers) for _, numbers in mixed] or empty)
        positions = np.concatenate([empty, *(np.arange(len(numbers)) for _, numbers in mixed)])
        order = declared.argsort(kind="stable")
        return declared[order], places[order], positions[order]


def _ranges(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return all whole numbers of some ranges."""
    import numpy as np

    return np.concatenate([np.arange(first, last) for first, last in zip(starts.tolist(), ends.tolist(), strict=True)])


def _by_set(places: np.ndarray, positions: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield each set and the positions in it."""
    import numpy as np

    for place in np.unique(places).tolist():
        yield place, positions[places == place]


def _merged(chosen: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """Return connections of one set that were found in several ways, which name different ones."""
    import numpy as np

    if any(part is None for part in chosen):
        return None
    return np.sort(np.concatenate([part for part in chosen if part is not None]))
