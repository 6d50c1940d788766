"""Find out which variables are complex, to a fixed point over the whole System."""

from __future__ import annotations

from collections.abc import Collection

from rates_core.errors import EquationError
from rates_core.expressions.functions import FUNCTIONS, INTERNAL
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol, transform, walk


def is_complex(expression: Expression, known: Collection[str]) -> bool:
    """Tell whether an expression is complex, given the symbols that are.

    Raises:
        EquationError: a function that is defined for real numbers only gets a complex one, or an index is complex.
    """
    if isinstance(expression, Symbol):
        return expression.name in known
    if isinstance(expression, Number):
        return isinstance(expression.value, complex)
    if isinstance(expression, Constant):
        return expression.name == "I"
    definition = FUNCTIONS.get(expression.function) or INTERNAL[expression.function]
    parts = [is_complex(argument, known) for argument in expression.arguments]
    if expression.function == "where":
        return parts[1] or parts[2]
    if any(parts) and definition.real_only:
        raise EquationError(
            f"'{expression.function}' is defined for real numbers only, but '{to_text(expression)}' gives it a complex "
            "one. Take real(), imag() or abs() of it."
        )
    if definition.kind == "index" and any(parts[1:]):
        raise EquationError(f"'{to_text(expression)}' has a complex index. Indices are whole numbers, counted from 0.")
    return any(parts) and not definition.always_real and not is_squared_modulus(expression)


def is_squared_modulus(expression: Apply) -> bool:
    """Tell whether an expression is z*conj(z), which is real."""
    if expression.function != "multiply":
        return False
    left, right = expression.arguments
    return right == Apply("conj", (left,)) or left == Apply("conj", (right,))


def real_moduli(expression: Expression, known: Collection[str]) -> Expression:
    """Return an expression in which each complex z*conj(z) stands as real(z*conj(z)), so that no rewriting hides it."""
    if not any(isinstance(node, Apply) and node.function == "conj" for node in walk(expression)):
        return expression

    def marked(node: Expression) -> Expression:
        if isinstance(node, Apply) and is_squared_modulus(node) and is_complex(node.arguments[0], known):
            return Apply("real", (node,))
        return node

    return transform(expression, marked)
