"""Stimuli of an experiment: functions of time that equations name, computed where these are."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from attrs import field, frozen
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Symbol, substitute
from rates_core.templates.variable import Variable

from rates_tvbo.expression_reader import Scope, read_expression
from rates_tvbo.section import Section

_WORD = re.compile(r"[^\W\d]\w*")
#: What a stimulus may say that is not read, and what to do.
_REFUSED = {
    "dataLocation": "Its signal lies in a file. Give the samples to 'run' as inputs of a coupling input.",
    "condition": "It begins when a condition is met (condition). Write it as an event of the dynamics.",
    "affect": "It changes states (affect). Write it as an event of the dynamics.",
    "trigger_times": "It happens at given times (trigger_times). Write it as an event of the dynamics.",
    "duration": "Its duration is not read, nor does tvbo run it. Write it into the equation, as a Piecewise of t.",
    "target_variable": "It names a target_variable, and tvbo runs what equations name. Write it into an equation.",
    "target_regions": "It names target_regions, and tvbo runs 'nodes' with 'weights'. Write those.",
    "target_component": "It names a target_component, and tvbo runs 'nodes' with 'weights'. Write those.",
    "weight_distribution": "Its weights are draws (weight_distribution). Write them as numbers, in 'weights'.",
}


@frozen
class Stimulus:
    """A function of time that is added where equations name it.

    Attributes:
        name: in equations.
        signal: its value, in names of its own variables.
        parameters: numbers by the names that these have in an operator.
        weights: by the numbers of nodes, or None where all have it as it is.
        section: where it was written, for errors.
    """

    name: str
    signal: Expression
    parameters: Mapping[str, float]
    weights: Mapping[int, float] | None
    section: Section = field(eq=False)

    @property
    def weight(self) -> str:
        """Return the parameter that is the weight at a node."""
        return f"{self.name}_weight"

    def variables(self) -> dict[str, Variable]:
        """Return what an operator declares of it."""
        own = {self.weight: Variable.parse(0.0)} if self.weights is not None else {}
        found = {key: Variable.parse(value) for key, value in self.parameters.items()}
        return {self.name: Variable("variable"), **found, **own}

    def equation(self) -> str:
        """Return the equation that computes it."""
        value = self.signal if self.weights is None else Apply("multiply", (Symbol(self.weight), self.signal))
        return f"{self.name} = {to_text(value)}"

    def values(self, number: int) -> dict[str, float]:
        """Return what a node has of its own."""
        return {} if self.weights is None or number not in self.weights else {self.weight: self.weights[number]}


def read_stimuli(experiment: Section) -> list[Stimulus]:
    """Return the stimuli of an experiment, which are its events.

    Raises:
        UnsupportedFeatureError: one is another event, or is no function of time alone.
        ModelFileError: a part is missing or malformed.
        EquationError: an expression is malformed.
    """
    return [_read(part) for part in experiment.sections("events", "event").values()]


def _read(part: Section) -> Stimulus:
    kind = part.text("event_type")
    if kind not in ("", "stimulus"):
        raise part.refusal(
            f"It is one of the kind '{kind}'; events of an experiment are read as stimuli. Write it as an event of the "
            "dynamics.",
            "event_type",
        )
    for key, text in _REFUSED.items():
        if part.has(key):
            raise part.refusal(text, key)
    equation = part.section("equation", f"equation of {part.subject}")
    if equation is None:
        raise part.error("It has no equation.")
    parts = part.sections("parameters", f"parameter of {part.subject}")
    parameters: dict[str, float] = {}
    for key, one in parts.items():
        if one.has("distribution"):
            raise one.refusal("It is drawn anew in each step (distribution), by tvbo's generator.", "distribution")
        value = one.number("value")
        if value is None:
            raise one.error("A parameter needs a number as its value.")
        one.ignore("unit", "description", "label", "definition", "domain")
        one.close()
        parameters[f"{part.name}_{key}"] = value
    scope = Scope(frozenset(parts), where=f"{equation.location}, {equation.kind}")
    signal = read_expression(equation.text("rhs"), scope)
    equation.ignore("latex", "lhs", "description", "definition")
    equation.close()
    signal = substitute(signal, {key: Symbol(f"{part.name}_{key}") for key in parts})
    weights = _weights(part)
    part.ignore("label", "description", "sampling_rate", "interpolation")
    part.close()
    return Stimulus(part.name, signal, parameters, weights, part)


def _weights(part: Section) -> dict[int, float] | None:
    """Return the weights of the nodes that are named; None if none is."""
    nodes, weights = part.value("nodes"), part.value("weights")
    if nodes is None:
        if weights is not None:
            raise part.refusal("It has weights, and tvbo runs those of 'nodes' alone. Name these.", "weights")
        return None
    weights = [1.0] * len(nodes) if weights is None else weights
    if len(weights) != len(nodes):
        raise part.error(f"It has {len(nodes)} nodes and {len(weights)} weights.", "weights")
    return {int(node): float(weight) for node, weight in zip(nodes, weights, strict=True)}


def named_in(texts: Collection[str], stimuli: Sequence[Stimulus]) -> list[Stimulus]:
    """Return the stimuli that equations name."""
    names = {name for text in texts for name in _WORD.findall(text)}
    return [one for one in stimuli if one.name in names]


def weigh(stimuli: Sequence[Stimulus], number: int, declared: Collection[str]) -> dict[str, float]:
    """Return the weights of stimuli at a node, of those that its operator declares."""
    found = {key: value for one in stimuli for key, value in one.values(number).items()}
    return {key: value for key, value in found.items() if key in declared}


def check_nodes(stimuli: Sequence[Stimulus], numbers: Collection[int]) -> None:
    """Refuse stimuli of nodes that are not there.

    Raises:
        ModelFileError: one names such a node.
    """
    for one in stimuli:
        for number in sorted(set(one.weights or ()) - set(numbers)):
            raise one.section.error(f"There is no node with the id {number}.", "nodes")
