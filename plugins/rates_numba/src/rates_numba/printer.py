"""Print expressions entry by entry, as Python that Numba compiles."""

from __future__ import annotations

from attrs import frozen
from rates_core.expressions.tree import Expression, Symbol
from rates_core.programs.elementwise.printer import EntryPrinter
from rates_core.programs.elementwise.syntax import Syntax
from rates_core.programs.printer import CONDITIONAL, PRODUCT

from rates_numba import functions

MATH = {
    "sin": "math.sin", "cos": "math.cos", "tan": "math.tan", "sinh": "math.sinh", "cosh": "math.cosh",
    "tanh": "math.tanh", "arcsin": "math.asin", "arccos": "math.acos", "arctan": "math.atan", "arctan2": "math.atan2",
    "exp": "math.exp", "log": "math.log", "log10": "math.log10", "sqrt": "math.sqrt", "erf": "math.erf",
    "erfc": "math.erfc", "fmod": "np.fmod", "abs": "abs", "floor": "np.floor", "ceil": "np.ceil", "round": "np.rint",
    "sign": "np.sign", "min": "np.minimum", "max": "np.maximum", "power": "math.pow", "heaviside": "heaviside",
    "sigmoid": "sigmoid", "mod": "mod",
}  # fmt: skip
COMPLEX = {
    **{name: f"np.{name}" for name in (
        "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "exp", "log", "sqrt", "conj",
    )},
    "abs": "abs", "log10": "complex_log10", "power": "complex_power", "sigmoid": "sigmoid",
}  # fmt: skip
SYNTAX = Syntax(
    nan="math.nan",
    infinity="math.inf",
    parts=("({}).real", "({}).imag"),
    squared_modulus="({product}).real",
    constants={"I": "1j", "PI": "math.pi", "E": "math.e"},
    functions=MATH,
    complex_functions=COMPLEX,
    own=frozenset({"heaviside", "sigmoid", "mod", "complex_log10", "complex_power"}),
    quotient="np.divide",  # Numba's own raises where NumPy's is infinite
    divides_by_real=False,
    choice="{chosen} if {condition} else {other}",
    choice_binds=CONDITIONAL,
    logic={"and": "and", "or": "or", "not": "not "},
    loop="for {}:",
    nest="for {}:",
    axis="{} in range({})",
    span="{} in range({}, {})",
)


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


class NumbaPrinter(EntryPrinter):
    """Print the value of an expression for one entry of an axis."""

    syntax = SYNTAX

    def whole_power(self, base: Expression, exponent: int) -> tuple[str, int]:
        """Print small powers of symbols as products."""
        if exponent <= 3 and isinstance(base, Symbol):
            return "*".join([self.text(base, PRODUCT)] * exponent), PRODUCT
        return super().whole_power(base, exponent)


KNOWN = frozenset(name for name in vars(functions) if not name.startswith("_"))
