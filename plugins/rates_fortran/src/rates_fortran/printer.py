"""Print expressions entry by entry, as Fortran."""

from __future__ import annotations

import math

from attrs import frozen
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Constant, Expression, Number
from rates_core.programs.elementwise.printer import EntryPrinter, small_whole
from rates_core.programs.elementwise.syntax import Syntax
from rates_core.programs.printer import CALL, POWER, SUM

INTRINSIC = {
    **{name: name for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "abs")},
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "log10": "log10", "erf": "erf",
    "erfc": "erfc", "fmod": "mod", "conj": "conjg",
}  # fmt: skip
#: names of the functions that modules contain, by that of the language
OWN = {
    "heaviside": "heaviside", "sigmoid": "sigmoid", "mod": "remainder", "floor": "rounded_down", "ceil": "rounded_up",
    "round": "rounded", "sign": "sign_of", "min": "smaller", "max": "larger",
}  # fmt: skip
COMPLEX = {"sigmoid": "complex_sigmoid", "power": "complex_power"}
SYNTAX = Syntax(
    entry="{}({})",
    first=1,
    held_place="int({})",
    real="{}_dp",
    nan="nan()",
    infinity="infinity()",
    complex="cmplx({}, {}, dp)",
    as_complex="cmplx({}, kind=dp)",
    parts=("real({}, dp)", "aimag({})"),
    squared_modulus="real({product}, dp)",
    constants={"I": "(0.0_dp, 1.0_dp)", "PI": f"{math.pi!r}_dp", "E": f"{math.e!r}_dp"},
    functions={**INTRINSIC, **OWN, "power": "power"},
    complex_functions={**INTRINSIC, **COMPLEX},
    own=frozenset({*OWN.values(), *COMPLEX.values(), "nan", "infinity", "quotient", "power"}),
    complex_only=frozenset({"quotient", "complex_power"}),
    minus=SUM,
    choice="merge({chosen}, {other}, {condition})",
    logic={"and": ".and.", "or": ".or.", "not": ".not. "},
    unequal="/=",
    comment="!",
    indent="  ",
    loop="do {}",
    nest="do {}",
    axis="{} = 1, {}",
    span="{} = {}, {}",
    end="end do",
    columns_first=True,
    updates=False,
    zeros=("0", "0"),
    totals=("total", "complex_total"),
)


@frozen
class Past:
    """Names under which a delayed value is read from the samples of its slot.

    Attributes:
        buffer: samples, one behind the other, from the oldest one on that may be looked at.
        places: of the first sample of each entry.
        weights: of the samples of each entry.
        samples: how many samples have weights; 0 where the first one is the value.
        width: numbers per sample.
        complex: whether samples are complex.
    """

    buffer: str
    places: str
    weights: str
    samples: str
    width: int
    complex: bool

    def entry(self, number: str) -> str:
        """Return the text of one entry."""
        function = "complex_past" if self.complex else "past"
        return f"{function}({self.buffer}, {self.places}({number}), {self.width}, {self.samples}, " + (
            f"{self.weights}(1, {number}))"
        )


class FortranPrinter(EntryPrinter):
    """Print the value of an expression for one entry of an axis.

    Attributes:
        wide: what has a first axis of trials, all of which an entry stands for: expressions are those of arrays then.
    """

    syntax = SYNTAX
    wide: frozenset[str] = frozenset()

    def element(self, name: str, entry: str) -> str:
        """Return an entry of an array, in all trials if there are several."""
        return f"{self.names[name]}(:, {entry})" if name in self.wide else super().element(name, entry)

    def place_within(self, length: int, expression: Expression) -> str:
        """Return the text of a place on an axis.

        Raises:
            UnsupportedFeatureError: it is computed, and may be another one in each of several trials.
        """
        text = super().place_within(length, expression)
        if self.wide and text.startswith(f"{self.syntax.checked}("):
            raise UnsupportedFeatureError("Trials side by side do not compute places on axes.")
        return text

    def call(self, expression: Apply) -> tuple[str, int]:
        """Print the decadic logarithm of a complex number by the natural one."""
        (first, *_) = expression.arguments
        if expression.function == "log10" and self.is_complex(first):
            return f"(log({self.text(first)})/{self.number(math.log(10.0))})", CALL
        return super().call(expression)

    def power(self, expression: Apply) -> tuple[str, int]:
        """Print a power of what is no number by the operator; compilers refuse powers of numbers that are NaN."""
        base, exponent = expression.arguments
        if self.is_complex(expression) or small_whole(exponent) or isinstance(base, Number | Constant):
            return super().power(expression)
        return f"{self.text(base, POWER + 1)}**{self.text(exponent, POWER + 1)}", POWER
