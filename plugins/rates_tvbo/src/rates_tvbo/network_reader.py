"""A `Network` of TVBO read into a circuit: nodes with their dynamics, edges with coupling functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import define, field
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.yaml.document import read_document

from rates_tvbo.bounds import start_within
from rates_tvbo.connections import connected
from rates_tvbo.dynamics_reader import read_operator
from rates_tvbo.edges_reader import EdgesReader
from rates_tvbo.inputs import CouplingInput, read_inputs
from rates_tvbo.matrices import PLACES, read_matrices, stored_beside
from rates_tvbo.names import template_name
from rates_tvbo.nodes import Node, read_states
from rates_tvbo.section import Section
from rates_tvbo.stimuli import Stimulus, check_nodes, weigh
from rates_tvbo.stores import Stored
from rates_tvbo.versions import check_version

_REFUSED = ("graph_generator", "parent_network", "edge_template", "node_template")
_OF_DATABASE = ("iri", "parcellation")

Kind = tuple[OperatorTemplate, list[CouplingInput]]


def read_network(
    network: Section,
    dynamics: Section | None = None,
    coupling: Section | None = None,
    noise: Section | None = None,
    name: str = "",
    of_experiment: bool = False,
    stimuli: Sequence[Stimulus] = (),
) -> CircuitTemplate:
    """Return the circuit of a network.

    Args:
        network: the network.
        dynamics: of nodes that name none.
        coupling: of edges that name none.
        noise: of all states that have none of their own.
        name: of the circuit where the network has no label.
        of_experiment: it is the network of an experiment, to which tvbo gives what it does not say.
        stimuli: of its nodes.

    Raises:
        ModelFileError: a part is missing or malformed.
        UnsupportedFeatureError: it says what rates cannot hold; the item is named.
    """
    _refuse_what_is_elsewhere(network)
    check_version(network)
    label = template_name(network.text("label") or name or "network")
    found = stored_beside(network)
    nodes = _Reader(network, noise, found, stimuli).nodes(dynamics)
    edges = EdgesReader(network, nodes, coupling, of_experiment)
    blocks = []
    if found is not None:
        blocks = edges.matrices(read_matrices(network, found, edges.standing_for_matrices(), len(nodes)))
    single = edges.single(found is not None)
    edges.feed_the_rest()
    read_states(nodes.values())
    network.ignore("number_of_nodes", "tvbo_class", "descriptor", "bids", "parcellation", "tractogram", "provenance")
    network.ignore("time_unit", "distance_unit", *PLACES, "structural_measures", "observational_measures", "iri")
    description = network.text("description").strip()
    circuit = CircuitTemplate(
        label, {one.label: one.template() for one in nodes.values()}, edges=single, description=description
    )
    return connected(circuit, blocks)


def _refuse_what_is_elsewhere(network: Section) -> None:
    for key in _REFUSED:
        if network.has(key):
            raise network.refusal(
                f"Its connections are said by '{key}', which is not read: give each of them in 'edges', or make the "
                "circuit in Python from matrices.",
                key,
            )
    named = next((one for one in _OF_DATABASE if network.has(one)), None)
    if named is not None and not any(network.has(one) for one in (*PLACES, "nodes", "edges", "number_of_nodes")):
        raise network.refusal(
            f"Its nodes and connections are those of tvbo's database ('{named}'), which rates does not have. Where "
            "tvbo is, Network.save('net.yaml') writes them, for 'data_file: net.h5'.",
            named,
        )


@define
class _Library:
    """The dynamics of a network by name, each read when a node has it."""

    parts: Mapping[str, Section]
    reader: Callable[[Section], Kind]
    read: dict[str, Kind] = field(factory=dict)

    def kind(self, name: str) -> Kind:
        """Return dynamics."""
        if name not in self.read:
            self.read[name] = self.reader(self.parts[name])
        return self.read[name]


@define
class _Reader:
    network: Section
    noise: Section | None
    stored: Stored | None
    stimuli: Sequence[Stimulus]
    states: dict[OperatorTemplate, dict[str, Section]] = field(factory=dict)

    def nodes(self, default: Section | None) -> dict[int, Node]:
        """Return nodes by their numbers."""
        library = _Library(self.network.sections("dynamics", "Dynamics"), self.kind)
        standard = None if default is None else self.kind(default)
        if standard is None and len(library.parts) == 1:
            standard = library.kind(*library.parts)
        found: dict[int, Node] = {}
        for place, part in enumerate(self.parts()):
            number = int(part.number("id") or 0) if part.has("id") else place
            label = _label(part.text("label") or f"node_{number}")
            part.name = label
            if number in found or label in {one.label for one in found.values()}:
                raise part.error(f"There is a node with the id {number} or the label '{label}' already.")
            operator, inputs = self.kind_of(part, library, standard)
            found[number] = Node(label, operator, inputs, self.values(part, self.states[operator]))
            for key in ("events", "subnetwork"):
                if part.has(key):
                    raise part.refusal(f"It has '{key}' of its own, which is not read.", key)
            part.ignore("record", "position", "region", "id", "label", "dynamics")
            part.close()
        labels = self.labels()
        count = int(self.network.number("number_of_nodes") or len(found) or len(labels))
        if not found and standard is not None:
            found = {number: Node(label, *standard, {}) for number, label in enumerate(labels)}
        for key in library.parts.keys() - library.read.keys():
            self.network.omissions.add("dynamics that no node has", "Dynamics", key)
        if not found or count != len(found):
            raise self.network.error(f"It has {len(found)} nodes that can be made, and number_of_nodes is {count}.")
        check_nodes(self.stimuli, found)
        for number, node in found.items():
            node.values |= weigh(self.stimuli, number, node.operator.variables)
        return found

    def parts(self) -> list[Section]:
        """Return what is said of nodes: by the network, or in the YAML beside the file of its matrices."""
        network = self.network
        if self.stored is not None and self.stored.key == "data_file" and not network.has("nodes"):
            path = self.stored.path.with_suffix(".yaml")
            if path.is_file():
                network = Section(read_document(path), network.kind, network.name, network.omissions)
        return network.items("nodes", "node")

    def labels(self) -> list[str]:
        """Return labels of nodes of which nothing else is said."""
        if self.stored is not None and self.stored.labels:
            return [_label(label) for label in self.stored.labels]
        count = self.network.number("number_of_nodes")
        if count is None and self.stored is not None:
            count = max(len(matrix) for matrix in self.stored.matrices.values())
        return [f"node_{number}" for number in range(int(count or 1))]

    def kind(self, dynamics: Section) -> Kind:
        """Return the operator of a `Dynamics`, and what may be coupled into it."""
        own = dynamics.tree.entries.get("name")
        dynamics.name = getattr(own, "text", dynamics.name)
        found = read_operator(dynamics, f"{template_name(dynamics.name)}_op", self.noise, self.stimuli)
        inputs = read_inputs(dynamics)
        self.states[found] = dynamics.sections("state_variables", "state variable")
        dynamics.close()
        return found, inputs

    def kind_of(self, part: Section, library: _Library, standard: Kind | None) -> Kind:
        """Return the dynamics of a node: written there, of the library, or the default ones."""
        if isinstance(part.value("dynamics"), dict):
            section = part.section("dynamics", "Dynamics", part.name)
            assert section is not None
            return self.kind(section)
        name = part.text("dynamics")
        if name in library.parts:
            return library.kind(name)
        if standard is not None and name in ("", standard[0].name.removesuffix("_op")):
            return standard
        known = ", ".join(f"'{one}'" for one in library.parts) or "none"
        wanted = f"the dynamics '{name}'" if name else "no dynamics of its own"
        raise part.error(f"It has {wanted}; this file holds {known}. Write them under 'dynamics' of the network.")

    def values(self, part: Section, states: Mapping[str, Section]) -> dict[str, Any]:
        """Return parameters and initial values of a node, these within the domains of its states."""
        found: dict[str, Any] = {}
        for key in ("parameters", "state"):
            for name, one in part.sections(key, f"{key} of node").items():
                found[name] = one.number("value")
                one.close()
        for name in states.keys() & found.keys():
            if found[name] is not None:
                found[name] = start_within(states[name], found[name], f"{name} of {part.name}")
        return found


def _label(text: str) -> str:
    return template_name(text.replace(" ", "_").replace("-", "_"))
