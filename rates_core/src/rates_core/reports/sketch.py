"""What a picture of a circuit shows: few vertices, and at most one arrow from one to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, frozen

from rates_core.network.addresses import find
from rates_core.network.leaves import FlatCircuit, Leaf, flatten
from rates_core.templates.connection_values import ConnectionValues
from rates_core.templates.sparse import SparseMatrix

if TYPE_CHECKING:
    import numpy as np

    from rates_core.templates.circuit import CircuitTemplate

DRAWN = 30  # nodes and populations that are drawn one by one; more are drawn by their node templates


@frozen
class Arrow:
    """All projections from one vertex to another.

    Attributes:
        count: how many they are.
        total: the sum of their weights, of complex ones of their real parts.
        weight: their weight if all have the same, else None.
        is_delayed: whether one of them has a delay.
    """

    source: str
    target: str
    count: int
    total: float
    weight: float | None
    is_delayed: bool


@frozen
class Sketch:
    """Labels of the vertices by their names, and arrows between them."""

    vertices: Mapping[str, str]
    arrows: tuple[Arrow, ...]


def sketch(circuit: CircuitTemplate) -> Sketch:
    """Return what is drawn of a circuit.

    Raises:
        UnknownNameError: a path of the circuit names what does not exist.
    """
    flat = flatten(circuit)
    names = {leaf.path: _vertex(leaf, len(flat.leaves)) for leaf in flat.leaves.values()}
    found: dict[tuple[str, str], _Sum] = {}
    for source, target, part in (*_edges(flat, names), *_connections(flat, names)):
        known = found.get((source, target))
        found[source, target] = part if known is None else known.plus(part)
    arrows = (Arrow(*ends, total.count, total.weight, total.one, total.is_delayed) for ends, total in found.items())
    return Sketch(_labels(flat, names), tuple(arrows))


def _vertex(leaf: Leaf, number: int) -> str:
    return leaf.path if number <= DRAWN else leaf.node.name


def _labels(flat: FlatCircuit, names: Mapping[str, str]) -> dict[str, str]:
    """Return the label of each vertex: its name, its template if that is another, and how many units it has."""
    units: dict[str, int] = {}
    templates: dict[str, str] = {}
    for path, leaf in flat.leaves.items():
        units[names[path]] = units.get(names[path], 0) + leaf.unit_count
        templates[names[path]] = leaf.node.name
    return {
        name: "\n".join(dict.fromkeys([name, templates[name], *([f"{count} units"] if count > 1 else [])]))
        for name, count in units.items()
    }


@define
class _Sum:
    """Weights of several projections, summed."""

    count: int
    weight: float
    least: float
    largest: float
    is_delayed: bool

    @property
    def one(self) -> float | None:
        """Return the weight that all have, if it is the same."""
        return self.least if self.least == self.largest else None

    def plus(self, other: _Sum) -> _Sum:
        """Return the sum with other projections."""
        return _Sum(
            self.count + other.count,
            self.weight + other.weight,
            min(self.least, other.least),
            max(self.largest, other.largest),
            self.is_delayed or other.is_delayed,
        )


def _sum(weights: Any, repeated: int, delays: Any) -> _Sum:
    import numpy as np

    values = np.real(np.ravel(weights))
    extent = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    return _Sum(values.size * repeated, float(values.sum()) * repeated, *extent, bool(np.any(delays)))


def _edges(flat: FlatCircuit, names: Mapping[str, str]) -> Iterator[tuple[str, str, _Sum]]:
    import numpy as np

    table = flat.edges
    if not len(table):
        return
    vertices = list(dict.fromkeys(names.values()))
    numbers = {name: number for number, name in enumerate(vertices)}
    vertex = np.array([numbers[names[find(flat, path).leaf.path]] for path in table.ends], dtype=np.intp)
    pairs = vertex[table.source] * len(vertices) + vertex[table.target]
    order = np.argsort(pairs, kind="stable")
    found, starts = np.unique(pairs[order], return_index=True)
    for pair, chosen in zip(found.tolist(), np.split(order, starts[1:]), strict=True):
        ends = vertices[pair // len(vertices)], vertices[pair % len(vertices)]
        yield *ends, _sum(table.weight[chosen], 1, table.delay[chosen])


def _connections(flat: FlatCircuit, names: Mapping[str, str]) -> Iterator[tuple[str, str, _Sum]]:
    for item in flat.connections:
        source, target = find(flat, item.source), find(flat, item.target)
        pairs = source.leaf.unit_count * target.leaf.unit_count if not hasattr(item.weights, "shape") else 1
        part = _sum(_existing(item), pairs, 0.0 if item.delays is None else item.delays)
        yield names[source.leaf.path], names[target.leaf.path], part


def _existing(connection: ConnectionValues) -> np.ndarray | Any:
    weights = connection.weights
    if isinstance(weights, SparseMatrix):
        return weights.values.values
    return weights[weights != 0] if hasattr(weights, "shape") else weights
