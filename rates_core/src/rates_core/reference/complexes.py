"""The elementwise functions of the language that complex numbers have: principal values, and never an exception."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

Complex = Callable[..., float | complex]

NOWHERE = complex(math.nan, math.nan)


def defined(function: Callable[..., complex]) -> Complex:
    """Return a function of `cmath` that is NaN where it has no finite value."""

    def safe(*arguments: complex) -> complex:
        try:
            return function(*arguments)
        except (ValueError, OverflowError, ZeroDivisionError):
            return NOWHERE

    return safe


def logarithm(function: Callable[[complex], complex]) -> Complex:
    """Return a logarithm that is -inf at 0."""
    safe = defined(function)
    return lambda z: complex(-math.inf, 0.0) if z == 0.0 else safe(z)


def power(z: complex, w: complex) -> complex:
    """Return z^w; 0^0 is 1."""
    if w == 0.0:
        return complex(1.0)
    return complex(z) ** w


def sigmoid(z: complex) -> complex:
    """Return 1/(1 + e^-z), written such that the exponential cannot overflow."""
    if z.real < 0.0:
        grown = cmath.exp(z)
        return grown / (1.0 + grown)
    return 1.0 / (1.0 + cmath.exp(-z))


def where(condition: complex, a: complex, b: complex) -> float | complex:
    """Return a where the condition is not zero, else b; complex if either of them is."""
    chosen = a if condition != 0.0 else b
    return complex(chosen) if isinstance(a, complex) or isinstance(b, complex) else chosen


COMPLEX: Mapping[str, Complex] = MappingProxyType({
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": defined(lambda a, b: a / b),
    "power": defined(power),
    "negative": lambda a: -a,
    "equal": lambda a, b: float(a == b),
    "not_equal": lambda a, b: float(a != b),
    "where": where,
    "sin": defined(cmath.sin),
    "cos": defined(cmath.cos),
    "tan": defined(cmath.tan),
    "sinh": defined(cmath.sinh),
    "cosh": defined(cmath.cosh),
    "tanh": defined(cmath.tanh),
    "arcsin": defined(cmath.asin),
    "arccos": defined(cmath.acos),
    "arctan": defined(cmath.atan),
    "exp": defined(cmath.exp),
    "log": logarithm(cmath.log),
    "log10": logarithm(cmath.log10),
    "sqrt": defined(cmath.sqrt),
    "sigmoid": defined(sigmoid),
    "abs": lambda z: math.hypot(z.real, z.imag),
    "real": lambda z: z.real,
    "imag": lambda z: z.imag,
    "conj": lambda z: z.conjugate(),
})  # fmt: skip
