"""Print expressions as MATLAB: an axis is a column."""

from __future__ import annotations

from collections.abc import Mapping

from rates_core.expressions.tree import Apply, Expression, Number, Symbol
from rates_core.programs.positive import is_positive
from rates_core.programs.printer import AND, CALL, COMPARISON, OR, POWER, PRODUCT, UNARY, ExpressionPrinter
from rates_core.system.complexness import is_complex, is_squared_modulus
from rates_core.system.shapes import Shape, shape_of

from rates_matlab.literals import number_text

COMPARISONS = {
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "~=",
}  # fmt: skip
LOGIC = frozenset({*COMPARISONS, "and", "or", "not"})
#: functions of the language that MATLAB has, and what they are called there
BUILT_IN = {
    "abs": "abs", "sign": "sign", "floor": "floor", "ceil": "ceil", "conj": "conj", "erf": "erf", "erfc": "erfc",
    "arctan2": "atan2", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "real": "real", "imag": "imag",
    **{name: name for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "log10", "sqrt")},
}  # fmt: skip
#: those of real numbers that are written out in the module
OWN = {
    "sqrt": "real_sqrt", "log": "real_log", "log10": "real_log10", "arcsin": "real_asin", "arccos": "real_acos",
    "min": "least", "max": "most", "mod": "modulo", "fmod": "remainder", "round": "half_even",
    "heaviside": "unit_step",
}  # fmt: skip
#: functions whose argument is never negative where it is positive by its form, and that are then MATLAB's own
ROOTED = frozenset({"sqrt", "log", "log10"})


class MatlabPrinter(ExpressionPrinter):
    """Print expressions; what they need from the module is collected in `used`.

    Args:
        names: text that stands for each symbol.
        shapes: of all symbols.
        complex_symbols: those whose values are complex.
        integer_symbols: those that hold places on axes.
        first_place: what these places count from: 1, or 0 where they are given as Python counts.
    """

    def __init__(
        self,
        names: Mapping[str, str],
        shapes: Mapping[str, Shape],
        complex_symbols: frozenset[str],
        integer_symbols: frozenset[str],
        first_place: int,
    ) -> None:
        super().__init__(names)
        self.shapes, self.complex_symbols = shapes, complex_symbols
        self.integer_symbols, self.first_place = integer_symbols, first_place
        self.used: set[str] = set()

    def shaped(self, expression: Expression) -> Shape:
        """Return the shape of an expression."""
        return shape_of(expression, self.shapes)

    def own(self, name: str, *arguments: str) -> tuple[str, int]:
        """Return the call of a function that stands in the module."""
        self.used.add(name)
        return f"{name}({', '.join(arguments)})", CALL

    def number(self, value: complex) -> str:
        """Return a literal whose value is exactly this number."""
        return number_text(value)

    def constant(self, name: str) -> str:
        """Return pi, e or the imaginary unit."""
        return {"PI": "pi", "E": "exp(1)", "I": "1i"}[name.upper()]

    def infix(self, expression: Apply) -> tuple[str, int]:
        """Print a sum or product; between axes it is one of entries."""
        left, _ = expression.arguments
        if is_squared_modulus(expression) and is_complex(left, self.complex_symbols):
            return f"real({self._infix(expression)[0]})", CALL
        return self._infix(expression)

    def _infix(self, expression: Apply) -> tuple[str, int]:
        left, right = expression.arguments
        if expression.function == "divide" and is_complex(right, self.complex_symbols):
            return self.own("quotient", self.text(left), self.text(right))
        both = self.shaped(left) and self.shaped(right)
        if not (self.shaped(right) if expression.function == "divide" else both):
            return super().infix(expression)
        operator = {"multiply": ".*", "divide": "./"}.get(expression.function)
        if operator is None:
            return super().infix(expression)
        second = self.text(right, PRODUCT + 1)
        second = f"({second})" if second.startswith("-") else second
        return f"{self.text(left, PRODUCT)}{operator}{second}", PRODUCT

    def apply(self, expression: Apply) -> tuple[str, int]:
        """Print a call by the shape and kind of its arguments."""
        function, parts = expression.function, expression.arguments
        if function == "negative":
            return f"-{self.text(parts[0], UNARY)}", UNARY
        if function in ("index", "index_range", "index_axis"):
            return self._indexing(expression)
        if function in ("matvec", "matmul"):
            return self._product(expression)
        if function == "ravel":
            return f"reshape({self.text(parts[0], CALL)}.', [], 1)", CALL
        if function == "concatenate":
            return f"[{'; '.join(self.text(part) for part in parts)}]", CALL
        if function in ("vsum", "mean", "maxi", "mini"):
            return self._reduction(function, parts[0])
        if function in LOGIC:
            return f"double({self.condition(expression)[0]})", CALL
        return self._elementwise(expression)

    def _elementwise(self, expression: Apply) -> tuple[str, int]:
        function, parts = expression.function, expression.arguments
        if function == "where":
            return self.own("choose", self.condition(parts[0])[0], self.text(parts[1]), self.text(parts[2]))
        if function == "power":
            return self._power(expression)
        two = any(is_complex(part, self.complex_symbols) for part in parts)
        if function in ("real", "conj") and not two:
            return self.printed(parts[0])
        if function == "sigmoid":
            inverse = Apply("add", (Number(1), Apply("exp", (Apply("negative", parts),))))
            return self.printed(Apply("divide", (Number(1), inverse)))
        guarded = not two and not (function in ROOTED and is_positive(parts[0], self.complex_symbols))
        if function in OWN and guarded:
            return self.own(OWN[function], *(self.text(part) for part in parts))
        return f"{BUILT_IN[function]}({self.arguments(expression)})", CALL

    def _power(self, expression: Apply) -> tuple[str, int]:
        base, exponent = expression.arguments
        two = is_complex(expression, self.complex_symbols)
        whole = isinstance(exponent, Number) and not isinstance(exponent.value, complex)
        whole = whole and abs(exponent.value) < 2**31 and exponent.value == int(exponent.value.real)  # type: ignore[union-attr]
        if not (two or whole or is_positive(base, self.complex_symbols)):
            return self.own("real_power", self.text(base), self.text(exponent))
        operator = ".^" if self.shaped(expression) else "^"
        power = self.text(exponent, POWER + 1)
        return f"{self.text(base, POWER + 1)}{operator}{power}", POWER

    def condition(self, expression: Expression) -> tuple[str, int]:
        """Print a truth value."""
        if isinstance(expression, Apply):
            parts = expression.arguments
            if expression.function in COMPARISONS:
                left, right = (self.text(part, COMPARISON + 1) for part in parts)
                return f"{left} {COMPARISONS[expression.function]} {right}", COMPARISON
            if expression.function in ("and", "or"):
                own, sign = (AND, "&") if expression.function == "and" else (OR, "|")
                sign = sign if self.shaped(expression) else sign * 2
                return f" {sign} ".join(self._tight_condition(part, own + 1) for part in parts), own
            if expression.function == "not":
                return f"~({self.condition(parts[0])[0]})", UNARY
        return f"{self.text(expression, COMPARISON + 1)} ~= 0", COMPARISON

    def _tight_condition(self, expression: Expression, tightness: int) -> str:
        text, own = self.condition(expression)
        return f"({text})" if own < tightness else text

    def _reduction(self, function: str, argument: Expression) -> tuple[str, int]:
        shape, text = self.shaped(argument), self.text(argument)
        if not shape:
            return self.printed(argument)
        if len(shape) > 1:
            text = f"reshape({text}, [], 1)"
        if function in ("maxi", "mini"):
            return self.own("largest" if function == "maxi" else "smallest", text)
        return f"{'sum' if function == 'vsum' else 'mean'}({text})", CALL

    def _product(self, expression: Apply) -> tuple[str, int]:
        left, right = expression.arguments
        if len(self.shaped(left)) == 1:  # a vector from the left stands for its row
            if len(self.shaped(right)) == 1:
                return f"sum({self.text(left, PRODUCT)}.*{self.text(right, PRODUCT + 1)})", CALL
            return f"{self.text(right, CALL)}.'*{self.text(left, PRODUCT + 1)}", PRODUCT
        return f"{self.text(left, PRODUCT)}*{self.text(right, PRODUCT + 1)}", PRODUCT

    def _indexing(self, expression: Apply) -> tuple[str, int]:
        function, parts = expression.function, expression.arguments
        shape = self.shaped(parts[0])
        axis = 0
        if function == "index_range":
            bounds = [part.value for part in parts[1:] if isinstance(part, Number) and isinstance(part.value, int)]
            start, stop, _ = slice(*bounds).indices(shape[0])
            where, single = f"{start + 1}:{stop}", False
        else:
            axis = int(parts[2].value.real) if len(parts) > 2 else 0  # type: ignore[union-attr]
            where, single = self.place(parts[1], shape[axis]), not self.shaped(parts[1])
        if len(shape) == 1:
            if isinstance(parts[0], Symbol):
                return f"{self.text(parts[0])}({where})", CALL
            return self.own("entry", self.text(parts[0]), where)
        matrix = parts[0]
        text = self.text(matrix) if axis == 0 else f"{self.text(matrix, CALL)}.'"
        if isinstance(matrix, Symbol) and axis == 1:
            return f"{self.text(matrix)}(:, {where})", CALL
        if isinstance(matrix, Symbol):
            return f"{self.text(matrix)}({where}, :){'.' + chr(39) if single else ''}", CALL
        rows = self.own("entries", text, where)
        return rows if axis == 0 or single else (f"{rows[0]}.'", CALL)

    def place(self, expression: Expression, size: int) -> str:
        """Print a place on an axis, counted from 1; what a model computes is checked."""
        if isinstance(expression, Number) and isinstance(expression.value, int):
            return f"{expression.value % size + 1}"
        if isinstance(expression, Symbol) and expression.name in self.integer_symbols:
            return self.text(expression) if self.first_place else f"{self.text(expression)} + 1"
        return self.own("place", self.text(expression), f"{size}")[0]
