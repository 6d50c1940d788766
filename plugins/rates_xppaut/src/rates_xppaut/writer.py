"""Templates written as files of XPPAUT."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from attrs import define, field
from rates_core.delays.lowered import lowered_system
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Expression, Number
from rates_core.files import replace
from rates_core.system.system import EventRule, State, Statement, System
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.template import Template

from rates_xppaut.beginnings import Beginnings
from rates_xppaut.event_writer import crossing, in_turn
from rates_xppaut.expression_writer import number_text, write_expression
from rates_xppaut.names import ShortNames
from rates_xppaut.notes import HEADER, note, note_of_templates
from rates_xppaut.omissions import Omissions
from rates_xppaut.scalars import Place, Scalars, entries_of
from rates_xppaut.settings import ROOM

MOST_VARIABLES = 1900  # that xppaut 6.11 has room for, computed ones included
MOST_PARAMETERS = 380
LONGEST_COMMENT = 900  # characters of a line, of which xppaut reads 1023 at a time
LONGEST_EVENT = 120  # characters of what an event says, for which there is room for 256 operations


def write(template: Template, path: str | Path) -> None:
    """Write an operator, a node or a circuit as a file of XPPAUT; comments say which name stands for which path.

    Raises:
        UnsupportedFeatureError: the template has what XPPAUT cannot hold; each item is named.
    """
    circuit = circuit_of(template)
    omissions = Omissions()
    lines = _Writer(circuit, omissions).lines()
    omissions.check(f"XPPAUT cannot hold what '{circuit.name}' says:")
    replace(Path(path), ("\n".join(lines) + "\n").encode())
    omissions.report(f"'{circuit.name}' has what a file of XPPAUT cannot hold:")


def circuit_of(template: Template) -> CircuitTemplate:
    """Return a circuit of a template.

    Raises:
        UnsupportedFeatureError: it is none of an operator, a node and a circuit.
    """
    if isinstance(template, OperatorTemplate):
        template = NodeTemplate(f"{template.name.removesuffix('_op')}_node", [template])
    if isinstance(template, NodeTemplate):
        template = CircuitTemplate(template.name.removesuffix("_node") or "model", nodes={"p": template})
    if isinstance(template, CircuitTemplate):
        return template
    raise UnsupportedFeatureError(f"XPPAUT has no file for a template of the kind {type(template).__name__}.")


@define
class _Writer:
    """Writes one circuit, and collects what cannot be written before it refuses."""

    circuit: CircuitTemplate
    omissions: Omissions
    system: System = field(init=False)
    names: dict[Place, str] = field(factory=dict)
    short: ShortNames = field(factory=ShortNames)
    scalars: Scalars = field(init=False)
    explicit: Scalars = field(init=False)
    labels: dict[str, str] = field(factory=dict)
    shared: dict[Any, str] = field(factory=dict)
    written: list[str] = field(factory=list)

    def lines(self) -> list[str]:
        """Return the lines of the file."""
        self.system = lowered_system(self.circuit, vectorize=False)
        self.refuse()
        self.omissions.check(f"XPPAUT cannot hold what '{self.circuit.name}' says:")
        system = self.system
        named = set(system.addresses.values())
        self.scalars = Scalars(
            system, self.names, {one.target: one for one in system.statements if one.target not in named}
        )
        # computed variables are those of the last evaluation where events look at them, so they stand there in full
        self.explicit = Scalars(system, self.names, {one.target: one for one in system.statements})
        held = {event.held for event in system.events}
        states = [one for one in system.states if one.path not in held]
        shown: list[Statement] = [one for one in system.statements if one.target in named]
        notes = self.name_all(states, shown)
        if len(self.circuit.nodes) == 1 and not (self.circuit.circuits or self.circuit.populations):
            (node,) = self.circuit.nodes.values()
            notes = [note_of_templates(self.circuit.name, node.name), *notes]
        head = [HEADER, *(f"# {line}".rstrip() for line in self.prose()), *notes]
        parameters, starts = self.parameters(), self.starts(states)
        for statement in shown:
            for place in self.scalars.entries(statement.target):
                self.equation(f"{self.names[place]}=", statement.target, self.statement(statement, place.entry))
        slopes = {one.state: one.expression for one in system.derivatives}
        for state in states:
            for place in entries_of(state.path, state.shape):
                self.equation(
                    f"{self.names[place]}'=", state.path, self.at(state.path, slopes[state.path], place.entry)
                )
        self.events()
        self.check_size(len(parameters))
        return [*head, *parameters, *starts, *self.written, self.options(), "done"]

    def prose(self) -> Iterable[str]:
        """Return what templates say in words: the circuit, and its only operator."""
        operators = [one for node in self.circuit.nodes.values() for one, _ in node.operators]
        texts = [self.circuit.description, *([operators[0].description] if len(operators) == 1 else [])]
        prose = "\n\n".join(filter(None, texts))
        if "\\" in prose:
            self.omissions.add("backslashes in the description, which become '/': lines go on behind them")
        return [
            line[begin : begin + LONGEST_COMMENT]
            for line in prose.replace("\\", "/").splitlines()
            for begin in range(0, len(line) or 1, LONGEST_COMMENT)
        ]

    def refuse(self) -> None:
        """Collect what XPPAUT has no word for."""
        system = self.system
        for path in sorted(system.complex_symbols):
            self.omissions.refuse(f"'{path}' is complex, and numbers of XPPAUT are real.")
        for event in system.events:
            if event.emit is not None:
                self.omissions.refuse(f"An event of '{event.label}' emits a pulse, which events of XPPAUT cannot.")
        for draw in system.draws:
            if draw.kind != "noise":
                self.omissions.refuse(f"'{draw.path}' is one draw per step; XPPAUT draws at each evaluation.")

    def name_all(self, states: list[State], shown: list[Statement]) -> list[str]:
        """Give names to all that the file mentions; return notes of what they stand for."""
        notes: list[str] = []
        kinds = {
            path: operator.variables[variable].kind
            for (number, name, variable), path in self.system.addresses.items()
            for operator in self.operators(number)
            if operator.name == name and variable in operator.variables
        }

        assert self.system.network is not None
        self.labels = {
            path: self.system.network.populations[number].label
            for (number, *_), path in self.system.addresses.items()
            if self.system.network.populations[number].size is not None
        }

        def give(path: str, shape: Any) -> None:
            places = entries_of(path, shape)
            node, _, variable = path.partition("/")
            for place in places:
                self.names[place] = self.short.choose(
                    variable.rpartition("/")[2] or node, node.rpartition("/")[2], numbered=len(places) > 1
                )
                notes.append(note(self.names[place], self.shown(place), kinds.get(path, "")))

        for state in states:
            give(state.path, state.shape)
        for statement in shown:
            give(statement.target, self.system.variables[statement.target])
        for draw in self.system.draws:
            give(draw.path, draw.shape)
        for one in self.system.parameters:
            if not one.structural and (not one.shape or (len(one.shape) == 1 and one.role != "weight")):
                give(one.path, one.shape)
        return notes

    def shown(self, place: Place) -> str:
        """Return a path as users write it, of one unit of a population or one place on an axis."""
        if place.entry is None:
            return place.path
        label = self.labels.get(place.path, "")
        return f"{label}[{place.entry}]{place.path[len(label) :]}" if label else f"{place.path}[{place.entry}]"

    def operators(self, population: int) -> Iterable[OperatorTemplate]:
        """Return the operators of a population."""
        assert self.system.network is not None
        return self.system.network.populations[population].structure.operators

    def parameters(self) -> list[str]:
        """Return lines of parameters and noise; entries of an axis stand one after the other, for `shift`."""
        found: list[str] = []
        for one in self.system.parameters:
            places = [place for place in entries_of(one.path, one.shape[:1]) if place in self.names]
            values = np.broadcast_to(np.asarray(one.value), one.shape).ravel().tolist() if places else []
            for place, value in zip(places, values, strict=False):
                if not math.isfinite(value):
                    self.omissions.refuse(f"'{self.shown(place)}' is {value}, and numbers of XPPAUT are finite.")
                    value = 0.0
                found.append(f"par {self.names[place]}={number_text(value)}")
        for draw in self.system.draws:
            found += [f"wiener {self.names[place]}" for place in entries_of(draw.path, draw.shape)]
        return found

    def starts(self, states: list[State]) -> list[str]:
        """Return lines of initial values; `x(0)=` says that of delayed variables also for the time before."""
        beginnings, found = Beginnings(self.explicit), list[str]()
        for place in (place for state in states for place in entries_of(state.path, state.shape)):
            try:
                found.append(f"{self.names[place]}(0)={number_text(beginnings.of(place))}")
            except UnsupportedFeatureError as error:
                self.omissions.refuse(f"the start of '{place.path}': {error}")
        return found

    def statement(self, statement: Statement, entry: int | None) -> Expression:
        """Return what a statement computes, at one place."""
        return self.guarded(statement.target, lambda: self.scalars.value(statement, entry))

    def at(self, path: str, expression: Expression, entry: int | None) -> Expression:
        """Return an expression at one place."""
        return self.guarded(path, lambda: self.scalars.at(expression, entry))

    def guarded(self, path: str, compute: Any) -> Expression:
        """Return a tree; what cannot be written is collected."""
        try:
            found: Expression = compute()
        except UnsupportedFeatureError as error:
            self.omissions.refuse(f"the equation of '{path}': {error}")
            return Number(0.0)
        return found

    def text(self, path: str, tree: Expression) -> str:
        """Return a tree as text; what is long stands in lines of its own before."""
        try:
            return write_expression(tree, f"the equation of '{path}'", self.apart)
        except UnsupportedFeatureError as error:
            self.omissions.refuse(str(error))
            return "0"

    def apart(self, text: str) -> str:
        """Return the name of a variable that stands for a text."""
        if text not in self.shared:
            self.shared[text] = self.short.choose("part", numbered=True)
            self.written.append(f"{self.shared[text]}={text}")
        return self.shared[text]

    def equation(self, left: str, path: str, tree: Expression) -> None:
        """Write one equation."""
        text = self.text(path, tree)
        self.written.append(f"{left}{text}")

    def events(self) -> None:
        """Write events, one for each unit."""
        for event in self.system.events:
            shape = self.system.shapes[event.condition]
            for entry in range(shape[0]) if shape else [None]:
                try:
                    self.event(event, entry)
                except UnsupportedFeatureError as error:
                    self.omissions.refuse(f"an event of '{event.label}': {error}")

    def event(self, event: EventRule, entry: int | None) -> None:
        """Write the event of one unit."""

        def text(tree: Expression) -> str:
            found = write_expression(tree, "what it says")
            if len(found) > LONGEST_EVENT:
                raise UnsupportedFeatureError(f"what it says has more than {LONGEST_EVENT} characters: {found}")
            return found

        sign, condition = crossing(self.explicit.at(event.when, entry))
        values = {
            self.names[Place(path, entry if self.system.shapes[path] else None)]: self.explicit.at(value, entry)
            for path, value in event.assignments.items()
        }
        sets = ";".join(f"{name}={text(values[name])}" for name in in_turn(values))
        self.written.append(f"global {sign} {{{text(condition)}}} {{{sets}}}")

    def options(self) -> str:
        """Return options with which xppaut runs on, however large values become."""
        delay = self.scalars.largest_delay()
        room = [f"delay={math.ceil(2 * delay) + 1}"] if self.system.reads else []
        return "@ " + ",".join([*room, *ROOM])

    def check_size(self, parameters: int) -> None:
        """Refuse what xppaut has no room for."""
        variables = sum(not line.startswith("global ") for line in self.written)
        for count, most, what in (
            (variables, MOST_VARIABLES, "variables"),
            (parameters, MOST_PARAMETERS, "parameters"),
        ):
            if count > most:
                self.omissions.refuse(f"It has {count} {what}, and xppaut room for {most}.")
