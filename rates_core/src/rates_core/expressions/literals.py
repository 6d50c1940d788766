"""Signs and imaginary parts that belong to a number: `-2` and `0.5 + 0.1j` are numbers, not operations."""

from __future__ import annotations

from rates_core.expressions.tree import Apply, Expression, Number


def negated(value: Expression) -> Expression:
    """Return the negative of a value; that of a number is a number."""
    return Number(-value.value) if isinstance(value, Number) else Apply("negative", (value,))


def combined(function: str, left: Expression, right: Expression) -> Expression:
    """Return an operation of two values; a real number and an imaginary one make one complex number."""
    if function in ("add", "subtract") and isinstance(left, Number) and isinstance(right, Number):
        real, imaginary = left.value, right.value
        if not isinstance(real, complex) and isinstance(imaginary, complex) and imaginary.real == 0.0:
            return Number(complex(real, imaginary.imag if function == "add" else -imaginary.imag))
    return Apply(function, (left, right))
