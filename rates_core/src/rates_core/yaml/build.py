"""Templates made of what model files say, once all that they name is made."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edge import Edge
from rates_core.templates.node import EdgeTemplate, NodeTemplate, parse_operators
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.operator_sets import OperatorInstance
from rates_core.templates.population import PopulationTemplate
from rates_core.templates.template import Template
from rates_core.templates.updates import record_values
from rates_core.templates.value import Value
from rates_core.templates.variable import Variable
from rates_core.yaml.entries import (
    CircuitEntry,
    ConnectionEntry,
    EdgeEntry,
    Entry,
    NodeEntry,
    OperatorEntry,
    OperatorUse,
    PopulationEntry,
    Reference,
    Written,
)
from rates_core.yaml.faults import located

T = TypeVar("T", bound=Template)


class Find(Protocol):
    """Give the template of a kind that a reference names."""

    def __call__(self, reference: Reference, kind: type[T]) -> T:
        """Return the template, or raise a `ModelFileError` that says what else it is."""
        ...


def build(entry: Entry, find: Find) -> Template:
    """Return the template of an entry; `find` gives those that it names.

    Raises:
        RatesError: the template contradicts itself or the language; file and line are named.
    """
    given = {"description": entry.description, "label": entry.label}
    shared = {"name": entry.name, "location": entry.location}
    shared |= {key: value for key, value in given.items() if value is not None}
    with located(entry.location):
        if isinstance(entry.content, OperatorEntry):
            return _operator(entry.base, entry.content, shared, find)
        if isinstance(entry.content, PopulationEntry):
            return _population(entry.base, entry.content, shared, find)
        if isinstance(entry.content, CircuitEntry):
            return _circuit(entry.base, entry.content, shared, find)
        kind = EdgeTemplate if entry.kind == EdgeTemplate.__name__ else NodeTemplate
        return _node(kind, entry.base, entry.content, shared, find)


def _operator(base: Reference | None, entry: OperatorEntry, shared: dict[str, Any], find: Find) -> OperatorTemplate:
    variables = {name: _variable(name, spec) for name, spec in entry.variables.items()}
    events = None if entry.events is None else entry.events.value
    if base is None:
        return OperatorTemplate(equations=entry.equations or (), variables=variables, events=events, **shared)
    inherited = find(base, OperatorTemplate)
    return inherited.update_template(equations=entry.equations, variables=variables, events=events, **shared)


def _variable(name: str, spec: Written[Any]) -> Variable:
    with located(spec.location, f"Variable '{name}': "):
        return Variable.parse(spec.value)


def _node(
    kind: type[NodeTemplate] | type[EdgeTemplate],
    base: Reference | None,
    entry: NodeEntry,
    shared: dict[str, Any],
    find: Find,
) -> NodeTemplate | EdgeTemplate:
    uses = [_instance(use, find) for use in entry.uses]
    if base is None:
        return kind(operators=uses, **shared)
    inherited = find(base, kind)
    if not entry.replace and not entry.remove:
        return inherited.update_template(operators=uses or None, **shared)
    edits: dict[Any, Any] = dict(uses)
    edits["replace"] = {old: find(new, OperatorTemplate) for old, new in entry.replace.items()}
    edits["remove"] = entry.remove
    return inherited.update_template(operators=edits, **shared)


def _instance(use: OperatorUse, find: Find) -> OperatorInstance:
    operator = find(use.operator, OperatorTemplate)
    values: dict[str, Value] = {}
    for name, value in use.values.items():
        with located(value.location):
            ((_, read),) = parse_operators([(operator, {name: value.value})])
            values.update(read)
    return operator, values


def _population(
    base: Reference | None, entry: PopulationEntry, shared: dict[str, Any], find: Find
) -> PopulationTemplate:
    given: dict[str, Any] = {} if entry.n is None else {"n": entry.n}
    if entry.node is not None:
        given["node"] = find(entry.node, NodeTemplate)
    if base is None:
        return PopulationTemplate(params=entry.params, **given, **shared)
    return find(base, PopulationTemplate).update_template(params=entry.params, **given, **shared)


def _circuit(base: Reference | None, entry: CircuitEntry, shared: dict[str, Any], find: Find) -> CircuitTemplate:
    parts: dict[str, Any] = {
        "nodes": {label: find(node, NodeTemplate) for label, node in entry.nodes.items()},
        "circuits": {label: find(circuit, CircuitTemplate) for label, circuit in entry.circuits.items()},
        "populations": {label: _member(label, given, find) for label, given in entry.populations.items()},
        "edges": [_edge(edge, find) for edge in entry.edges],
        "connections": [_connection(connection, find) for connection in entry.connections],
    }
    if base is None:
        circuit = CircuitTemplate(**parts, **shared)
    else:
        circuit = find(base, CircuitTemplate).update_template(**parts, **shared)
    if entry.overrides is None:
        return circuit
    with located(entry.overrides.location):
        values = entry.overrides.value
        record_values(circuit, values.node_vars, values.edge_vars, recorded=True)
        return circuit


def _member(label: str, given: Reference | Written[PopulationEntry], find: Find) -> PopulationTemplate:
    if not isinstance(given.value, PopulationEntry):
        return find(Written(given.value, given.location), PopulationTemplate)
    with located(given.location):
        return _population(None, given.value, {"name": label, "location": given.location}, find)


def _edge(edge: Written[EdgeEntry], find: Find) -> Edge:
    given = edge.value
    template = None if given.template is None else find(given.template, EdgeTemplate)
    with located(edge.location, f"Edge {given.source}->{given.target}: "):
        return Edge.with_attributes(given.source, given.target, template, given.attributes, edge.location)


def _connection(connection: Written[ConnectionEntry], find: Find) -> Connectivity:
    edge = connection.value.edge
    template = None if edge is None else find(edge, EdgeTemplate)
    with located(connection.location):
        return Connectivity(edge=template, **connection.value.arguments, location=connection.location)
