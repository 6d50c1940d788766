"""The functions and constants of the equation language, as data.

Operators are functions with names of their own: `x + y` is `add(x, y)`. Backends, the interpreter, the checks of
types and the derivatives all read this one table.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from attrs import frozen

FunctionKind = Literal["elementwise", "reduction", "linear", "index", "random", "delay"]


@frozen
class FunctionDefinition:
    """What the language says of one function.

    Attributes:
        name: the canonical name, as it stands in `Apply.function`.
        arity: the smallest and the largest number of arguments.
        kind: how the function meets the axis of a vector.
        derivatives: the partial derivatives by each argument, for real arguments, in the language itself with the
            arguments called a, b, c; None where there is none.
        always_real: the value is real whatever the arguments are.
        real_only: a complex argument is an error.
        discontinuous: the value jumps somewhere although the arguments do not.
        summary: how it is written, and what it is.
    """

    name: str
    arity: tuple[int, int]
    kind: FunctionKind
    derivatives: tuple[str, ...] | None
    always_real: bool
    real_only: bool
    discontinuous: bool
    summary: str

    @property
    def takes(self) -> str:
        """Say how many arguments the function takes, as "1 argument" or "2 or 3 arguments"."""
        least, most = self.arity
        count = str(least) if least == most else f"{least} or {most}"
        return f"{count} argument" if count == "1" else f"{count} arguments"


def _elementwise(
    summary: str, *derivatives: str, real: bool = False, real_only: bool = False, jumps: bool = False
) -> FunctionDefinition:
    """Define a function whose summary begins with its call, and which has one derivative per argument."""
    name = summary.partition("(")[0]
    count = len(derivatives)
    return FunctionDefinition(name, (count, count), "elementwise", derivatives, real, real_only, jumps, summary)


def _jumping(summary: str, *derivatives: str, real_only: bool = True) -> FunctionDefinition:
    """Define a real function that is constant between its jumps, up to the derivatives given."""
    return _elementwise(summary, *derivatives, real=True, real_only=real_only, jumps=True)


def _opaque(
    summary: str,
    arity: int | tuple[int, int],
    kind: FunctionKind = "elementwise",
    real: bool = False,
    real_only: bool = False,
) -> FunctionDefinition:
    """Define a function that `differentiate` cannot look into."""
    name = summary.partition("(")[0]
    bounds = (arity, arity) if isinstance(arity, int) else arity
    return FunctionDefinition(name, bounds, kind, None, real, real_only, False, summary)


_ARITHMETIC = (
    _elementwise("add(a, b): a + b", "1", "1"),
    _elementwise("subtract(a, b): a - b", "1", "-1"),
    _elementwise("multiply(a, b): a*b", "b", "a"),
    _elementwise("divide(a, b): a/b", "1/b", "-a/b^2"),
    _elementwise("power(a, b): a^b", "b*a^(b - 1)", "a^b*log(a)"),
    _elementwise("negative(a): -a", "-1"),
)

_LOGIC = (
    _jumping("less(a, b): a < b", "0", "0"),
    _jumping("less_equal(a, b): a <= b", "0", "0"),
    _jumping("greater(a, b): a > b", "0", "0"),
    _jumping("greater_equal(a, b): a >= b", "0", "0"),
    _jumping("equal(a, b): a == b", "0", "0", real_only=False),
    _jumping("not_equal(a, b): a != b", "0", "0", real_only=False),
    _jumping("and(a, b): 1.0 where neither a nor b is zero, else 0.0", "0", "0"),
    _jumping("or(a, b): 1.0 where a or b is not zero, else 0.0", "0", "0"),
    _jumping("not(a): 1.0 where a is zero, else 0.0", "0"),
    _elementwise(
        "where(condition, a, b): a where the condition is not zero, else b",
        "0",
        "where(a, 1, 0)",
        "where(a, 0, 1)",
        jumps=True,
    ),
)

_SMOOTH = (
    _elementwise("sin(x): sine", "cos(a)"),
    _elementwise("cos(x): cosine", "-sin(a)"),
    _elementwise("tan(x): tangent", "1 + tan(a)^2"),
    _elementwise("sinh(x): hyperbolic sine", "cosh(a)"),
    _elementwise("cosh(x): hyperbolic cosine", "sinh(a)"),
    _elementwise("tanh(x): hyperbolic tangent", "1 - tanh(a)^2"),
    _elementwise("arcsin(x): inverse sine, NaN for real |x| > 1", "1/sqrt(1 - a^2)"),
    _elementwise("arccos(x): inverse cosine, NaN for real |x| > 1", "-1/sqrt(1 - a^2)"),
    _elementwise("arctan(x): inverse tangent", "1/(1 + a^2)"),
    _elementwise(
        "arctan2(y, x): angle of the point (x, y), from -pi to pi", "b/(a^2 + b^2)", "-a/(a^2 + b^2)", real_only=True
    ),
    _elementwise("exp(x): exponential", "exp(a)"),
    _elementwise("log(x): natural logarithm, NaN for real x < 0", "1/a"),
    _elementwise("log10(x): logarithm to base 10, NaN for real x < 0", "1/(a*log(10))"),
    _elementwise("sqrt(x): square root, NaN for real x < 0", "1/(2*sqrt(a))"),
    _elementwise("sigmoid(x): 1/(1 + exp(-x))", "sigmoid(a)*(1 - sigmoid(a))"),
    _elementwise("erf(x): error function", "2*exp(-a^2)/sqrt(pi)", real_only=True),
    _elementwise("erfc(x): 1 - erf(x)", "-2*exp(-a^2)/sqrt(pi)", real_only=True),
)

_PIECEWISE = (
    _elementwise("abs(x): absolute value", "sign(a)", real=True),
    _jumping("sign(x): -1, 0 or 1", "0"),
    _jumping("heaviside(x): 0 for x < 0, else 1", "0"),
    _jumping("floor(x): largest integer that is not above x", "0"),
    _jumping("ceil(x): smallest integer that is not below x", "0"),
    _jumping("round(x): nearest integer, halves to the even one", "0"),
    _jumping("mod(a, b): remainder of a/b with the sign of b", "1", "-floor(a/b)"),
    _jumping("fmod(a, b): remainder of a/b with the sign of a", "1", "-sign(a/b)*floor(abs(a/b))"),
    _elementwise(
        "min(a, b, ...): smallest argument, NaN if one is",
        "where(a <= b, 1, 0)",
        "where(a <= b, 0, 1)",
        real=True,
        real_only=True,
    ),
    _elementwise(
        "max(a, b, ...): largest argument, NaN if one is",
        "where(a >= b, 1, 0)",
        "where(a >= b, 0, 1)",
        real=True,
        real_only=True,
    ),
)

_COMPLEX = (
    _opaque("real(z): real part", 1, real=True),
    _opaque("imag(z): imaginary part", 1, real=True),
    _opaque("conj(z): complex conjugate", 1),
)

_AXIS = (
    _opaque("vsum(x): sum over the axis", 1, "reduction"),
    _opaque("mean(x): mean over the axis", 1, "reduction"),
    _opaque("maxi(x): largest element of the axis", 1, "reduction", real=True, real_only=True),
    _opaque("mini(x): smallest element of the axis", 1, "reduction", real=True, real_only=True),
    _opaque("matmul(A, B): matrix product", 2, "linear"),
    _opaque("matvec(A, x): product of a matrix and a vector", 2, "linear"),
    _opaque("index(x, i): element i of x, counted from 0", 2, "index"),
    _opaque("index_range(x, start, stop): elements start, ..., stop - 1 of x", 3, "index"),
    _opaque("index_axis(x, i, axis): elements i of x along an axis, which is 0 if not given", (2, 3), "index"),
)

_OTHER = (
    _opaque("randn(): one standard normal draw per step", 0, "random", real=True),
    _opaque("past(x, tau): the value that x had a delay tau ago", 2, "delay"),
)


def _by_name(definitions: Iterable[FunctionDefinition]) -> Mapping[str, FunctionDefinition]:
    return MappingProxyType({definition.name: definition for definition in definitions})


FUNCTIONS: Mapping[str, FunctionDefinition] = _by_name(
    _ARITHMETIC + _LOGIC + _SMOOTH + _PIECEWISE + _COMPLEX + _AXIS + _OTHER
)

#: Functions that only a System contains: the language does not know them, printers do.
INTERNAL: Mapping[str, FunctionDefinition] = _by_name(
    (
        _opaque("concatenate(a, b): the elements of a, then those of b", 2, "linear"),
        _opaque("ravel(A): the rows of a matrix one behind the other", 1, "linear"),
        _elementwise(
            "crossed(x, slope): 1.0 where x > 0, else 0.0, with the derivative of a smooth step",
            "0.5*b/(1 + b*abs(a))^2",
            "0",
            real=True,
            real_only=True,
        ),
    )
)

#: Functions of two arguments that take any number from two up when written; they are nested from the left.
FOLDED = frozenset({"min", "max", "and", "or"})

#: Spellings of SymPy, NumPy and other tools, and what they are here.
ALIASES: Mapping[str, str] = MappingProxyType({
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2",
    "ln": "log", "expit": "sigmoid", "Heaviside": "heaviside", "pow": "power", "Pow": "power",
    "Abs": "abs", "absv": "abs", "absolute": "abs", "fabs": "abs",
    "ceiling": "ceil", "rint": "round", "Mod": "mod", "remainder": "mod",
    "Max": "max", "maximum": "max", "Min": "min", "minimum": "min",
    "re": "real", "im": "imag", "conjugate": "conj",
    "Lt": "less", "Le": "less_equal", "Gt": "greater", "Ge": "greater_equal", "Eq": "equal", "Ne": "not_equal",
    "And": "and", "Or": "or", "Not": "not",
    "logical_and": "and", "logical_or": "or", "logical_not": "not",
})  # fmt: skip

CONSTANTS: Mapping[str, float | complex] = MappingProxyType({"pi": math.pi, "E": math.e, "I": 1j})
