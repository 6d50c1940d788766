"""Rewriting that leaves every value as it is: no term is reordered, and no `0*x` is taken for 0.

`0*x` is NaN where x is infinite, so only `differentiate` drops such products.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable, Mapping
from types import MappingProxyType

from rates_core.expressions.tree import Apply, Expression, Number, transform

_LARGEST_EXACT_INTEGER = 2**53

_Scalar = int | float | complex


def simplify(expression: Expression) -> Expression:
    """Return an expression of the same value without `x + 0`, `1*x`, `x/1`, `x^1`, `--x` and sums of numbers."""
    return transform(expression, simplified)


def simplified(node: Expression) -> Expression:
    """Return the top of an expression rewritten; its arguments are as simple as they get."""
    if isinstance(node, Apply) and node.function == "negative":
        return _negative(node)
    if not isinstance(node, Apply) or node.function not in _RULES:
        return node
    left, right = node.arguments
    if isinstance(left, Number) and isinstance(right, Number):
        return _number(node, left.value, right.value)
    return _RULES[node.function](node, left, right)


def is_number(expression: Expression, value: int) -> bool:
    """Tell whether an expression is a real number of a value."""
    return isinstance(expression, Number) and not isinstance(expression.value, complex) and expression.value == value


def opposite(expression: Expression) -> Expression | None:
    """Return x of an expression `-x`, None if it is of another form."""
    if isinstance(expression, Apply) and expression.function == "negative":
        return expression.arguments[0]
    return None


def _negative(node: Apply) -> Expression:
    (value,) = node.arguments
    if isinstance(value, Number):
        return Number(-value.value)
    inner = opposite(value)
    return node if inner is None else inner


def _add(node: Apply, left: Expression, right: Expression) -> Expression:
    if is_number(left, 0):
        return right
    if is_number(right, 0):
        return left
    subtracted = opposite(right)
    return node if subtracted is None else Apply("subtract", (left, subtracted))


def _subtract(node: Apply, left: Expression, right: Expression) -> Expression:
    if is_number(right, 0):
        return left
    if is_number(left, 0):
        return simplified(Apply("negative", (right,)))
    added = opposite(right)
    return node if added is None else Apply("add", (left, added))


def _multiply(node: Apply, left: Expression, right: Expression) -> Expression:
    for factor, other in ((left, right), (right, left)):
        if is_number(factor, 1):
            return other
        if is_number(factor, -1):
            return simplified(Apply("negative", (other,)))
    return node


def _divide(node: Apply, left: Expression, right: Expression) -> Expression:
    return left if is_number(right, 1) else node


def _power(node: Apply, left: Expression, right: Expression) -> Expression:
    return left if is_number(right, 1) else node


_RULES: Mapping[str, Callable[[Apply, Expression, Expression], Expression]] = MappingProxyType({
    "add": _add, "subtract": _subtract, "multiply": _multiply, "divide": _divide, "power": _power,
})  # fmt: skip

_OPERATIONS: Mapping[str, Callable[[_Scalar, _Scalar], _Scalar]] = MappingProxyType(
    {
        "add": lambda a, b: a + b,
        "subtract": lambda a, b: a - b,
        "multiply": lambda a, b: a * b,
        "divide": lambda a, b: a // b if _divides(b, a) else a / b,  # type: ignore[operator]
        "power": lambda a, b: a**b if isinstance(a, complex) or isinstance(b, complex) else float(a) ** float(b),
    }
)


def _divides(divisor: _Scalar, value: _Scalar) -> bool:
    return isinstance(divisor, int) and isinstance(value, int) and divisor != 0 and value % divisor == 0


def _number(node: Apply, left: _Scalar, right: _Scalar) -> Expression:
    """Return the value of an operation on numbers, or the operation if the language gives NaN or infinity."""
    try:
        value = _OPERATIONS[node.function](left, right)
    except ArithmeticError:
        return node
    real = not isinstance(left, complex) and not isinstance(right, complex)
    if not cmath.isfinite(value) or (real and isinstance(value, complex)):
        return node
    return Number(_as_written(value, isinstance(left, int) and isinstance(right, int)))


def _as_written(value: _Scalar, integers: bool) -> _Scalar:
    """Return a whole result of integers as an integer if it is exact, every other as it is."""
    if isinstance(value, complex) or not integers:
        return value
    if abs(value) > _LARGEST_EXACT_INTEGER:
        return float(value)
    return int(value) if value == int(value) else value
