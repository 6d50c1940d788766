"""Operators beside the dynamics of a node: what is made of its states before they are sent, and of what has arrived."""

from __future__ import annotations

from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate


def after_of(node: NodeTemplate, name: str) -> OperatorTemplate | None:
    """Return the operator of that name if it makes an input of the dynamics of what has arrived."""
    found = _beside(node, name)
    entry = None if found is None else node.operators[0][0].variables.get(found.parsed[0].target)
    return found if entry is not None and entry.kind == "input" else None


def before_of(node: NodeTemplate, name: str) -> OperatorTemplate | None:
    """Return the operator of that name if it makes of outputs of the dynamics what is sent."""
    found = _beside(node, name)
    if found is None or after_of(node, name) is not None:
        return None
    inputs = [key for key, one in found.variables.items() if one.kind == "input"]
    return found if inputs and all(_is_output(node, key) for key in inputs) else None


def arrivals(node: NodeTemplate, after: OperatorTemplate) -> list[str]:
    """Return the inputs of such an operator that are fed by edges, and by no output of the dynamics."""
    return [key for key, one in after.variables.items() if one.kind == "input" and not _is_output(node, key)]


def dynamics_alone(node: NodeTemplate, senders: set[str]) -> NodeTemplate:
    """Return a node without what is made of what arrives, and without those operators that send."""
    names = [operator.name for operator, _ in node.operators]
    rest = [pair for pair in node.operators if pair[0].name not in senders and after_of(node, pair[0].name) is None]
    return node if len(rest) == len(names) else NodeTemplate(node.name, rest, node.description, node.label)


def _is_output(node: NodeTemplate, key: str) -> bool:
    variable = node.operators[0][0].variables.get(key)
    return variable is not None and variable.kind == "output"


def _beside(node: NodeTemplate, name: str) -> OperatorTemplate | None:
    """Return an operator beside the first one that is one algebraic equation."""
    found = next(operator for operator, _ in node.operators if operator.name == name)
    alone = len(found.equations) == 1 and found.parsed[0].kind == "algebraic" and not found.events
    return found if alone and found is not node.operators[0][0] else None
