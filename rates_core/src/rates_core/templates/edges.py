"""The edges of a circuit: single ones, and those of matrices between named nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Any, overload

from attrs import field, frozen

from rates_core.errors import TemplateError
from rates_core.templates.array import Array
from rates_core.templates.connectivity import connection_times
from rates_core.templates.counting import counted
from rates_core.templates.edge import Edge, Mapped, edge_template, mapped_variables
from rates_core.templates.exact import exact
from rates_core.templates.forms import items
from rates_core.templates.mapping import FrozenMapping
from rates_core.templates.node import EdgeTemplate
from rates_core.templates.sparse import SparseMatrix


def _labels(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


@frozen(cache_hash=True)
class EdgeMatrix:
    """Edges between named nodes, one for each entry of a sparse matrix; no object exists per edge.

    Attributes:
        source_var: `op/var` of every source.
        target_var: `op/var` of every target.
        source_nodes: paths of the source nodes, the columns of the matrix.
        target_nodes: paths of the target nodes, its rows.
        weights: the matrix `[target, source]`; an entry that exists is an edge.
        template: equations of the edges, or None.
        delays: one number or one per edge, in the order of the entries.
        spread: likewise, standard deviations of the delays' gamma kernels.
        mapping: what variables `op/var` of the template are.

    Raises:
        TemplateError: the matrix does not fit the nodes, or a time is negative.
    """

    source_var: str
    target_var: str
    source_nodes: tuple[str, ...] = field(converter=_labels)
    target_nodes: tuple[str, ...] = field(converter=_labels)
    weights: SparseMatrix
    template: EdgeTemplate | None = field(default=None, converter=edge_template)
    delays: float | Array | None = field(default=None, eq=exact)
    spread: float | Array | None = field(default=None, eq=exact)
    mapping: Mapping[str, Mapped] = field(factory=FrozenMapping)

    def __attrs_post_init__(self) -> None:
        for axis, side, nodes in ((0, "target", self.target_nodes), (1, "source", self.source_nodes)):
            if self.weights.shape[axis] != len(nodes):
                raise TemplateError(
                    f"weight has {counted(self.weights.shape[axis], ('row', 'column')[axis])} for "
                    f"{counted(len(nodes), f'{side} node')}; its axes are [target, source]."
                )
        object.__setattr__(self, "delays", connection_times(self.delays, "delay", self.weights))
        object.__setattr__(self, "spread", connection_times(self.spread, "spread", self.weights))
        object.__setattr__(self, "mapping", mapped_variables(self.mapping, self.template))

    def __len__(self) -> int:
        return self.weights.values.size

    def __iter__(self) -> Iterator[Edge]:
        matrix = self.weights
        rows, columns, weights = matrix.rows.tolist(), matrix.columns.tolist(), matrix.values.tolist()
        times = zip(self._per_edge(self.delays), self._per_edge(self.spread), strict=True)
        sources = [f"{node}/{self.source_var}" for node in self.source_nodes]
        targets = [f"{node}/{self.target_var}" for node in self.target_nodes]
        for row, column, weight, (delay, spread) in zip(rows, columns, weights, times, strict=True):
            yield Edge(sources[column], targets[row], self.template, weight, delay, spread, self.mapping)

    def between(self, source: str, target: str) -> list[Edge]:
        """Return the edges from one variable to another."""
        matrix = self.weights
        columns, rows = self._columns.get(source, ()), self._rows.get(target, ())
        return [
            self._edge(entry)
            for row in rows
            for entry in range(matrix.pointers[row], matrix.pointers[row + 1])
            if int(matrix.columns[entry]) in columns
        ]

    @cached_property
    def _columns(self) -> Mapping[str, list[int]]:
        return _places(self.source_nodes, self.source_var)

    @cached_property
    def _rows(self) -> Mapping[str, list[int]]:
        return _places(self.target_nodes, self.target_var)

    def _edge(self, entry: int) -> Edge:
        row, column = int(self.weights.rows[entry]), int(self.weights.columns[entry])
        return Edge(
            f"{self.source_nodes[column]}/{self.source_var}",
            f"{self.target_nodes[row]}/{self.target_var}",
            self.template,
            self.weights.values.values[entry].item(),
            self.delays.values[entry].item() if isinstance(self.delays, Array) else self.delays,
            self.spread.values[entry].item() if isinstance(self.spread, Array) else self.spread,
            self.mapping,
        )

    def _per_edge(self, times: float | Array | None) -> list[Any]:
        return times.tolist() if isinstance(times, Array) else [times] * len(self)


def _places(nodes: Sequence[str], variable: str) -> Mapping[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, node in enumerate(nodes):
        places.setdefault(f"{node}/{variable}", []).append(place)
    return places


@frozen(eq=False)
class Edges(Sequence[Edge]):
    """The sequence of a circuit's edges, compared edge by edge; edges of matrices are made when asked for.

    Attributes:
        single: edges that were given one by one.
        matrices: edges that were given as matrices; they come after the single ones.
    """

    single: tuple[Edge, ...] = ()
    matrices: tuple[EdgeMatrix, ...] = ()

    def __len__(self) -> int:
        return len(self.single) + sum(map(len, self.matrices))

    def __iter__(self) -> Iterator[Edge]:
        return chain(self.single, *self.matrices)

    @overload
    def __getitem__(self, index: int) -> Edge: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Edge, ...]: ...
    def __getitem__(self, index: int | slice) -> Edge | tuple[Edge, ...]:
        if isinstance(index, slice):
            return tuple(self)[index]
        place = range(len(self))[index]
        return next(islice(iter(self), place, None))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Edges):
            return NotImplemented
        if self.single == other.single and self.matrices == other.matrices:
            return True
        return len(self) == len(other) and all(own == others for own, others in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(len(self))

    def __repr__(self) -> str:
        return f"<{len(self)} edges>"

    def between(self, source: str, target: str) -> list[Edge]:
        """Return the edges from one variable to another, in their order."""
        found = list(self._single_by_ends.get((source, target), ()))
        for matrix in self.matrices:
            found.extend(matrix.between(source, target))
        return found

    @cached_property
    def _single_by_ends(self) -> Mapping[tuple[str, str], list[Edge]]:
        found: dict[tuple[str, str], list[Edge]] = {}
        for edge in self.single:
            found.setdefault((edge.source, edge.target), []).append(edge)
        return found


def parse_edges(given: Iterable[Any] | None) -> Edges:
    """Read edges in any of the forms of `Edge.parse`; matrices of edges may stand among them.

    Raises:
        TemplateError: an edge is malformed.
        UnknownNameError: an attribute of an edge has no such name.
    """
    if isinstance(given, Edges):
        return given
    single, matrices = [], []
    for item in items(given, "The edges of a circuit"):
        if isinstance(item, EdgeMatrix):
            matrices.append(item)
        else:
            single.append(Edge.parse(item))
    return Edges(tuple(single), tuple(matrices))
