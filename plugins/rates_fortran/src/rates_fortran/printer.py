"""Print expressions entry by entry, as Fortran."""

from __future__ import annotations

import math
from collections.abc import Mapping

from attrs import frozen
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol
from rates_core.programs.printer import (
    AND,
    CALL,
    COMPARISON,
    NOT,
    OR,
    POWER,
    SUM,
    ExpressionPrinter,
)
from rates_core.programs.segments import bounds
from rates_core.system.complexness import is_complex, is_squared_modulus
from rates_core.system.shapes import Shape

COMPARISONS = {
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "/=",
}  # fmt: skip
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
LARGEST_EXPONENT = 16  # whole powers up to this are multiplied out by the compiler
REDUCTIONS = frozenset({"vsum", "mean", "maxi", "mini"})


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
        self.indices: tuple[str, ...] = ("i", "j", "l")  # of loops over entries
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
        return f"{self.names[name]}({entry})"

    def number(self, value: complex) -> str:
        """Return a literal whose value is exactly this number."""
        if isinstance(value, complex):
            return f"cmplx({self._real(value.real)}, {self._real(value.imag)}, dp)"
        return self._real(value)

    def _real(self, value: float) -> str:
        if math.isfinite(value):
            return f"{float(value)!r}_dp"
        name = "nan" if math.isnan(value) else "infinity"
        self.used.add(name)
        return f"-{name}()" if value < 0 else f"{name}()"

    def constant(self, name: str) -> str:
        """Return pi and e, and the imaginary unit."""
        if name == "I":
            return "(0.0_dp, 1.0_dp)"
        return {"PI": f"{math.pi!r}_dp", "E": f"{math.e!r}_dp"}[name.upper()]

    def infix(self, expression: Apply) -> tuple[str, int]:
        """Print a sum or product; the squared modulus of a complex number is real."""
        if is_squared_modulus(expression) and is_complex(expression.arguments[0], self.complex_symbols):
            return f"real({super().infix(expression)[0]}, dp)", CALL
        if expression.function == "divide" and is_complex(expression.arguments[1], self.complex_symbols):
            self.used.add("quotient")
            parts = [self._as_complex(argument) for argument in expression.arguments]
            return f"quotient({', '.join(parts)})", CALL
        return super().infix(expression)

    def apply(self, expression: Apply) -> tuple[str, int]:
        """Print a call by the kind of its arguments."""
        function, parts = expression.function, expression.arguments
        match function:
            case "negative":
                # Fortran's minus binds as loosely as a sum
                text = self.text(parts[0], SUM + 1)
                return (f"-({text})" if text.startswith("-") else f"-{text}"), SUM  # two signs are no Fortran
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
            return f"merge(1.0_dp, 0.0_dp, {self._truth(expression)[0]})", CALL
        if function in REDUCTIONS:  # of a single number
            return self.printed(parts[0])
        return self._call(expression)

    def _call(self, expression: Apply) -> tuple[str, int]:
        function, parts = expression.function, expression.arguments
        of_complex = any(is_complex(argument, self.complex_symbols) for argument in parts)
        if function == "conj" and not of_complex:
            return self.printed(parts[0])
        if function == "log10" and of_complex:
            return f"(log({self.text(parts[0])})/{math.log(10.0)!r}_dp)", CALL
        if function in ("min", "max"):
            name = OWN[function]
            self.used.add(name)
            text = self.text(parts[0])
            for part in parts[1:]:
                text = f"{name}({text}, {self.text(part)})"
            return text, CALL
        if function in OWN:
            name = f"complex_{OWN[function]}" if of_complex else OWN[function]
            self.used.add(name)
            return f"{name}({self.arguments(expression)})", CALL
        return f"{INTRINSIC[function]}({self.arguments(expression)})", CALL

    def _where(self, expression: Apply) -> tuple[str, int]:
        condition, chosen, other = expression.arguments
        if is_complex(expression, self.complex_symbols):
            texts = [self._as_complex(part) for part in (chosen, other)]
        else:
            texts = [self.text(part) for part in (chosen, other)]
        return f"merge({texts[0]}, {texts[1]}, {self._truth(condition)[0]})", CALL

    def _as_complex(self, expression: Expression) -> str:
        text = self.text(expression)
        return text if is_complex(expression, self.complex_symbols) else f"cmplx({text}, kind=dp)"

    def _part(self, expression: Apply) -> tuple[str, int]:
        (argument,) = expression.arguments
        if is_complex(argument, self.complex_symbols):
            text = self.text(argument)
            return f"real({text}, dp)" if expression.function == "real" else f"aimag({text})", CALL
        return self.printed(argument) if expression.function == "real" else ("0.0_dp", CALL)

    def _power(self, expression: Apply) -> tuple[str, int]:
        base, exponent = expression.arguments
        whole = _whole(exponent)
        if whole is not None and 0 < whole <= LARGEST_EXPONENT and not isinstance(base, Number | Constant):
            return f"{self.text(base, POWER + 1)}**{whole}", POWER
        if is_complex(expression, self.complex_symbols):
            self.used.add("complex_power")
            return f"complex_power({self._as_complex(base)}, {self._as_complex(exponent)})", CALL
        if isinstance(base, Number | Constant):  # of which compilers refuse powers that are NaN
            self.used.add("power")
            return f"power({self.arguments(expression)})", CALL
        return f"{self.text(base, POWER + 1)}**{self.text(exponent, POWER + 1)}", POWER

    def _condition(self, expression: Expression, tightness: int) -> str:
        text, own = self._truth(expression)
        return f"({text})" if own < tightness else text

    def _truth(self, expression: Expression) -> tuple[str, int]:
        """Return the text of a condition; Fortran does not compare conditions."""
        if isinstance(expression, Apply):
            parts = expression.arguments
            if expression.function in COMPARISONS:
                left, right = (self.text(part, COMPARISON + 1) for part in parts)
                return f"{left} {COMPARISONS[expression.function]} {right}", COMPARISON
            if expression.function in ("and", "or"):
                own = AND if expression.function == "and" else OR
                return f" .{expression.function}. ".join(self._condition(part, own) for part in parts), own
            if expression.function == "not":
                return f".not. {self._condition(parts[0], NOT)}", NOT
        return f"{self.text(expression, COMPARISON + 1)} /= 0", COMPARISON

    def place(self, array: str, expression: Expression) -> str:
        """Return an index as text; what a model computes is checked."""
        if isinstance(expression, Number) and isinstance(expression.value, int):
            return repr(expression.value + 1)
        if isinstance(expression, Symbol) and expression.name in self.integer_symbols:
            return self.known_place(expression.name, self.entry)
        self.used.add("checked")
        return f"checked({self.text(expression)}, {self.shapes[array][0]})"

    def known_place(self, name: str, entry: str) -> str:
        """Return the text of a place that a parameter holds."""
        text = f"{self.names[name]}({entry})" if self.shapes[name] else f"int({self.names[name]})"
        return shifted(text, self.added)


def shifted(entry: str, places: int) -> str:
    """Return the text of an entry so many places further on."""
    return f"{entry} + {places}" if places else entry


def _whole(expression: Expression) -> int | None:
    if isinstance(expression, Number) and not isinstance(expression.value, complex):
        value = expression.value
        return int(value) if value == value and abs(value) < 2**53 and value == int(value) else None
    return None
