"""Walk a circuit of any depth into leaves (nodes and populations), edges and connections with full paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import define, field

from rates_core.network.network import Value, VariableKey
from rates_core.network.structure import NodeStructure
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edge import Edge
from rates_core.templates.node import EdgeTemplate, NodeTemplate


@define(eq=False)
class Leaf:
    """A node or a population of the circuit, with the values that its template and its circuit give."""

    path: str
    node: NodeTemplate
    structure: NodeStructure
    size: int | None
    values: dict[VariableKey, Value] = field(factory=dict)
    origins: dict[VariableKey, Any] = field(factory=dict)


@define(eq=False)
class FlatEdge:
    """An edge with full paths; `number` counts the edges between one pair of variables."""

    source: str
    target: str
    template: EdgeTemplate | None
    weight: float
    delay: float | None
    spread: float | None
    mapping: dict[str, Any]
    number: int = 0


@define(eq=False)
class FlatConnection:
    """A connectivity with full paths."""

    source: str
    target: str
    template: EdgeTemplate | None
    mapping: dict[str, Any]
    weights: Any
    delays: Any
    spread: Any


@define(eq=False)
class FlatCircuit:
    """All leaves, edges and connections of a circuit."""

    name: str
    leaves: dict[str, Leaf] = field(factory=dict)
    edges: list[FlatEdge] = field(factory=list)
    connections: list[FlatConnection] = field(factory=list)
    structures: dict[Any, NodeStructure] = field(factory=dict)

    def structure(self, template: NodeTemplate | EdgeTemplate) -> NodeStructure:
        """Return the structure shared by all templates with the same operators."""
        operators = tuple(operator for operator, _ in template.operators)
        known = self.structures.get(operators)
        if known is None:
            known = self.structures[operators] = NodeStructure(template.name, operators)
        return known


def flatten(circuit: CircuitTemplate) -> FlatCircuit:
    """Return the circuit's leaves, edges and connections, with all overrides applied."""
    from rates_core.network.overrides import apply_overrides

    flat = FlatCircuit(circuit.name)
    _collect(circuit, "", flat)
    _number_edges(flat.edges)
    for prefix, level in _levels(circuit, ""):
        apply_overrides(flat, prefix, level.overrides)
    return flat


def _levels(circuit: CircuitTemplate, prefix: str) -> Iterator[tuple[str, CircuitTemplate]]:
    """Yield the circuit and its sub-circuits with their prefixes, the innermost first."""
    for label, child in circuit.circuits.items():
        yield from _levels(child, f"{prefix}{label}/")
    yield prefix, circuit


def _collect(circuit: CircuitTemplate, prefix: str, flat: FlatCircuit) -> None:
    for label, node in circuit.nodes.items():
        leaf = Leaf(prefix + label, node, flat.structure(node), None)
        _fill(leaf, node)
        flat.leaves[leaf.path] = leaf
    for label, population in circuit.populations.items():
        leaf = Leaf(prefix + label, population.node, flat.structure(population.node), population.n)
        _fill(leaf, population.node)
        for path, value in population.params.items():
            operator, variable = path.split("/")
            leaf.values[operator, variable] = _plain(value)
            leaf.origins[operator, variable] = (leaf.path, operator, variable)
        flat.leaves[leaf.path] = leaf
    for label, child in circuit.circuits.items():
        _collect(child, f"{prefix}{label}/", flat)
    flat.edges.extend(_edges(circuit, prefix))
    flat.connections.extend(_connection(connectivity, prefix) for connectivity in circuit.connections)


def _fill(leaf: Leaf, node: NodeTemplate) -> None:
    for operator, overrides in node.operators:
        for variable, value in overrides.items():
            leaf.values[operator.name, variable] = _plain(value)
            leaf.origins[operator.name, variable] = (node, operator.name, variable)


def _plain(value: Any) -> Value:
    from rates_core.templates.array import Array

    return value.values if isinstance(value, Array) else value


def _edges(circuit: CircuitTemplate, prefix: str) -> Iterator[FlatEdge]:
    edge: Edge
    for edge in circuit.edges:
        yield FlatEdge(
            prefix + edge.source,
            prefix + edge.target,
            edge.template if edge.template is not None and edge.template.operators else None,
            edge.weight,
            edge.delay,
            edge.spread,
            _prefixed(edge.mapping, prefix),
        )


def _connection(connectivity: Connectivity, prefix: str) -> FlatConnection:
    edge = connectivity.edge
    return FlatConnection(
        prefix + connectivity.source,
        prefix + connectivity.target,
        edge if edge is not None and edge.operators else None,
        _prefixed(connectivity.edge_var_map or {}, prefix),
        connectivity.weights,
        connectivity.delays,
        connectivity.spread,
    )


def _prefixed(mapping: Any, prefix: str) -> dict[str, Any]:
    return {
        variable: prefix + value if isinstance(value, str) and value != "source" else _plain(value)
        for variable, value in mapping.items()
    }


def _number_edges(edges: list[FlatEdge]) -> None:
    counts: dict[tuple[str, str], int] = {}
    for edge in edges:
        pair = edge.source, edge.target
        edge.number = counts.get(pair, 0)
        counts[pair] = edge.number + 1
