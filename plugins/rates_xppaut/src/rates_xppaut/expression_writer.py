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

from rates_xppaut.expression_reader import FUNCTIONS

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
    if function in _BRACKETED:
        return _Piece(f"({atoms[0]}{_BRACKETED[function]}{atoms[1]})")
    texts = [part.text for part in parts]
    if function in ("min", "max", *_CALLED) and function not in ("mod",):
        return _Piece(f"{_CALLED[function]}({','.join(texts)})")
    match function:
        case "negative":
            return _Piece(f"(-{atoms[0]})")
        case "power":
            return _Piece(f"({atoms[0]}^{atoms[1]})")
        case "not":
            return _Piece(f"(not({texts[0]}))")
        case "where":
            return _Piece(f"(if({texts[0]})then({texts[1]})else({texts[2]}))")
        case "sigmoid":
            return _Piece(f"(1/(1+exp(-{atoms[0]})))")
        case "ceil":
            return _Piece(f"(-flr(-{atoms[0]}))")
        case "round":
            return _Piece(f"(if((mod({texts[0]},2)==0.5))then(flr({texts[0]}))else(flr({atoms[0]}+0.5)))")
        case "fmod":
            return _Piece(f"(sign({texts[0]})*mod(abs({texts[0]}),abs({texts[1]})))")
        case "mod" if isinstance(node.arguments[1], Number) and node.arguments[1].value.real > 0:
            return _Piece(f"mod({texts[0]},{texts[1]})")
        case "mod":
            return _Piece(f"({atoms[0]}-{atoms[1]}*flr({atoms[0]}/{atoms[1]}))")
        case "delay" | "shift":
            return _Piece(f"{function}({texts[0]},{texts[1]})")
    raise UnsupportedFeatureError(f"{where}: XPPAUT has no function '{function}'.")
