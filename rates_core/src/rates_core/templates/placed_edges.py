"""Edges and connections found by path, anywhere in a circuit, with what was recorded on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from rates_core.errors import ArgumentError
from rates_core.paths import EDGE_ATTRIBUTES, has_wildcard, join_path, matches
from rates_core.templates.array import Array
from rates_core.templates.connectivity import Connectivity, Matrix, to_matrix
from rates_core.templates.edge import Edge, Mapped, edge_variable
from rates_core.templates.sparse import SparseMatrix

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate

_CONNECTION_FIELDS = {"weight": "weights", "delay": "delays", "spread": "spread"}


@frozen(eq=False)
class PlacedEdge:
    """An edge of a circuit or of one of its sub-circuits.

    Attributes:
        prefix: path of the circuit that holds the edge; empty for the outermost.
        edge: the edge, with paths relative to that circuit.
        number: its number among the edges between the same variables.
    """

    prefix: str
    edge: Edge
    number: int

    @property
    def ends(self) -> tuple[str, str]:
        """Return the full paths of source and target."""
        return join_path(self.prefix, self.edge.source), join_path(self.prefix, self.edge.target)


def levels(circuit: CircuitTemplate, prefix: str = "") -> Iterator[tuple[str, CircuitTemplate]]:
    """Yield the circuit and all its sub-circuits with their paths, inner ones first."""
    for label, child in circuit.circuits.items():
        yield from levels(child, join_path(prefix, label))
    yield prefix, circuit


def all_edges(circuit: CircuitTemplate) -> Iterator[PlacedEdge]:
    """Yield the edges of the circuit and all its sub-circuits, inner ones first."""
    counts: dict[tuple[str, str], int] = {}
    for prefix, level in levels(circuit):
        for edge in level.edges:
            ends = join_path(prefix, edge.source), join_path(prefix, edge.target)
            counts[ends] = counts.get(ends, -1) + 1
            yield PlacedEdge(prefix, edge, counts[ends])


def edges_between(circuit: CircuitTemplate, source: str, target: str) -> list[PlacedEdge]:
    """Return the edges whose source and target variables match two paths."""
    if _is_pattern(source, target):
        return [placed for placed in all_edges(circuit) if _match((source, target), placed.ends)]
    found = [
        (prefix, edge)
        for prefix, level, *ends in _levels_of(circuit, source, target)
        for edge in level.edges.between(*ends)
    ]
    return [PlacedEdge(prefix, edge, number) for number, (prefix, edge) in enumerate(found)]


def connections_between(circuit: CircuitTemplate, source: str, target: str) -> list[Connectivity]:
    """Return the connections whose source and target match two paths; their own paths stay relative."""
    if _is_pattern(source, target):
        return [
            connection
            for prefix, level in levels(circuit)
            for connection in level.connections
            if _match((source, target), (join_path(prefix, connection.source), join_path(prefix, connection.target)))
        ]
    return [
        connection
        for _, level, *ends in _levels_of(circuit, source, target)
        for connection in level.connections
        if [connection.source, connection.target] == ends
    ]


def current_edges(circuit: CircuitTemplate, placed: Iterable[PlacedEdge]) -> list[Edge]:
    """Return edges with full paths and with the values that were recorded on them."""
    chosen = list(placed)
    edges = [_with_full_paths(item) for item in chosen]
    positions: dict[tuple[str, str], list[int]] = {}
    for position, item in enumerate(chosen):
        positions.setdefault(item.ends, []).append(position)
    for prefix, level in levels(circuit):
        for source, target, index, attributes in level.overrides.edge_vars:
            for position in _positions(positions, join_path(prefix, source), join_path(prefix, target)):
                if index in (None, chosen[position].number) and _lies_in(chosen[position].prefix, prefix):
                    edges[position] = with_attributes(edges[position], attributes)
    return edges


def with_attributes(edge: Edge, attributes: Mapping[str, Any]) -> Edge:
    """Return an edge some of whose attributes are others."""
    own = {name: value for name, value in attributes.items() if name in EDGE_ATTRIBUTES}
    mapping = {name: value for name, value in attributes.items() if name not in EDGE_ATTRIBUTES}
    return evolve(edge, **own, mapping={**edge.mapping, **mapping})


def attribute_of(edge: Edge, name: str) -> Mapped | None:
    """Return an attribute of an edge: its weight, delay, spread, or a variable `op/var` of its template.

    Raises:
        UnknownNameError: the edge has no such attribute.
    """
    own = {"weight": edge.weight, "delay": edge.delay, "spread": edge.spread}
    if name in own:
        return own[name]
    variable = edge_variable(name, edge.template)
    if variable in edge.mapping or edge.template is None:
        return edge.mapping[variable]
    return edge.template.value(*variable.split("/"))


def connection_attributes(connection: Connectivity, attributes: Mapping[str, Any]) -> dict[str, Mapped | Matrix | None]:
    """Return attributes with values that a connection accepts: those of an edge, or arrays of its shape.

    Raises:
        ArgumentError: a weight would change which connections exist.
        TemplateError: a value has the wrong shape, is negative or is not finite.
    """
    fields = {_CONNECTION_FIELDS[name]: value for name, value in attributes.items() if name in _CONNECTION_FIELDS}
    mapping = {name: value for name, value in attributes.items() if name not in _CONNECTION_FIELDS}
    if "weights" in fields:
        fields["weights"] = _same_structure(connection, to_matrix(fields["weights"], "weight"))
    changed = evolve(connection, **fields, edge_var_map={**connection.edge_var_map, **mapping})
    return {
        name: getattr(changed, _CONNECTION_FIELDS[name]) if name in _CONNECTION_FIELDS else changed.edge_var_map[name]
        for name in attributes
    }


def _same_structure(connection: Connectivity, weights: Matrix) -> Matrix:
    old = connection.weights
    if isinstance(old, SparseMatrix):
        if isinstance(weights, Array) and weights.shape == old.values.shape:
            return SparseMatrix(old.shape, weights, old.columns, old.pointers)
        fits = isinstance(weights, SparseMatrix) and weights.same_pattern(old)
    elif isinstance(old, Array):
        fits = isinstance(weights, Array) and weights.shape == old.shape
    else:
        fits = not isinstance(weights, (Array, SparseMatrix))
    if not fits:
        kind = (
            old
            if isinstance(old, SparseMatrix)
            else f"matrix of shape {old.shape}"
            if isinstance(old, Array)
            else "number"
        )
        raise ArgumentError(
            f"weight takes the place of a {kind} and must have its form; which connections exist stays."
        )
    return weights


def _positions(positions: Mapping[tuple[str, str], list[int]], source: str, target: str) -> list[int]:
    if not _is_pattern(source, target):
        return positions.get((source, target), [])
    return [place for ends, places in positions.items() if _match((source, target), ends) for place in places]


def _with_full_paths(placed: PlacedEdge) -> Edge:
    source, target = placed.ends
    mapping = {
        name: join_path(placed.prefix, value) if isinstance(value, str) and value != "source" else value
        for name, value in placed.edge.mapping.items()
    }
    return evolve(placed.edge, source=source, target=target, mapping=mapping)


def _levels_of(circuit: CircuitTemplate, source: str, target: str) -> list[tuple[str, CircuitTemplate, str, str]]:
    """Return the circuits that hold both ends, with the paths that the ends have in them, inner ones first."""
    found = [("", circuit, source, target)]
    label, _, source = source.partition("/")
    while target.startswith(f"{label}/") and label in circuit.circuits:
        circuit, target = circuit.circuits[label], target[len(label) + 1 :]
        found.append((join_path(found[-1][0], label), circuit, source, target))
        label, _, source = source.partition("/")
    return found[::-1]


def _lies_in(prefix: str, level: str) -> bool:
    """Tell whether a circuit is another one or inside of it; what was recorded there reaches no further."""
    return not level or f"{prefix}/".startswith(f"{level}/")


def _is_pattern(*paths: str) -> bool:
    return any(has_wildcard(path.split("/")) for path in paths)


def _match(patterns: tuple[str, str], ends: tuple[str, str]) -> bool:
    return all(matches(pattern.split("/"), path.split("/")) for pattern, path in zip(patterns, ends, strict=True))
