"""Templates written as files of TVBO."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from attrs import evolve
from rates_core.errors import UnsupportedFeatureError
from rates_core.files import replace
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate, OperatorSet
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.overrides import Overrides
from rates_core.templates.template import Template
from rates_core.yaml.emitter import block

from rates_tvbo.dynamics_writer import dynamics_entry
from rates_tvbo.network_writer import network_entry
from rates_tvbo.omissions import Omissions

HEADER = "# Written by rates."


def write(template: Template, path: str | Path) -> None:
    """Write an operator, a node or a circuit as a `Dynamics`, and a circuit of several nodes as a `Network`.

    Raises:
        UnsupportedFeatureError: the template has what TVBO cannot hold; each item is named.
    """
    omissions = Omissions()
    entry = entry_of(template, omissions)
    replace(Path(path), ("\n".join([HEADER, *block(entry)]) + "\n").encode())
    omissions.report(f"'{getattr(template, 'name', path)}' has what a file of TVBO cannot hold; it is left out:")


def entry_of(template: Template, omissions: Omissions) -> dict[str, Any]:
    """Return what a file says of a template."""
    if isinstance(template, OperatorTemplate):
        return dynamics_entry(template, {}, dynamics_name(template), omissions)
    if isinstance(template, NodeTemplate):
        return dynamics_of_node(template, omissions)
    if isinstance(template, CircuitTemplate):
        return _entry_of_circuit(template, omissions)
    raise UnsupportedFeatureError(f"TVBO has no file for a template of the kind {type(template).__name__}.")


def dynamics_of_node(node: OperatorSet, omissions: Omissions) -> dict[str, Any]:
    """Return the `Dynamics` of a node, which has one operator."""
    if len(node.operators) != 1:
        names = ", ".join(f"'{operator.name}'" for operator, _ in node.operators) or "none"
        raise UnsupportedFeatureError(
            f"The node template '{node.name}' has the operators {names}; a Dynamics of TVBO is one operator."
        )
    ((operator, values),) = node.operators
    name = dynamics_name(operator)
    if node.name != name:
        omissions.add(f"the name '{node.name}', which becomes '{name}'", "node template", "")
    for what in ("description", "label"):
        if getattr(node, what):
            omissions.add(what, "node template", node.name)
    return dynamics_entry(operator, values, name, omissions)


def dynamics_name(operator: OperatorTemplate) -> str:
    """Return what a `Dynamics` is called whose operator has this name."""
    return operator.name.removesuffix("_op") or operator.name


def _entry_of_circuit(circuit: CircuitTemplate, omissions: Omissions) -> dict[str, Any]:
    circuit = _with_records(circuit)
    alone = len(circuit.nodes) == 1 and not (circuit.circuits or circuit.populations or circuit.edges)
    if not alone or circuit.connections:
        return network_entry(circuit, omissions, dynamics_of_node)
    ((label, node),) = circuit.nodes.items()
    entry = dynamics_of_node(node, omissions)
    for what, given, taken in (("circuit", circuit.name, f"{entry['name']}_circuit"), ("node", label, "p")):
        if given != taken:
            omissions.add(f"the name '{given}', which becomes '{taken}'", what, "")
    for what in ("description", "label"):
        if getattr(circuit, what):
            omissions.add(what, "circuit", circuit.name)
    return entry


def _with_records(circuit: CircuitTemplate) -> CircuitTemplate:
    """Return a circuit whose parts have the values that `update_var` recorded."""
    if not (circuit.overrides.node_vars or circuit.overrides.edge_vars):
        return circuit
    if circuit.overrides.edge_vars:
        raise UnsupportedFeatureError(
            f"'{circuit.name}' has values of edges that update_var recorded; give them to its edges."
        )
    nodes: dict[str, NodeTemplate] = {}
    for label, node in circuit.nodes.items():
        values = {
            operator: {name: circuit.get_var(f"{label}/{operator.name}/{name}") for name in _settable(operator)}
            for operator, _ in node.operators
        }
        nodes[label] = evolve(node, operators=values)
    return evolve(circuit, nodes=nodes, overrides=Overrides())


def _settable(operator: OperatorTemplate) -> list[str]:
    states = {one.target for one in operator.parsed if one.kind == "differential"}
    return [name for name, one in operator.variables.items() if one.kind == "parameter" or name in states]
