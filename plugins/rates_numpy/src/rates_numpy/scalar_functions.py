"""Functions of single numbers that give NaN or infinity where `math` would raise, and indices that are checked.

Generated modules contain those of them that they use, as text.
"""

import cmath
import math

import numpy as np


def place(i, size):
    """Return an index as a whole number.

    Raises:
        IndexError: an axis of this size has no such element.
    """
    if not 0 <= i < size or i != int(i):
        raise IndexError(f"An index is a whole number from 0 to {size - 1}, not {float(i)!r}.")
    return int(i)


def places(indices, size):
    """Return indices as whole numbers, as `place` does."""
    for i in indices[~((indices >= 0) & (indices < size) & (np.floor(indices) == indices))]:
        place(i, size)
    return indices.astype(int)


def divide(x, y):
    """Return x/y, infinite or NaN for y = 0."""
    try:
        return x / y
    except ZeroDivisionError:
        return math.nan if x == 0 or x != x else math.copysign(math.inf, x) * math.copysign(1.0, y)


def power(x, y):
    """Return x**y, NaN for a negative base and a fractional exponent."""
    try:
        return math.pow(x, y)
    except OverflowError:
        return -math.inf if x < 0 and y % 2 == 1 else math.inf
    except ValueError:
        return math.nan if x != 0 else math.copysign(math.inf, x if y % 2 == 1 else 1.0)


def exp(x):
    """Return e**x, infinite where that is too large."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def log(x):
    """Return the natural logarithm, NaN for negative numbers and -infinity for 0."""
    return math.log(x) if x > 0 else (-math.inf if x == 0 else math.nan)


def log10(x):
    """Return the decimal logarithm, NaN for negative numbers and -infinity for 0."""
    return math.log10(x) if x > 0 else (-math.inf if x == 0 else math.nan)


def sqrt(x):
    """Return the square root, NaN for negative numbers."""
    return math.sqrt(x) if x >= 0 else math.nan


def arcsin(x):
    """Return the inverse sine, NaN outside [-1, 1]."""
    return math.asin(x) if -1 <= x <= 1 else math.nan


def arccos(x):
    """Return the inverse cosine, NaN outside [-1, 1]."""
    return math.acos(x) if -1 <= x <= 1 else math.nan


def sin(x):
    """Return the sine, NaN for infinity."""
    return math.sin(x) if math.isfinite(x) else math.nan


def cos(x):
    """Return the cosine, NaN for infinity."""
    return math.cos(x) if math.isfinite(x) else math.nan


def tan(x):
    """Return the tangent, NaN for infinity."""
    return math.tan(x) if math.isfinite(x) else math.nan


def sinh(x):
    """Return the hyperbolic sine, infinite where that is too large."""
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(math.inf, x)


def cosh(x):
    """Return the hyperbolic cosine, infinite where that is too large."""
    try:
        return math.cosh(x)
    except OverflowError:
        return math.inf


def sigmoid(x):
    """Return 1/(1 + exp(-x))."""
    try:
        return 1.0 / (1.0 + math.exp(-x))
    except OverflowError:
        return 0.0


def sign(x):
    """Return -1, 0 or 1; NaN for NaN."""
    return 0.0 if x == 0 else (x if x != x else math.copysign(1.0, x))


def heaviside(x):
    """Return 0 for negative numbers, else 1; NaN for NaN."""
    return 1.0 if x >= 0 else (0.0 if x < 0 else x)


def floor(x):
    """Return the largest integer not above x, as a float."""
    return float(math.floor(x)) if math.isfinite(x) else x


def ceil(x):
    """Return the smallest integer not below x, as a float."""
    return float(math.ceil(x)) if math.isfinite(x) else x


def round_half_even(x):
    """Return the nearest integer as a float, halves to even."""
    return float(round(x)) if math.isfinite(x) else x


def mod(x, y):
    """Return the remainder with the sign of the divisor."""
    return math.nan if y == 0 or not math.isfinite(x) else x % y


def fmod(x, y):
    """Return the remainder with the sign of the dividend."""
    return math.nan if y == 0 or not math.isfinite(x) else math.fmod(x, y)


def minimum(x, y):
    """Return the smaller number, NaN if one is NaN."""
    return x if x <= y or x != x else y


def maximum(x, y):
    """Return the larger number, NaN if one is NaN."""
    return x if x >= y or x != x else y


def complex_divide(x, y):
    """Return x/y of complex numbers, NaN for y = 0."""
    try:
        return x / y
    except ZeroDivisionError:
        return complex(math.nan, math.nan)


def complex_power(x, y):
    """Return the principal value of x**y."""
    try:
        return complex(x) ** y
    except (OverflowError, ZeroDivisionError):
        return complex(math.nan, math.nan)


def complex_function(function):
    """Return a function of cmath that gives NaN where cmath raises."""

    def guarded(x):
        try:
            return function(x)
        except (OverflowError, ValueError):
            return complex(math.nan, math.nan)

    return guarded


complex_exp = complex_function(cmath.exp)
complex_log = complex_function(cmath.log)
complex_log10 = complex_function(cmath.log10)
complex_sqrt = complex_function(cmath.sqrt)
complex_sin = complex_function(cmath.sin)
complex_cos = complex_function(cmath.cos)
complex_tan = complex_function(cmath.tan)
complex_sinh = complex_function(cmath.sinh)
complex_cosh = complex_function(cmath.cosh)
complex_tanh = complex_function(cmath.tanh)
complex_arcsin = complex_function(cmath.asin)
complex_arccos = complex_function(cmath.acos)
complex_arctan = complex_function(cmath.atan)
