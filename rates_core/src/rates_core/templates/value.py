"""Values of parameters and initial states: a number or an array of numbers."""

from __future__ import annotations

import numbers
import re
from typing import Any

from rates_core.errors import ArgumentError, shown
from rates_core.templates.array import Array

Value = float | complex | Array

_SIGN = re.compile(r"\s*([+-])\s*")


def to_number(given: Any) -> float | complex:
    """Return a real number as float and a complex one as complex.

    Raises:
        ArgumentError: it is no number, or is NaN.
    """
    if type(given) is float and given == given:
        return given  # what nearly all are
    if isinstance(given, bool) or not isinstance(given, numbers.Number):
        raise ArgumentError(f"A number is needed, not {shown(given)}.")
    try:
        number = float(given) if isinstance(given, numbers.Real) else complex(given)  # type: ignore[call-overload]
    except (ArithmeticError, TypeError, ValueError):  # too large, or a kind of number of its own
        raise ArgumentError(f"A number of double precision is needed, not {shown(given)}.") from None
    if number != number:
        raise ArgumentError("NaN is not a number.")
    return number


def to_value(given: Any) -> Value:
    """Return a number, or an `Array` of what is a list, a tuple or an array.

    Raises:
        ArgumentError: it is neither, or holds NaN.
    """
    if isinstance(given, Array):
        return given
    if isinstance(given, (numbers.Number, bool, str)) or given is None:
        return to_number(given)
    array = Array(given)
    if not array.size:
        return _empty(array)
    return to_number(array.values.item()) if array.shape == () else array


def _empty(array: Array) -> Array:
    """Return the one empty array that has a form in a model file, `[]`."""
    if len(array.shape) > 1:
        raise ArgumentError(f"An array of shape {array.shape} holds no number.")
    return Array(())


def plain(value: Any) -> Any:
    """Return a number or a NumPy array; what is neither stays as it is."""
    return value.values if isinstance(value, Array) else value


def as_complex(value: Value) -> complex | Array:
    """Return a value of complex numbers."""
    return Array(value.values.astype(complex)) if isinstance(value, Array) else complex(value)


def parse_number(text: str) -> float | complex | None:
    """Return the number that a text writes, or None: `1e-3`, `-.inf`, `0.5+0.1j`."""
    plain = _SIGN.sub(r"\1", text.strip().lower()).replace(".inf", "inf")
    for kind in (float, complex):
        try:
            return kind(plain)
        except ValueError:
            continue
    return None


def number_text(number: float | complex) -> str:
    """Return the shortest text that reads back as the same number."""
    return repr(number).strip("()")


def shape_of(value: Value) -> tuple[int, ...]:
    """Return the shape of a value; that of a number is `()`."""
    return value.shape if isinstance(value, Array) else ()
