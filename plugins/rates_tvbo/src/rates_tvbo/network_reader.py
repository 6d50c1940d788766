"""A `Network` of TVBO read into a circuit: nodes with their dynamics, edges with coupling functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, field
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.edge import Edge
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate

from rates_tvbo.coupling import IDENTITY, Coupling, End, read_coupling
from rates_tvbo.dynamics_reader import read_operator
from rates_tvbo.names import template_name
from rates_tvbo.section import Section
from rates_tvbo.times import delay_of_length

_ELSEWHERE = ("data_file", "edge_matrix_files", "bids_dir", "graph_generator", "parent_network", "edge_template")


@define
class Node:
    """A node while its circuit is read.

    Attributes:
        label: in paths.
        operator: its dynamics.
        values: values of its own.
        couplings: couplings that end here, by the input that they feed.
    """

    label: str
    operator: OperatorTemplate
    values: Mapping[str, Any]
    couplings: dict[str, Coupling] = field(factory=dict)

    def template(self) -> NodeTemplate:
        """Return the node, with what couplings do with what arrives."""
        name = self.operator.name.removesuffix("_op")
        after = [one.after(key) for key, one in self.couplings.items() if one.acts_after]
        return NodeTemplate(name, [(self.operator, self.values), *((one, None) for one in after)])


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
    label = template_name(network.text("label") or name or "network")
    reader = _Reader(network, noise)
    nodes = reader.nodes(dynamics)
    edges = reader.edges(nodes, coupling)
    network.ignore("number_of_nodes", "tvbo_class", "schema_version")
    description = network.text("description").strip()
    return CircuitTemplate(
        label, {one.label: one.template() for one in nodes.values()}, edges=edges, description=description
    )


@define
class _Reader:
    network: Section
    noise: Section | None

    def nodes(self, default: Section | None) -> dict[int, Node]:
        """Return nodes by their numbers."""
        library = {key: self.operator(one) for key, one in self.network.sections("dynamics", "Dynamics").items()}
        standard = None if default is None else self.operator(default)
        if standard is None and len(library) == 1:
            (standard,) = library.values()
        parts = self.network.items("nodes", "node")
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

    def edges(self, nodes: Mapping[int, Node], standard: Section | None) -> list[Edge]:
        """Return the edges, and tell target nodes which couplings end there."""
        couplings = {key: read_coupling(one, key) for key, one in self.network.sections("coupling", "coupling").items()}
        default = IDENTITY if standard is None else read_coupling(standard, standard.name or "coupling")
        if standard is None and len(couplings) == 1:
            (default,) = couplings.values()
        parameters = self.network.sections("parameters", "network parameter")
        found: list[Edge] = []
        for part in self.network.items("edges", "edge"):
            if not part.has("source") or not part.has("target"):
                raise part.refusal("It stands for a matrix of another file. Write edges with source and target.")
            name = part.text("coupling")
            if name and name not in couplings and name != default.name:
                raise part.error(f"There is no coupling '{name}' in this file.", "coupling")
            coupling = couplings.get(name, default)
            pairs = [(part.number("source"), part.number("target"))]
            if part.flag("directed") is False:
                pairs.append(pairs[0][::-1])
            for start, end in pairs:
                found.append(self.edge(part, nodes, (start, end), coupling, parameters))
            part.ignore("distance", "directed", "valid_diagonal", "weighted", "non_negative")
            part.close()
        for node in nodes.values():  # with nothing arriving, too, a coupling gives what it makes of 0
            inputs = [key for key, one in node.operator.variables.items() if one.kind == "input"]
            if inputs and not node.couplings:
                node.couplings[inputs[0]] = default
        for one in parameters.values():
            one.ignore("unit", "label", "description")
            if one.name != "conduction_speed":
                one.omissions.add("value", one.kind, one.name)
        return found

    def edge(
        self,
        part: Section,
        nodes: Mapping[int, Node],
        ends: tuple[float | None, float | None],
        coupling: Coupling,
        parameters: Mapping[str, Section],
    ) -> Edge:
        """Return one edge."""
        for key in ("dynamics", "events"):
            if part.has(key):
                raise part.refusal(f"It has '{key}' of its own, which are not read.", key)
        numbers = [int(end) if end is not None else -1 for end in ends]
        for number in numbers:
            if number not in nodes:
                raise part.error(f"There is no node with the id {number}.")
        source, target = (nodes[number] for number in numbers)
        own = {key: one.number("value") for key, one in part.sections("parameters", "edge parameter").items()}
        weight = part.number("weight") if part.has("weight") else own.pop("weight", None)
        delay = part.number("delay") if part.has("delay") else own.pop("delay", None)
        length = part.number("distance") if part.has("distance") else own.pop("distance", None)
        part.ignore("weight", "delay")
        if own:
            raise part.refusal(f"It has the parameters {', '.join(own)}; weight, delay and distance are read.")
        if delay is None and length:
            delay = delay_of_length(length, self.network, parameters.get("conduction_speed"))
        entry = _input_of(part, target, coupling)
        other = target.couplings.setdefault(entry, coupling)
        if other is not coupling and (other.acts_after or coupling.acts_after):
            raise part.refusal(f"The couplings '{other.name}' and '{coupling.name}' feed one input '{entry}'.")
        lead = _output_of(part, source)
        end = f"{target.label}/{coupling.after_name(entry)}/gx" if coupling.acts_after else None
        return Edge(
            f"{source.label}/{source.operator.name}/{lead}",
            end or f"{target.label}/{target.operator.name}/{entry}",
            coupling.before(),
            1.0 if weight is None else weight,
            delay if delay and coupling.delayed else None,
            mapping=coupling.mapping(lead, End(source.label, source.operator), End(target.label, target.operator)),
        )


def _label(text: str) -> str:
    return template_name(text.replace(" ", "_").replace("-", "_"))


def _input_of(part: Section, target: Node, coupling: Coupling) -> str:
    """Return the input that an edge feeds: the named one, that of the coupling's name, or the first."""
    inputs = [key for key, one in target.operator.variables.items() if one.kind == "input"]
    name = part.text("target_var") or (coupling.name if coupling.name in inputs else "")
    if name and name not in inputs:
        raise part.error(f"The target has no coupling input '{name}'.", "target_var")
    if not inputs:
        raise part.error("Its target has no coupling inputs.", "target")
    return name or inputs[0]


def _output_of(part: Section, source: Node) -> str:
    """Return the variable that an edge reads: the named one, the first that is coupled out, or the first state."""
    variables = source.operator.variables
    name = part.text("source_var")
    if name and name not in variables:
        raise part.error(f"The source has no variable '{name}'.", "source_var")
    out = [key for key, one in variables.items() if one.kind == "output"]
    return name or [*out, *variables][0]
