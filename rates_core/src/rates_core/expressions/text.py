"""From trees to text with as few brackets as the language allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from types import MappingProxyType

from attrs import frozen

from rates_core.expressions.functions import FOLDED
from rates_core.expressions.literals import combined
from rates_core.expressions.tree import Apply, Expression, Number, fold


class Precedence(IntEnum):
    """How tightly the outermost operation of a text binds."""

    OR = 1
    AND = 2
    NOT = 3
    COMPARISON = 4
    SUM = 5
    PRODUCT = 6
    SIGN = 7
    POWER = 8
    ATOM = 9


@frozen
class _Infix:
    """An operator between two operands that must bind at least as tightly as `left` and `right`."""

    symbol: str
    precedence: Precedence
    left: Precedence
    right: Precedence


def _from_left(symbol: str, precedence: Precedence) -> _Infix:
    return _Infix(symbol, precedence, precedence, Precedence(precedence + 1))


def _comparison(symbol: str) -> _Infix:
    return _Infix(symbol, Precedence.COMPARISON, Precedence.SUM, Precedence.SUM)


_INFIX: Mapping[str, _Infix] = MappingProxyType(
    {
        "or": _from_left(" or ", Precedence.OR),
        "and": _from_left(" and ", Precedence.AND),
        "less": _comparison(" < "),
        "less_equal": _comparison(" <= "),
        "greater": _comparison(" > "),
        "greater_equal": _comparison(" >= "),
        "equal": _comparison(" == "),
        "not_equal": _comparison(" != "),
        "add": _from_left(" + ", Precedence.SUM),
        "subtract": _from_left(" - ", Precedence.SUM),
        "multiply": _from_left("*", Precedence.PRODUCT),
        "divide": _from_left("/", Precedence.PRODUCT),
        "power": _Infix("^", Precedence.POWER, Precedence.ATOM, Precedence.SIGN),
    }
)

_PREFIX: Mapping[str, tuple[str, Precedence]] = MappingProxyType(
    {
        "negative": ("-", Precedence.SIGN),
        "not": ("not ", Precedence.NOT),
    }
)


@frozen
class _Piece:
    text: str
    precedence: Precedence

    def within(self, least: Precedence) -> str:
        """Return the text, in brackets if it binds less tightly than `least`."""
        return self.text if self.precedence >= least else f"({self.text})"


def to_text(expression: Expression) -> str:
    """Return an expression as text in the language, which parses to an equal tree.

    Infinite numbers and NaN, which the language has no literals for, are written `inf` and `nan`.
    """
    return fold(expression, _piece).text


def _piece(node: Expression, pieces: Sequence[_Piece]) -> _Piece:
    if isinstance(node, Number):
        return _number(node.value)
    if not isinstance(node, Apply):
        return _Piece(node.name, Precedence.ATOM)
    if _is_call(node):
        return _Piece(_call(node, pieces), Precedence.ATOM)
    if node.function in _PREFIX:
        symbol, precedence = _PREFIX[node.function]
        return _Piece(f"{symbol}{pieces[0].within(precedence)}", precedence)
    infix = _INFIX[node.function]
    left, right = pieces[0].within(infix.left), pieces[1].within(infix.right)
    return _Piece(f"{left}{infix.symbol}{right}", infix.precedence)


def _is_call(node: Apply) -> bool:
    """Tell whether a function is written with its name; operators are, where they would read as part of a number."""
    if node.function == "negative":
        return isinstance(node.arguments[0], Number)
    if node.function in ("add", "subtract"):
        return isinstance(combined(node.function, *node.arguments), Number)
    return node.function not in _INFIX and node.function not in _PREFIX


def _call(node: Apply, pieces: Sequence[_Piece]) -> str:
    """Write a call; `max(max(a, b), c)` is `max(a, b, c)`."""
    arguments = ", ".join(piece.text for piece in pieces)
    first = node.arguments[0] if node.arguments else None
    if node.function in FOLDED and isinstance(first, Apply) and first.function == node.function:
        return f"{pieces[0].text[:-1]}, {pieces[1].text})"
    return f"{node.function}({arguments})"


def _number(value: float | complex) -> _Piece:
    if not isinstance(value, complex):
        return _signed(repr(value))
    if value.real == 0.0:
        return _signed(f"{value.imag!r}j")
    return _Piece(f"{value.real!r}{value.imag:+}j", Precedence.SUM)


def _signed(text: str) -> _Piece:
    return _Piece(text, Precedence.SIGN if text.startswith("-") else Precedence.ATOM)
