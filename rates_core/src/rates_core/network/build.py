"""Build a network from a circuit."""

from __future__ import annotations

from rates_core.network.addresses import Address, find
from rates_core.network.edges import Wiring, instant_ends, target_input, wire_connections, wire_edges
from rates_core.network.grouping import group
from rates_core.network.leaves import FlatConnection, FlatEdge, flatten
from rates_core.network.network import Network
from rates_core.templates.circuit import CircuitTemplate


def build_network(circuit: CircuitTemplate, vectorize: bool = True) -> Network:
    """Flatten a circuit into populations and projections.

    Args:
        circuit: any circuit; it is not changed.
        vectorize: whether equal nodes are grouped into populations. Grouping never changes a value beyond rounding.

    Raises:
        UnknownNameError: an edge, connection or override names something that does not exist.
        TemplateError: an edge leads to something that is not an input, or its operators do not fit.
        ArgumentError: values or weights have the wrong shape.
    """
    flat = flatten(circuit)
    edges: list[tuple[FlatEdge, Address, Address]] = [
        (edge, find(flat, edge.source), target_input(flat, edge.target, f"Edge {edge.source} -> {edge.target}"))
        for edge in flat.edges
    ]
    connections: list[tuple[FlatConnection, Address, Address]] = [
        (
            item,
            find(flat, item.source),
            target_input(flat, item.target, f"Connection {item.source} -> {item.target}"),
        )
        for item in flat.connections
    ]
    populations, locations = group(flat, instant_ends(edges, connections), vectorize)
    wiring = Wiring(flat, populations, locations)
    wire_edges(wiring, edges)
    wire_connections(wiring, connections)
    return Network(flat.name, tuple(wiring.populations), tuple(wiring.projections), locations)
