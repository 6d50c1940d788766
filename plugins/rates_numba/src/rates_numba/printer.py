"""Print expressions entry by entry, as Python that Numba compiles."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol, symbols
from rates_core.programs.printer import (
    AND,
    CALL,
    COMPARISON,
    CONDITIONAL,
    NOT,
    OR,
    POWER,
    PRODUCT,
    UNARY,
    ExpressionPrinter,
)
from rates_core.programs.segments import bounds
from rates_core.system.complexness import is_complex, is_squared_modulus
from rates_core.system.shapes import Shape

from rates_numba import functions

COMPARISONS = {
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!=",
}  # fmt: skip
MATH = {
    "sin": "math.sin", "cos": "math.cos", "tan": "math.tan", "sinh": "math.sinh", "cosh": "math.cosh",
    "tanh": "math.tanh", "arcsin": "math.asin", "arccos": "math.acos", "arctan": "math.atan", "arctan2": "math.atan2",
    "exp": "math.exp", "log": "math.log", "log10": "math.log10", "sqrt": "math.sqrt", "erf": "math.erf",
    "erfc": "math.erfc", "fmod": "np.fmod", "abs": "abs", "floor": "np.floor", "ceil": "np.ceil", "round": "np.rint",
    "sign": "np.sign", "min": "np.minimum", "max": "np.maximum", "power": "math.pow",
}  # fmt: skip
COMPLEX = {
    **{name: f"np.{name}" for name in (
        "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "exp", "log", "log10", "sqrt",
    )},
    "abs": "abs", "conj": "np.conj",
}  # fmt: skip
OWN = frozenset({"heaviside", "sigmoid", "mod"})
LARGEST_EXPONENT = 16  # whole powers up to this are multiplied out by the compiler
REDUCTIONS = frozenset({"vsum", "mean", "maxi", "mini"})


@frozen
class Past:
    """Names under which a delayed value is read from the samples of its slot.

    Attributes:
        buffer: samples, one behind the other, from the oldest one on that may be looked at.
        places: of the first sample of each entry.
        weights: of the samples of each entry.
        exact: whether the first sample is the value.
        width: numbers per sample.
    """

    buffer: str
    places: str
    weights: str
    exact: str
    width: int

    def entry(self, number: str) -> str:
        """Return the text of one entry.

        Whether it is a sample is the same for all entries, so that the compiler takes the question out of loops.
        """
        place = f"{self.places}[{number}]"
        between = f"past({self.buffer}, {place}, {self.width}, {self.weights}, {number})"
        return f"({self.buffer}[{place}] if {self.exact} else {between})"


class EntryPrinter(ExpressionPrinter):
    """Print the value of an expression for one entry of an axis.

    Args:
        names: identifiers of symbols.
        shapes: of symbols.
        complex_symbols: symbols whose values are complex.
    """

    def __init__(self, names: Mapping[str, str], shapes: Mapping[str, Shape], complex_symbols: frozenset[str]) -> None:
        super().__init__(names)
        self.shapes = shapes
        self.complex_symbols = complex_symbols
        self.used: set[str] = set()  # functions of our own
        self.entry = ""  # what picks the entry from an array: `i`, or `i, j`
        self.local: frozenset[str] = frozenset()  # arrays of which only the present entry exists
        self.gathered: Mapping[str, Past] = {}  # delayed values that are read where they are used

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
            return f"complex({_real(value.real)}, {_real(value.imag)})"
        return _real(value)

    def constant(self, name: str) -> str:
        """Return pi and e from math, and the imaginary unit as a literal."""
        return "1j" if name == "I" else f"math.{name.lower()}"

    def infix(self, expression: Apply) -> tuple[str, int]:
        """Print a sum or product; the squared modulus of a complex number is real.

        Numba's quotient of complex numbers raises where NumPy's is infinite.
        """
        if expression.function == "divide" and is_complex(expression, self.complex_symbols):
            return f"np.divide({self.arguments(expression)})", CALL
        if is_squared_modulus(expression) and is_complex(expression.arguments[0], self.complex_symbols):
            return f"({super().infix(expression)[0]}).real", CALL
        return super().infix(expression)

    def apply(self, expression: Apply) -> tuple[str, int]:
        """Print a call by the kind of its arguments."""
        function, parts = expression.function, expression.arguments
        match function:
            case "negative":
                return f"-{self.text(parts[0], UNARY)}", UNARY
            case "index":
                assert isinstance(parts[0], Symbol)
                return self.element(parts[0].name, self._place(parts[0].name, parts[1])), CALL
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
            return f"1.0 if {self._condition(expression, CONDITIONAL + 1)} else 0.0", CONDITIONAL
        if function in REDUCTIONS:  # of a single number
            return self.printed(parts[0])
        return self._call(expression)

    def _call(self, expression: Apply) -> tuple[str, int]:
        function = expression.function
        of_complex = any(is_complex(argument, self.complex_symbols) for argument in expression.arguments)
        if function in OWN:
            self.used.add(function)
            return f"{function}({self.arguments(expression)})", CALL
        if function == "conj" and not of_complex:
            return self.printed(expression.arguments[0])
        if function == "log10" and of_complex:
            self.used.add("complex_log10")
            return f"complex_log10({self.arguments(expression)})", CALL
        name = (COMPLEX if of_complex else MATH)[function]
        return f"{name}({self.arguments(expression)})", CALL

    def _where(self, expression: Apply) -> tuple[str, int]:
        condition, chosen, other = expression.arguments
        texts = [self.text(chosen, CONDITIONAL + 1), self.text(other, CONDITIONAL)]
        if is_complex(expression, self.complex_symbols):
            pairs = zip((chosen, other), texts, strict=True)
            texts = [text if is_complex(part, self.complex_symbols) else f"complex({text})" for part, text in pairs]
        return f"{texts[0]} if {self._condition(condition, CONDITIONAL + 1)} else {texts[1]}", CONDITIONAL

    def _part(self, expression: Apply) -> tuple[str, int]:
        (argument,) = expression.arguments
        if is_complex(argument, self.complex_symbols):
            return f"({self.text(argument)}).{expression.function}", CALL
        return self.printed(argument) if expression.function == "real" else ("0.0", CALL)

    def _power(self, expression: Apply) -> tuple[str, int]:
        base, exponent = expression.arguments
        whole = _whole(exponent)
        if whole is not None and 0 < whole <= LARGEST_EXPONENT and not isinstance(base, Number | Constant):
            if whole <= 3 and isinstance(base, Symbol):
                return "*".join([self.text(base, PRODUCT)] * whole), PRODUCT
            return f"{self.text(base, POWER + 1)}**{whole}", POWER
        if is_complex(expression, self.complex_symbols):
            self.used.add("complex_power")
            return f"complex_power({self.arguments(expression)})", CALL
        return f"math.pow({self.arguments(expression)})", CALL

    def _condition(self, expression: Expression, tightness: int) -> str:
        text, own = self._truth(expression)
        return f"({text})" if own < tightness else text

    def _truth(self, expression: Expression) -> tuple[str, int]:
        if isinstance(expression, Apply):
            parts = expression.arguments
            if expression.function in COMPARISONS:
                left, right = (self.text(part, COMPARISON + 1) for part in parts)
                return f"{left} {COMPARISONS[expression.function]} {right}", COMPARISON
            if expression.function in ("and", "or"):
                own = AND if expression.function == "and" else OR
                return f" {expression.function} ".join(self._condition(part, own) for part in parts), own
            if expression.function == "not":
                return f"not {self._condition(parts[0], NOT)}", NOT
        return f"{self.text(expression, COMPARISON + 1)} != 0", COMPARISON

    def _place(self, array: str, expression: Expression) -> str:
        """Return an index as text; what a model computes is checked."""
        if isinstance(expression, Number) and isinstance(expression.value, int):
            return repr(expression.value)
        if symbols(expression) <= self.integer_symbols and not isinstance(expression, Number):
            return self.text(expression)
        self.used.add("checked")
        return f"checked({self.text(expression)}, {self.shapes[array][0]})"

    integer_symbols: frozenset[str] = frozenset()


def shifted(entry: str, places: int) -> str:
    """Return the text of an entry so many places further on."""
    return f"{entry} + {places}" if places else entry


def _whole(expression: Expression) -> int | None:
    if isinstance(expression, Number) and not isinstance(expression.value, complex):
        value = expression.value
        return int(value) if value == value and abs(value) < 2**53 and value == int(value) else None
    return None


def _real(value: float) -> str:
    if value != value:
        return "math.nan"
    if value in (float("inf"), float("-inf")):
        return "math.inf" if value > 0 else "-math.inf"
    return repr(float(value))


KNOWN = frozenset(name for name in vars(functions) if not name.startswith("_"))
