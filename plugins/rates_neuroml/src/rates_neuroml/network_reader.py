"""Networks: populations of cells, what is attached to each of them, and what connects them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import define, field, frozen
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.population import PopulationTemplate

from rates_neuroml.definitions import Component, Definitions
from rates_neuroml.element import Element
from rates_neuroml.instances import Instance, instance_of
from rates_neuroml.omissions import Report
from rates_neuroml.operators import Unit, unit_of
from rates_neuroml.scope import own_meaning, root_of

_INDEXED = re.compile(r"(?P<population>[^/\[\]]+)\[(?P<index>\d+)\]")
_LISTED = re.compile(r"(?P<population>[^/\[\]]+)/(?P<index>\d+)(?:/[^/]+)?")


@frozen(eq=False)
class EventWire:
    """Events that go from a port of one cell to one of what is attached to another."""

    source: Instance
    port: str
    delay: float


@define(eq=False)
class Network:
    """A network while it is read.

    Attributes:
        root: the network itself.
        report: what people have to know.
        cells: instances of each population.
        wires: events by the instance and the port to which they go.
        units: operators by the cell.
        labels: of nodes by the cell.
    """

    root: Instance
    report: Report
    cells: dict[str, list[Instance]] = field(factory=dict)
    wires: dict[tuple[int, str], list[EventWire]] = field(factory=dict)
    units: dict[int, Unit] = field(factory=dict)
    labels: dict[int, str] = field(factory=dict)

    @property
    def definitions(self) -> Definitions:
        """Return everything that files define."""
        return self.root.definitions

    def read(self) -> CircuitTemplate:
        """Return the circuit.

        Raises:
            ModelFileError: something is missing or malformed.
            UnsupportedFeatureError: it says what rates cannot compute; the item is named.
        """
        others = [one for one in self.root.inside() if not self._take_population(one)]
        for one in others:
            self._connect_all(one)
            if not any(part.type.structure for part in one.walk()):
                self.report.omissions.append(f"{one.label} of '{self.root.name}', which connects nothing")
        nodes: dict[str, NodeTemplate] = {}
        populations: dict[str, PopulationTemplate] = {}
        for name, cells in self.cells.items():
            if len(cells) > 1 and not any(self._is_touched(cell) for cell in cells):
                unit = self._unit(cells[0], name)
                populations[name] = PopulationTemplate(name, NodeTemplate(cells[0].name, [unit.operator]), len(cells))
                self.units.update({id(cell): unit for cell in cells})
                self.labels.update({id(cell): f"{name}[{index}]" for index, cell in enumerate(cells)})
                continue
            for index, cell in enumerate(cells):
                label = name if len(cells) == 1 else f"{name}_{index}"
                nodes[label] = NodeTemplate(cell.name, [self._unit(cell, label).operator])
        return CircuitTemplate(self.root.name, nodes=nodes, populations=populations, edges=self._edges())

    def cell_at(self, path: str, asking: Element) -> Instance:
        """Return the cell that a path names: `pop[0]`, `pop/0/cell` or `../pop/0/cell`.

        Raises:
            ModelFileError: there is none.
        """
        text = path.strip().removeprefix("../").removeprefix("./")
        match = _INDEXED.match(text) or _LISTED.fullmatch(text)
        name, index = (match["population"], int(match["index"])) if match else (text, 0)
        if name not in self.cells or (match is None and len(self.cells[name]) > 1):
            known = ", ".join(self.cells)
            raise asking.error(f"'{path}' is no cell of '{self.root.name}', whose populations are {known}.")
        if index >= len(self.cells[name]):
            raise asking.error(f"'{path}': the population '{name}' has {len(self.cells[name])} cells, counted from 0.")
        return self.cells[name][index]

    def _unit(self, cell: Instance, label: str) -> Unit:
        unit = unit_of(cell, self.report, self.wires)
        self.units[id(cell)], self.labels[id(cell)] = unit, label
        return unit

    def _is_touched(self, cell: Instance) -> bool:
        """Tell whether something is attached to a cell or reads it, so that it is not like the others."""
        if any(receiver == id(cell) for receiver, _ in self.wires):
            return True
        sources = [wire.source for wires in self.wires.values() for wire in wires]
        peers = [
            one.peer.parent for cells in self.cells.values() for other in cells for one in other.walk() if one.peer
        ]
        return any(cell.groups.get(name) for name in cell.type.named["Attachments"]) or any(
            one is cell for one in [*sources, *peers]
        )

    def _take_population(self, one: Instance) -> bool:
        """Take a population, and tell whether it is one."""
        many = [item for item in one.type.structure if item.tag == "MultiInstantiate"]
        places = [child for child in one.inside() if any(item.tag == "ChildInstance" for item in child.type.structure)]
        if not many and not places:
            return False
        if many:
            reference, counter = many[0].need("component"), many[0].need("number")
            meant = own_meaning(one, counter)
            text = one.text(counter) if meant is not None else counter
            if not text.isdigit():
                raise one.error(f"'{counter}' is '{text}', which is no number of components.")
            count = int(text)
        else:
            reference = places[0].type.structure[0].need("component").removeprefix("../")
            count = len(places)
        if any("location" in place.children for place in places):
            self.report.omissions.append(f"locations of the cells of '{one.name}'")
        component = self.definitions.component(one.text(reference), one.element)
        self.cells[one.name] = [self._cell(component) for _ in range(count)]
        return True

    def _cell(self, component: Component) -> Instance:
        cell = instance_of(component, self.definitions)
        cell.parent = self.root
        return cell

    def _connect_all(self, one: Instance) -> None:
        structure = [item for item in one.type.structure if item.tag != "With"]
        for item in structure:
            match item.tag:
                case "EventConnection":
                    self._connect_events(one, item)
                case "Tunnel":
                    self._connect_peers(one, item)
                case "ForEach":
                    self._connect_each(one, item, {})
                case "ChildInstance":
                    pass
                case _:
                    raise one.refusal(f"Its type has <{item.tag}> in its Structure, which rates does not read.")
        for inside in one.inside():
            self._connect_all(inside)
        if one.type.is_dynamic and not structure:
            raise one.refusal(
                "It has dynamics of its own beside the populations of a network, which rates does not read."
            )

    def _connect_each(self, one: Instance, item: Element, known: Mapping[str, Instance]) -> None:
        """Connect what loops over populations connect."""
        reference = item.need("instances").removeprefix("../")
        population = one.text(reference) or self._inherited(one, reference)
        if population not in self.cells:
            raise one.error(f"'{population}' is no population of '{self.root.name}'.")
        for cell in self.cells[population]:
            ends = {**known, item.need("as"): cell}
            for inner in item.children:
                if inner.tag == "ForEach":
                    self._connect_each(one, inner, ends)
                elif inner.tag == "EventConnection" and inner.get("receiver") is None:
                    self._wire(one, inner, ends[inner.need("from")], ends[inner.need("to")])
                else:
                    raise one.refusal(f"Its type has <{inner.tag}> in <ForEach>, which rates does not read.")

    def _end(self, one: Instance, alias: str, asking: Element) -> Instance:
        """Return the cell at an end of a connection."""
        chosen = next((item for item in one.type.structure if item.tag == "With" and item.get("as") == alias), None)
        if chosen is None:
            raise asking.error(f"'{alias}' is no 'as' of a <With>.")
        listed, key = chosen.get("list"), chosen.get("instance") or chosen.need("index")
        path = one.text(key) or self._inherited(one, key)
        if listed is None:
            return self.cell_at(path, one.element)
        population = one.text(listed) or self._inherited(one, listed)
        return self.cell_at(f"{population}[{path}]", one.element)

    def _inherited(self, one: Instance, name: str) -> str:
        parent = one.parent
        while parent is not None:
            if parent.text(name):
                return parent.text(name)
            parent = parent.parent
        raise one.error(f"It does not say its '{name}'.")

    def _attached(self, one: Instance, cell: Instance, reference: str, container: str, asking: Element) -> Instance:
        """Attach a component to a cell, and give it the properties that the connection says."""
        holder, key = (one.parent, reference[3:]) if reference.startswith("../") else (one, reference)
        assert holder is not None
        component = self.definitions.component(holder.element.need(key), holder.element)
        receiver = instance_of(component, self.definitions)
        group = container or self._container(cell, receiver, one)
        if group not in cell.type.named["Attachments"]:
            raise one.error(f"{cell.label} has no attachments '{group}'.")
        for assign in asking.all("Assign"):
            if assign.need("property") not in receiver.type.named["Property"]:
                raise one.refusal(f"It gives a '{assign.need('property')}', which {receiver.label} does not have.")
            receiver.values[assign.need("property")] = self._number(one, assign.need("value"))
        cell.add(receiver, group=group)
        return receiver

    def _container(self, cell: Instance, receiver: Instance, one: Instance) -> str:
        for name, spec in cell.type.named["Attachments"].items():
            if spec.need("type") in receiver.type.ancestry:
                return name
        raise one.error(f"{receiver.label} cannot be attached to {cell.label}.")

    def _number(self, one: Instance, name: str) -> float:
        spec = one.type.named["Parameter"].get(name)
        text = one.element.get(name)
        if spec is None or text is None:
            raise one.error(f"It has no '{name}'.")
        return self.definitions.quantity(text, spec.get("dimension"), one.element, f"'{name}' of {one.label}")

    def _connect_events(self, one: Instance, item: Element) -> None:
        source, target = self._end(one, item.need("from"), item), self._end(one, item.need("to"), item)
        self._tell_segments(one)
        receiver = target
        reference = item.get("receiver")
        if reference is not None:
            container = one.text(item.get("receiverContainer") or "")
            receiver = self._attached(one, target, reference, container, item)
        if source is target and reference is not None and _receives_nothing(receiver):
            return  # an input, which LEMS attaches by an event that nobody reads
        self._wire(one, item, source, receiver)

    def _wire(self, one: Instance, item: Element, source: Instance, receiver: Instance) -> None:
        """Let events of one instance come to another."""
        incoming = one.text(item.get("targetPort") or "targetPort") or _only(receiver, "in", one)
        outgoing = one.text(item.get("sourcePort") or "sourcePort") or _only(source, "out", one)
        delay = item.get("delay")
        wire = EventWire(source, outgoing, 0.0 if delay is None else self._number(one, delay))
        self.wires.setdefault((id(receiver), incoming), []).append(wire)

    def _connect_peers(self, one: Instance, item: Element) -> None:
        ends = self._end(one, item.need("endA"), item), self._end(one, item.need("endB"), item)
        self._tell_segments(one)
        first = self._attached(one, ends[0], item.need("componentA"), "", item)
        second = self._attached(one, ends[1], item.need("componentB"), "", item)
        first.peer, second.peer = second, first

    def _tell_segments(self, one: Instance) -> None:
        told = ("preSegmentId", "postSegmentId", "preSegment", "postSegment", "segmentId")
        for name in told:
            if one.text(name) not in ("", "0"):
                raise one.refusal(f"It is at the segment {one.text(name)}; rates reads cells of one segment.")

    def _edges(self) -> list[Any]:
        edges: list[Any] = []
        cells = [cell for group in self.cells.values() for cell in group]
        for cell in cells:
            unit, label = self.units[id(cell)], self.labels[id(cell)]
            target = f"{label}/{unit.operator.name}"
            for name, meant in unit.flat.peers.items():
                source = root_of(meant.instance, cells)
                assert source is not None
                edges.append(
                    (self._path(source, meant.instance, meant.name), f"{target}/{name}", None, {"weight": 1.0})
                )
            for (receiver, _), name in ((key, port) for key, port in unit.happenings.ports.items()):
                for wire in self.wires.get((receiver, _), ()):
                    attributes = {"weight": 1.0, **({"delay": wire.delay} if wire.delay else {})}
                    edges.append(
                        (self._path(wire.source, wire.source, wire.port), f"{target}/{name}", None, attributes)
                    )
        return edges

    def _path(self, cell: Instance, instance: Instance, name: str) -> str:
        unit = self.units[id(cell)]
        variable = unit.variable(instance, name)
        if variable is None:
            raise cell.refusal(f"It emits no event at '{name}' that rates can carry on.")
        return f"{self.labels[id(cell)]}/{unit.operator.name}/{variable}"


def _receives_nothing(receiver: Instance) -> bool:
    return not any(item.tag == "OnEvent" and item.children for item in receiver.type.handlers)


def _only(instance: Instance, direction: str, one: Instance) -> str:
    ports: Mapping[str, Element] = instance.type.named["EventPort"]
    found = [name for name, port in ports.items() if (port.get("direction") or "").lower() == direction]
    if len(found) != 1:
        raise one.error(f"{instance.label} has {len(found)} ports of the direction '{direction}'; say which.")
    return found[0]
