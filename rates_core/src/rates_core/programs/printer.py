"""Print expressions by dispatch on the kind of node; languages differ in tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol

CALL, POWER, UNARY, PRODUCT, SUM, COMPARISON, NOT, AND, OR, CONDITIONAL = range(10, 0, -1)

INFIX: Mapping[str, tuple[str, int]] = {
    "add": (" + ", SUM),
    "subtract": (" - ", SUM),
    "multiply": ("*", PRODUCT),
    "divide": ("/", PRODUCT),
}


class ExpressionPrinter(ABC):
    """Print expressions in one language. Subclasses say how numbers, constants and functions are written."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def text(self, expression: Expression, tightness: int = 0) -> str:
        """Return the expression's text, in parentheses if it binds less tightly than asked."""
        text, own = self.printed(expression)
        return f"({text})" if own < tightness else text

    def printed(self, expression: Expression) -> tuple[str, int]:
        """Return the text of an expression and how tightly it binds."""
        match expression:
            case Number(value):
                text = self.number(value)
                return text, UNARY if text.startswith("-") else CALL
            case Constant(name):
                return self.constant(name), CALL
            case Symbol(name):
                return self.symbol(name), CALL
            case Apply(function, _) if function in INFIX:
                return self.infix(expression)
            case Apply():
                return self.apply(expression)

    def symbol(self, name: str) -> str:
        """Return the text that stands for a symbol."""
        return self.names[name]

    def infix(self, expression: Apply) -> tuple[str, int]:
        """Print a sum or product; the right operand of `-` and `/` binds more tightly.

        A sign behind an operator stands in brackets, since not every language takes two operators side by side.
        """
        operator, own = INFIX[expression.function]
        left, right = expression.arguments
        second = self.text(right, own + 1)
        return f"{self.text(left, own)}{operator}{f'({second})' if second.startswith('-') else second}", own

    def arguments(self, expression: Apply) -> str:
        """Return the arguments of a call, separated by commas."""
        return ", ".join(self.text(argument) for argument in expression.arguments)

    @abstractmethod
    def number(self, value: complex) -> str:
        """Return the text of a literal."""

    @abstractmethod
    def constant(self, name: str) -> str:
        """Return the text of pi, E or I."""

    @abstractmethod
    def apply(self, expression: Apply) -> tuple[str, int]:
        """Return the text of any other function and how tightly it binds."""
