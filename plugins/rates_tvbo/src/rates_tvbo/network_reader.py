"""A `Network` of TVBO read into a circuit: nodes with their dynamics, edges with coupling functions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import define
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.yaml.document import read_document

from rates_tvbo.connections import connected
from rates_tvbo.dynamics_reader import read_operator
from rates_tvbo.edges_reader import EdgesReader
from rates_tvbo.matrices import data_file
from rates_tvbo.names import template_name
from rates_tvbo.nodes import Node
from rates_tvbo.section import Section
from rates_tvbo.versions import check_version

_ELSEWHERE = ("edge_matrix_files", "bids_dir", "graph_generator", "parent_network", "edge_template", "node_template")


def read_network(
    network: Section,
    dynamics: Section | None = None,
    coupling: Section | None = None,
    noise: Section | None = None,
    name: str = "",
) -> CircuitTemplate:
    """Return the circuit of a network.

    Args:
        network: the network.
        dynamics: of nodes that name none.
        coupling: of edges that name none.
        noise: of all states that have none of their own.
        name: of the circuit where the network has no label.

    Raises:
        ModelFileError: a part is missing or malformed.
        UnsupportedFeatureError: it says what rates cannot hold; the item is named.
    """
    for key in _ELSEWHERE:
        if network.has(key):
            raise network.refusal(
                f"Its connections are said by '{key}', which is not read: give each of them in 'edges', or make the "
                "circuit in Python from matrices.",
                key,
            )
    check_version(network)
    label = template_name(network.text("label") or name or "network")
    file = data_file(network) if network.has("data_file") else None
    nodes = _Reader(network, noise, _beside(network, file)).nodes(dynamics)
    edges = EdgesReader(network, nodes, coupling)
    connections = edges.matrices(file) if file is not None else None
    single = edges.single(connections is not None)
    edges.feed_the_rest()
    network.ignore("number_of_nodes", "tvbo_class", "descriptor", "bids", "parcellation", "tractogram", "provenance")
    network.ignore("time_unit", "distance_unit", "data_file", "structural_measures", "observational_measures")
    description = network.text("description").strip()
    circuit = CircuitTemplate(
        label, {one.label: one.template() for one in nodes.values()}, edges=single, description=description
    )
    return circuit if connections is None else connected(circuit, connections, list(nodes.values()))


def _beside(network: Section, file: Path | None) -> Section | None:
    """Return the YAML beside the file of the matrices, for a network that leaves its nodes to it."""
    path = None if file is None else file.with_suffix(".yaml")
    if path is None or network.has("nodes") or not path.is_file():
        return None
    return Section(read_document(path), network.kind, network.name, network.omissions)


@define
class _Reader:
    network: Section
    noise: Section | None
    beside: Section | None

    def nodes(self, default: Section | None) -> dict[int, Node]:
        """Return nodes by their numbers."""
        library = {key: self.operator(one) for key, one in self.network.sections("dynamics", "Dynamics").items()}
        standard = None if default is None else self.operator(default)
        if standard is None and len(library) == 1:
            (standard,) = library.values()
        parts = (self.beside or self.network).items("nodes", "node")
        found: dict[int, Node] = {}
        for place, part in enumerate(parts):
            number = int(part.number("id") or 0) if part.has("id") else place
            label = _label(part.text("label") or f"node_{number}")
            part.name = label
            if number in found or label in {one.label for one in found.values()}:
                raise part.error(f"There is a node with the id {number} or the label '{label}' already.")
            found[number] = Node(label, self.dynamics_of(part, library, standard), self.values(part))
            for key in ("events", "subnetwork"):
                if part.has(key):
                    raise part.refusal(f"It has '{key}' of its own, which is not read.", key)
            part.ignore("record", "position", "region", "id", "label", "dynamics")
            part.close()
        count = int(self.network.number("number_of_nodes") or len(found))
        if not found and standard is not None:
            found = {number: Node(f"node_{number}", standard, {}) for number in range(count)}
        if not found or count != len(found):
            raise self.network.error(f"It has {len(found)} nodes that can be made, and number_of_nodes is {count}.")
        return found

    def operator(self, dynamics: Section) -> OperatorTemplate:
        own = dynamics.tree.entries.get("name")
        dynamics.name = getattr(own, "text", dynamics.name)
        found = read_operator(dynamics, f"{template_name(dynamics.name)}_op", self.noise)
        dynamics.close()
        return found

    def dynamics_of(
        self, part: Section, library: Mapping[str, OperatorTemplate], standard: OperatorTemplate | None
    ) -> OperatorTemplate:
        """Return the dynamics of a node: written there, of the library, or the default ones."""
        if isinstance(part.value("dynamics"), dict):
            section = part.section("dynamics", "Dynamics", part.name)
            assert section is not None
            return self.operator(section)
        name = part.text("dynamics")
        if name in library:
            return library[name]
        if standard is not None and name in ("", standard.name.removesuffix("_op")):
            return standard
        known = ", ".join(f"'{one}'" for one in library) or "none"
        wanted = f"the dynamics '{name}'" if name else "no dynamics of its own"
        raise part.error(f"It has {wanted}; this file holds {known}. Write them under 'dynamics' of the network.")

    def values(self, part: Section) -> dict[str, Any]:
        """Return parameters and initial values of a node."""
        found: dict[str, Any] = {}
        for key in ("parameters", "state"):
            for name, one in part.sections(key, f"{key} of node").items():
                found[name] = one.number("value")
                one.close()
        return found


def _label(text: str) -> str:
    return template_name(text.replace(" ", "_").replace("-", "_"))
