"""Formulas that hold every function and operator of the language, and the numbers that they are tried on."""

from __future__ import annotations

import math
from functools import cache

from attrs import frozen

from rates_core.expressions.functions import FUNCTIONS
from rates_core.expressions.parser import parse_expression
from rates_core.expressions.tree import Apply, walk

Point = tuple[complex, complex, complex]

ARGUMENTS = ("a", "b", "c")


@frozen
class Formula:
    """A right-hand side in a, b and c.

    Attributes:
        complex: whether the arguments may be complex.
        nan: whether it is tried on NaN and infinities too.
    """

    text: str
    complex: bool = True
    nan: bool = False

    @property
    def functions(self) -> frozenset[str]:
        """Return the canonical names of its functions."""
        return _functions(self.text)


@cache
def _functions(text: str) -> frozenset[str]:
    tree = parse_expression(text, ARGUMENTS)
    return frozenset(node.function for node in walk(tree) if isinstance(node, Apply))


def _real(*texts: str, nan: bool = False) -> tuple[Formula, ...]:
    return tuple(Formula(text, complex=False, nan=nan) for text in texts)


def _both(*texts: str) -> tuple[Formula, ...]:
    return tuple(Formula(text) for text in texts)


OPERATORS = (
    *_both("a + b", "a - b", "a*b", "a/b", "a^b", "-a", "a == b", "a != b"),
    *_real("a < b", "a <= b", "a > b", "a >= b"),
    *_real("a and b", "a or b", "not a", "a < b < c"),
    *_both("a if c == b else b", "where(c, a, b)"),
    *_real("a % b", "Piecewise((a, c < 0), (b, True))"),
)

SMOOTH = (
    *_both("sin(a)", "cos(a)", "tan(a)", "sinh(a)", "cosh(a)", "tanh(a)"),
    *_both("arcsin(a)", "arccos(a)", "arctan(a)", "exp(a)", "log(a)", "log10(a)", "sqrt(a)", "sigmoid(a)"),
    *_real("arctan2(a, b)", "erf(a)", "erfc(a)"),
)

STEPWISE = (
    *_both("abs(a)"),
    *_real("sign(a)", "heaviside(a)", "floor(a)", "ceil(a)", "round(a)", "mod(a, b)", "fmod(a, b)"),
    *_real("min(a, b)", "max(a, b)", "min(a, b, c)", "max(a, b, c)", nan=True),
)

PARTS = _both("real(a)", "imag(a)", "conj(a)", "abs(a)^2", "a*conj(a)")

WRITTEN = (
    *_both("a^2", "a^3", "a^4", "a^(-1)", "a^(-2)", "a^0", "a^1", "-a^2", "(-a)^2", "2^a", "(a + b)^2", "a^2^b"),
    *_real("a^0.5", "a^1.5", "a^(1/3)", "0^a"),
    *_both("a - (b - c)", "a - (b + c)", "a/(b/c)", "a/(b*c)", "a/b*c", "a*(b + c)", "-(a + b)*c", "a - -b"),
    *_both("(a^b)^2", "a*-b", "1e-3*a", "1e22*a", "3*a", "a/3", "a*10000000000000000000000"),
    *_real("(a < b) + 2*(b < c)", "1 - (a >= b)*(c > 0)", "not (a < b and b < c)", "(a if b > 0 else c)*2"),
    *_both("pi*a", "E*a", "0.1 + 0.2 + a"),
)

IMAGINARY = _both("I*a", "a + I*b", "real(I*a + b)", "exp(I*a)")

FORMULAS = (*OPERATORS, *SMOOTH, *STEPWISE, *PARTS, *WRITTEN)

#: What a printer has to print, beside delays and random numbers.
PRINTED = frozenset(name for name, definition in FUNCTIONS.items() if definition.kind not in ("delay", "random"))

_ALONE = (
    0.0, 0.5, -0.5, 1.0, -1.0, 1.5, -1.5, 2.5, -2.5, 3.5, 3.7, -3.7, 0.3, -0.3, 7.0, 20.25, -20.25, 100.3, 1e-9, -1e-9,
    40.0, -40.0, 800.0, -800.0,
)  # fmt: skip
_PAIRS = (
    (5.3, 2.0), (-5.3, 2.0), (5.3, -2.0), (-5.3, -2.0), (6.0, 2.0), (-6.0, 2.0), (6.0, -2.0), (1.5, 1.5), (2.0, 0.0),
    (-2.0, 0.0), (0.0, 0.0), (0.0, 2.0), (0.0, -1.0), (0.0, -2.0), (2.0, 0.5), (-2.0, 0.5), (-2.0, 3.0), (-2.0, -3.0),
    (-8.0, 1.0), (10.0, 400.0), (-10.0, 401.0), (0.1, 0.3), (1.0, -1.0), (-1.0, -1.0), (-1.0, 0.0), (0.5, 0.25),
)  # fmt: skip
_SPECIAL = (math.nan, math.inf, -math.inf, 1.0)

REAL_POINTS: tuple[Point, ...] = (
    *((a, (0.75, -1.25, 2.0)[k % 3], (-1.0, 0.0, 1.0)[k % 3]) for k, a in enumerate(_ALONE)),
    *((a, b, (1.0, -1.0, 0.0)[k % 3]) for k, (a, b) in enumerate(_PAIRS)),
)

SPECIAL_POINTS: tuple[Point, ...] = tuple((a, b, 0.5) for a in _SPECIAL for b in _SPECIAL)

COMPLEX_POINTS: tuple[Point, ...] = (
    (0.5 + 0.3j, 1.0 - 0.5j, 1.0 + 0.0j), (-0.5 + 0.3j, 0.7 + 0.2j, 0.0 + 0.0j), (-0.5 - 0.3j, -1.2 + 0.4j, 0.0 + 1.0j),
    (2.0 - 1.5j, 0.5 + 0.0j, -1.0 + 0.5j), (1.0 + 0.0j, 2.0 + 0.0j, 2.0 + 0.0j), (-1.0 + 0.5j, 0.0 + 1.0j, 1.5 - 2.0j),
    (0.0 + 1.0j, -1.0 + 0.0j, -1.0 + 0.0j), (0.0 + 2.5j, 3.0 + 1.0j, 0.5 + 0.5j), (-2.0 - 0.1j, 1.0 + 1.0j, 1.0 + 1.0j),
    (0.1 + 0.0j, 0.3 + 0.1j, 0.3 + 0.1j), (3.0 + 4.0j, 1.0 + 0.0j, 0.0 - 1.0j), (-0.7 - 1.9j, 0.2 - 0.8j, 2.0 + 0.0j),
)  # fmt: skip
