"""Edges with equations, and what targets make of what arrives, written as couplings of TVBO."""

from __future__ import annotations

from typing import Any

from attrs import define, field
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Expression, Symbol, substitute, symbols
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.edge import Edge
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate

from rates_tvbo.coupling import ARRIVED
from rates_tvbo.expression_writer import write_expression

Entry = dict[str, Any]
PLAIN = "identity"


@define
class Couplings:
    """The couplings of a circuit, by name, collected from its edges.

    Attributes:
        circuit: the circuit.
        entries: what a file says of each.
    """

    circuit: CircuitTemplate
    entries: dict[str, Entry] = field(factory=dict)

    def name_of(self, edge: Edge) -> str:
        """Return the coupling of an edge, which is collected.

        Raises:
            UnsupportedFeatureError: its equations are no function of what the two ends are.
        """
        target, operator, variable = edge.target.split("/")
        after = _after(self.circuit.nodes[target], operator)
        if edge.template is None and after is None:
            return ""
        name = edge.template.name if edge.template is not None else _name(after)
        entry: Entry = {}
        parameters: Entry = {}
        if edge.template is not None:
            tree, own = self.before(edge)
            entry["pre_expression"] = {"rhs": write_expression(tree, f"the edge {edge}")}
            parameters |= own
        if after is not None:
            tree, own = _one_equation(after, f"the operator '{after.name}'")
            tree = substitute(tree, {variable: Symbol(ARRIVED)})
            entry["post_expression"] = {"rhs": write_expression(tree, f"the operator '{after.name}'")}
            if any(parameters.get(key, value) != value for key, value in own.items()):
                raise UnsupportedFeatureError(f"Two parameters of one name belong to the coupling '{name}' of {edge}.")
            parameters |= own
        if parameters:
            entry = {"parameters": {key: {"value": value} for key, value in parameters.items()}, **entry}
        if self.entries.setdefault(name, entry) != entry:
            raise UnsupportedFeatureError(
                f"Edges of the coupling '{name}' differ in more than weights and delays: {edge}."
            )
        return name

    def before(self, edge: Edge) -> tuple[Expression, Entry]:
        """Return what is sent, in TVBO's names of the ends, and its parameters."""
        assert edge.template is not None
        if len(edge.template.operators) != 1:
            raise UnsupportedFeatureError(
                f"The edge {edge} has several operators; a coupling of TVBO is one expression."
            )
        ((operator, values),) = edge.template.operators
        tree, parameters = _one_equation(operator, f"the edge {edge}")
        meant: dict[str, Expression] = {}
        for key, variable in operator.variables.items():
            given = edge.mapping.get(f"{operator.name}/{key}", "source" if variable.kind == "input" else None)
            if isinstance(given, str):
                meant[key] = Symbol(_of_an_end(given, edge))
            elif given is not None:
                raise UnsupportedFeatureError(f"The edge {edge} has a value of '{key}' of its own.")
        return substitute(tree, meant), {**parameters, **values}

    def written(self, edges: list[Entry], nodes: dict[str, NodeTemplate]) -> None:
        """Name the coupling of plain edges where a file would take the only coupling for theirs."""
        plain = [edge for edge in edges if not edge["coupling"]]
        alone = any(len(node.operators) == 1 and _has_inputs(node) for node in nodes.values())
        if len(self.entries) == 1 and (plain or alone):
            self.entries[PLAIN] = {"pre_expression": {"rhs": "x_j"}, "post_expression": {"rhs": ARRIVED}}
        for edge in plain:
            del edge["coupling"]
            if self.entries:
                edge["coupling"] = PLAIN


def dynamics_alone(node: NodeTemplate) -> NodeTemplate:
    """Return a node without the operators that make its inputs of what arrives."""
    names = [operator.name for operator, _ in node.operators]
    rest = [pair for pair in node.operators if _after(node, pair[0].name) is None]
    return node if len(rest) == len(names) else NodeTemplate(node.name, rest, node.description, node.label)


def input_of(node: NodeTemplate, operator: str, variable: str) -> str:
    """Return the coupling input that an edge to a variable feeds in the end."""
    after = _after(node, operator)
    return variable if after is None else after.parsed[0].target


def _after(node: NodeTemplate, name: str) -> OperatorTemplate | None:
    """Return the operator of that name if it makes an input of another one of what arrives."""
    found = next(operator for operator, _ in node.operators if operator.name == name)
    if len(found.equations) != 1 or found.parsed[0].kind != "algebraic" or found is node.operators[0][0]:
        return None
    entry = node.operators[0][0].variables.get(found.parsed[0].target)
    return found if entry is not None and entry.kind == "input" else None


def _name(after: OperatorTemplate | None) -> str:
    assert after is not None
    return after.name.removesuffix("_op").removesuffix(f"_{after.parsed[0].target}")


def _has_inputs(node: NodeTemplate) -> bool:
    return any(one.kind == "input" for one in node.operators[0][0].variables.values())


def _one_equation(operator: OperatorTemplate, where: str) -> tuple[Expression, Entry]:
    """Return the right side of the one algebraic equation of an operator, and its parameters."""
    (*others, equation) = operator.parsed
    if others or equation.kind != "algebraic":
        raise UnsupportedFeatureError(
            f"{where[:1].upper()}{where[1:]} has equations that are no single value; a coupling of TVBO is one."
        )
    names = symbols(equation.expression)
    parameters = {key: one.value for key, one in operator.variables.items() if one.kind == "parameter" and key in names}
    return equation.expression, parameters


def _of_an_end(given: str, edge: Edge) -> str:
    """Return TVBO's name of a variable of an end."""
    if given == "source":
        return "x_j"
    node, _, variable = given.split("/")
    lead = edge.source.rsplit("/", 1)[1]
    if node in (edge.target.split("/")[0], "all"):  # which is the target where edges are those of a matrix
        return "x_i" if variable == lead else f"{variable}_i"
    return f"{variable}_j"
