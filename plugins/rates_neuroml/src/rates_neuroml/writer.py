"""Templates as files of LEMS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from rates_core.errors import UnsupportedFeatureError
from rates_core.files import replace
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.template import Template

from rates_neuroml.dimensions import BASE, Dimension
from rates_neuroml.omissions import Report
from rates_neuroml.operator_writer import Line, OperatorWriter

_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- Written by rates. -->\n'


def write(template: Template, path: str | Path) -> None:
    """Write an operator, a node, or a circuit of nodes that nothing connects: types of components, and components.

    Raises:
        UnsupportedFeatureError: the template has what LEMS cannot hold; each item is named.
    """
    report = Report()
    lines = _lines(template, Path(path), report)
    text = _HEADER + "\n".join(_written(("Lems", {}, lines), 0)) + "\n"
    replace(Path(path), text.encode())
    report.tell(f"'{getattr(template, 'name', path)}' has what a file of LEMS cannot hold; it is left out:", str(path))


def _lines(template: Template, path: Path, report: Report) -> list[Line]:
    nodes = _nodes(template, path, report)
    names: dict[Dimension, str] = {}
    writers: dict[str, OperatorWriter] = {}
    components: list[Line] = []
    for label, node in nodes.items():
        operator, values = _operator(node, label, report)
        known = writers.setdefault(operator.name, OperatorWriter(operator, names))
        known.check()
        if known.operator != operator:
            raise UnsupportedFeatureError(
                f"Two operators are called '{operator.name}' and differ; in LEMS a type has one name. Rename one."
            )
        components.append(_component(label, known, values))
    types = [one.lines() for one in writers.values()]
    return [*(_dimension(name, one) for one, name in names.items() if name != "none"), *types, *components]


def _nodes(template: Template, path: Path, report: Report) -> Mapping[str, NodeTemplate]:
    if isinstance(template, OperatorTemplate):
        return {template.name: NodeTemplate(template.name, [template])}
    if isinstance(template, NodeTemplate):
        return {template.name: template}
    if not isinstance(template, CircuitTemplate):
        raise UnsupportedFeatureError(f"LEMS has no file for a template of the kind {type(template).__name__}.")
    held = {
        "circuits in it": template.circuits, "populations": template.populations, "edges": template.edges,
        "connections": template.connections, "values of edges": template.overrides.edge_vars,
    }  # fmt: skip
    found = [name for name, items in held.items() if items]
    if found:
        raise UnsupportedFeatureError(
            f"'{template.name}' has {', '.join(found)}, which a component of LEMS does not have. Write its nodes one "
            "by one."
        )
    stem = path.name.split(".")[0]
    if template.name != stem:
        report.omissions.append(f"the name '{template.name}' of the circuit, which becomes '{stem}'")
    for what in ("description", "label"):
        if getattr(template, what):
            report.omissions.append(f"the {what} of the circuit '{template.name}'")
    if template.overrides.node_vars:
        return {label: _recorded(template, label, node) for label, node in template.nodes.items()}
    return template.nodes


def _recorded(circuit: CircuitTemplate, label: str, node: NodeTemplate) -> NodeTemplate:
    """Return a node with the values that `update_var` recorded."""
    pairs = []
    for operator, _ in node.operators:
        names = [name for name, one in operator.variables.items() if _is_set(operator, name)]
        pairs.append((operator, {name: circuit.get_var(f"{label}/{operator.name}/{name}") for name in names}))
    return NodeTemplate(node.name, dict(pairs), description=node.description, label=node.label)


def _is_set(operator: OperatorTemplate, name: str) -> bool:
    computed = operator.algebraic.keys()
    return operator.variables[name].kind in ("parameter", "variable", "output") and name not in computed


def _operator(node: NodeTemplate, label: str, report: Report) -> tuple[OperatorTemplate, Mapping[str, Any]]:
    if len(node.operators) != 1:
        names = ", ".join(f"'{operator.name}'" for operator, _ in node.operators) or "none"
        raise UnsupportedFeatureError(
            f"The node '{label}' has the operators {names}; a component of LEMS is one operator."
        )
    if node.name != label:
        report.omissions.append(f"the name '{node.name}' of a node template, which becomes '{label}'")
    for what in ("description", "label"):
        if getattr(node, what):
            report.omissions.append(f"the {what} of the node template '{node.name}'")
    ((operator, values),) = node.operators
    if operator.label:
        report.omissions.append(f"the label of the operator '{operator.name}'")
    return operator, values


def _component(label: str, writer: OperatorWriter, values: Mapping[str, Any]) -> Line:
    variables = writer.operator.variables
    attributes = {"id": label, "type": writer.operator.name}
    for name, one in variables.items():
        if one.kind == "parameter":
            attributes[name] = _number(values.get(name, one.value), name, writer)
    for state, name in writer.starts.items():
        attributes[name] = _number(values.get(state, variables[state].value), state, writer)
    return ("Component", attributes, ())


def _number(value: Any, name: str, writer: OperatorWriter) -> str:
    if not isinstance(value, float | int):
        raise UnsupportedFeatureError(f"{writer.place}: '{name}' is {value!r}, which LEMS cannot say.")
    return repr(float(value))


def _dimension(name: str, dimension: Dimension) -> Line:
    pairs = zip(BASE, dimension.exponents, strict=True)
    return ("Dimension", {"name": name, **{base: f"{power:g}" for base, power in pairs if power}}, ())


def _written(line: Line, depth: int) -> Iterator[str]:
    tag, attributes, inside = line
    start = f"{'  ' * depth}<{tag}" + "".join(f" {name}={_quoted(value)}" for name, value in attributes.items())
    if not inside:
        yield f"{start}/>"
        return
    yield f"{start}>"
    for one in inside:
        yield from _written(one, depth + 1)
    yield f"{'  ' * depth}</{tag}>"


def _quoted(value: str) -> str:
    return quoteattr(value, {"\n": "&#10;"})
