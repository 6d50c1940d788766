"""What a coupling becomes between two nodes: edges, and operators of their sources and targets.

An expression of one state of the source, or of states of both ends, is an operator of the edge. One of several states
of the source alone is an operator of the source, so that a delay acts on all of them. What is made of the sums that
arrive is an operator of the target.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Expression, Symbol, substitute, symbols
from rates_core.templates.node import EdgeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.variable import Variable

from rates_tvbo.coupling import ARRIVED, Coupling, name_of_state
from rates_tvbo.nodes import Node
from rates_tvbo.section import Section

SENT = "sent"


@frozen
class Link:
    """An edge between nodes of two kinds.

    Attributes:
        source: `op/var` of the source.
        target: `op/var` of the target.
        template: its equations, or None.
        mapping: what their inputs are.
    """

    source: str
    target: str
    template: EdgeTemplate | None
    mapping: Mapping[str, str]


@frozen
class Ends:
    """The two ends of edges.

    Attributes:
        source: the node where they begin.
        target: the node where they end.
        labels: what paths call the two.
        delayed: whether there is a delay between them.
        section: where they are said, for errors.
    """

    source: Node
    target: Node
    labels: tuple[str, str]
    delayed: bool
    section: Section


def links(coupling: Coupling, entry: str, ends: Ends, said: str) -> Iterator[Link]:
    """Yield the edges of a coupling, one for each term that it sends, and give both ends their operators.

    Args:
        coupling: of one component.
        entry: the variable of the target that it feeds.
        ends: of the edges.
        said: the state that edges name as their source, or ''.

    Raises:
        ModelFileError: a node has no such state.
        UnsupportedFeatureError: it reads several states of the source and some of the target over a delay.
    """
    if said and coupling.incoming and said != coupling.incoming[0]:
        raise coupling.error(f"It sends '{coupling.incoming[0]}' first (incoming_states), and an edge of it '{said}'.")
    sent = (said,) if said else ends.source.sent
    states = {*ends.source.operator.variables, *ends.target.operator.variables}
    receive(ends.target, coupling, entry, sent, ends.section)
    for place, (term, arrived) in enumerate(zip(coupling.sent, coupling.arrivals(), strict=True)):
        meant = {
            key: _checked(coupling, key, coupling.meaning(key, sent, states), ends)
            for key in sorted(symbols(term) - coupling.parameters.keys())
        }
        suffix = f"_{place}" if len(coupling.sent) > 1 else ""
        target = (
            f"{after_name(coupling.name, entry)}/{arrived}" if coupling.post else f"{ends.target.operator.name}/{entry}"
        )
        yield _link(coupling, term, meant, ends, target, suffix, sent[0])


def _checked(coupling: Coupling, key: str, meant: tuple[bool, str], ends: Ends) -> tuple[bool, str]:
    """Return what a name is, if the node at that end has it."""
    node = ends.target if meant[0] else ends.source
    if meant[1] not in node.operator.variables:
        raise coupling.refusal(f"'{key}' is no variable of the operator '{node.operator.name}'.")
    return meant


def _link(
    coupling: Coupling, term: Expression, meant: Mapping[str, tuple[bool, str]], ends: Ends, target: str, suffix: str,
    lead: str,
) -> Link:  # fmt: skip
    sources = list(dict.fromkeys(state for end, state in meant.values() if not end))
    sources.sort(key=lambda state: state != "x")  # which expressions would call x_j
    at_target = [state for end, state in meant.values() if end]
    operator = ends.source.operator.name
    if len(sources) > 1 and not at_target:
        before = _before(coupling, term, {key: state for key, (_, state) in meant.items()}, suffix)
        ends.source.before[before.name] = before
        ends.source.read.update(sources)
        return Link(f"{before.name}/{before.parsed[0].target}", target, None, {})
    lead = sources[0] if sources else lead
    source = f"{operator}/{lead}"
    if isinstance(term, Symbol) and term.name in meant and not at_target:
        return Link(source, target, None, {})
    if len(sources) > 1 and ends.delayed:
        raise coupling.refusal(
            f"It reads the states {', '.join(sources)} of sources and {', '.join(at_target)} of targets over a delay, "
            "and a delay of rates is that of one variable. Let it read one state of sources, or none of targets."
        )
    # names that the writer gives them, too
    read = sources, at_target
    spelled = {key: name_of_state(state, end, lead, read[end]) for key, (end, state) in meant.items()}
    name = f"{coupling.name}{suffix}"
    tree = substitute(term, {key: Symbol(one) for key, one in spelled.items()})
    variables: dict[str, Any] = {SENT: "output", **dict.fromkeys(sorted(spelled.values()), "input")}
    template = OperatorTemplate(f"{name}_op", f"{SENT} = {to_text(tree)}", {**variables, **used(coupling, term)})
    paths = {
        f"{template.name}/{spelled[key]}": _path(end, state, lead, ends) for key, (end, state) in sorted(meant.items())
    }
    return Link(source, target, EdgeTemplate(name, [template]), paths)


def _path(at_target: bool, state: str, lead: str, ends: Ends) -> str:
    if not at_target and state == lead:
        return "source"
    node, label = (ends.target, ends.labels[1]) if at_target else (ends.source, ends.labels[0])
    return f"{label}/{node.operator.name}/{state}"


def _before(coupling: Coupling, term: Expression, states: Mapping[str, str], suffix: str) -> OperatorTemplate:
    """Return the operator of a source that makes of its states what is sent."""
    name = f"{coupling.name}_{SENT}{suffix}"
    tree = substitute(term, {key: Symbol(state) for key, state in states.items()})
    variables: dict[str, Any] = {name: "output", **dict.fromkeys(sorted(set(states.values())), "input")}
    return OperatorTemplate(f"{name}_op", f"{name} = {to_text(tree)}", {**variables, **used(coupling, term)})


def receive(node: Node, coupling: Coupling, entry: str, sent: Sequence[str], section: Section) -> None:
    """Give a node the operator that makes an input of what arrives by a coupling, if there is one.

    Raises:
        UnsupportedFeatureError: another coupling feeds that input, and something is done with what arrives.
    """
    other = node.couplings.setdefault(entry, coupling.name)
    if other != coupling.name and (coupling.post or after_name(other, entry) in node.after):
        raise section.refusal(f"The couplings '{other}' and '{coupling.name}' feed one input '{entry}'.")
    name = after_name(coupling.name, entry)
    if coupling.post is None or name in node.after:
        return
    keys = symbols(coupling.post) - coupling.parameters.keys() - {*coupling.arrivals(), ARRIVED}
    meant = {key: coupling.meaning(key, sent, node.operator.variables)[1] for key in sorted(keys)}
    for key, state in meant.items():
        if state not in node.operator.variables:
            raise coupling.refusal(f"'{key}' is no variable of the operator '{node.operator.name}'.")
    tree = substitute(coupling.post, {key: Symbol(state) for key, state in meant.items()})
    inputs = dict.fromkeys([*coupling.arrivals(), *sorted(set(meant.values()))], "input")
    variables: dict[str, Any] = {entry: "output", **inputs, **used(coupling, coupling.post)}
    node.after[name] = OperatorTemplate(name, f"{entry} = {to_text(tree)}", variables)
    node.read.update(meant.values())


def after_name(coupling: str, entry: str) -> str:
    """Return the operator that makes an input of what has arrived by a coupling."""
    return f"{coupling}_{entry}_op"


def used(coupling: Coupling, expression: Expression) -> dict[str, Variable]:
    """Return the parameters of an expression."""
    names = symbols(expression)
    return {key: Variable.parse(value) for key, value in coupling.parameters.items() if key in names}
