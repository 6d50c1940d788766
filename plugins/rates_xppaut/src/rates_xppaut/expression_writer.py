"""Trees of the language written as XPPAUT reads them.

What binds tightly there is not what one expects, so brackets stand around all but sums and products.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from attrs import frozen
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Constant, Expression, Number, fold

from rates_xppaut.expression_reader import FUNCTIONS, is_positive

LONGEST_PART = 150  # characters; XPPAUT has room for 1024 operations, and longer parts become variables of their own

_SUM, _PRODUCT, _ATOM = range(3)
_INFIX: Mapping[str, tuple[str, int, int, int]] = MappingProxyType({
    "add": ("+", _SUM, _SUM, _PRODUCT), "subtract": ("-", _SUM, _SUM, _PRODUCT),
    "multiply": ("*", _PRODUCT, _PRODUCT, _ATOM), "divide": ("/", _PRODUCT, _PRODUCT, _ATOM),
})  # fmt: skip
_BRACKETED: Mapping[str, str] = MappingProxyType({
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!=",
    "and": "&", "or": "|",
})  # fmt: skip
#: With operands by number, and `a` and `b` for the first two in brackets where they need some.
_FORMS: Mapping[str, str] = MappingProxyType({
    "negative": "(-{a})", "power": "({a}^{b})", "not": "(not({0}))", "where": "(if({0})then({1})else({2}))",
    "sigmoid": "(1/(1+exp(-{a})))", "ceil": "(-flr(-{a}))",
    "round": "(if((mod({0},2)==0.5))then(flr({0}))else(flr({a}+0.5)))",
    "fmod": "(sign({0})*mod(abs({0}),abs({1})))", "mod": "mod({0},{1})", "mod of any sign": "({a}-{b}*flr({a}/{b}))",
    "delay": "delay({0},{1})", "shift": "shift({0},{1})",
})  # fmt: skip
_CALLED = {function: name for name, (function, _) in FUNCTIONS.items() if name != "log"}


@frozen
class _Piece:
    text: str
    binds: int = _ATOM

    def within(self, least: int) -> str:
        """Return the text, in brackets if it binds less tightly than asked for."""
        return self.text if self.binds >= least else f"({self.text})"


def write_expression(expression: Expression, where: str, apart: Callable[[str], str] | None = None) -> str:
    """Return a tree as text.

    Args:
        expression: whose symbols are names in the file.
        where: for messages.
        apart: makes a variable of a text that is too long to stand inside another one, and returns its name.

    Raises:
        UnsupportedFeatureError: it has a function or a number that XPPAUT does not; the text says which.
    """

    def piece(node: Expression, parts: Sequence[_Piece]) -> _Piece:
        if isinstance(node, Number):
            return _number(node.value, where)
        if node == Constant("E"):
            return _Piece("exp(1)")
        if not isinstance(node, Apply):
            return _Piece(node.name)
        if apart is not None:
            parts = [_Piece(apart(part.text)) if len(part.text) > LONGEST_PART else part for part in parts]
        return _applied(node, parts, where)

    return fold(expression, piece).text


def number_text(value: float) -> str:
    """Return a finite number as XPPAUT reads it in lists."""
    return repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def _number(value: float | complex, where: str) -> _Piece:
    if isinstance(value, complex) or not math.isfinite(value):
        raise UnsupportedFeatureError(f"{where}: XPPAUT has no number {value}; its numbers are real and finite.")
    return _Piece(f"(-{-value!r})" if value < 0 else repr(value))


def _applied(node: Apply, parts: Sequence[_Piece], where: str) -> _Piece:
    """Return a function of parts that are written."""
    function = node.function
    if function in _INFIX:
        sign, binds, left, right = _INFIX[function]
        return _Piece(f"{parts[0].within(left)}{sign}{parts[1].within(right)}", binds)
    atoms = [part.within(_ATOM) for part in parts]
    atoms, texts = [part.within(_ATOM) for part in parts], [part.text for part in parts]
    if function in _BRACKETED:
        return _Piece(f"({atoms[0]}{_BRACKETED[function]}{atoms[1]})")
    if function == "mod" and not is_positive(node.arguments[1]):
        function = "mod of any sign"
    if function in _FORMS:
        return _Piece(_FORMS[function].format(*texts, **dict(zip("ab", atoms, strict=False))))
    if function in _CALLED:
        return _Piece(f"{_CALLED[function]}({','.join(texts)})")
    raise UnsupportedFeatureError(f"{where}: XPPAUT has no function '{function}'.")
