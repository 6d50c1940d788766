"""Which edges and connectivities of a circuit a pair of paths names, found in columns of whole numbers.

They are told apart by numbers: first all edges, then all connectivities. A pair of paths names those that were declared
with these paths, or with ones that `all` stands for; a unit of a population also names its part of those that were
declared for the whole population. `[k]` picks the k-th of those that are named between the same two ends, in order of
declaration: inner circuits first, in each circuit its edges, then its connectivities.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from attrs import define, field

from rates_core.errors import ArgumentError, did_you_mean
from rates_core.paths import EDGE_ATTRIBUTES, EdgePath, has_wildcard, matches, split_variable, without_unit
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edges import EdgeMatrix, Edges
from rates_core.templates.levels import levels

if TYPE_CHECKING:
    import numpy as np

    from rates_core.templates.circuit import CircuitTemplate

MOST_SEARCHED = 1000  # pairs among which the closest one is looked for
FEW = 16  # pairs of ends that are looked up one by one

Reach = tuple[int, int]  # how many edges and how many connectivities there are, counted from the innermost circuits


@define(eq=False, slots=False)
class EdgeIndex:
    """The ends of all edges and connectivities of a circuit.

    Attributes:
        circuit: whose they are.
        ends: the distinct paths of variables at which they begin or end.
        source: place of each one's source among `ends`.
        target: likewise.
        edges: how many of them are edges; connectivities come after those.
        order: place of each in the order of declaration; None if they stand in this order.
    """

    circuit: CircuitTemplate
    ends: Sequence[str]
    source: np.ndarray
    target: np.ndarray
    edges: int
    order: np.ndarray | None = None
    _matched: dict[str, list[str]] = field(factory=dict)

    def __len__(self) -> int:
        return len(self.source)

    def find(self, source: str, target: str, index: int | None = None, reach: Reach | None = None) -> np.ndarray:
        """Return the numbers of those that a pair of paths names, in order of declaration.

        Args:
            source: path of a variable: of a node, a population or a unit, with wildcards or not.
            target: likewise.
            index: which of those between the same variables; None for all.
            reach: those that there are for a circuit inside of this one.
        """
        found = self.between(self.meeting(source), self.meeting(target))
        if reach is not None:
            found = found[found < self.edges + reach[1]]
            found = found[(found < reach[0]) | (found >= self.edges)]
        if self.order is not None:
            found = found[self.order[found].argsort(kind="stable")]
        if index is None or not len(found):
            return found
        sources, targets = self._ends(self.source[found], source), self._ends(self.target[found], target)
        named: np.ndarray = found[_running_counts(sources * len(self.ends) + targets) == index]
        return named

    def meeting(self, pattern: str) -> list[int]:
        """Return the ends that a path names: as it is written, by a wildcard, or as a unit that is part of them."""
        base, unit = without_unit(pattern)
        if unit is not None:
            return [place for known in self._bases_like(base) for place in self._with_unit(known, unit)]
        if has_wildcard(base.split("/")):
            return self.inside(pattern)
        return list(self._places.get(base, {}).get(None, ()))

    def inside(self, pattern: str) -> list[int]:
        """Return the ends that are matched by a path or are units of such."""
        units = [self._places[base] for base in self._bases_like(pattern)]
        return [place for known in units for places in known.values() for place in places]

    def between(self, sources: Sequence[int], targets: Sequence[int]) -> np.ndarray:
        """Return the numbers of those that lead from some ends to others, in order."""
        import numpy as np

        if len(sources) * len(targets) > FEW:
            chosen = [np.zeros(len(self.ends), dtype=bool) for _ in range(2)]
            for mask, places in zip(chosen, (sources, targets), strict=True):
                mask[places] = True
            return np.flatnonzero(chosen[0][self.source] & chosen[1][self.target])
        keys, numbers = self._sorted_pairs
        slices = []
        for source in sources:
            for target in targets:
                key = source * len(self.ends) + target
                first = keys.searchsorted(key)
                if first < len(keys) and keys[first] == key:
                    slices.append(numbers[first : keys.searchsorted(key, "right")])
        if len(slices) == 1:
            return slices[0]
        return np.sort(np.concatenate(slices)) if slices else np.zeros(0, dtype=np.intp)

    def parts(self, found: np.ndarray, source: str, target: str) -> tuple[np.ndarray, np.ndarray]:
        """Tell for each of some edges and connectivities whether a path names one unit of its source, of its target."""
        import numpy as np

        by_source, by_target = (
            np.zeros(len(found), dtype=bool) if without_unit(path)[1] is None else self.sizes(column[found]) > 1
            for path, column in ((source, self.source), (target, self.target))
        )
        return by_source, by_target

    def units(self, found: np.ndarray, source: str, target: str) -> Iterator[tuple[int, int | None, int | None]]:
        """Yield some edges and connectivities, and the units of source and target that a path names of several."""
        narrow = (named.tolist() for named in self.parts(found, source, target))
        units = without_unit(source)[1], without_unit(target)[1]
        for number, *named in zip(found.tolist(), *narrow, strict=True):
            by_source, by_target = (unit if is_named else None for unit, is_named in zip(units, named, strict=True))
            yield number, by_source, by_target

    def size(self, end: int) -> int:
        """Return how many units an end names: one, or all of its population."""
        return 1 if self._units[end] is not None else self._population_size(end) or 1

    def sizes(self, ends: np.ndarray) -> np.ndarray:
        """Return how many units each of many ends names."""
        import numpy as np

        distinct, inverse = np.unique(ends, return_inverse=True)
        return np.array([self.size(end) for end in distinct.tolist()], dtype=np.intp)[inverse]

    def pair(self, number: int) -> tuple[str, str]:
        """Return the paths of source and target, as they were declared."""
        return self.ends[self.source[number]], self.ends[self.target[number]]

    def count(self, number: int, source: str, target: str) -> int:
        """Return the index that one has among those between two nodes, populations or units that it joins."""
        return int((self.find(source, target) == number).argmax())

    def missing(self, source: str, target: str, index: int | None) -> str:
        """Say that a pair of paths names nothing, and which pair is closest."""
        asked = f"{source}->{target}"
        if index is not None and len(self.find(source, target)):
            return f"There is no edge {asked}[{index}]; edges between the same variables are counted from 0."
        return f"There is no edge {asked}.{did_you_mean(asked, self._some_pairs())}"

    def asked(self, path: str) -> EdgePath:
        """Read the path of an edge parameter.

        Raises:
            ArgumentError: it has not the form of one; the closest one is named.
        """
        try:
            return EdgePath.parse(path)
        except ArgumentError as error:
            known = [f"{pair}/{name}" for pair in self._some_pairs() for name in EDGE_ATTRIBUTES]
            raise ArgumentError(f"{error}{did_you_mean(path, known)}") from None

    def _some_pairs(self) -> list[str]:
        """Return pairs of ends, among which a wrong one may have a likeness."""
        pairs = (f"{self.ends[first]}->{self.ends[last]}" for first, last in zip(self.source, self.target, strict=True))
        return list(dict.fromkeys(islice(pairs, MOST_SEARCHED)))

    def _bases_like(self, pattern: str) -> list[str]:
        if not has_wildcard(pattern.split("/")):
            return [pattern] if pattern in self._places else []
        if pattern not in self._matched:
            segments = pattern.split("/")
            self._matched[pattern] = [base for base in self._places if matches(segments, base.split("/"))]
        return self._matched[pattern]

    def _with_unit(self, base: str, unit: int) -> Iterator[int]:
        """Yield the ends that one unit of a population is or is part of."""
        places = self._places[base]
        yield from (end for end in places.get(None, ()) if unit < (self._population_size(end) or 0))
        yield from places.get(unit, ())

    def _ends(self, ends: np.ndarray, pattern: str) -> np.ndarray:
        """Return ends as a path names them: for one unit, a population and its unit are the same."""
        return ends if without_unit(pattern)[1] is None else self._bases[ends]

    @cached_property
    def _sorted_pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Return a number for each pair of ends, sorted, and who has it."""
        pairs = self.source * len(self.ends) + self.target
        numbers = pairs.argsort(kind="stable")
        return pairs[numbers], numbers

    @cached_property
    def _places(self) -> dict[str, dict[int | None, list[int]]]:
        """Map paths without units to ends by unit."""
        found: dict[str, dict[int | None, list[int]]] = {}
        for place, path in enumerate(self.ends):
            base, unit = without_unit(path)
            found.setdefault(base, {}).setdefault(unit, []).append(place)
        return found

    @cached_property
    def _units(self) -> list[int | None]:
        """Return the unit that each end names, if it names one."""
        return [without_unit(path)[1] for path in self.ends]

    @cached_property
    def _bases(self) -> np.ndarray:
        """Return a number for each end that is the same for all units of a population."""
        import numpy as np

        bases = np.empty(len(self.ends), dtype=np.intp)
        for number, places in enumerate(self._places.values()):
            for ends in places.values():
                bases[ends] = number
        return bases

    def _population_size(self, end: int) -> int | None:
        """Return the number of units of the population in which an end lies; None for a node."""
        node = split_variable(without_unit(self.ends[end])[0])[0]
        circuit: CircuitTemplate | None = self.circuit
        *outer, label = node.split("/")
        for name in outer:
            circuit = None if circuit is None else circuit.circuits.get(name)
        population = None if circuit is None else circuit.populations.get(label)
        return None if population is None else population.n


def edge_index(circuit: CircuitTemplate, added: Edges | None = None, joined: Iterable[Connectivity] = ()) -> EdgeIndex:
    """Return the index of a circuit.

    Args:
        circuit: whose edges and connectivities are numbered.
        added: edges that it is to get beside its own.
        joined: connectivities that it is to get.
    """
    ends: dict[str, int] = {}
    edges: list[tuple[np.ndarray, np.ndarray]] = []
    connections: list[tuple[int, int]] = []
    places: list[int] = []  # how many edges are declared before each connectivity
    count = 0
    for prefix, level in levels(circuit):
        own, others = level.edges, tuple(level.connections)
        if level is circuit and added is not None:
            own, others = Edges(own.single + added.single, own.matrices + added.matrices), (*others, *joined)
        for columns in _columns(own, prefix, ends):
            edges.append(columns)
            count += len(columns[0])
        for item in others:
            connections.append((_end(ends, prefix + item.source), _end(ends, prefix + item.target)))
            places.append(count)
    return _assembled(circuit, ends, edges, connections, places)


def _assembled(
    circuit: CircuitTemplate,
    ends: dict[str, int],
    edges: list[tuple[np.ndarray, np.ndarray]],
    connections: list[tuple[int, int]],
    places: list[int],
) -> EdgeIndex:
    import numpy as np

    pairs = np.array(connections, dtype=np.intp).reshape(-1, 2)
    source, target = (
        np.concatenate([*(columns[side] for columns in edges), pairs[:, side]]).astype(np.intp, copy=False)
        for side in range(2)
    )
    count = len(source) - len(pairs)
    order = None
    if places and places[0] < count:
        after = np.array(places, dtype=np.intp)
        own = np.arange(count)
        order = np.concatenate([own + after.searchsorted(own, "right"), after + np.arange(len(after))])
    return EdgeIndex(circuit, tuple(ends), source, target, count, order)


def _columns(edges: Edges, prefix: str, ends: dict[str, int]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield sources and targets of single edges and of those of each matrix."""
    import numpy as np

    if edges.single:
        yield tuple(  # type: ignore[misc]
            np.array([_end(ends, prefix + path) for path in paths], dtype=np.intp)
            for paths in ([edge.source for edge in edges.single], [edge.target for edge in edges.single])
        )
    for matrix in edges.matrices:
        yield _matrix_columns(matrix, prefix, ends)


def _matrix_columns(matrix: EdgeMatrix, prefix: str, ends: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    sources, targets = (
        np.array([_end(ends, f"{prefix}{node}/{variable}") for node in nodes], dtype=np.intp)
        for nodes, variable in ((matrix.source_nodes, matrix.source_var), (matrix.target_nodes, matrix.target_var))
    )
    return sources[matrix.weights.columns], targets[matrix.weights.rows]


def _end(ends: dict[str, int], path: str) -> int:
    return ends.setdefault(path, len(ends))


def _running_counts(keys: np.ndarray) -> np.ndarray:
    """Return for each key how many equal ones come before it."""
    import numpy as np

    order = keys.argsort(kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(order) else order
    counts = np.empty(len(order), dtype=np.intp)
    counts[order] = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    return counts
