"""What a model file holds of a template and all that it uses, as plain data."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from rates_core.errors import ArgumentError, ModelFileError, RatesError, shown
from rates_core.templates.array import Array
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edge import Edge
from rates_core.templates.event import Event
from rates_core.templates.node import EdgeTemplate, NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.overrides import Overrides
from rates_core.templates.population import PopulationTemplate
from rates_core.templates.sparse import SparseMatrix
from rates_core.templates.template import Template
from rates_core.templates.variable import Variable
from rates_core.yaml.emitter import Inline
from rates_core.yaml.reader import MAX_DEPTH
from rates_core.yaml.schema import KINDS, OPERATOR_EDITS
from rates_core.yaml.sparse import sparse_parts

AnyTemplate = OperatorTemplate | NodeTemplate | EdgeTemplate | PopulationTemplate | CircuitTemplate


def contents(template: Template) -> dict[str, Any]:
    """Return the entries of a model file by key, operators first: a template and all that it uses.

    Raises:
        ArgumentError: this is no template.
        ModelFileError: a value is one that no model file can hold, or circuits are nested too deep.
    """
    if not isinstance(template, AnyTemplate):
        raise ArgumentError(f"A model file holds templates, not {shown(template)}.")
    collected = _Contents()
    collected.key(template)
    return dict(sorted(collected.entries.items(), key=lambda item: KINDS.index(item[1]["base"])))


@define
class _Contents:
    """The entries made so far, each after those that it names.

    Attributes:
        entries: what the file says, by key.
        keys: the key of each template; equal ones share it.
        counts: how many templates share each name.
        depth: how many circuits are open.
    """

    entries: dict[str, dict[str, Any]] = field(factory=dict)
    keys: dict[AnyTemplate, str] = field(factory=dict)
    counts: dict[str, int] = field(factory=lambda: dict.fromkeys((*KINDS, *OPERATOR_EDITS), 1))
    depth: int = 0

    def key(self, template: AnyTemplate) -> str:
        """Return the key of a template, which gets an entry if it has none."""
        if template not in self.keys:
            key = self.free_key(template.name)
            self.keys[template] = key
            entry: dict[str, Any] = {"base": type(template).__name__}
            if key != template.name:
                entry["name"] = template.name
            if template.description:
                entry["description"] = template.description
            if template.label is not None:
                entry["label"] = template.label
            self.entries[key] = entry | self.content(template)
        return self.keys[template]

    def free_key(self, name: str) -> str:
        """Return the name of a template, with a number where another one has it."""
        key = name
        while key in self.counts:
            self.counts[name] += 1
            key = f"{name}_{self.counts[name]}"
        self.counts[key] = 1
        return key

    def content(self, template: AnyTemplate) -> dict[str, Any]:
        """Return what an entry says beside what all kinds of templates have."""
        if isinstance(template, OperatorTemplate):
            return _operator(template)
        if isinstance(template, PopulationTemplate):
            return self.population(template)
        if isinstance(template, CircuitTemplate):
            return self.circuit(template)
        return {"operators": self.operators(template)}

    def operators(self, template: NodeTemplate | EdgeTemplate) -> list[str] | dict[str, Any]:
        """Return the operators of a node or edge: a list, or a mapping if one has values of its own."""
        if not any(values for _, values in template.operators):
            return [self.key(operator) for operator, _ in template.operators]
        return {
            self.key(operator): Inline({name: _value(value) for name, value in values.items()})
            for operator, values in template.operators
        }

    def population(self, template: PopulationTemplate) -> dict[str, Any]:
        """Return node, size and values of a population."""
        params = {path: _value(value) for path, value in template.params.items()}
        return {"node": self.key(template.node), "n": template.n, **_given(params=params)}

    def circuit(self, template: CircuitTemplate) -> dict[str, Any]:
        """Return the parts of a circuit and what is recorded on it."""
        if self.depth == MAX_DEPTH:
            raise ModelFileError(f"With '{template.name}', circuits are nested more than {MAX_DEPTH} deep.")
        self.depth += 1
        parts = _given(
            nodes={label: self.key(node) for label, node in template.nodes.items()},
            circuits={label: self.key(circuit) for label, circuit in template.circuits.items()},
            populations={label: self.member(label, member) for label, member in template.populations.items()},
            edges=[self.edge(edge) for edge in template.edges],
            connections=[self.connection(connection) for connection in template.connections],
            overrides=_overrides(template.overrides),
        )
        self.depth -= 1
        return parts

    def member(self, label: str, population: PopulationTemplate) -> str | dict[str, Any]:
        """Return a population of a circuit: in place, or by its key if it has a name or prose of its own."""
        if population.name == label and not population.description and population.label is None:
            return self.population(population)
        return self.key(population)

    def edge(self, edge: Edge) -> tuple[Any, ...]:
        """Return an edge; variables of its template carry the template's key, as older readers want it."""
        key = None if edge.template is None else self.key(edge.template)
        prefix = "" if key is None or "/" in key else f"{key}/"
        attributes = {(prefix if "/" in name else "") + name: _matrix(value) for name, value in edge.attributes.items()}
        return edge.source, edge.target, key, attributes

    def connection(self, connection: Connectivity) -> dict[str, Any]:
        """Return a connection."""
        return {
            "source": connection.source,
            "target": connection.target,
            "weights": _matrix(connection.weights),
            **_given(
                edge=None if connection.edge is None else self.key(connection.edge),
                edge_var_map={name: _matrix(value) for name, value in connection.edge_var_map.items()},
                delays=_matrix(connection.delays),
                spread=_matrix(connection.spread),
            ),
        }


def _operator(operator: OperatorTemplate) -> dict[str, Any]:
    variables = {name: _variable(operator, name, variable) for name, variable in operator.variables.items()}
    events = [_event(event) for event in operator.events]
    return {"equations": list(operator.equations), "variables": variables, **_given(events=events)}


def _variable(operator: OperatorTemplate, name: str, variable: Variable) -> Any:
    written = _value(variable.value) if variable.kind == "parameter" else variable.text()
    try:
        is_kept = Variable.parse(variable.value if variable.kind == "parameter" else written) == variable
    except RatesError:
        is_kept = False
    if not is_kept:
        raise ModelFileError(
            f"Variable '{name}' of operator '{operator.name}' has no form in a model file: {shown(variable)}."
        )
    return written


def _event(event: Event) -> dict[str, Any]:
    return {"when": event.when, **_given(set=dict(event.set), emit=event.emit)}


def _overrides(overrides: Overrides) -> dict[str, Any]:
    changes = [
        (source, target, number, {name: _matrix(value) for name, value in attributes.items()})
        for source, target, number, attributes in overrides.edge_vars
    ]
    return _given(node_vars={path: _value(value) for path, value in overrides.node_vars.items()}, edge_vars=changes)


def _matrix(value: Any) -> Any:
    return sparse_parts(value) if isinstance(value, SparseMatrix) else _value(value)


def _value(value: Any) -> Any:
    """Return a number or a text as it is, and an array as rows."""
    return _rows(value.tolist()) if isinstance(value, Array) else value


def _rows(entries: list[Any]) -> Any:
    return [_rows(entry) for entry in entries] if entries and isinstance(entries[0], list) else tuple(entries)


def _given(**parts: Any) -> dict[str, Any]:
    """Return the parts that hold something; the number 0 is something."""
    return {name: part for name, part in parts.items() if part is not None and part not in ({}, [])}
