"""Every elementwise function of the language on real numbers: IEEE 754, and never an exception.

Python raises where the language has a value: a division by zero is infinite or NaN, an overflow is infinite, and
outside its domain a function is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

Real = Callable[..., float]


def divide(a: float, b: float) -> float:
    """Return a/b; a/0 is infinite with the sign of both, 0/0 is NaN."""
    if b != 0.0:
        return a / b
    if a == 0.0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def power(a: float, b: float) -> float:
    """Return a^b; a negative base has integer powers only, and is NaN else."""
    odd = b == math.floor(b) and b % 2.0 == 1.0 if math.isfinite(b) else False
    sign = math.copysign(1.0, a) if odd else 1.0
    try:
        return math.pow(a, b)
    except OverflowError:
        return sign * math.inf
    except ValueError:
        return sign * math.inf if a == 0.0 else math.nan


def outside_is_nan(function: Real) -> Real:
    """Return a function of `math` that is NaN where it has no value."""

    def safe(x: float) -> float:
        try:
            return float(function(x))
        except ValueError:
            return math.nan

    return safe


def logarithm(function: Real) -> Real:
    """Return a logarithm that is -inf at 0 and NaN below."""
    safe = outside_is_nan(function)
    return lambda x: -math.inf if x == 0.0 else safe(x)


def exp(x: float) -> float:
    """Return e^x."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def sinh(x: float) -> float:
    """Return the hyperbolic sine."""
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(math.inf, x)


def cosh(x: float) -> float:
    """Return the hyperbolic cosine."""
    try:
        return math.cosh(x)
    except OverflowError:
        return math.inf


def sigmoid(x: float) -> float:
    """Return 1/(1 + e^-x)."""
    return 1.0 / (1.0 + exp(-x))


def rounded(function: Callable[[float], float]) -> Real:
    """Return a function to whole numbers that leaves infinities and NaN alone and keeps the sign of zero."""
    return lambda x: math.copysign(float(function(x)), x) if math.isfinite(x) else x


def sign(x: float) -> float:
    """Return -1, 0 or 1."""
    return x if math.isnan(x) else float(x > 0.0) - float(x < 0.0)


def heaviside(x: float) -> float:
    """Return 0 below 0 and 1 from 0 on."""
    return x if math.isnan(x) else float(x >= 0.0)


def mod(a: float, b: float) -> float:
    """Return the remainder of a/b with the sign of b."""
    return a % b if b != 0.0 else math.nan


def fmod(a: float, b: float) -> float:
    """Return the remainder of a/b with the sign of a."""
    try:
        return math.fmod(a, b)
    except ValueError:
        return math.nan


def smallest(a: float, b: float) -> float:
    """Return the smaller number; NaN if one is NaN."""
    return math.nan if math.isnan(a) or math.isnan(b) else min(a, b)


def largest(a: float, b: float) -> float:
    """Return the larger number; NaN if one is NaN."""
    return math.nan if math.isnan(a) or math.isnan(b) else max(a, b)


REAL: Mapping[str, Real] = MappingProxyType({
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": divide,
    "power": power,
    "negative": lambda a: -a,
    "less": lambda a, b: float(a < b),
    "less_equal": lambda a, b: float(a <= b),
    "greater": lambda a, b: float(a > b),
    "greater_equal": lambda a, b: float(a >= b),
    "equal": lambda a, b: float(a == b),
    "not_equal": lambda a, b: float(a != b),
    "and": lambda a, b: float(a != 0.0 and b != 0.0),
    "or": lambda a, b: float(a != 0.0 or b != 0.0),
    "not": lambda a: float(a == 0.0),
    "where": lambda condition, a, b: a if condition != 0.0 else b,
    "sin": outside_is_nan(math.sin),
    "cos": outside_is_nan(math.cos),
    "tan": outside_is_nan(math.tan),
    "sinh": sinh,
    "cosh": cosh,
    "tanh": math.tanh,
    "arcsin": outside_is_nan(math.asin),
    "arccos": outside_is_nan(math.acos),
    "arctan": math.atan,
    "arctan2": math.atan2,
    "exp": exp,
    "log": logarithm(math.log),
    "log10": logarithm(math.log10),
    "sqrt": outside_is_nan(math.sqrt),
    "sigmoid": sigmoid,
    "erf": math.erf,
    "erfc": math.erfc,
    "abs": abs,
    "sign": sign,
    "heaviside": heaviside,
    "floor": rounded(math.floor),
    "ceil": rounded(math.ceil),
    "round": rounded(round),
    "mod": mod,
    "fmod": fmod,
    "min": smallest,
    "max": largest,
    "real": lambda x: x,
    "imag": lambda x: 0.0,
    "conj": lambda x: x,
})  # fmt: skip
