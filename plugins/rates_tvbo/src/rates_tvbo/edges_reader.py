"""Edges of a network, one by one or as matrices, with what couplings make of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import define, evolve, field
from rates_core.templates.edge import Edge

from rates_tvbo.connections import Block, blocks
from rates_tvbo.coupling import IDENTITY, STANDARD, Coupling, read_coupling
from rates_tvbo.inputs import CouplingInput, wiring
from rates_tvbo.links import Ends, links, receive
from rates_tvbo.matrices import PLACES, Matrices
from rates_tvbo.nodes import Node
from rates_tvbo.section import Section
from rates_tvbo.times import Speed

_OF_MATRICES = ("format", "unit", "weighted", "valid_diagonal", "non_negative", "directed", "label", "name")


@define
class EdgesReader:
    """Reads what connects the nodes of a network, and tells the nodes which couplings begin and end there.

    Attributes:
        network: what the file says.
        nodes: by their numbers.
        standard: the coupling of an experiment, or None.
        of_experiment: the network is one of an experiment, which tvbo couples where it names no coupling.
    """

    network: Section
    nodes: Mapping[int, Node]
    standard: Section | None
    of_experiment: bool
    couplings: dict[str, Coupling] = field(init=False)
    speed: Speed = field(init=False)
    parts: list[Section] = field(init=False)

    def __attrs_post_init__(self) -> None:
        network, standard = self.network, self.standard
        states = {key for node in self.nodes.values() for key in node.operator.variables}
        self.couplings = {
            key: read_coupling(one, key, states) for key, one in network.sections("coupling", "coupling").items()
        }
        if self.couplings:
            if standard is not None:
                network.omissions.add("coupling, beside those of its network, which tvbo runs", "experiment", "")
        elif standard is not None:
            found = read_coupling(standard, standard.name or "coupling", states)
            self.couplings = {found.name: found}
        else:
            self.couplings = {one.name: one for one in [STANDARD if self.of_experiment else IDENTITY]}
            if self.of_experiment and self.connects():
                text = f"no coupling, so tvbo's {STANDARD.name} with a = {STANDARD.parameters['a']} is taken"
                network.omissions.add(text, "experiment", "")
        parameters = network.sections("parameters", "network parameter")
        for one in parameters.values():
            one.ignore("unit", "label", "description", "definition", "symbol")
            if one.name != "conduction_speed":
                one.omissions.add("value", one.kind, one.name)
        self.speed = Speed(network, parameters.get("conduction_speed"))
        self.parts = network.items("edges", "edge")

    def connects(self) -> bool:
        """Tell whether something may arrive at nodes."""
        places = (*PLACES, "edges")
        return any(self.network.has(key) for key in places) and any(node.inputs for node in self.nodes.values())

    def standing_for_matrices(self) -> dict[str, Section]:
        """Return the edges that stand for matrices, by name."""
        return {part.text("name") or part.text("label"): part for part in self.parts if not part.has("source")}

    def matrices(self, found: Matrices) -> list[Block]:
        """Return the connections that stand as matrices in files."""
        nodes, part = list(self.nodes.values()), found.entry
        fed = [self.pairs(part, node) for node in nodes]
        delays = None
        if found.lengths is not None and found.lengths.any():
            delays = found.lengths * self.speed.delay(1.0)
        lead = "" if part is None else part.text("source_var")
        for one in self.standing_for_matrices().values():
            one.ignore(*_OF_MATRICES, "coupling", "source_var", "target_var")
            one.close()
        return list(blocks(nodes, fed, found.weights, delays, lead, part or self.network))

    def single(self, with_matrices: bool) -> list[Edge]:
        """Return the edges that stand in the file one by one.

        Args:
            with_matrices: there are matrices too, which TVBO takes in place of them.
        """
        found: list[Edge] = []
        both_ways: dict[tuple[object, ...], tuple[float, float | None]] = {}
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

    def edges(self, part: Section, both_ways: dict[tuple[object, ...], tuple[float, float | None]]) -> Iterator[Edge]:
        """Yield the edges of an entry, and those back: in TVBO an edge goes both ways unless it is directed."""
        for key in ("dynamics", "events", "source_network", "target_network"):
            if part.has(key):
                raise part.refusal(f"It has '{key}' of its own, which are not read.", key)
        ends = self.number(part, "source"), self.number(part, "target")
        times = self.weight_and_delay(part)
        if part.flag("directed"):
            yield from self.between(part, ends, *times)
            return
        pair = (*sorted(ends), part.text("coupling"), part.text("source_var"), part.text("target_var"))
        if pair not in both_ways:
            both_ways[pair] = times
            yield from self.between(part, ends, *times)
            if ends[0] != ends[1] and self.goes_back(part, ends):
                yield from self.between(part, ends[::-1], *times)
        elif both_ways[pair] != times:
            raise part.refusal(
                f"A second edge between the nodes {ends[0]} and {ends[1]} differs from the first, and each is one of "
                "both directions, which edges of TVBO are unless they say 'directed: true'."
            )

    def goes_back(self, part: Section, ends: tuple[int, int]) -> bool:
        """Tell whether there is an edge back: between variables of other kinds of nodes there may be none."""
        target, source = (self.nodes[number] for number in ends)
        lead, entry = part.text("source_var"), part.text("target_var")
        variables, inputs = source.operator.variables, _names(target)
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

    def weight_and_delay(self, part: Section) -> tuple[float, float | None]:
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
        return 1.0 if weight is None else weight, delay

    def said(self, part: Section, key: str, own: dict[str, float | None]) -> float | None:
        """Return a number that stands with an edge, among its parameters, or in both places."""
        among = own.pop(key, None)
        number = part.number(key)
        if among is not None and number is not None and among != number:
            raise part.error(f"'{key}' is {number}, and {among} among its parameters.", key)
        return among if number is None else number

    def between(self, part: Section, ends: tuple[int, int], weight: float, delay: float | None) -> Iterator[Edge]:
        """Yield the edges from one node to another."""
        source, target = (self.nodes[number] for number in ends)
        lead = part.text("source_var")
        if lead and lead not in source.operator.variables:
            raise part.error(f"The source has no variable '{lead}'.", "source_var")
        pairs = self.pairs(part, target)
        if not pairs:
            raise part.error("Its target has no coupling inputs.", "target")
        for variable, coupling in pairs:
            late = delay if coupling.delayed else None
            joined = Ends(source, target, (source.label, target.label), bool(late), part)
            for link in links(coupling, variable, joined, lead):
                yield Edge(
                    f"{source.label}/{link.source}",
                    f"{target.label}/{link.target}",
                    link.template,
                    weight,
                    late,
                    mapping=link.mapping,
                )

    def pairs(self, part: Section | None, target: Node) -> list[tuple[str, Coupling]]:
        """Return which variables of a node an edge feeds, and by which couplings.

        Raises:
            ModelFileError: it names what is not there.
            UnsupportedFeatureError: nothing says which coupling feeds which input.
        """
        coupling = None if part is None else self.named(part)
        entry = None if part is None else self.entry_of(part, target)
        wires = wiring(target.inputs, self.couplings)
        if coupling is not None:
            first = next((one for one in target.inputs if coupling.name in (one.source, one.name)), None)
            entry = entry or first or next((one for one in target.inputs if not one.local), None)
            found = [] if entry is None else [(entry, coupling)]
        elif wires is None:
            raise (part or self.network).refusal(
                f"Nothing says which of the couplings {', '.join(map(repr, self.couplings))} feeds which of the inputs "
                f"{', '.join(repr(one.name) for one in target.inputs)}. Name it as 'source' of each coupling input."
            )
        elif entry is None:
            found = wires
        else:
            alone = self.couplings if len(self.couplings) == 1 else {}
            found = [(entry, one) for wired, one in wires if wired.name == entry.name] or [
                (entry, one) for one in alone.values()
            ]
        return [
            pair
            for one, each in found
            for pair in zip(one.components, each.components(len(one.components)), strict=True)
        ]

    def named(self, part: Section) -> Coupling | None:
        """Return the coupling that an edge names, by its key or its name."""
        name = part.text("coupling")
        alike = {one.name: one for one in self.couplings.values()} | self.couplings
        if name and name not in alike:
            raise part.error(f"There is no coupling '{name}' in this file.", "coupling")
        return alike.get(name)

    @staticmethod
    def entry_of(part: Section, target: Node) -> CouplingInput | None:
        """Return the input that an edge names; a component of one is an input of its own."""
        name = part.text("target_var")
        whole = next((one for one in target.inputs if name == one.name), None)
        within = next((one for one in target.inputs if name in one.components), None)
        if name and whole is None and within is None:
            raise part.error(f"The target has no coupling input '{name}'.", "target_var")
        return whole or (None if within is None else evolve(within, name=name, components=(name,)))

    def feed_the_rest(self) -> None:
        """Give nodes where nothing arrives what couplings make of that."""
        for node in self.nodes.values():
            for one, coupling in wiring(node.inputs, self.couplings) or ():
                for variable, each in zip(one.components, coupling.components(len(one.components)), strict=True):
                    if variable not in node.couplings:
                        receive(node, each, variable, node.sent, self.network)


def _names(node: Node) -> set[str]:
    """Return what edges may call what they feed."""
    return {name for one in node.inputs for name in (one.name, *one.components)}
