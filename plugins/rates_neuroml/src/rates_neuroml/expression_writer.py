"""Trees of rates as expressions of LEMS, whose choices are variables of their own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from attrs import define, field
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.functions import CONSTANTS
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol, fold, transform

_INFIX: Mapping[str, str] = MappingProxyType(
    {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "^"}
)
_COMPARISONS: Mapping[str, str] = MappingProxyType(
    {"less": ".lt.", "greater": ".gt.", "greater_equal": ".geq.", "equal": ".eq.", "not_equal": ".neq."}
)
_LOGIC: Mapping[str, str] = MappingProxyType({"and": ".and.", "or": ".or."})
_OPPOSITES: Mapping[str, str] = MappingProxyType({
    "less": "greater_equal", "greater_equal": "less", "greater": "less_equal", "less_equal": "greater",
    "equal": "not_equal", "not_equal": "equal",
})  # fmt: skip
_FUNCTIONS: Mapping[str, str] = MappingProxyType({
    name: name for name in ("exp", "log", "sqrt", "abs", "sin", "cos", "tan", "sinh", "cosh", "tanh", "ceil")
})  # fmt: skip
_CONDITIONS = frozenset({*_COMPARISONS, *_LOGIC, "less_equal", "not"})


@define(eq=False)
class ExpressionWriter:
    """Writes expressions of one operator.

    Attributes:
        place: how messages name it.
        taken: names of variables.
        choices: variables that stand for choices inside expressions: name, condition, value, other value, all written.
    """

    place: str
    taken: set[str]
    choices: list[tuple[str, str, str, str]] = field(factory=list)

    def write(self, expression: Expression, target: str) -> str:
        """Return an expression as text.

        Args:
            expression: to write.
            target: for which variable; choices in it are called after it.

        Raises:
            UnsupportedFeatureError: LEMS has no such function or number; the text says which.
        """
        return self._number(plain(expression), target)

    def condition(self, expression: Expression, target: str) -> str:
        """Return a condition as text."""
        tree = plain(expression)
        if not _is_condition(tree):
            tree = Apply("not_equal", (tree, Number(0.0)))
        return self._text(tree, target)

    def cases(self, expression: Expression, target: str) -> list[tuple[str | None, str]] | None:
        """Return conditions and values of a variable that is a choice, the last without a condition; None if it is none."""
        tree = plain(expression)
        found: list[tuple[str | None, str]] = []
        while isinstance(tree, Apply) and tree.function == "where":
            test, value, tree = tree.arguments
            found.append((self.condition(test, target), self._number(value, target)))
        return [*found, (None, self._number(tree, target))] if found else None

    def _number(self, tree: Expression, target: str) -> str:
        if _is_condition(tree):
            tree = Apply("where", (tree, Number(1.0), Number(0.0)))
        return self._text(tree, target)

    def _text(self, tree: Expression, target: str) -> str:
        def text(node: Expression, parts: Sequence[str]) -> str:
            if isinstance(node, Number):
                return self._literal(node.value)
            if isinstance(node, Symbol):
                return node.name
            if isinstance(node, Constant):
                return self._literal(CONSTANTS[node.name])
            return self._applied(node, parts, target)

        return _unbracketed(fold(tree, text))

    def _literal(self, value: float | complex) -> str:
        if isinstance(value, complex) or not math.isfinite(value):
            raise UnsupportedFeatureError(f"{self.place}: LEMS has no number {value}; its numbers are real and finite.")
        return repr(value) if value >= 0 else f"({value!r})"

    def _applied(self, node: Apply, parts: Sequence[str], target: str) -> str:
        function = node.function
        if function == "where":
            return self._choice(node, parts, target)
        if function not in _LOGIC:
            parts = [self._as_number(part, argument, target) for part, argument in zip(parts, node.arguments, strict=True)]
        else:
            parts = [p if _is_condition(one) else f"({p} .neq. 0.0)" for p, one in zip(parts, node.arguments, strict=True)]
        if function in _INFIX:
            return f"({parts[0]} {_INFIX[function]} {parts[1]})"
        if function == "negative":
            return f"(-{parts[0]})"
        if function == "less_equal":  # which PyLEMS reads in this order alone
            return f"({parts[1]} .geq. {parts[0]})"
        if function in _COMPARISONS or function in _LOGIC:
            return f"({parts[0]} {(_COMPARISONS.get(function) or _LOGIC[function])} {parts[1]})"
        if function in _FUNCTIONS:
            return f"{_FUNCTIONS[function]}({_unbracketed(parts[0])})"
        raise UnsupportedFeatureError(f"{self.place}: LEMS has no function '{function}'.")

    def _as_number(self, part: str, argument: Expression, target: str) -> str:
        return self._chosen(part, "1.0", "0.0", target) if _is_condition(argument) else part

    def _choice(self, node: Apply, parts: Sequence[str], target: str) -> str:
        test = parts[0] if _is_condition(node.arguments[0]) else f"({parts[0]} .neq. 0.0)"
        values = [self._as_number(*pair, target) for pair in zip(parts[1:], node.arguments[1:], strict=True)]
        return self._chosen(test, values[0], values[1], target)

    def _chosen(self, test: str, value: str, other: str, target: str) -> str:
        number = 0
        while f"{target}_case{number or ''}" in self.taken:
            number += 1
        name = f"{target}_case{number or ''}"
        self.taken.add(name)
        self.choices.append((name, *map(_unbracketed, (test, value, other))))
        return name


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
            return _opposite(first)
    return node


def _opposite(node: Expression) -> Expression:
    if isinstance(node, Apply) and node.function in _OPPOSITES:
        return Apply(_OPPOSITES[node.function], node.arguments)
    if isinstance(node, Apply) and node.function in _LOGIC:
        return Apply("or" if node.function == "and" else "and", tuple(map(_opposite, node.arguments)))
    return Apply("equal", (node, Number(0.0)))


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
