"""The structure of a circuit as a graph of networkx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rates_core.needed import check_needed
from rates_core.network.addresses import find
from rates_core.network.leaves import FlatCircuit, flatten

if TYPE_CHECKING:
    import networkx as nx

    from rates_core.templates.circuit import CircuitTemplate


def graph(circuit: CircuitTemplate) -> nx.MultiDiGraph:
    """Return nodes and populations as vertices and everything that connects them as edges.

    Raises:
        PluginError: networkx is not installed.
        UnknownNameError: a path of the circuit names what does not exist.
    """
    check_needed("The graph of a circuit", "networkx", extra="pictures")
    import networkx as nx

    flat = flatten(circuit)
    found = nx.MultiDiGraph(name=circuit.name)
    for leaf in flat.leaves.values():
        operators = tuple(operator.name for operator in leaf.structure.operators)
        found.add_node(leaf.path, template=leaf.node.name, operators=operators, units=leaf.unit_count)
    found.add_edges_from(_edges(flat))
    found.add_edges_from(_connections(flat))
    return found


def _edges(flat: FlatCircuit) -> Any:
    table = flat.edges
    ends = [_ends(flat, path) for path in table.ends]
    columns = (table.source, table.target, table.weight, table.delay, table.spread, table.template)
    for source, target, weight, delay, spread, template in zip(*(column.tolist() for column in columns), strict=True):
        edge = None if template < 0 else table.templates[template].name
        yield _edge(ends[source], ends[target], weight=weight, delay=delay, spread=spread, edge=edge)


def _connections(flat: FlatCircuit) -> Any:
    for item in flat.connections:
        yield _edge(
            _ends(flat, item.source),
            _ends(flat, item.target),
            weight=item.weights,
            delay=0.0 if item.delays is None else item.delays,
            spread=0.0 if item.spread is None else item.spread,
            edge=None if item.template is None else item.template.name,
        )


def _ends(flat: FlatCircuit, path: str) -> tuple[str, str]:
    """Return the vertex of a variable and the variable; a unit of a population belongs to the population."""
    return find(flat, path).leaf.path, "/".join(path.rsplit("/", 2)[1:])


def _edge(source: tuple[str, str], target: tuple[str, str], **attributes: Any) -> tuple[str, str, dict[str, Any]]:
    return source[0], target[0], {"source": source[1], "target": target[1], **attributes}
