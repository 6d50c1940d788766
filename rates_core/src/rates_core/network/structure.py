"""How the operators of one node are joined, found once per distinct set of operators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from attrs import field, frozen

from rates_core.errors import TemplateError
from rates_core.expressions.equation import Equation
from rates_core.expressions.functions import FUNCTIONS
from rates_core.expressions.tree import Apply, Expression, symbols, walk
from rates_core.paths import TIME, WILDCARD
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.variable import Variable

VariableKey = tuple[str, str]  # operator name, variable name

_AXIS_KINDS = {"reduction", "linear", "index"}


@frozen(eq=False, slots=False)
class NodeStructure:
    """The operators of a node, with what follows from them alone.

    Attributes:
        name: name of the node template, for messages.
        operators: the operators in declared order.
        feeders: for each input `(operator, variable)`, the outputs of the same node that feed it.
    """

    name: str
    operators: tuple[OperatorTemplate, ...]
    feeders: Mapping[VariableKey, tuple[VariableKey, ...]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "feeders", _feeders(self.operators))

    @cached_property
    def equations(self) -> dict[VariableKey, Equation]:
        """Map each defined variable to its equation."""
        return {
            (operator.name, equation.target): equation for operator in self.operators for equation in operator.parsed
        }

    @cached_property
    def has_axis(self) -> bool:
        """Tell whether an equation or a variable of the node has an axis of its own."""
        if any((v.length or 1) > 1 or not _is_scalar(v.value) for op in self.operators for v in op.variables.values()):
            return True
        return any(
            isinstance(part, Apply) and FUNCTIONS[part.function].kind in _AXIS_KINDS
            for equation in self.equations.values()
            for part in walk(equation.expression)
        )

    @cached_property
    def instantaneous(self) -> dict[VariableKey, frozenset[VariableKey]]:
        """Map each variable to the inputs that its value depends on at the same instant."""
        found: dict[VariableKey, frozenset[VariableKey]] = {}

        def inputs_of(key: VariableKey, trail: tuple[VariableKey, ...]) -> frozenset[VariableKey]:
            if key in found or key in trail:
                return found.get(key, frozenset())
            equation = self.equations.get(key)
            if equation is None:
                own = frozenset({key}) if self.variable(key).kind == "input" else frozenset()
                result = own.union(*(inputs_of(feeder, (*trail, key)) for feeder in self.feeders.get(key, ())))
            elif equation.kind == "differential":
                result = frozenset()
            else:
                names = _present_symbols(equation.expression) & self._operators[key[0]].variables.keys()
                result = frozenset().union(*(inputs_of((key[0], name), (*trail, key)) for name in names))
            found[key] = result
            return result

        for operator in self.operators:
            for name in operator.variables:
                inputs_of((operator.name, name), ())
        return found

    @cached_property
    def _operators(self) -> dict[str, OperatorTemplate]:
        return {operator.name: operator for operator in self.operators}

    def operator(self, name: str) -> OperatorTemplate:
        """Return the operator of that name, which the node has."""
        return self._operators[name]

    def has(self, key: VariableKey) -> bool:
        """Tell whether the node has that operator and it that variable."""
        operator = self._operators.get(key[0])
        return operator is not None and key[1] in operator.variables

    def matching(self, operator: str, variable: str) -> list[VariableKey]:
        """Return the variables that the last two segments of a path name, each of which may be `all`."""
        if WILDCARD not in (operator, variable):
            return [(operator, variable)] if self.has((operator, variable)) else []
        return [key for key in self.keys if operator in (WILDCARD, key[0]) and variable in (WILDCARD, key[1])]

    def variable(self, key: VariableKey) -> Variable:
        """Return what is declared of a variable, which the node has."""
        return self._operators[key[0]].variables[key[1]]

    @property
    def keys(self) -> Iterator[VariableKey]:
        """Yield all variables, in declared order."""
        return ((operator.name, name) for operator in self.operators for name in operator.variables)


def _is_scalar(value: object) -> bool:
    return isinstance(value, int | float | complex)


def _present_symbols(expression: Expression) -> set[str]:
    """Return the variables whose value now an expression needs; one whose past it needs is none."""
    if not isinstance(expression, Apply):
        return symbols(expression)
    arguments = expression.arguments[1:] if expression.function == "past" else expression.arguments
    return set().union(*map(_present_symbols, arguments))


def _feeders(
    operators: tuple[OperatorTemplate, ...],
) -> dict[VariableKey, tuple[VariableKey, ...]]:
    outputs: dict[str, list[VariableKey]] = {}
    for operator in operators:
        for name, variable in operator.variables.items():
            if variable.kind == "output":
                outputs.setdefault(name, []).append((operator.name, name))
    return {
        (operator.name, name): tuple(source for source in outputs.get(name, ()) if source[0] != operator.name)
        for operator in operators
        for name, variable in operator.variables.items()
        if variable.kind == "input" and name != TIME
    }


def edge_ends(structure: NodeStructure, mapped: set[VariableKey]) -> tuple[list[VariableKey], VariableKey]:
    """Return the unmapped inputs of an edge's operators and the output that the edge delivers.

    Raises:
        TemplateError: the operators have no output that leaves the edge, or more than one.
    """
    inputs = [key for key, feeders in structure.feeders.items() if not feeders and key not in mapped]
    consumed = {feeder for feeders in structure.feeders.values() for feeder in feeders}
    outputs = [
        (operator.name, name)
        for operator in structure.operators
        for name, variable in operator.variables.items()
        if variable.kind == "output" and (operator.name, name) not in consumed
    ]
    if len(outputs) != 1:
        listed = ", ".join(f"'{operator}/{name}'" for operator, name in outputs) or "none"
        raise TemplateError(
            f"Edge template '{structure.name}' must have exactly one output that leaves the edge; it has {listed}. "
            "Declare the others as 'variable'."
        )
    return inputs, outputs[0]
