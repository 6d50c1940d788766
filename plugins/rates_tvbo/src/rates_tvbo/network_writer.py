"""A circuit of nodes and weighted edges written as a `Network` of TVBO."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rates_core.errors import UnsupportedFeatureError
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.edge import Edge
from rates_core.templates.node import NodeTemplate
from rates_core.templates.value import shape_of

from rates_tvbo.beside import dynamics_alone
from rates_tvbo.coupling_writer import Couplings, input_of
from rates_tvbo.omissions import Omissions

Entry = dict[str, Any]


def network_entry(
    circuit: CircuitTemplate, omissions: Omissions, dynamics_of: Callable[[NodeTemplate, Omissions], Entry]
) -> Entry:
    """Return what a file of TVBO says of a circuit.

    Raises:
        UnsupportedFeatureError: it has populations, sub-circuits, spreads, complex weights or edges whose equations
            are more than one expression.
    """
    refused = [f"{what} '{name}'" for what in ("circuits", "populations") for name in getattr(circuit, what)]
    refused += [f"connections of '{one.source}' to '{one.target}'" for one in circuit.connections]
    refused += [reason for edge in circuit.edges for reason in _refused(edge)]
    if refused:
        raise UnsupportedFeatureError(
            f"A Network of TVBO is written of single nodes and weighted edges; '{circuit.name}' has\n  "
            + "\n  ".join(refused)
        )
    couplings = Couplings(circuit)
    connections = [(bundle[0], *couplings.connection(bundle)) for bundle in couplings.bundles()]
    library: dict[str, Entry] = {}
    nodes = [
        _node(place, label, dynamics_alone(node, couplings.senders.get(label, set())), library, omissions, dynamics_of)
        for place, (label, node) in enumerate(circuit.nodes.items())
    ]
    places = {label: place for place, label in enumerate(circuit.nodes)}
    entry: Entry = {"label": circuit.name, "number_of_nodes": len(nodes)}
    if circuit.description:
        entry["description"] = circuit.description
    if circuit.label:
        omissions.add("label", "circuit", circuit.name)
    entry["dynamics"] = library
    entry["nodes"] = nodes
    edges = [_edge(edge, coupling, lead, places, circuit, library, nodes) for edge, coupling, lead in connections]
    couplings.written(edges, library, nodes)
    if edges:
        entry["edges"] = edges
    if couplings.entries:
        entry["coupling"] = couplings.entries
    return entry


def _refused(edge: Edge) -> list[str]:
    """Return what of an edge cannot be written."""
    found = []
    if edge.spread:
        found.append(f"a spread on the edge {edge}")
    if isinstance(edge.weight, complex):
        found.append(f"a complex weight on the edge {edge}")
    return found


def _node(
    place: int,
    label: str,
    node: NodeTemplate,
    library: dict[str, Entry],
    omissions: Omissions,
    dynamics_of: Callable[[NodeTemplate, Omissions], Entry],
) -> Entry:
    """Return one node; what differs from its dynamics stands with it."""
    plain = NodeTemplate(node.name, [operator for operator, _ in node.operators], node.description, node.label)
    entry = dynamics_of(plain, omissions)
    known = library.setdefault(entry["name"], entry)
    if known != entry:
        raise UnsupportedFeatureError(
            f"Two operators would be the Dynamics '{entry['name']}'. Derive one of them under another name."
        )
    found: Entry = {"id": place, "label": label, "dynamics": entry["name"]}
    ((_, values),) = node.operators
    for key, part in (("parameters", "parameters"), ("state", "state_variables")):
        own = {name: {"value": value} for name, value in values.items() if name in entry.get(part, {})}
        if any(shape_of(one["value"]) or isinstance(one["value"], complex) for one in own.values()):
            raise UnsupportedFeatureError(f"The node '{label}' has values that are no real numbers: {', '.join(own)}.")
        if own:
            found[key] = own
    return found


def _edge(
    edge: Edge,
    coupling: str,
    lead: str,
    places: dict[str, int],
    circuit: CircuitTemplate,
    library: dict[str, Entry],
    nodes: list[Entry],
) -> Entry:
    """Return one edge."""
    source, (target, operator, variable) = edge.source.split("/")[0], edge.target.split("/")
    entry = input_of(circuit.nodes[target], operator, variable)
    if entry not in library[nodes[places[target]]["dynamics"]].get("coupling_inputs", {}):
        raise UnsupportedFeatureError(
            f"The edge {edge} feeds an input that is not 0 when nothing feeds it, and coupling inputs of TVBO are."
        )
    found: Entry = {"source": places[source], "target": places[target], "source_var": lead, "target_var": entry}
    numbers = {"weight": edge.weight} if edge.delay is None else {"weight": edge.weight, "delay": edge.delay}
    # the slots of these names are not what tvbo runs with, parameters are; and an edge goes both ways unless it says so
    parameters = {key: {"value": number} for key, number in numbers.items()}
    return {**found, "directed": True, "coupling": coupling, "parameters": parameters}
