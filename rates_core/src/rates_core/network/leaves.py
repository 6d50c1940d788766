"""Walk a circuit of any depth into leaves (nodes and populations), edges and connections with full paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import define, field

from rates_core.network.edge_table import EdgeCollector, EdgeTable, with_prefix
from rates_core.network.network import Origin, Origins, Value
from rates_core.network.structure import NodeStructure, VariableKey
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.node import EdgeTemplate, NodeTemplate


@define(eq=False)
class Leaf:
    """A node or a population of the circuit, with the values that its template and its circuit give.

    Attributes:
        size: None for a node, else the number of units.
    """

    path: str
    node: NodeTemplate
    structure: NodeStructure
    size: int | None
    values: dict[VariableKey, Value] = field(factory=dict)
    origins: dict[VariableKey, Origins] = field(factory=dict)

    def value(self, key: VariableKey) -> Value:
        """Return the value of a variable."""
        found = self.values.get(key)
        return plain(self.structure.variable(key).value) if found is None else found

    def origin(self, key: VariableKey) -> Origins:
        """Return where the value of a variable comes from."""
        return self.origins.get(key) or default_origin(self.structure, key)

    @property
    def unit_count(self) -> int:
        """Return the number of units."""
        return self.size or 1

    def unit_origins(self, key: VariableKey) -> tuple[Origin, ...]:
        """Return an origin for each unit's own value."""
        return tuple(Origin(f"{self.path}[{index}]", *key) for index in range(self.unit_count))


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
    leaves: dict[str, Leaf]
    edges: EdgeTable
    connections: list[FlatConnection]
    structures: Structures


@define(eq=False)
class Structures:
    """The structures of all distinct sets of operators."""

    _known: dict[Any, NodeStructure] = field(factory=dict)

    def of(self, template: NodeTemplate | EdgeTemplate) -> NodeStructure:
        """Return the structure shared by all templates with the same operators."""
        operators = tuple(operator for operator, _ in template.operators)
        known = self._known.get(operators)
        if known is None:
            known = self._known[operators] = NodeStructure(template.name, operators)
        return known


def flatten(circuit: CircuitTemplate) -> FlatCircuit:
    """Return the circuit's leaves, edges and connections, with all overrides applied."""
    from rates_core.network.overrides import apply_overrides

    structures, collector = Structures(), EdgeCollector()
    leaves: dict[str, Leaf] = {}
    _collect_leaves(circuit, "", leaves, structures)
    connections: list[FlatConnection] = []
    levels = list(_levels(circuit, ""))
    held: list[tuple[int, int]] = []  # edges and connections of each level and those inside of it; outer ones follow
    for prefix, level in levels:
        collector.add(level.edges.single, prefix)
        for matrix in level.edges.matrices:
            collector.add_matrix(matrix, prefix)
        connections.extend(_connection(connectivity, prefix) for connectivity in level.connections)
        held.append((collector.count, len(connections)))
    flat = FlatCircuit(circuit.name, leaves, collector.table(), connections, structures)
    for (prefix, level), counts in zip(levels, held, strict=True):
        apply_overrides(flat, prefix, level.overrides, *counts)
    return flat


def _levels(circuit: CircuitTemplate, prefix: str) -> Iterator[tuple[str, CircuitTemplate]]:
    """Yield the circuit and its sub-circuits with their prefixes, the innermost first."""
    for label, child in circuit.circuits.items():
        yield from _levels(child, f"{prefix}{label}/")
    yield prefix, circuit


def _collect_leaves(circuit: CircuitTemplate, prefix: str, leaves: dict[str, Leaf], structures: Structures) -> None:
    for label, node in circuit.nodes.items():
        leaf = leaves[prefix + label] = Leaf(prefix + label, node, structures.of(node), None)
        _fill(leaf, node)
    for label, population in circuit.populations.items():
        node = population.node
        leaf = leaves[prefix + label] = Leaf(prefix + label, node, structures.of(node), population.n)
        _fill(leaf, node)
        for path, value in population.params.items():
            operator, variable = path.split("/")
            key = operator, variable
            leaf.values[key] = plain(value)
            each = getattr(leaf.values[key], "shape", ()) == (population.n,)
            leaf.origins[key] = leaf.unit_origins(key) if each else Origin(leaf.path, *key)
    for label, child in circuit.circuits.items():
        _collect_leaves(child, f"{prefix}{label}/", leaves, structures)


def _fill(leaf: Leaf, node: NodeTemplate) -> None:
    for operator, overrides in node.operators:
        for variable, value in overrides.items():
            key = operator.name, variable
            leaf.values[key] = plain(value)
            leaf.origins[key] = Origin(node, *key)


def default_origin(structure: NodeStructure, key: VariableKey) -> Origin:
    """Return the origin of a value that an operator declares."""
    return Origin(structure.operator(key[0]), *key)


def plain(value: Any) -> Value:
    """Return a number or a numpy array."""
    from rates_core.templates.array import Array

    return value.values if isinstance(value, Array) else value


def _connection(connectivity: Connectivity, prefix: str) -> FlatConnection:
    return FlatConnection(
        prefix + connectivity.source,
        prefix + connectivity.target,
        connectivity.edge,
        with_prefix(connectivity.edge_var_map, prefix),
        plain(connectivity.weights),
        plain(connectivity.delays),
        plain(connectivity.spread),
    )
