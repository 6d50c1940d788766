"""All edges of a circuit as columns, so that edges of matrices need no object each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from attrs import define, field, frozen

from rates_core.network.network import EdgeName
from rates_core.paths import EDGE_ATTRIBUTES, has_wildcard, names_end

if TYPE_CHECKING:
    import numpy as np

    from rates_core.templates.edge import Edge
    from rates_core.templates.edges import EdgeMatrix
    from rates_core.templates.node import EdgeTemplate

Mapped = dict[str, Any]


@define(eq=False, slots=False)
class EdgeTable:
    """Edges in their order; each column is an array with one entry per edge.

    Attributes:
        ends: the distinct paths of variables at which edges begin or end.
        source: place of each edge's source among `ends`.
        target: likewise.
        weight: real or complex.
        delay: 0 where there is none.
        spread: 0 where there is none.
        template: place of each edge's template among `templates`; -1 where there is none.
        mapping: place of what the variables of each edge's template are, among `mappings`.
    """

    ends: Sequence[str]
    source: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    delay: np.ndarray
    spread: np.ndarray
    template: np.ndarray
    mapping: np.ndarray
    templates: Sequence[EdgeTemplate]
    mappings: list[Mapped]

    def __len__(self) -> int:
        return len(self.source)

    @cached_property
    def number(self) -> np.ndarray:
        """Return the number of each edge among those of its source and target."""
        import numpy as np

        pair = self.source * len(self.ends) + self.target
        order = np.argsort(pair, kind="stable")
        ordered = pair[order]
        starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(order) else order
        numbers = np.empty(len(order), dtype=np.intp)
        lengths = np.diff(np.append(starts, len(order)))
        numbers[order] = np.arange(len(order)) - np.repeat(starts, lengths)
        return numbers

    def places(self, source: str, target: str, index: int | None, count: int) -> np.ndarray:
        """Return those of the first `count` edges whose ends match two paths; of one number if `index` is given."""
        import numpy as np

        chosen = np.isin(self.source, self._matching(source)) & np.isin(self.target, self._matching(target))
        chosen[count:] = False
        if index is not None:
            chosen &= self.number == index
        return np.flatnonzero(chosen)

    def _matching(self, pattern: str) -> list[int]:
        if not has_wildcard(pattern.split("/")):
            place = self._place_of.get(pattern)
            return [] if place is None else [place]
        return [place for place, path in enumerate(self.ends) if names_end(pattern, path)]

    @cached_property
    def _place_of(self) -> dict[str, int]:
        return {path: place for place, path in enumerate(self.ends)}

    def set(self, places: np.ndarray, name: str, value: Any) -> None:
        """Change an attribute, or a variable `op/var` of the template, of some edges."""
        import numpy as np

        if name in EDGE_ATTRIBUTES:
            column = getattr(self, name)
            number = 0.0 if value is None else value
            if isinstance(number, complex) and column.dtype.kind != "c":
                column = column.astype(complex)
                setattr(self, name, column)
            column[places] = number
            return
        known: dict[int, int] = {}
        for place in places.tolist():
            old = int(self.mapping[place])
            if old not in known:
                known[old] = len(self.mappings)
                self.mappings.append({**self.mappings[old], name: value})
            self.mapping[place] = np.intp(known[old])

    def names(self, places: np.ndarray) -> EdgeNames:
        """Return the names of some edges."""
        return EdgeNames(self, places)


@frozen(eq=False)
class EdgeNames(Sequence[EdgeName]):
    """Names of edges, made when they are asked for."""

    table: EdgeTable
    places: np.ndarray

    def __len__(self) -> int:
        return len(self.places)

    def chosen(self, places: np.ndarray) -> EdgeNames:
        """Return some of the names."""
        return EdgeNames(self.table, self.places[places])

    @overload
    def __getitem__(self, index: int) -> EdgeName: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[EdgeName, ...]: ...
    def __getitem__(self, index: int | slice) -> EdgeName | tuple[EdgeName, ...]:
        if isinstance(index, slice):
            return tuple(EdgeNames(self.table, self.places[index]))
        place = self.places[index]
        ends = self.table.ends
        return ends[self.table.source[place]], ends[self.table.target[place]], int(self.table.number[place])

    def __iter__(self) -> Iterator[EdgeName]:
        table, places = self.table, self.places
        columns = table.source[places].tolist(), table.target[places].tolist(), table.number[places].tolist()
        for source, target, number in zip(*columns, strict=True):
            yield table.ends[source], table.ends[target], number


@define(eq=False)
class EdgeCollector:
    """Edges in the making of a table."""

    _ends: dict[str, int] = field(factory=dict)
    _templates: dict[EdgeTemplate, int] = field(factory=dict)
    _mappings: list[Mapped] = field(factory=list)
    _chunks: list[tuple[Any, ...]] = field(factory=list)

    @property
    def count(self) -> int:
        """Return the number of edges so far."""
        return sum(len(chunk[0]) for chunk in self._chunks)

    def add(self, edges: Sequence[Edge], prefix: str) -> None:
        """Add edges that were given one by one."""
        rows = [
            (
                self._end(prefix + edge.source),
                self._end(prefix + edge.target),
                edge.weight,
                edge.delay or 0.0,
                edge.spread or 0.0,
                self._template(edge.template),
                -1 if edge.template is None else self._mapping(edge.mapping, prefix),
            )
            for edge in edges
        ]
        if rows:
            self._chunks.append(tuple(zip(*rows, strict=True)))

    def add_matrix(self, matrix: EdgeMatrix, prefix: str) -> None:
        """Add the edges of a matrix."""
        import numpy as np

        weights, count = matrix.weights, len(matrix)
        sources, targets = (
            np.array([self._end(f"{prefix}{node}/{variable}") for node in nodes], dtype=np.intp)
            for nodes, variable in ((matrix.source_nodes, matrix.source_var), (matrix.target_nodes, matrix.target_var))
        )
        times = [
            np.broadcast_to(np.asarray(0.0 if value is None else value, dtype=float), (count,))
            for value in (matrix.delays, matrix.spread)
        ]
        template = np.full(count, self._template(matrix.template), dtype=np.intp)
        number = -1 if matrix.template is None else self._mapping(matrix.mapping, prefix)
        columns = sources[weights.columns], targets[weights.rows]
        self._chunks.append((*columns, weights.values.values, *times, template, np.full(count, number, dtype=np.intp)))

    def table(self) -> EdgeTable:
        """Return the table of all edges."""
        import numpy as np

        def column(place: int, kind: Any = None) -> np.ndarray:
            parts = [np.asarray(chunk[place], dtype=kind) for chunk in self._chunks]
            return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)

        return EdgeTable(
            ends=tuple(self._ends),
            source=column(0, np.intp),
            target=column(1, np.intp),
            weight=column(2),
            delay=column(3, float),
            spread=column(4, float),
            template=column(5, np.intp),
            mapping=column(6, np.intp),
            templates=tuple(self._templates),
            mappings=self._mappings,
        )

    def _end(self, path: str) -> int:
        return self._ends.setdefault(path, len(self._ends))

    def _template(self, template: EdgeTemplate | None) -> int:
        return -1 if template is None else self._templates.setdefault(template, len(self._templates))

    def _mapping(self, mapping: Mapping[str, Any], prefix: str) -> int:
        self._mappings.append(with_prefix(mapping, prefix))
        return len(self._mappings) - 1


def with_prefix(mapping: Mapping[str, Any], prefix: str) -> Mapped:
    """Return what variables of an edge's template are, with full paths and plain values."""
    from rates_core.network.leaves import plain

    return {
        variable: prefix + value if isinstance(value, str) and value != "source" else plain(value)
        for variable, value in mapping.items()
    }
