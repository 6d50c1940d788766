"""Edges of a circuit as columns, so that edges of matrices need no object each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from rates_core.paths import EDGE_ATTRIBUTES
from rates_core.templates.edge_index import EdgeIndex
from rates_core.templates.edges import EdgeMatrix
from rates_core.templates.levels import levels
from rates_core.templates.value import plain

if TYPE_CHECKING:
    import numpy as np

    from rates_core.templates.circuit import CircuitTemplate
    from rates_core.templates.edge import Edge
    from rates_core.templates.node import EdgeTemplate

Mapped = dict[str, Any]
Place = int | slice


@frozen(eq=False)
class UnitValue:
    """A value that was set for some of the units that an edge or a connectivity joins.

    Attributes:
        source: the unit; None for all.
        target: likewise.
        name: an attribute, or a variable `op/var` of the template.
    """

    source: int | None
    target: int | None
    name: str
    value: Any

    @property
    def place(self) -> tuple[Place, Place]:
        """Return where these units stand in a matrix `[target, source]`."""
        return place_of(self.source, self.target)


def place_of(source: int | None, target: int | None) -> tuple[Place, Place]:
    """Return where units stand in a matrix `[target, source]`; None is all of them."""
    return (slice(None) if target is None else target), (slice(None) if source is None else source)


@define(eq=False, slots=False)
class EdgeTable:
    """Edges in the order of their numbers; each column is an array with one entry per edge.

    Attributes:
        index: the ends of the edges.
        numbers: which edges they are; None for all of the index.
        weight: real or complex.
        delay: 0 where there is none.
        spread: 0 where there is none.
        template: place of each edge's template among `templates`; -1 where there is none.
        mapping: place of what the variables of each edge's template are, among `mappings`.
        units: by number of an edge, the values that some of the units that it joins have of their own.
    """

    index: EdgeIndex
    numbers: np.ndarray | None
    weight: np.ndarray
    delay: np.ndarray
    spread: np.ndarray
    template: np.ndarray
    mapping: np.ndarray
    templates: Sequence[EdgeTemplate]
    mappings: list[Mapped]
    units: dict[int, list[UnitValue]] = field(factory=dict)

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def ends(self) -> Sequence[str]:
        """Return the distinct paths of variables at which edges begin or end."""
        return self.index.ends

    @property
    def source(self) -> np.ndarray:
        """Return the place of each edge's source among the ends, of a table of all edges."""
        return self.index.source[: self.index.edges]

    @property
    def target(self) -> np.ndarray:
        """Return the place of each edge's target among the ends, of a table of all edges."""
        return self.index.target[: self.index.edges]

    def set(self, numbers: np.ndarray, name: str, value: Any) -> None:
        """Change an attribute, or a variable `op/var` of the template, of some edges."""
        rows = self.rows(numbers)
        if self.units:
            for number in numbers.tolist():
                if number in self.units:
                    self.units[number] = [item for item in self.units[number] if item.name != name]
        if name in EDGE_ATTRIBUTES:
            self._set_column(rows, name, 0.0 if value is None else value)
            return
        known: dict[int, int] = {}
        for row in rows.tolist():
            self.mapping[row] = changed_mapping(self.mappings, int(self.mapping[row]), name, value, known)

    def set_units(self, number: int, value: UnitValue) -> None:
        """Change a value for some of the units that an edge joins."""
        self.units.setdefault(number, []).append(value)

    def rows(self, numbers: np.ndarray) -> np.ndarray:
        """Return where edges stand in the columns; those that are not in the table are left out."""
        if self.numbers is None:
            return numbers
        rows = self.numbers.searchsorted(numbers)
        rows[rows == len(self.numbers)] = 0
        return rows[self.numbers[rows] == numbers] if len(self.numbers) else rows[:0]

    def _set_column(self, rows: np.ndarray, name: str, value: Any) -> None:
        column = getattr(self, name)
        if isinstance(value, complex) and column.dtype.kind != "c":
            column = column.astype(complex)
            setattr(self, name, column)
        column[rows] = value


def changed_mapping(mappings: list[Mapped], old: int, name: str, value: Any, known: dict[int, int]) -> int:
    """Return the place of a mapping that differs from another one in one variable; `known` ones are used again."""
    if old not in known:
        known[old] = len(mappings)
        mappings.append({**mappings[old], name: value})
    return known[old]


def edge_table(circuit: CircuitTemplate, numbers: np.ndarray | None = None) -> EdgeTable:
    """Return what the edges of a circuit are, before anything was recorded on them.

    Args:
        circuit: whose edges they are.
        numbers: of those that are wanted, in order; None for all.
    """
    collector = _Collector()
    first = 0
    for prefix, level in levels(circuit):
        parts: list[tuple[Edge, ...] | EdgeMatrix] = [level.edges.single, *level.edges.matrices]
        for part in parts:
            chosen = None if numbers is None else _inside(numbers, first, len(part))
            first += len(part)
            if not (len(part) if chosen is None else len(chosen)):
                continue
            if isinstance(part, tuple):
                collector.add(part, prefix, chosen)
            else:
                collector.add_matrix(part, prefix, chosen)
    return collector.table(circuit.edge_index, numbers)


def _inside(numbers: np.ndarray, first: int, count: int) -> np.ndarray:
    """Return the places of some edges among `count` of which the first has the number `first`."""
    return numbers[numbers.searchsorted(first) : numbers.searchsorted(first + count)] - first


@define(eq=False)
class _Collector:
    """Columns in the making."""

    _templates: dict[EdgeTemplate, int] = field(factory=dict)
    _mappings: list[Mapped] = field(factory=list)
    _chunks: list[tuple[Any, ...]] = field(factory=list)

    def add(self, edges: Sequence[Edge], prefix: str, chosen: np.ndarray | None) -> None:
        """Add edges that were given one by one."""
        wanted = edges if chosen is None else [edges[place] for place in chosen.tolist()]
        self._chunks.append(
            (
                [edge.weight for edge in wanted],
                [edge.delay or 0.0 for edge in wanted],
                [edge.spread or 0.0 for edge in wanted],
                *self._operators(wanted, prefix),
            )
        )

    def add_matrix(self, matrix: EdgeMatrix, prefix: str, chosen: np.ndarray | None) -> None:
        """Add the edges of a matrix."""
        import numpy as np

        count = len(matrix)
        times = [
            np.broadcast_to(np.asarray(0.0 if value is None else value, dtype=float), (count,))
            for value in (matrix.delays, matrix.spread)
        ]
        template = np.full(count, self._template(matrix.template), dtype=np.intp)
        place = -1 if matrix.template is None else self._mapping(matrix.mapping, prefix)
        mapping = np.full(count, place, dtype=np.intp)
        columns = (matrix.weights.values.values, *times, template, mapping)
        self._chunks.append(columns if chosen is None else tuple(column[chosen] for column in columns))

    def table(self, index: EdgeIndex, numbers: np.ndarray | None) -> EdgeTable:
        """Return the table of all edges that were added."""
        import numpy as np

        def column(place: int, kind: Any = None) -> np.ndarray:
            parts = [np.asarray(chunk[place], dtype=kind) for chunk in self._chunks]
            return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)

        columns = (column(0), column(1, float), column(2, float), column(3, np.intp), column(4, np.intp))
        return EdgeTable(index, numbers, *columns, tuple(self._templates), self._mappings)

    def _operators(self, edges: Sequence[Edge], prefix: str) -> tuple[list[int], list[int]]:
        """Return templates and mappings of edges."""
        if all(edge.template is None for edge in edges):
            return [-1] * len(edges), [-1] * len(edges)
        templates = [self._template(edge.template) for edge in edges]
        return templates, [-1 if edge.template is None else self._mapping(edge.mapping, prefix) for edge in edges]

    def _template(self, template: EdgeTemplate | None) -> int:
        return -1 if template is None else self._templates.setdefault(template, len(self._templates))

    def _mapping(self, mapping: Mapping[str, Any], prefix: str) -> int:
        self._mappings.append(with_prefix(mapping, prefix))
        return len(self._mappings) - 1


def with_prefix(mapping: Mapping[str, Any], prefix: str) -> Mapped:
    """Return what variables of an edge's template are, with full paths and plain values."""
    return {
        variable: prefix + value if isinstance(value, str) and value != "source" else plain(value)
        for variable, value in mapping.items()
    }
