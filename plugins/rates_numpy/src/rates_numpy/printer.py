"""Print expressions as Python: `math` for single numbers, NumPy for arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols
from rates_core.programs.positive import is_positive
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
from rates_core.system.complexness import is_complex, is_squared_modulus
from rates_core.system.shapes import Shape, shape_of
from rates_core.system.system import State

COMPARISONS = {
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "equal": "==",
    "not_equal": "!=",
}
ARITHMETIC = frozenset({"add", "subtract", "multiply", "divide", "negative"})
ARRAY_FUNCTIONS = {
    "abs": "np.abs", "sign": "np.sign", "floor": "np.floor", "ceil": "np.ceil", "round": "np.round",
    "min": "np.minimum", "max": "np.maximum", "mod": "np.mod", "fmod": "np.fmod", "conj": "np.conj",
    "vsum": "np.sum", "mean": "np.mean", "maxi": "np.max", "mini": "np.min", "erf": "erf", "erfc": "erfc",
    **{name: f"np.{name}" for name in (
        "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "arctan2", "exp", "log", "log10",
        "sqrt",
    )},
}  # fmt: skip
PLAIN_MATH = {"tanh": "tanh", "arctan": "atan", "arctan2": "atan2", "erf": "erf", "erfc": "erfc"}
GUARDED = {
    "exp", "log", "log10", "sqrt", "arcsin", "arccos", "sin", "cos", "tan", "sinh", "cosh", "sigmoid", "sign",
    "heaviside", "floor", "ceil", "mod", "fmod",
}  # fmt: skip
RENAMED = {"round": "round_half_even", "min": "minimum", "max": "maximum"}
REDUCTIONS = {"vsum", "mean", "maxi", "mini"}


class NumpyPrinter(ExpressionPrinter):
    """Print expressions; what it needs from elsewhere is collected in `math_names`, `guarded` and `called`."""

    def __init__(self, names: Mapping[str, str], shapes: Mapping[str, Shape], complex_symbols: frozenset[str]) -> None:
        super().__init__(names)
        self.shapes = shapes
        self.complex_symbols = complex_symbols
        self.math_names: set[str] = set()
        self.guarded: set[str] = set()
        self.called: set[str] = set()
        self.array_error_functions: set[str] = set()

    def number(self, value: complex) -> str:
        """Return a literal whose value is exactly this number."""
        if isinstance(value, complex):
            return f"complex({value.real!r}, {value.imag!r})" if value.real else f"{value.imag!r}j"
        if value != value or value in (float("inf"), float("-inf")):
            return f'float("{value}")'
        return repr(value)

    def constant(self, name: str) -> str:
        """Return pi and e from math, and the imaginary unit as a literal."""
        if name == "I":
            return "1j"
        lower = name.lower()
        self.math_names.add(lower)
        return lower

    def apply(self, expression: Apply) -> tuple[str, int]:
        """Print a call by the shape and kind of its arguments."""
        function = expression.function
        if function == "negative":
            return f"-{self.text(expression.arguments[0], UNARY)}", UNARY
        if function in ("real", "imag"):
            (argument,) = expression.arguments
            if function == "real" and not is_complex(argument, self.complex_symbols):
                return self.printed(argument)
            text = self.text(argument, CALL)
            return f"({text}).{function}" if isinstance(argument, Number) else f"{text}.{function}", CALL
        if function in ("index", "index_range", "index_axis", "matvec", "matmul"):
            return self._indexing(expression)
        if function == "ravel":
            return self.flat(self.text(expression.arguments[0], CALL)), CALL
        if function == "concatenate":
            return self.joined(expression.arguments), CALL
        if any(map(self.is_array, expression.arguments)):
            return self._array(expression)
        if any(is_complex(argument, self.complex_symbols) for argument in expression.arguments):
            return self._complex(expression)
        return self._scalar(expression)

    def is_array(self, expression: Expression) -> bool:
        """Tell whether values are arrays; others are numbers."""
        return bool(shape_of(expression, self.shapes))

    def flat(self, matrix: str) -> str:
        """Print the rows of a matrix one behind the other."""
        return f"{matrix}.ravel()"

    def joined(self, parts: Sequence[Expression]) -> str:
        """Print vectors and numbers one behind the other."""
        return f"np.concatenate(({', '.join(map(self._listed, parts))}))"

    def infix(self, expression: Apply) -> tuple[str, int]:
        """Print a sum or product; a quotient of numbers is guarded unless its divisor cannot vanish."""
        left, right = expression.arguments
        scalar = not self.is_array(expression)
        if expression.function == "divide" and scalar and not self._nonzero(right):
            name = "complex_divide" if is_complex(expression, self.complex_symbols) else "divide"
            self.guarded.add(name)
            return f"{name}({self.arguments(expression)})", CALL
        if is_squared_modulus(expression) and is_complex(left, self.complex_symbols):
            return f"({super().infix(expression)[0]}).real", CALL
        return super().infix(expression)

    def _nonzero(self, expression: Expression) -> bool:
        """Tell whether an expression is a constant of a run whose zero is caught, or positive by its form."""
        if not symbols(expression):
            return isinstance(expression, Number) and expression.value != 0
        return (self.caught and self.keeps_numbers(expression)) or is_positive(expression, self.complex_symbols)

    def keeps_numbers(self, expression: Expression) -> bool:
        """Tell whether arithmetic of parameters alone gives a number of NumPy where these are NumPy's."""
        if not isinstance(expression, Apply):
            return not isinstance(expression, Symbol) or expression.name in self.constant_symbols
        match expression:
            case Apply("power", (base, Number(int(exponent)))) if exponent > 0:
                return isinstance(base, Symbol) and self.keeps_numbers(base)
        return expression.function in ARITHMETIC and all(map(self.keeps_numbers, expression.arguments))

    constant_symbols: frozenset[str] = frozenset()
    caught: bool = True  # whether a caller computes again, with NumPy's numbers, what Python's raise

    def _power(self, expression: Apply) -> tuple[str, int]:
        base, exponent = expression.arguments
        scalar = not self.is_array(expression)
        written = isinstance(base, Number)  # a power of two literals may exceed all floats
        if isinstance(exponent, Number) and not isinstance(exponent.value, complex) and not written:
            value = exponent.value
            if value == 2 and isinstance(base, Symbol):
                return f"{self.names[base.name]}*{self.names[base.name]}", PRODUCT
            if value in (3, 4) and not scalar and isinstance(base, Symbol):  # in a tenth of the time
                return "*".join([self.names[base.name]] * int(value)), PRODUCT
            if value == int(value) and value > 0 and (self.caught or not scalar):
                return f"{self.text(base, POWER + 1)}**{int(value)}", POWER
        if not scalar:
            return f"{self.text(base, POWER + 1)}**{self.text(exponent, POWER)}", POWER
        name = "complex_power" if is_complex(expression, self.complex_symbols) else "power"
        self.guarded.add(name)
        return f"{name}({self.arguments(expression)})", CALL

    def condition(self, expression: Expression) -> tuple[str, int]:
        """Print a scalar truth value."""
        if isinstance(expression, Apply):
            parts = expression.arguments
            if expression.function in COMPARISONS:
                return COMPARISONS[expression.function].join(
                    f" {self.text(part, COMPARISON + 1)} " for part in parts
                ).strip(), COMPARISON
            if expression.function in ("and", "or"):
                own = AND if expression.function == "and" else OR
                return f" {expression.function} ".join(self._tight_condition(part, own) for part in parts), own
            if expression.function == "not":
                return f"not {self._tight_condition(parts[0], NOT)}", NOT
        return f"{self.text(expression, COMPARISON + 1)} != 0", COMPARISON

    def _tight_condition(self, expression: Expression, tightness: int) -> str:
        text, own = self.condition(expression)
        return f"({text})" if own < tightness else text

    def _scalar(self, expression: Apply) -> tuple[str, int]:
        function = expression.function
        if function == "power":
            return self._power(expression)
        if function == "where":
            condition, chosen, other = expression.arguments
            text = f"{self.text(chosen, CONDITIONAL + 1)} if {self._tight_condition(condition, CONDITIONAL + 1)} else "
            return text + self.text(other, CONDITIONAL), CONDITIONAL
        if function in COMPARISONS or function in ("and", "or", "not"):
            return f"1.0 if {self._tight_condition(expression, CONDITIONAL + 1)} else 0.0", CONDITIONAL
        if function in ("abs", "conj") or function in REDUCTIONS:
            if function == "abs":
                return f"abs({self.arguments(expression)})", CALL
            return self.printed(expression.arguments[0])
        if function in PLAIN_MATH:
            self.math_names.add(PLAIN_MATH[function])
            return f"{PLAIN_MATH[function]}({self.arguments(expression)})", CALL
        name = RENAMED.get(function, function)
        self.guarded.add(name)
        return f"{name}({self.arguments(expression)})", CALL

    def _complex(self, expression: Apply) -> tuple[str, int]:
        function = expression.function
        if function in ("where", "equal", "not_equal", "and", "or", "not"):
            return self._scalar(expression)
        if function == "power":
            return self._power(expression)
        if function == "abs":
            return f"abs({self.arguments(expression)})", CALL
        if function == "conj":
            return f"{self.text(expression.arguments[0], CALL)}.conjugate()", CALL
        if function in REDUCTIONS:
            return self.printed(expression.arguments[0])
        if function == "sigmoid":
            argument = expression.arguments[0]
            inverse = Apply("add", (Number(1), Apply("exp", (Apply("negative", (argument,)),))))
            return self.printed(Apply("divide", (Number(1), inverse)))
        self.guarded.add(f"complex_{function}")
        return f"complex_{function}({self.arguments(expression)})", CALL

    def _array(self, expression: Apply) -> tuple[str, int]:
        function, parts = expression.function, expression.arguments
        if function == "power":
            return self._power(expression)
        if function == "where":
            condition = self._array_condition(parts[0])
            return f"np.where({condition}, {self.text(parts[1])}, {self.text(parts[2])})", CALL
        if function in COMPARISONS or function in ("and", "or", "not"):
            return f"np.where({self._array_condition(expression)}, 1.0, 0.0)", CALL
        if function == "heaviside":
            return f"np.heaviside({self.text(parts[0])}, 1.0)", CALL
        if function == "sigmoid":
            return f"1.0/(1.0 + np.exp(-{self.text(parts[0], UNARY)}))", PRODUCT
        if function in ("erf", "erfc"):
            self.array_error_functions.add(function)
            return f"array_{function}({self.arguments(expression)})", CALL
        if function in REDUCTIONS:
            return self.reduced(ARRAY_FUNCTIONS[function], parts[0])
        return f"{ARRAY_FUNCTIONS[function]}({self.arguments(expression)})", CALL

    def reduced(self, function: str, argument: Expression) -> tuple[str, int]:
        """Print what a function makes of all entries of an array."""
        return f"{function}({self.text(argument)})", CALL

    def product(self, left: Expression, right: Expression) -> tuple[str, int]:
        """Print the product of matrices and vectors."""
        return f"{self.text(left, PRODUCT)} @ {self.text(right, PRODUCT + 1)}", PRODUCT

    def total(self, vector: str) -> str:
        """Print the sum of a vector's entries."""
        return f"{vector}.sum()"

    def row_sums(self, rows: str, values: str, size: int) -> str:
        """Print for each row of a matrix the sum of the values that belong to it."""
        return f"np.bincount({rows}, {values}, {size})"

    plain_states = "y.tolist()"  # what gives all states, where each is one real number

    def state(self, state: State) -> str:
        """Print a state, as a part of the real vector y."""
        start, stop = state.offset, state.offset + state.width
        if state.shape:
            return f"y[{start}:{stop}]{'.view(complex)' if state.complex else ''}"
        return f"complex(y[{start}], y[{start + 1}])" if state.complex else f"y.item({start})"

    def empty(self, width: int) -> str:
        """Print a real vector without values, for the states in `pieces`."""
        return f"np.empty({width})"

    def stored(self, state: State, piece: str) -> list[str]:
        """Print what writes a state into its part of the real vector y."""
        start, stop = state.offset, state.offset + state.width
        return [f"y[{start}:{stop}]{'.view(complex)' if state.complex else ''}[:] = {piece}"]

    def _array_condition(self, expression: Expression) -> str:
        if isinstance(expression, Apply):
            parts = expression.arguments
            if expression.function in COMPARISONS:
                left, right = (self.text(part, COMPARISON + 1) for part in parts)
                return f"{left} {COMPARISONS[expression.function]} {right}"
            if expression.function in ("and", "or", "not"):
                inner = ", ".join(self._array_condition(part) for part in parts)
                return f"np.logical_{expression.function}({inner})"
        return f"{self.text(expression, COMPARISON + 1)} != 0"

    def _indexing(self, expression: Apply) -> tuple[str, int]:
        function, parts = expression.function, expression.arguments
        if function in ("matvec", "matmul"):
            return self.product(parts[0], parts[1])
        first = self.text(parts[0], CALL)
        if function == "index_range":
            return f"{first}[{self.text(parts[1])}:{self.text(parts[2])}]", CALL
        if function == "index_axis" and len(parts) > 2:
            axis = self.text(parts[2])
            index = self.place(parts[1], shape_of(parts[0], self.shapes)[int(axis)])
            return f"np.take({first}, {index}, axis={axis})", CALL
        return f"{first}[{self.place(parts[1], shape_of(parts[0], self.shapes)[0])}]", CALL

    def _listed(self, expression: Expression) -> str:
        text = self.text(expression)
        return text if shape_of(expression, self.shapes) else f"[{text}]"

    def place(self, expression: Expression, size: int) -> str:
        """Print an index into an axis; what a model computes is checked."""
        if isinstance(expression, Number) and isinstance(expression.value, int):
            return repr(expression.value)
        text = self.text(expression)
        if isinstance(expression, Symbol) and expression.name in self.integer_symbols:
            return text
        name = "places" if shape_of(expression, self.shapes) else "place"
        self.guarded |= {"place", name}
        return f"{name}({text}, {size})"

    integer_symbols: frozenset[str] = frozenset()
