"""Trees of the language written as TVBO reads them: Python's operators, SymPy's functions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from attrs import frozen
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, fold

from rates_tvbo.expression_reader import DEFINITIONS

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)
_INFIX: Mapping[str, tuple[str, int, int, int]] = MappingProxyType({
    "add": (" + ", _SUM, _SUM, _PRODUCT),
    "subtract": (" - ", _SUM, _SUM, _PRODUCT),
    "multiply": ("*", _PRODUCT, _PRODUCT, _SIGN),
    "divide": ("/", _PRODUCT, _PRODUCT, _SIGN),
    "power": ("**", _POWER, _ATOM, _SIGN),
})  # fmt: skip
_COMPARISONS: Mapping[str, str] = MappingProxyType({
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=",
})  # fmt: skip
_LOGICAL: Mapping[str, str] = MappingProxyType(
    {"equal": "Eq", "not_equal": "Ne", "and": "And", "or": "Or", "not": "Not"}
)
_FUNCTIONS: Mapping[str, str] = MappingProxyType({
    "sin": "sin", "cos": "cos", "tan": "tan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "exp": "exp",
    "log": "log", "sqrt": "sqrt", "sign": "sign", "floor": "floor", "erf": "erf", "erfc": "erfc",
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "abs": "Abs", "ceil": "ceiling",
    **{name: name for name in DEFINITIONS}, "mod": "Mod", "min": "Min", "max": "Max",
    "vsum": "mode_sum", "matmul": "mode_dot",
})  # fmt: skip


@frozen
class _Piece:
    """A text, how tightly it binds, and whether it is a condition, which is no number for SymPy."""

    text: str
    binds: int = _ATOM
    condition: bool = False

    def number(self, least: int = _SUM) -> str:
        """Return the text as a number, in brackets if it binds less tightly than asked for."""
        if self.condition:
            return f"Piecewise((1.0, {self.text}), (0.0, True))"
        return self.text if self.binds >= least else f"({self.text})"

    def truth(self) -> str:
        """Return the text as a condition."""
        return self.text if self.condition else f"Ne({self.text}, 0)"


def write_expression(expression: Expression, where: str) -> str:
    """Return a tree as text.

    Raises:
        UnsupportedFeatureError: it has a function or a number that TVBO does not; the text says which.
    """

    def piece(node: Expression, parts: Sequence[_Piece]) -> _Piece:
        if isinstance(node, Number):
            return _number(node.value, where)
        if not isinstance(node, Apply):
            return _Piece(node.name)
        return _applied(node.function, parts, where)

    return fold(expression, piece).number()


def write_condition(expression: Expression, where: str) -> str:
    """Return a tree as a condition.

    Raises:
        UnsupportedFeatureError: as above.
    """
    wrapped = write_expression(Apply("where", (expression, Symbol("_"), Symbol("_"))), where)
    return wrapped.removeprefix("Piecewise((_, ").removesuffix("), (_, True))")


def _number(value: float | complex, where: str) -> _Piece:
    if isinstance(value, complex) or not math.isfinite(value):
        raise UnsupportedFeatureError(f"{where}: TVBO has no number {value}; its numbers are real and finite.")
    return _Piece(repr(value), _SIGN if value < 0 else _ATOM)


def _applied(function: str, parts: Sequence[_Piece], where: str) -> _Piece:
    """Return a function of parts that are written."""
    if function in _INFIX:
        sign, binds, left, right = _INFIX[function]
        return _Piece(f"{parts[0].number(left)}{sign}{parts[1].number(right)}", binds)
    if function == "negative":
        return _Piece(f"-{parts[0].number(_SIGN)}", _SIGN)
    if function in _COMPARISONS:
        return _Piece(f"({parts[0].number()} {_COMPARISONS[function]} {parts[1].number()})", condition=True)
    if function in ("equal", "not_equal"):
        return _Piece(f"{_LOGICAL[function]}({parts[0].number()}, {parts[1].number()})", condition=True)
    if function in _LOGICAL:
        return _Piece(f"{_LOGICAL[function]}({', '.join(part.truth() for part in parts)})", condition=True)
    numbers = [part.number() for part in parts]
    if function == "where":
        return _Piece(f"Piecewise(({numbers[1]}, {parts[0].truth()}), ({numbers[2]}, True))")
    if function in _FUNCTIONS:
        return _Piece(f"{_FUNCTIONS[function]}({', '.join(numbers)})")
    return _otherwise(function, numbers, where)


def _otherwise(function: str, numbers: Sequence[str], where: str) -> _Piece:
    """Return a function that TVBO has by another name or by a formula."""
    match function:
        case "heaviside":  # SymPy's is 1/2 at 0 unless it is told
            return _Piece(f"Heaviside({numbers[0]}, 1)")
        case "log10":
            return _Piece(f"log({numbers[0]}, 10)")
    raise UnsupportedFeatureError(f"{where}: TVBO has no function '{function}'.")
