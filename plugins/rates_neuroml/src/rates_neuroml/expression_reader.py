"""Expressions as LEMS writes them, `v .gt. thresh .and. t .lt. 2 * delay`, as trees of rates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from attrs import define
from rates_core.errors import EquationError, UnsupportedFeatureError, did_you_mean
from rates_core.expressions.tree import Apply, Expression, Number, Symbol

#: Functions by what LEMS calls them.
FUNCTIONS: Mapping[str, str] = MappingProxyType({
    "exp": "exp", "log": "log", "ln": "log", "log10": "log10", "sqrt": "sqrt", "abs": "abs", "sin": "sin",
    "cos": "cos", "tan": "tan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "asin": "arcsin", "acos": "arccos",
    "atan": "arctan", "ceil": "ceil", "floor": "floor", "H": "heaviside",
})  # fmt: skip

#: Operators by what LEMS calls them, and how tightly they bind.
OPERATORS: Mapping[str, tuple[str, int]] = MappingProxyType({
    ".or.": ("or", 1), ".and.": ("and", 2),
    ".gt.": ("greater", 3), ".ge.": ("greater_equal", 3), ".geq.": ("greater_equal", 3), ".lt.": ("less", 3),
    ".le.": ("less_equal", 3), ".leq.": ("less_equal", 3), ".eq.": ("equal", 3), ".neq.": ("not_equal", 3),
    ".ne.": ("not_equal", 3),
    "+": ("add", 4), "-": ("subtract", 4), "*": ("multiply", 5), "/": ("divide", 5), "^": ("power", 7),
})  # fmt: skip
_SIGN = 6  # -x^2 is -(x^2), and -x*y is (-x)*y
_POWER = 7

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:\.(?![a-z]+\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)"
    r"|(?P<operator>\.[a-z]+\.|[-+*/^()]))"
)


def parse_expression(text: str, place: str) -> Expression:
    """Return the tree of an expression.

    Args:
        text: of the expression.
        place: where it stands, for messages.

    Raises:
        EquationError: it is malformed, or calls a function that LEMS does not have.
        UnsupportedFeatureError: it draws random numbers.
    """
    parser = _Parser(text, place, _tokens(text, place))
    tree = parser.expression(0)
    if parser.tokens:
        raise parser.error(f"does not go on with '{parser.tokens[-1]}' there")
    return tree


def _tokens(text: str, place: str) -> list[str]:
    """Return the tokens of a text, the first one last."""
    found, position = list[str](), 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position:].strip()
            raise EquationError(f"{place}: '{text}' cannot be read from '{rest}' on.")
        found.append(match[0].strip())
        position = match.end()
    return found[::-1]


@define(eq=False)
class _Parser:
    """A parser by precedence.

    Attributes:
        text: of the whole expression.
        place: where it stands.
        tokens: those that are left, the next one last.
    """

    text: str
    place: str
    tokens: list[str]

    def error(self, what: str) -> EquationError:
        return EquationError(f"{self.place}: '{self.text}' {what}.")

    def take(self) -> str:
        if not self.tokens:
            raise self.error("ends where a value is missing")
        return self.tokens.pop()

    def expression(self, least: int) -> Expression:
        """Read operations that bind at least so tightly."""
        left = self.operand()
        while self.tokens and self.tokens[-1] in OPERATORS and OPERATORS[self.tokens[-1]][1] >= least:
            function, precedence = OPERATORS[self.tokens.pop()]
            right = self.expression(_SIGN if precedence == _POWER else precedence + 1)
            left = Apply(function, (left, right))
        if self.tokens and re.match(r"\.[a-z]", self.tokens[-1]) and self.tokens[-1] not in OPERATORS:
            raise self.error(f"has '{self.tokens[-1]}', which is no operator of LEMS; those are {_OPERATOR_NAMES}")
        return left

    def operand(self) -> Expression:
        token = self.take()
        if token == "-":
            return _negative(self.expression(_SIGN))
        if token == "+":
            return self.expression(_SIGN)
        if token == "(":
            inside = self.expression(0)
            self.close()
            return inside
        if token[0].isdigit() or (token[0] == "." and token[1].isdigit()):
            return Number(int(token) if token.isdigit() else float(token))
        if not token[0].isidentifier():
            raise self.error(f"has '{token}' where a value is missing")
        return self.call(token) if self.tokens and self.tokens[-1] == "(" else Symbol(token)

    def call(self, name: str) -> Expression:
        if name == "random":
            raise UnsupportedFeatureError(
                f"{self.place}: '{self.text}' draws a random number, which rates does not do at events and at the "
                "start. Write a number."
            )
        if name not in FUNCTIONS:
            known = ", ".join(FUNCTIONS)
            raise EquationError(
                f"{self.place}: '{self.text}' calls '{name}', which is no function of "
                f"LEMS.{did_you_mean(name, FUNCTIONS)}"
                f" Functions are {known}."
            )
        self.tokens.pop()
        argument = self.expression(0)
        self.close()
        return Apply(FUNCTIONS[name], (argument,))

    def close(self) -> None:
        if not self.tokens or self.tokens.pop() != ")":
            raise self.error("has a bracket that is not closed")


_OPERATOR_NAMES = ", ".join(name for name in OPERATORS if name.startswith("."))


def _negative(tree: Expression) -> Expression:
    if isinstance(tree, Number) and not isinstance(tree.value, complex):
        return Number(-tree.value)
    return Apply("negative", (tree,))


def renamed(tree: Expression, name_of: Callable[[str], Expression]) -> Expression:
    """Return a tree whose symbols are replaced by what a function says of their names."""
    from rates_core.expressions.tree import transform

    return transform(tree, lambda node: name_of(node.name) if isinstance(node, Symbol) else node)
