"""Edges of a network, one by one or as matrices, with what couplings make of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import define, field
from rates_core.templates.edge import Edge

from rates_tvbo.connections import Connections
from rates_tvbo.coupling import IDENTITY, Coupling, End, read_coupling
from rates_tvbo.matrices import read_matrices
from rates_tvbo.nodes import Node
from rates_tvbo.section import Section
from rates_tvbo.times import Speed

_OF_MATRICES = ("format", "unit", "weighted", "valid_diagonal", "non_negative", "directed", "label", "name")


@define
class EdgesReader:
    """Reads what connects the nodes of a network, and tells target nodes which couplings end there."""

    network: Section
    nodes: Mapping[int, Node]
    standard: Section | None
    couplings: Mapping[str, Coupling] = field(init=False)
    default: Coupling = field(init=False)
    speed: Speed = field(init=False)
    parts: list[Section] = field(init=False)

    def __attrs_post_init__(self) -> None:
        network, standard = self.network, self.standard
        self.couplings = {key: read_coupling(one, key) for key, one in network.sections("coupling", "coupling").items()}
        self.default = IDENTITY if standard is None else read_coupling(standard, standard.name or "coupling")
        if standard is None and len(self.couplings) == 1:
            (self.default,) = self.couplings.values()
        parameters = network.sections("parameters", "network parameter")
        for one in parameters.values():
            one.ignore("unit", "label", "description", "definition", "symbol")
            if one.name != "conduction_speed":
                one.omissions.add("value", one.kind, one.name)
        self.speed = Speed(network, parameters.get("conduction_speed"))
        self.parts = network.items("edges", "edge")

    def matrices(self, file: Path) -> Connections:
        """Return the connections that stand as matrices in a file beside that of the network."""
        entries = {part.text("name") or part.text("label"): part for part in self.parts if not part.has("source")}
        found = read_matrices(self.network, file, entries, len(self.nodes))
        part = found.entry
        coupling = self.default if part is None else self.coupling_of(part)
        inputs = {number: self.input_of(part, node, coupling) for number, node in self.nodes.items()}
        for number, entry in inputs.items():
            if entry:
                self.nodes[number].couplings.setdefault(entry, coupling)
        lead = "" if part is None else part.text("source_var")
        for one in entries.values():
            one.ignore(*_OF_MATRICES)
            one.close()
        delayed = found.lengths is not None and coupling.delayed and found.lengths.any()
        delays = found.lengths * self.speed.delay(1.0) if delayed and found.lengths is not None else None
        return Connections(found.weights, delays, coupling, lead, list(inputs.values()), part or self.network)

    def single(self, with_matrices: bool) -> list[Edge]:
        """Return the edges that stand in the file one by one.

        Args:
            with_matrices: there are matrices too, which TVBO takes in place of them.
        """
        found: list[Edge] = []
        both_ways: dict[tuple[object, ...], Edge] = {}
        for part in self.parts:
            if not part.has("source") and with_matrices:
                continue
            if not part.has("source") or not part.has("target"):
                raise part.refusal(
                    "It stands for a matrix of another file, which the network does not name (data_file). Write edges "
                    "with source and target."
                )
            if with_matrices:
                raise part.refusal("The network has matrices too, and TVBO takes those alone. Leave one of them out.")
            found.extend(self.edges(part, both_ways))
            part.ignore("weighted", "valid_diagonal", "non_negative", "label", "description")
            part.close()
        return found

    def edges(self, part: Section, both_ways: dict[tuple[object, ...], Edge]) -> Iterator[Edge]:
        """Yield the edge of an entry, and the one back: in TVBO an edge goes both ways unless it is directed."""
        for key in ("dynamics", "events"):
            if part.has(key):
                raise part.refusal(f"It has '{key}' of its own, which are not read.", key)
        ends = self.number(part, "source"), self.number(part, "target")
        coupling = self.coupling_of(part)
        times = self.weight_and_delay(part, coupling)
        edge = self.edge(part, ends, coupling, *times)
        if part.flag("directed"):
            yield edge
            return
        pair = (*sorted(ends), coupling.name, part.text("source_var"), part.text("target_var"))
        known = both_ways.setdefault(pair, edge)
        if known is edge:
            yield edge
            if ends[0] != ends[1] and self.goes_back(part, ends):
                yield self.edge(part, ends[::-1], coupling, *times)
        elif (known.weight, known.delay) != (edge.weight, edge.delay):
            raise part.refusal(
                f"A second edge between the nodes {ends[0]} and {ends[1]} differs from the first, and each is one of "
                "both directions, which edges of TVBO are unless they say 'directed: true'."
            )

    def goes_back(self, part: Section, ends: tuple[int, int]) -> bool:
        """Tell whether there is an edge back: between variables of other kinds of nodes there may be none."""
        target, source = (self.nodes[number] for number in ends)
        lead, entry = part.text("source_var"), part.text("target_var")
        variables, inputs = source.operator.variables, target.inputs
        if (lead in variables if lead else True) and (entry in inputs if entry else bool(inputs)):
            return True
        part.omissions.add("the way back, for which there are no variables", "edge", f"{ends[0]} to {ends[1]}")
        return False

    def number(self, part: Section, key: str) -> int:
        """Return the number of the node at an end."""
        found = part.number(key)
        number = -1 if found is None else int(found)
        if number not in self.nodes:
            raise part.error(f"There is no node with the id {number}.")
        return number

    def coupling_of(self, part: Section) -> Coupling:
        """Return the coupling that an edge names, or the default one."""
        name = part.text("coupling")
        if name and name not in self.couplings and name != self.default.name:
            raise part.error(f"There is no coupling '{name}' in this file.", "coupling")
        return self.couplings.get(name, self.default)

    def weight_and_delay(self, part: Section, coupling: Coupling) -> tuple[float, float | None]:
        """Return the weight of an edge and its delay, which may be said by a length."""
        own: dict[str, float | None] = {}
        if part.has("parameters"):
            own = {key: one.number("value") for key, one in part.sections("parameters", "edge parameter").items()}
        part.ignore("parameters")
        said = {key: self.said(part, key, own) for key in ("weight", "delay", "distance")}
        length = own.pop("length", None)
        if own:
            raise part.refusal(f"It has the parameters {', '.join(own)}; weight, delay, distance and length are read.")
        delay = said["delay"]
        length = said["distance"] if length is None else length
        if delay is None and length:
            delay = self.speed.delay(length)
        weight = said["weight"]
        return 1.0 if weight is None else weight, delay if coupling.delayed else None

    def said(self, part: Section, key: str, own: dict[str, float | None]) -> float | None:
        """Return a number that stands with an edge, among its parameters, or in both places."""
        among = own.pop(key, None)
        number = part.number(key)
        if among is not None and number is not None and among != number:
            raise part.error(f"'{key}' is {number}, and {among} among its parameters.", key)
        return among if number is None else number

    def edge(
        self, part: Section, ends: tuple[int, int], coupling: Coupling, weight: float, delay: float | None
    ) -> Edge:
        """Return one edge."""
        source, target = (self.nodes[number] for number in ends)
        entry = self.input_of(part, target, coupling)
        if not entry:
            raise part.error("Its target has no coupling inputs.", "target")
        other = target.couplings.setdefault(entry, coupling)
        if other is not coupling and (other.acts_after or coupling.acts_after):
            raise part.refusal(f"The couplings '{other.name}' and '{coupling.name}' feed one input '{entry}'.")
        lead = part.text("source_var") or source.lead
        if lead not in source.operator.variables:
            raise part.error(f"The source has no variable '{lead}'.", "source_var")
        mapping = {}
        if coupling.pre is not None:
            mapping = coupling.mapping(lead, End(source.label, source.operator), End(target.label, target.operator))
        return Edge(
            f"{source.label}/{source.operator.name}/{lead}",
            f"{target.label}/{coupling.end(entry, target.operator)}",
            coupling.template,
            weight,
            delay,
            mapping=mapping,
        )

    def input_of(self, part: Section | None, target: Node, coupling: Coupling) -> str:
        """Return the input that an edge feeds: the named one, that of the coupling's name, or the first; else ''."""
        name = "" if part is None else part.text("target_var")
        if name and name not in target.inputs:
            assert part is not None
            raise part.error(f"The target has no coupling input '{name}'.", "target_var")
        named = name or (coupling.name if coupling.name in target.inputs else "")
        return named or next(iter(target.inputs), "")

    def feed_the_rest(self) -> None:
        """Give nodes where nothing arrives what the default coupling makes of that."""
        for node in self.nodes.values():
            if node.inputs and not node.couplings:
                node.couplings[node.inputs[0]] = self.default
