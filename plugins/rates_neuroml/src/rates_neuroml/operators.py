"""Operators of instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Number, symbols
from rates_core.templates.operator import OperatorTemplate

from rates_neuroml.checking import dimensions_of, mismatches
from rates_neuroml.descriptions import described
from rates_neuroml.flattening import Flattening
from rates_neuroml.happenings import Happenings
from rates_neuroml.instances import Instance
from rates_neuroml.kinetics import read_schemes
from rates_neuroml.omissions import Report
from rates_neuroml.scope import NUMBERS


@frozen(eq=False)
class Unit:
    """An instance that has become an operator.

    Attributes:
        flat: its variables and equations.
        happenings: what happens in it.
        operator: that it has become.
    """

    flat: Flattening
    happenings: Happenings
    operator: OperatorTemplate

    def variable(self, instance: Instance, name: str) -> str | None:
        """Return what a variable of an instance inside is called, or None."""
        for own, origin in self.flat.origins.items():
            if origin.instance is instance and origin.name == name and own in self.operator.variables:
                return own
        return None


def unit_of(instance: Instance, report: Report, connected: Mapping[tuple[int, str], object] | None = None) -> Unit:
    """Return an instance as an operator, which is called as its type is.

    Args:
        instance: with everything that is inside or attached.
        report: that is added to.
        connected: ports to which events come, by instance and port.

    Raises:
        ModelFileError: something is missing or malformed.
        UnsupportedFeatureError: it says what rates cannot compute; the item is named.
    """
    flat = Flattening(instance)
    flat.read()
    read_schemes(flat)
    flat.settle()
    happenings = Happenings(flat)
    happenings.read(connected or {})
    dimensions = dimensions_of(flat)
    report.omissions += [line for one in instance.walk() for line in _unknown_attributes(one)]
    report.omissions += [f"{instance.label}: {line}" for line in happenings.lost]
    report.mismatches += [f"{instance.label}: {line}" for line in mismatches(flat, dimensions)]
    events = [
        {"when": to_text(one.when), "set": {name: to_text(value) for name, value in one.sets.items()}, "emit": emit}
        for one in happenings.all
        for emit in (*one.emits, None)[: len(one.emits) or 1]
    ]
    variables = _variables(flat, happenings)
    equations = [f"{name}' = {to_text(flat.derivatives.get(name, Number(0.0)))}" for name in flat.states]
    equations += [f"{name} = {to_text(value)}" for name, value in flat.equations.items()]
    known = {name: dimensions.get(name) for name in variables}
    operator = OperatorTemplate(
        instance.type.name, equations, variables, description=described(instance, known), events=events
    )
    return Unit(flat, happenings, operator)


def _variables(flat: Flattening, happenings: Happenings) -> dict[str, Any]:
    """Return what is declared: states, computed variables, inputs, and the parameters that something reads."""
    read = {name for value in (*flat.equations.values(), *flat.derivatives.values()) for name in symbols(value)}
    for one in happenings.all:
        read |= symbols(one.when).union(*map(symbols, one.sets.values()))
    values = {**flat.states, **dict.fromkeys((*flat.equations, *happenings.pulses), 0.0)}
    found: dict[str, Any] = {name: f"{_kind(flat, name)}({value!r})" for name, value in values.items()}
    found |= dict.fromkeys(flat.inputs, "input(0.0)")
    return found | {name: flat.numbers[name] for name in _as_declared(flat) if name in read}


def _as_declared(flat: Flattening) -> list[str]:
    """Return the names of parameters in the order of their declarations."""
    every = [(id(one), name) for one in flat.root.walk() for tag in NUMBERS for name in one.type.named[tag]]
    places = {key: place for place, key in enumerate(every)}

    def place(name: str) -> int:
        origin = flat.origins[name]
        return places.get((id(origin.instance), origin.name), len(places))

    return sorted(flat.numbers, key=place)


def _kind(flat: Flattening, name: str) -> str:
    """Return `output` for what the instance itself exposes, and events that it emits, else `variable`."""
    origin = flat.origins[name]
    shown = origin.kind == "pulse" or (origin.element is not None and origin.element.get("exposure"))
    return "output" if origin.instance is flat.root and shown else "variable"


def _unknown_attributes(instance: Instance) -> list[str]:
    """Return a line for each attribute of a component that its type does not know."""
    known = {name for kind in instance.type.named.values() for name in kind} | {*instance.type.fixed, *_ALWAYS}
    return [
        f"'{name}' of {instance.label}, which its type does not have"
        for name in instance.element.attributes
        if name not in known
    ]


_ALWAYS = ("id", "type", "name", "extends", "metaid", "neuroLexId")
