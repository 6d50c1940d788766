"""Build a network from a circuit."""

from __future__ import annotations

from collections.abc import Iterator

from rates_core.errors import TemplateError
from rates_core.network.addresses import Address, find, find_input
from rates_core.network.apart import Apart
from rates_core.network.connection_index import ConnectionIndex
from rates_core.network.connections import Ends, wire_connections
from rates_core.network.edges import wire_edges
from rates_core.network.forms import Forms, FoundForms
from rates_core.network.grouping import Feeding, group
from rates_core.network.leaves import FlatCircuit, flatten
from rates_core.network.network import Network
from rates_core.network.readings import settle_readings
from rates_core.network.wiring import Wiring
from rates_core.templates.circuit import CircuitTemplate


def build_network(circuit: CircuitTemplate, vectorize: bool = True, forms: Forms | None = None) -> Network:
    """Flatten a circuit into populations and projections.

    Args:
        circuit: any circuit; it is not changed.
        vectorize: whether equal nodes are grouped into populations. Grouping never changes a value beyond rounding.
        forms: the forms of weights that were asked for.

    Raises:
        TemplateError: the circuit has no nodes.
        UnknownNameError: an edge, connection, override or form names something that does not exist.
        TemplateError: an edge leads to something that is not an input, or its operators do not fit.
        ArgumentError: values or weights have the wrong shape.
    """
    flat = flatten(circuit)
    if not flat.leaves:
        raise TemplateError(
            f"Circuit '{circuit.name}' has no nodes and no populations. Give it some, with nodes=, populations= or "
            "circuits=, or derive one that has, with update_template()."
        )
    settle_readings(flat)
    return connected(flat, vectorize, Apart(), forms or Forms())


def connected(flat: FlatCircuit, vectorize: bool, apart: Apart, forms: Forms) -> Network:
    """Return the network of a flattened circuit, in which some values are kept apart."""
    addresses = _addresses(flat)
    connections = [
        (
            number,
            item,
            find(flat, item.source),
            find_input(flat, "Connection", item.source, item.target),
        )
        for number, item in flat.links.connections.items()
    ]
    instant = [*_instant_edges(flat, addresses), *_instant_connections(flat, connections)] if vectorize else []
    populations, locations = group(flat, instant, vectorize)
    wiring = Wiring(flat, populations, locations, apart)
    wiring.forms = _found(wiring, forms)
    wire_edges(wiring, flat.edges, addresses)
    wire_connections(wiring, connections)
    wiring.check_forms()
    index = ConnectionIndex(flat.links, wiring.sets)
    parts = tuple(wiring.populations), tuple(wiring.projections)
    return Network(flat.name, *parts, locations, index, flat, vectorize, forms)


def _found(wiring: Wiring, forms: Forms) -> FoundForms:
    """Return the forms that were asked for by what they join.

    Raises:
        UnknownNameError: a path names nothing.
        ArgumentError: the same weights are to have two forms.
    """
    found = FoundForms(forms.every)
    for (source, target), form in forms.pairs.items():
        ends = wiring.reference(find(wiring.flat, source)), wiring.reference(find(wiring.flat, target))
        found.ask(ends, (source, target), form)
    return found


def _addresses(flat: FlatCircuit) -> list[Address]:
    """Return what each end of the edges names; those at which an edge ends are inputs."""
    import numpy as np

    table = flat.edges
    addresses = [find(flat, path) for path in table.ends]
    ends, first = np.unique(table.target, return_index=True)
    for end, place in zip(ends.tolist(), first.tolist(), strict=True):
        find_input(flat, "Edge", table.ends[table.source[place]], table.ends[end])
    return addresses


def _instant_edges(flat: FlatCircuit, addresses: list[Address]) -> Iterator[Feeding]:
    """Yield what feeds what through edges without delay, where that can matter for the order of evaluation."""
    import numpy as np

    table = flat.edges
    algebraic = np.array([bool(item.leaf.structure.instantaneous[item.key]) for item in addresses], dtype=bool)
    if len(table) and algebraic.any():
        chosen = np.flatnonzero(algebraic[table.source] & (table.delay == 0))
        pairs = np.unique(np.stack([table.source[chosen], table.target[chosen]]), axis=1)
        for source, target in pairs.T.tolist():
            yield _feeding(addresses[source], addresses[target])
    for place in np.flatnonzero(table.template >= 0).tolist():
        for reading in _read_paths(table.mappings[table.mapping[place]]):
            yield _feeding(find(flat, reading), addresses[table.target[place]])


def _instant_connections(flat: FlatCircuit, connections: list[Ends]) -> Iterator[Feeding]:
    import numpy as np

    for _, connection, source, target in connections:
        if connection.delays is None or not np.all(connection.delays):
            yield _feeding(source, target)
        for reading in _read_paths(connection.mapping):
            yield _feeding(find(flat, reading), target)


def _read_paths(mapping: dict[str, object]) -> list[str]:
    return [value for value in mapping.values() if isinstance(value, str) and value != "source"]


def _feeding(source: Address, target: Address) -> Feeding:
    return source.leaf, source.key, target.leaf, target.key
