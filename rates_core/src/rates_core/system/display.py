"""A System as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Expression, Symbol, transform
from rates_core.system.system import TIME, Assign, Project, Shape, System

if TYPE_CHECKING:
    from rates_core.network.network import Population

MOST = 6  # entries of an array that are shown


def describe(system: System) -> str:
    """Return populations, states, parameters, inputs, delays and the schedule of a System, one line each."""
    blocks = [
        ("populations", _populations(system)),
        ("states", [f"{item.path}{_axis(item.shape)} starts at {_value(item.initial)}" for item in system.states]),
        (
            "parameters",
            [
                f"{item.path}{_axis(item.shape)} = {_value(item.value)}"
                for item in system.parameters
                if not item.structural
            ],
        ),
        ("inputs", [f"{item.path}{_axis(item.shape)} from '{item.key}'" for item in system.inputs]),
        (
            "delays",
            [
                f"{item.path}{_axis(item.shape)} = {item.slot} at t - {expression_text(item.delay)}"
                for item in system.reads
            ],
        ),
        ("random numbers", [f"{item.path}{_axis(item.shape)}: {item.kind}" for item in system.draws]),
        ("events", [f"{item.label}: when {expression_text(item.when)}" for item in system.events]),
        ("schedule", list(_schedule(system))),
    ]
    lines = [f"System '{system.name}'"]
    for title, rows in blocks:
        if rows:
            lines += [f"  {title}", *(f"    {row}" for row in rows)]
    return "\n".join(lines)


def _populations(system: System) -> list[str]:
    populations: Sequence[Population] = () if system.network is None else system.network.populations
    return [
        f"{item.label}: {item.count} {_units(item)} of {', '.join(op.name for op in item.structure.operators)}"
        for item in populations
    ]


def _units(population: Population) -> str:
    kind = "edge" if population.edges else "unit"
    return kind if population.count == 1 else f"{kind}s"


def _axis(shape: Shape) -> str:
    return f" {list(shape)}" if shape else ""


def _value(value: Any) -> str:
    """Return a number, the first entries of an array, or what a chain starts from."""
    if isinstance(value, str):
        return f"the past of {value}"
    if getattr(value, "ndim", 0) == 0:
        return f"{value}"
    entries = value.reshape(-1)[:MOST].tolist()
    shown = ", ".join(f"{entry}" for entry in entries)
    return f"[{shown}, …]" if value.size > MOST else f"[{shown}]"


def _schedule(system: System) -> Iterator[str]:
    for statement in system.statements:
        if isinstance(statement, Assign):
            yield f"{{{statement.target}}} = {expression_text(statement.expression)}"
        else:
            yield f"{{{statement.target}}} = {_projection(statement)}"
    for derivative in system.derivatives:
        yield f"d/dt {{{derivative.state}}} = {expression_text(derivative.expression)}"


def _projection(statement: Project) -> str:
    source = (
        f"{{{statement.source}}}" if statement.index is None else f"{{{statement.source}}} at {{{statement.index}}}"
    )
    return f"{statement.form} projection of {source} with {{{statement.weights}}}"


def expression_text(expression: Expression) -> str:
    """Return an expression as text in the language, with paths in braces: `{p/op/x}/2` is half of p/op/x."""
    return to_text(transform(expression, _braced))


def _braced(node: Expression) -> Expression:
    return Symbol(f"{{{node.name}}}") if isinstance(node, Symbol) and node.name != TIME else node
