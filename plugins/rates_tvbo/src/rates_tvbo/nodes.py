"""Nodes of a network while its circuit is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import define, evolve, field
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate

from rates_tvbo.inputs import CouplingInput


@define
class Node:
    """A node while its circuit is read.

    Attributes:
        label: in paths.
        operator: its dynamics.
        inputs: what may be coupled in.
        values: values of its own.
        sent: variables that are coupled out, or else the first one; edges that say nothing read the first.
        couplings: names of the couplings that end here, by the variable that they feed.
        before: operators that make of its states what is sent, by name.
        after: operators that make an input of what has arrived, by name.
        read: states that these operators read.
    """

    label: str
    operator: OperatorTemplate
    inputs: Sequence[CouplingInput]
    values: dict[str, Any]
    sent: list[str] = field(init=False)
    couplings: dict[str, str] = field(factory=dict)
    before: dict[str, OperatorTemplate] = field(factory=dict)
    after: dict[str, OperatorTemplate] = field(factory=dict)
    read: set[str] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        variables = self.operator.variables
        self.sent = [key for key, one in variables.items() if one.kind == "output"] or list(variables)[:1]

    def template(self) -> NodeTemplate:
        """Return the node, with what couplings do before and after."""
        name = self.operator.name.removesuffix("_op")
        beside = [*self.before.values(), *self.after.values()]
        return NodeTemplate(name, [(self.operator, self.values), *((one, None) for one in beside)])


def read_states(nodes: Iterable[Node]) -> None:
    """Make outputs of the states that operators beside dynamics read, in all nodes of these dynamics."""
    read: dict[str, set[str]] = {}
    for node in (nodes := list(nodes)):
        read.setdefault(node.operator.name, set()).update(node.read)
    for node in nodes:
        node.operator = with_outputs(node.operator, read[node.operator.name])


def with_outputs(operator: OperatorTemplate, names: Iterable[str]) -> OperatorTemplate:
    """Return an operator with some variables that others of its node read."""
    changed: Mapping[str, Any] = {
        name: evolve(operator.variables[name], kind="output")
        for name in sorted(names)
        if operator.variables[name].kind == "variable"
    }
    return evolve(operator, variables={**operator.variables, **changed}) if changed else operator
