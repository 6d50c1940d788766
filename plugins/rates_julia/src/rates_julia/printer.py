"""Print expressions entry by entry, as Julia."""

from __future__ import annotations

from attrs import frozen
from rates_core.expressions.tree import Apply, Constant
from rates_core.programs.elementwise.printer import EntryPrinter, small_whole
from rates_core.programs.elementwise.syntax import Syntax
from rates_core.programs.printer import CALL, SUM

#: functions of Julia, by the name that they have in the language of models
BASE = {
    **{
        name: name
        for name in (
            "sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "log10", "sqrt", "abs", "conj", "floor", "ceil",
            "round", "sign", "mod", "min", "max",
        )
    },
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan", "fmod": "rem",
}  # fmt: skip
#: those of them that stop with an error where there is no real value: modules bring their own, which return NaN
STRICT = frozenset({"sin", "cos", "tan", "asin", "acos", "log", "log10", "sqrt"})
OWN = {"heaviside": "heaviside", "sigmoid": "sigmoid", "erf": "erf", "erfc": "erfc"}
HELPERS = frozenset({*OWN.values(), "power", "quotient", "place_of", "past", "sampled", "buffered", "PlaceError"})
FUNCTIONS = {**BASE, **OWN, "power": "power"}
SYNTAX = Syntax(
    first=1,
    checked="place_of",
    nan="NaN",
    infinity="Inf",
    parts=("real({})", "imag({})"),
    squared_modulus="abs2({number})",
    constants={"I": "complex(0.0, 1.0)", "PI": "Float64(pi)", "E": "exp(1.0)"},
    functions=FUNCTIONS,
    complex_functions=FUNCTIONS,
    own=STRICT.union(OWN.values(), ("power", "quotient")),
    complex_only=frozenset({"power"}),
    power="^",
    minus=SUM,
    choice="ifelse({condition}, {chosen}, {other})",
    logic={"and": "&", "or": "|", "not": "!"},
    logic_first=True,
    loop="for {}",
    nest="@inbounds for {}",
    axis="{} in 1:{}",
    span="{} in {}:{}",
    end="end",
    joined=True,
    columns_first=True,
)


@frozen
class Past:
    """Names under which a delayed value is read from the samples of its slot.

    Attributes:
        buffer: samples, one behind the other.
        places: of the first sample of each entry, counted from the oldest one that may be looked at.
        shares: that samples have in each entry.
        width: numbers per sample.
    """

    buffer: str
    places: str
    shares: str
    width: int

    def entry(self, number: str) -> str:
        """Return the text of one entry."""
        oldest = "oldest" if self.width == 1 else f"{self.width}*oldest"
        return f"past({self.buffer}, {oldest} + {self.places}[{number}] + 1, {self.width}, {self.shares}, {number})"


class JuliaPrinter(EntryPrinter):
    """Print the value of an expression for one entry of an axis."""

    syntax = SYNTAX

    def infix(self, expression: Apply) -> tuple[str, int]:
        """Print a sum or product; in one with a number, pi need not be one before."""
        text, own = super().infix(expression)
        if own != CALL and any(isinstance(part, Constant) for part in expression.arguments):
            text = text.replace("Float64(pi)", "pi") if text.count("Float64(pi)") == 1 else text
        return text, own

    def power(self, expression: Apply) -> tuple[str, int]:
        """Print whole powers of numbers too by the operator."""
        base, exponent = expression.arguments
        whole = small_whole(exponent)
        return self.whole_power(base, whole) if whole else super().power(expression)
