"""Evaluate the tree of an expression by walking it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol
from rates_core.reference.functions import Value, apply

Lookup = Callable[[str], Value]

_CONSTANTS: dict[str, Value] = {"pi": math.pi, "E": math.e, "I": 1j}


def evaluate(expression: Expression, lookup: Lookup) -> Value:
    """Return the value of an expression.

    Args:
        expression: the tree.
        lookup: returns the value of a symbol.

    Raises:
        UnsupportedFeatureError: the expression draws random numbers.
        EquationError: a real function gets a complex number, axes do not fit, or an index is outside of its axis.
    """
    if isinstance(expression, Number):
        return number(expression.value)
    if isinstance(expression, Constant):
        return _CONSTANTS[expression.name]
    if isinstance(expression, Symbol):
        return lookup(expression.name)
    if expression.function == "randn":
        raise UnsupportedFeatureError("The reference interpreter draws no random numbers; the model uses 'randn()'.")
    result = apply(expression.function, [evaluate(argument, lookup) for argument in expression.arguments])
    return apply("real", [result]) if is_squared_modulus(expression) else result


def is_squared_modulus(expression: Apply) -> bool:
    """Tell whether an expression is z*conj(z), which is real."""
    if expression.function != "multiply":
        return False
    left, right = expression.arguments
    return right == Apply("conj", (left,)) or left == Apply("conj", (right,))


def is_complex(expression: Expression, known: Collection[str]) -> bool:
    """Tell whether an expression is complex, given the symbols that are."""
    if isinstance(expression, Number):
        return isinstance(expression.value, complex)
    if isinstance(expression, Constant):
        return expression.name == "I"
    if isinstance(expression, Symbol):
        return expression.name in known
    if expression.function in ("abs", "real", "imag", "equal", "not_equal") or is_squared_modulus(expression):
        return False
    parts = expression.arguments[1:] if expression.function == "where" else expression.arguments
    return any(is_complex(part, known) for part in parts)


def number(value: complex) -> float | complex:
    """Return a number as float or complex; a whole number too large for a float is infinite."""
    if isinstance(value, complex):
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
