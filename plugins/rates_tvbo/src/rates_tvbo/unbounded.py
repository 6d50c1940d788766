"""Circuits without the bounds in which TVBO keeps states: for analyses that take equations and no events."""

from __future__ import annotations

from attrs import evolve
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate

from rates_tvbo.bounds import recognised, slope_name


def without_bounds(circuit: CircuitTemplate) -> CircuitTemplate:
    r"""Return a circuit whose states are free to leave the domains that a file of TVBO enforces.

    Within the domains it is the same model. Events of other kinds stay.

    Example:
        >>> from pathlib import Path
        >>> from rates_tvbo import read_experiment, without_bounds
        >>> state = "{equation: {rhs: k - x}, initial_value: 0.5, domain: {lo: 0.0, enforce: clamp}}"
        >>> _ = Path("leak.yaml").write_text(
        ...     f"name: leak\nparameters: {{k: {{value: 1.0}}}}\nstate_variables: {{x: {state}}}\n"
        ... )
        >>> circuit = read_experiment("leak.yaml").circuit
        >>> without_bounds(circuit).nodes["p"].operators[0][0].equations
        ("x' = k - x",)
    """
    nodes = {
        label: NodeTemplate(
            node.name,
            [(_free(operator), values) for operator, values in node.operators],
            node.description,
            node.label,
        )
        for label, node in circuit.nodes.items()
    }
    return evolve(circuit, nodes=nodes)


def _free(operator: OperatorTemplate) -> OperatorTemplate:
    states, noises = {}, {}
    for equation in operator.parsed:
        if equation.kind == "differential":
            states[equation.target], noises[equation.target] = _without_noise(operator, equation.expression)
    bounds = {one.state: one for one in recognised(operator, states)}
    right = {one.target: one.expression for one in operator.parsed}
    slopes = {slope_name(state) for state in bounds}
    equations = []
    for text, equation in zip(operator.equations, operator.parsed, strict=True):
        if equation.target in bounds:
            slope, noise = right[slope_name(equation.target)], noises[equation.target]
            equations.append(
                f"{equation.target}' = {to_text(slope if noise is None else Apply('add', (slope, noise)))}"
            )
        elif equation.target not in slopes:
            equations.append(text)
    taken_back = [event for one in bounds.values() for event in one.events()]
    return evolve(
        operator,
        equations=equations,
        variables={name: one for name, one in operator.variables.items() if name not in slopes},
        events=[event for event in operator.events if event not in taken_back],
    )


def _without_noise(operator: OperatorTemplate, expression: Expression) -> tuple[Expression, Expression | None]:
    """Return a derivative and what is added to it as noise."""
    match expression:
        case Apply("add", (rest, Apply("multiply", (_, draw)) as noise)):
            variable = operator.variables.get(getattr(draw, "name", ""))
            if variable is not None and variable.kind == "noise":
                return rest, noise
    return expression, None
