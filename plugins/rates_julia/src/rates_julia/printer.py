"""Print expressions entry by entry, as Julia."""

from __future__ import annotations

import math
from collections.abc import Mapping

from attrs import frozen
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol
from rates_core.programs.printer import AND, CALL, COMPARISON, NOT, OR, POWER, SUM, ExpressionPrinter
from rates_core.programs.segments import bounds
from rates_core.system.complexness import is_complex, is_squared_modulus
from rates_core.system.shapes import Shape

COMPARISONS = {
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!=",
}  # fmt: skip
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
LARGEST_EXPONENT = 16  # whole powers up to this are multiplied out by the compiler
REDUCTIONS = frozenset({"vsum", "mean", "maxi", "mini"})


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


class EntryPrinter(ExpressionPrinter):
    """Print the value of an expression for one entry of an axis.

    Args:
        names: identifiers of symbols.
        shapes: of symbols.
        complex_symbols: symbols whose values are complex.
    """

    def __init__(self, names: Mapping[str, str], shapes: Mapping[str, Shape], complex_symbols: set[str]) -> None:
        super().__init__(names)
        self.shapes = shapes
        self.complex_symbols = complex_symbols
        self.used: set[str] = set()  # functions of our own
        self.entry = ""  # what picks the entry from an array: `i`, or `i, j`
        self.local: frozenset[str] = frozenset()  # arrays of which only the present entry exists
        self.gathered: Mapping[str, Past] = {}  # delayed values that are read where they are used
        self.integer_symbols: frozenset[str] = frozenset()  # parameters that hold places on axes
        self.added = 0  # to such a place, to count from 1

    def symbol(self, name: str) -> str:
        """Return a number, or the present entry of an array."""
        if not self.shapes[name] or name in self.local:
            return self.names[name]
        return self.element(name, self.entry)

    def element(self, name: str, entry: str) -> str:
        """Return an entry of an array."""
        if name in self.gathered:
            return self.gathered[name].entry(entry)
        return f"{self.names[name]}[{entry}]"

    def number(self, value: complex) -> str:
        """Return a literal whose value is exactly this number."""
        if isinstance(value, complex):
            return f"complex({self._real(value.real)}, {self._real(value.imag)})"
        return self._real(value)

    def _real(self, value: float) -> str:
        if math.isfinite(value):
            return repr(float(value))
        return "NaN" if math.isnan(value) else "-Inf" if value < 0 else "Inf"

    def constant(self, name: str) -> str:
        """Return pi and e, and the imaginary unit."""
        return {"I": "complex(0.0, 1.0)", "PI": "Float64(pi)", "E": "exp(1.0)"}[name.upper()]

    def infix(self, expression: Apply) -> tuple[str, int]:
        """Print a sum or product; the squared modulus of a complex number is real."""
        if is_squared_modulus(expression) and is_complex(expression.arguments[0], self.complex_symbols):
            return f"abs2({self.text(expression.arguments[0])})", CALL
        if expression.function == "divide" and is_complex(expression.arguments[1], self.complex_symbols):
            self.used.add("quotient")
            return f"quotient({self.arguments(expression)})", CALL
        text, own = super().infix(expression)
        if any(isinstance(part, Constant) for part in expression.arguments):
            text = text.replace("Float64(pi)", "pi") if text.count("Float64(pi)") == 1 else text
        return text, own

    def apply(self, expression: Apply) -> tuple[str, int]:
        """Print a call by the kind of its arguments."""
        function, parts = expression.function, expression.arguments
        match function:
            case "negative":
                return f"-{self.text(parts[0], SUM + 1)}", SUM
            case "index":
                assert isinstance(parts[0], Symbol)
                return self.element(parts[0].name, self.place(parts[0].name, parts[1])), CALL
            case "index_range":
                assert isinstance(parts[0], Symbol)
                return self.element(parts[0].name, shifted(self.entry, bounds(expression, self.shapes)[0])), CALL
            case "where":
                return self._where(expression)
            case "real" | "imag":
                return self._part(expression)
            case "power":
                return self._power(expression)
        if function in COMPARISONS or function in ("and", "or", "not"):
            return f"ifelse({self._truth(expression)[0]}, 1.0, 0.0)", CALL
        if function in REDUCTIONS:  # of a single number
            return self.printed(parts[0])
        return self._call(expression)

    def _call(self, expression: Apply) -> tuple[str, int]:
        function, parts = expression.function, expression.arguments
        of_complex = any(is_complex(argument, self.complex_symbols) for argument in parts)
        if function == "conj" and not of_complex:
            return self.printed(parts[0])
        name = OWN.get(function) or BASE[function]
        if name in STRICT or function in OWN:
            self.used.add(name)
        return f"{name}({self.arguments(expression)})", CALL

    def _where(self, expression: Apply) -> tuple[str, int]:
        condition, chosen, other = expression.arguments
        if is_complex(expression, self.complex_symbols):
            texts = [self._as_complex(part) for part in (chosen, other)]
        else:
            texts = [self.text(part) for part in (chosen, other)]
        return f"ifelse({self._truth(condition)[0]}, {texts[0]}, {texts[1]})", CALL

    def _as_complex(self, expression: Expression) -> str:
        text = self.text(expression)
        return text if is_complex(expression, self.complex_symbols) else f"complex({text})"

    def _part(self, expression: Apply) -> tuple[str, int]:
        (argument,) = expression.arguments
        if is_complex(argument, self.complex_symbols):
            return f"{expression.function}({self.text(argument)})", CALL
        return self.printed(argument) if expression.function == "real" else ("0.0", CALL)

    def _power(self, expression: Apply) -> tuple[str, int]:
        base, exponent = expression.arguments
        whole = _whole(exponent)
        if whole is not None and 0 < whole <= LARGEST_EXPONENT:
            return f"{self.text(base, POWER + 1)}^{whole}", POWER
        self.used.add("power")
        if is_complex(expression, self.complex_symbols):
            return f"power({self._as_complex(base)}, {self._as_complex(exponent)})", CALL
        return f"power({self.arguments(expression)})", CALL

    def _condition(self, expression: Expression, tightness: int) -> str:
        text, own = self._truth(expression)
        return f"({text})" if own < tightness else text

    def _truth(self, expression: Expression) -> tuple[str, int]:
        """Return the text of a condition."""
        if isinstance(expression, Apply):
            parts = expression.arguments
            if expression.function in COMPARISONS:
                left, right = (self.text(part, COMPARISON + 1) for part in parts)
                return f"{left} {COMPARISONS[expression.function]} {right}", COMPARISON
            if expression.function in ("and", "or"):
                sign, own = ("&", AND) if expression.function == "and" else ("|", OR)
                # these two bind more tightly than comparisons do
                return f" {sign} ".join(self._condition(part, CALL) for part in parts), own
            if expression.function == "not":
                return f"!{self._condition(parts[0], CALL)}", NOT
        return f"{self.text(expression, COMPARISON + 1)} != 0", COMPARISON

    def place(self, array: str, expression: Expression) -> str:
        """Return an index as text; what a model computes is checked."""
        if isinstance(expression, Number) and isinstance(expression.value, int):
            return repr(expression.value + 1)
        if isinstance(expression, Symbol) and expression.name in self.integer_symbols:
            return self.known_place(expression.name, self.entry)
        return self.computed_place(expression, self.shapes[array][0])

    def computed_place(self, expression: Expression, length: int) -> str:
        """Return the text of a place that a model computes."""
        self.used.add("place_of")
        return f"place_of({self.text(expression)}, {length})"

    def known_place(self, name: str, entry: str) -> str:
        """Return the text of a place that a parameter holds."""
        text = f"{self.names[name]}[{entry}]" if self.shapes[name] else self.names[name]
        return shifted(text, self.added)


def shifted(entry: str, places: int) -> str:
    """Return the text of an entry so many places further on."""
    return f"{entry} + {places}" if places else entry


def _whole(expression: Expression) -> int | None:
    if isinstance(expression, Number) and not isinstance(expression.value, complex):
        value = expression.value
        return int(value) if value == value and abs(value) < 2**53 and value == int(value) else None
    return None
