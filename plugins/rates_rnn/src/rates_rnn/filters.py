"""Templates that edges go through."""

from __future__ import annotations

from typing import Any

from rates_core.errors import ArgumentError, shown

from rates_core import NodeTemplate, OperatorTemplate
from rates_rnn.parts import Node

KINDS = (NodeTemplate, OperatorTemplate)


def filter_of(label: str, given: Any, n: int, values: Any) -> Node:
    """Return units that the signals of an edge go through, one for each unit of its source.

    Args:
        label: of them in the network.
        given: a template of a node or of an operator, or the path of a node's.
        n: number of units of the source.
        values: by `op/var`: a number for all, or one per unit.

    Raises:
        ArgumentError: it is something else, or has not one input and one output.
    """
    template = NodeTemplate.from_yaml(given) if isinstance(given, str) else given
    if isinstance(template, OperatorTemplate):
        template = NodeTemplate(template.name, [template])
    if not isinstance(template, NodeTemplate):
        raise ArgumentError(f"filter is {shown(given)}; it is a NodeTemplate, an OperatorTemplate, or a node's path.")
    return Node(label, template, n, _only(template, "input"), _only(template, "output"), dict(values or {}))


def _only(template: NodeTemplate, kind: str) -> str:
    """Return the path of the only input or output that no other operator of a template takes or feeds.

    Raises:
        ArgumentError: there is none, or there are several.
    """
    other = "output" if kind == "input" else "input"
    found = []
    for operator, _ in template.operators:
        beside = {
            name
            for neighbour, _ in template.operators
            for name, variable in neighbour.variables.items()
            if neighbour is not operator and variable.kind == other
        }
        found += [
            f"{operator.name}/{name}"
            for name, variable in operator.variables.items()
            if variable.kind == kind and name not in beside
        ]
    if len(found) != 1:
        raise ArgumentError(
            f"A filter has one input and one output; the template '{template.name}' has "
            f"{len(found) or 'no'} {kind}s{': ' if found else ''}{', '.join(found)}. Add it by add_diffeq_node(), and "
            "an edge on either side."
        )
    return found[0]
