"""Which expressions are positive by their form, so that a root or quotient of them needs no guard."""

from __future__ import annotations

from collections.abc import Collection

from rates_core.expressions.tree import Apply, Constant, Expression, Number
from rates_core.system.complexness import is_complex


def is_positive(expression: Expression, complex_symbols: Collection[str]) -> bool:
    """Tell whether a real expression is positive by its form; NaN is taken for a positive number."""
    match expression:
        case Number(value):
            return not isinstance(value, complex) and value > 0
        case Constant(name):
            return name != "I"
        case Apply("exp" | "cosh", (argument,)):
            return not is_complex(argument, complex_symbols)
        case Apply("add", (left, right)):
            first, second = is_positive(left, complex_symbols), is_positive(right, complex_symbols)
            return (first and (second or _is_square(right, complex_symbols))) or (
                second and _is_square(left, complex_symbols)
            )
    return False


def _is_square(expression: Expression, complex_symbols: Collection[str]) -> bool:
    """Tell whether a real expression is not negative by its form."""
    match expression:
        case Apply("power", (base, Number(2 | 4 | 2.0 | 4.0))):
            return not is_complex(base, complex_symbols)
        case Apply("multiply", (left, right)):
            return left == right and not is_complex(left, complex_symbols)
        case Apply("abs", _):
            return True
    return False
