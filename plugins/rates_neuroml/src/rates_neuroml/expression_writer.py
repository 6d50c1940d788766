"""Trees of rates as expressions of LEMS, whose choices are variables of their own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from attrs import define, field
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.functions import CONSTANTS
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol, fold, transform

_OPERATORS: Mapping[str, str] = MappingProxyType({
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "^",
    "less": ".lt.", "greater": ".gt.", "greater_equal": ".geq.", "equal": ".eq.", "not_equal": ".neq.",
    "and": ".and.", "or": ".or.",
})  # fmt: skip
_FUNCTIONS = ("exp", "log", "sqrt", "abs", "sin", "cos", "tan", "sinh", "cosh", "tanh", "ceil")
_OPPOSITES: Mapping[str, str] = MappingProxyType({
    "less": "greater_equal", "greater_equal": "less", "greater": "less_equal", "less_equal": "greater",
    "equal": "not_equal", "not_equal": "equal",
})  # fmt: skip
_LOGIC: Mapping[str, str] = MappingProxyType({"and": "or", "or": "and"})
_CONDITIONS = frozenset({*_OPPOSITES, *_LOGIC, "not"})


#: A variable that is a choice: its name, and conditions with values, the first that holds counts.
Choice = tuple[str, list[tuple[str, str]]]


@define(eq=False)
class ExpressionWriter:
    """Writes expressions of one operator.

    The last case of a choice has a condition, too, which the ones before leave: PyLEMS needs one.

    Attributes:
        place: how messages name it.
        taken: names of variables.
        choices: variables that stand for choices inside expressions.
    """

    place: str
    taken: set[str]
    choices: list[Choice] = field(factory=list)

    def write(self, expression: Expression, target: str) -> str:
        """Return an expression as text.

        Args:
            expression: to write.
            target: for which variable; choices in it are called after it.

        Raises:
            UnsupportedFeatureError: LEMS has no such function or number; the text says which.
        """
        return self._text(self._as_number(self._without_choices(expression, target), target))

    def condition(self, expression: Expression, target: str) -> str:
        """Return a condition as text."""
        return self._text(_as_condition(self._without_choices(expression, target)))

    def cases(self, expression: Expression, target: str) -> list[tuple[str, str]] | None:
        """Return conditions and values of a variable that is a choice; None if it is none."""
        tree, found, test = plain(expression), list[tuple[str, str]](), None
        while isinstance(tree, Apply) and tree.function == "where":
            test, value, tree = tree.arguments
            found.append((self.condition(test, target), self.write(value, target)))
        if test is None:
            return None
        return [*found, (self.condition(opposite(test), target), self.write(tree, target))]

    def _without_choices(self, expression: Expression, target: str) -> Expression:
        """Return an expression in which variables of their own stand for choices."""

        def replaced(node: Expression) -> Expression:
            if not isinstance(node, Apply):
                return node
            if node.function in _LOGIC:
                return Apply(node.function, tuple(map(_as_condition, node.arguments)))
            if node.function == "where":
                test, value, other = node.arguments
                value, other = self._as_number(value, target), self._as_number(other, target)
                return self._chosen(_as_condition(test), value, other, target)
            return Apply(node.function, tuple(self._as_number(argument, target) for argument in node.arguments))

        return transform(plain(expression), replaced)

    def _as_number(self, tree: Expression, target: str) -> Expression:
        return self._chosen(tree, Number(1), Number(0), target) if _is_condition(tree) else tree

    def _chosen(self, test: Expression, value: Expression, other: Expression, target: str) -> Expression:
        number = 0
        while f"{target}_case{number or ''}" in self.taken:
            number += 1
        name = f"{target}_case{number or ''}"
        self.taken.add(name)
        cases = [(self._text(test), self._text(value)), (self._text(opposite(test)), self._text(other))]
        self.choices.append((name, cases))
        return Symbol(name)

    def _text(self, tree: Expression) -> str:
        def text(node: Expression, parts: Sequence[str]) -> str:
            if isinstance(node, Number):
                return self._literal(node.value)
            if isinstance(node, Symbol):
                return node.name
            if isinstance(node, Constant):
                return self._literal(CONSTANTS[node.name])
            return self._applied(node.function, parts)

        return _unbracketed(fold(tree, text))

    def _literal(self, value: float | complex) -> str:
        if isinstance(value, complex) or not math.isfinite(value):
            raise UnsupportedFeatureError(f"{self.place}: LEMS has no number {value}; its numbers are real and finite.")
        return repr(value) if value >= 0 else f"({value!r})"

    def _applied(self, function: str, parts: Sequence[str]) -> str:
        if function == "negative":
            return f"(-{parts[0]})"
        if function == "less_equal":  # which PyLEMS reads in this order alone
            return f"({parts[1]} .geq. {parts[0]})"
        if function in _OPERATORS:
            return f"({parts[0]} {_OPERATORS[function]} {parts[1]})"
        if function in _FUNCTIONS:
            return f"{function}({_unbracketed(parts[0])})"
        raise UnsupportedFeatureError(f"{self.place}: LEMS has no function '{function}'.")


def plain(expression: Expression) -> Expression:
    """Return an expression whose functions LEMS has, as far as others can say the same."""
    return transform(expression, _plain)


def _plain(node: Expression) -> Expression:
    if not isinstance(node, Apply):
        return node
    first, *rest = node.arguments
    zero, one = Number(0.0), Number(1.0)
    match node.function:
        case "heaviside":
            return Apply("where", (Apply("greater_equal", (first, zero)), one, zero))
        case "sign":
            below = Apply("where", (Apply("less", (first, zero)), Number(-1.0), zero))
            return Apply("where", (Apply("greater", (first, zero)), one, below))
        case "max":
            return Apply("where", (Apply("greater_equal", (first, rest[0])), first, rest[0]))
        case "min":
            return Apply("where", (Apply("greater_equal", (rest[0], first)), first, rest[0]))
        case "sigmoid":
            return Apply("divide", (one, Apply("add", (one, Apply("exp", (Apply("negative", (first,)),))))))
        case "floor":
            return Apply("negative", (Apply("ceil", (Apply("negative", (first,)),)),))
        case "log10":
            return Apply("divide", (Apply("log", (first,)), Number(math.log(10.0))))
        case "not":
            return opposite(first)
    return node


def opposite(node: Expression) -> Expression:
    """Return a condition that holds where another one does not."""
    if isinstance(node, Apply) and node.function in _OPPOSITES:
        return Apply(_OPPOSITES[node.function], node.arguments)
    if isinstance(node, Apply) and node.function in _LOGIC:
        return Apply(_LOGIC[node.function], tuple(map(opposite, node.arguments)))
    return Apply("equal", (node, Number(0)))


def _as_condition(tree: Expression) -> Expression:
    return tree if _is_condition(tree) else Apply("not_equal", (tree, Number(0)))


def _is_condition(tree: Expression) -> bool:
    return isinstance(tree, Apply) and tree.function in _CONDITIONS


def _unbracketed(text: str) -> str:
    """Return a text without brackets around all of it."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and position < len(text) - 1:
            return text
    return text[1:-1]
