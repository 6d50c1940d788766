"""Walk a circuit of any depth into leaves (nodes and populations), edges and connections with full paths."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from rates_core.network.network import Origin, Origins, Value
from rates_core.network.structure import NodeStructure, VariableKey
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.connection_values import ConnectionValues
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edge import Edge
from rates_core.templates.edge_table import EdgeTable
from rates_core.templates.edge_values import EdgeValues, edge_values
from rates_core.templates.levels import levels
from rates_core.templates.location import Location
from rates_core.templates.node import EdgeTemplate, NodeTemplate
from rates_core.templates.value import plain


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
class FlatCircuit:
    """All leaves of a circuit, and its edges and connectivities.

    Attributes:
        circuit: what was flattened.
    """

    circuit: CircuitTemplate
    leaves: dict[str, Leaf]
    links: EdgeValues
    structures: Structures

    @property
    def name(self) -> str:
        """Return the name of the circuit."""
        return self.circuit.name

    @property
    def edges(self) -> EdgeTable:
        """Return the edges."""
        return self.links.table

    @property
    def connections(self) -> list[ConnectionValues]:
        """Return the connectivities, in order of declaration."""
        return list(self.links.connections.values())

    def size_of(self, label: str) -> int | None:
        """Return the number of units of a population; None for what is none."""
        leaf = self.leaves.get(label)
        return None if leaf is None else leaf.size

    def written(self, source: str, target: str) -> Location | None:
        """Return where an edge or a connectivity was written, if it stands in a model file."""
        for prefix, level in levels(self.circuit):
            links: tuple[Edge | Connectivity, ...] = *level.edges.single, *level.connections
            for link in links:
                if (prefix + link.source, prefix + link.target) == (source, target) and link.location is not None:
                    return link.location
        return None


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
    """Return the circuit's leaves, edges and connectivities, with all overrides applied."""
    from rates_core.network.overrides import set_node_variable

    structures = Structures()
    leaves: dict[str, Leaf] = {}
    _collect_leaves(circuit, "", leaves, structures)
    flat = FlatCircuit(circuit, leaves, edge_values(circuit), structures)
    for prefix, level in levels(circuit):
        for path, value in level.overrides.node_vars.items():
            set_node_variable(flat, prefix + path, plain(value))
    return flat


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
