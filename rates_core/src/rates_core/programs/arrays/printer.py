"""Print expressions for an array library; every symbol is an array, with batch axes in front of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, symbols
from rates_core.programs.arrays.language import ArrayLanguage
from rates_core.programs.printer import CALL, COMPARISON, INFIX, POWER, UNARY, ExpressionPrinter
from rates_core.system.complexness import is_complex, is_squared_modulus
from rates_core.system.shapes import Shape, shape_of

COMPARISONS = {
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!=",
}  # fmt: skip
LOGIC = ("and", "or", "not")
AXES = {1: "-1", 2: "(-2, -1)"}
ARITHMETIC = frozenset({"add", "subtract", "multiply", "divide", "negative"})


class ArrayPrinter(ExpressionPrinter):
    """Print expressions in one array language.

    A number that meets an axis gets one: `k[..., None]*x`. Arrays of one expression have one number of own axes, so
    that those in front are free for batches.

    Args:
        language: of the library.
        names: identifiers of symbols.
        shapes: of symbols, without batch axes.
        complex_symbols: symbols whose values are complex.
        integer_symbols: symbols that are index arrays.
    """

    def __init__(
        self,
        language: ArrayLanguage,
        names: Mapping[str, str],
        shapes: Mapping[str, Shape],
        complex_symbols: frozenset[str],
        integer_symbols: frozenset[str],
    ) -> None:
        super().__init__(names)
        self.language, self.shapes = language, shapes
        self.complex_symbols, self.integer_symbols = complex_symbols, integer_symbols
        self.looks = False  # whether the text looks if a computed index is right
        self.lifted: Callable[[str, str], str | None] = lambda symbol, text: None  # the name of a text, if it has one

    def rank(self, expression: Expression) -> int:
        """Return the number of axes."""
        return len(shape_of(expression, self.shapes))

    def is_complex(self, expression: Expression) -> bool:
        """Tell whether values are complex."""
        return is_complex(expression, self.complex_symbols)

    def value(self, expression: Expression, shape: Shape, complex_: bool = False) -> str:
        """Return the text of an array of this shape: literals become arrays, numbers get an axis."""
        text = self.operand(expression, 0, complex_=complex_, literal=True)
        return f"wide({text}, {shape[0]})" if shape and not self.rank(expression) else text

    def operand(
        self, expression: Expression, rank: int, tightness: int = 0, complex_: bool = False, literal: bool = False
    ) -> str:
        """Return the text of an operand in something of `rank` axes.

        Args:
            expression: the operand.
            rank: axes of what it meets.
            tightness: how tightly its surroundings bind.
            complex_: whether it meets complex numbers.
            literal: whether a literal has to be made an array, because a function of the library takes it.
        """
        if not symbols(expression):
            text = self.text(expression, 0 if literal else tightness)
            if complex_ and self.language.strict:
                text = f"complex({self.text(expression)})"
            return f"number({text})" if literal else text
        lifted = rank > 0 and not self.rank(expression)
        converted = complex_ and self.language.strict and not self.is_complex(expression)
        text = self.text(expression, 0 if converted else CALL if lifted else tightness)
        text = f"as_complex({text})" if converted else text
        text = f"{text}[...{', None' * rank}]" if lifted else text
        return (self.lifted(expression.name, text) or text) if lifted and isinstance(expression, Symbol) else text

    def number(self, value: complex) -> str:
        """Return a literal whose value is exactly this number."""
        if isinstance(value, complex):
            return f"complex({self.number(value.real)}, {self.number(value.imag)})"
        if isinstance(value, float) and not math.isfinite(value):
            return "math.nan" if value != value else "math.inf" if value > 0 else "-math.inf"
        return repr(value)

    def constant(self, name: str) -> str:
        """Return pi and e from math, and the imaginary unit as a literal."""
        return "1j" if name == "I" else f"math.{name.lower()}"

    def printed(self, expression: Expression) -> tuple[str, int]:
        """Return the text of an expression; what holds no symbols is a Python number."""
        if not isinstance(expression, Apply) or symbols(expression):
            return super().printed(expression)
        value = evaluate(expression, {})
        if self._is_arithmetic(expression) and abs(value) < math.inf:
            return super().printed(expression)
        literal = self.number(complex(value) if self.is_complex(expression) else float(value))
        return literal, UNARY if literal.startswith("-") else CALL

    def _is_arithmetic(self, expression: Expression) -> bool:
        if not isinstance(expression, Apply):
            return True
        return expression.function in ARITHMETIC and all(map(self._is_arithmetic, expression.arguments))

    def infix(self, expression: Apply) -> tuple[str, int]:
        """Print a sum or product; the squared modulus of a complex number is real."""
        operator, own = INFIX[expression.function]
        left, right = expression.arguments
        rank, mixed = self.rank(expression), any(map(self.is_complex, expression.arguments))
        if not symbols(expression):
            rank, mixed = 0, False
        if mixed and expression.function in self.language.complex_functions:
            texts = [self.operand(part, rank, complex_=True, literal=True) for part in (left, right)]
            return f"{self.language.complex_functions[expression.function]}({', '.join(texts)})", CALL
        second = self.operand(right, rank, own + 1, mixed)
        text = f"{self.operand(left, rank, own, mixed)}{operator}{f'({second})' if second.startswith('-') else second}"
        if is_squared_modulus(expression) and self.is_complex(left):
            return f"{self.language.functions['real']}({text})", CALL
        return text, own

    def apply(self, expression: Apply) -> tuple[str, int]:
        """Print a call by the kind of its arguments."""
        function, parts = expression.function, expression.arguments
        if function == "negative":
            return f"-{self.text(parts[0], UNARY)}", UNARY
        if function in COMPARISONS or function in LOGIC:
            return f"truth({self.condition(expression, self.rank(expression))[0]})", CALL
        special = getattr(self, f"_{function}", None)
        if special is not None:
            printed: tuple[str, int] = special(expression)
            return printed
        rank, mixed = self.rank(expression), any(map(self.is_complex, parts))
        arguments = [self.operand(part, rank, complex_=mixed, literal=True) for part in parts]
        return f"{self._named(function, mixed)}({', '.join(arguments)})", CALL

    def _named(self, function: str, of_complex: bool) -> str:
        names = self.language.complex_functions if of_complex else {}
        return names.get(function) or self.language.functions[function]

    def condition(self, expression: Expression, rank: int) -> tuple[str, int]:
        """Print an array of truth values that meets something of `rank` axes."""
        if isinstance(expression, Apply) and symbols(expression):
            parts = expression.arguments
            if expression.function in COMPARISONS:
                mixed = any(map(self.is_complex, parts))
                left, right = (self.operand(part, rank, COMPARISON + 1, mixed) for part in parts)
                return f"{left} {COMPARISONS[expression.function]} {right}", COMPARISON
            if expression.function in LOGIC:
                inner = ", ".join(self.condition(part, rank)[0] for part in parts)
                return f"{self.language.functions[expression.function]}({inner})", CALL
        literal = not symbols(expression)
        mixed = self.is_complex(expression)
        return f"{self.operand(expression, rank, COMPARISON + 1, mixed, literal)} != 0", COMPARISON

    def _where(self, expression: Apply) -> tuple[str, int]:
        condition, *branches = expression.arguments
        rank, mixed = self.rank(expression), any(map(self.is_complex, expression.arguments[1:]))
        texts = [self.operand(branch, rank, complex_=mixed, literal=True) for branch in branches]
        return f"{self._named('where', mixed)}({self.condition(condition, rank)[0]}, {', '.join(texts)})", CALL

    def _crossed(self, expression: Apply) -> tuple[str, int]:
        distance, slope = expression.arguments
        return f"crossed({self.operand(distance, 0)}, {self.text(slope)})", CALL

    def _power(self, expression: Apply) -> tuple[str, int]:
        base, exponent = expression.arguments
        rank, mixed = self.rank(expression), any(map(self.is_complex, expression.arguments))
        match exponent:
            case Number(int(value)) | Number(float(value)) if value == int(value) and 1 <= value <= 4:
                if isinstance(base, Symbol):
                    return "*".join([self.names[base.name]] * int(value)), INFIX["multiply"][1]
                if not mixed:
                    return f"{self.operand(base, rank, POWER + 1)}**{int(value)}", POWER
        texts = [self.operand(part, rank, complex_=mixed, literal=True) for part in (base, exponent)]
        return f"{self._named('power', mixed)}({', '.join(texts)})", CALL

    def _real(self, expression: Apply) -> tuple[str, int]:
        (argument,) = expression.arguments
        if not self.is_complex(argument):
            return self.printed(argument)
        return f"{self.language.functions[expression.function]}({self.text(argument)})", CALL

    def _imag(self, expression: Apply) -> tuple[str, int]:
        (argument,) = expression.arguments
        if not self.is_complex(argument):
            return f"0.0*{self.text(argument, INFIX['multiply'][1] + 1)}", INFIX["multiply"][1]
        return self._real(expression)

    _conj = _real

    def _reduction(self, expression: Apply) -> tuple[str, int]:
        (argument,) = expression.arguments
        rank = self.rank(argument)
        if not rank:
            return self.printed(argument)
        return f"{self.language.functions[expression.function]}({self.text(argument)}, {AXES[rank]})", CALL

    _vsum = _mean = _maxi = _mini = _reduction

    def _matvec(self, expression: Apply) -> tuple[str, int]:
        mixed = any(map(self.is_complex, expression.arguments))
        texts = [self.operand(part, 0, complex_=mixed) for part in expression.arguments]
        return f"matvec({', '.join(texts)})", CALL

    def _matmul(self, expression: Apply) -> tuple[str, int]:
        left, right = expression.arguments
        mixed, own = any(map(self.is_complex, expression.arguments)), INFIX["multiply"][1]
        match self.rank(left), self.rank(right):
            case 2, 2:
                return f"{self.operand(left, 0, own, mixed)} @ {self.operand(right, 0, own + 1, mixed)}", own
            case 2, 1:
                return self._matvec(expression)
            case 1, 2:
                vector, matrix = self.operand(left, 0, own, mixed), self.operand(right, 0, CALL, mixed)
                return f"({vector}[..., None, :] @ {matrix})[..., 0, :]", CALL
            case _:
                product = f"{self.operand(left, 0, own, mixed)}*{self.operand(right, 0, own + 1, mixed)}"
                return f"{self.language.functions['vsum']}({product}, -1)", CALL

    def _ravel(self, expression: Apply) -> tuple[str, int]:
        return f"flat({self.text(expression.arguments[0])})", CALL

    def _concatenate(self, expression: Apply) -> tuple[str, int]:
        mixed = self.is_complex(expression)
        parts = [self.operand(part, 1, complex_=mixed, literal=True) for part in expression.arguments]
        parts = [
            text if symbols(part) else f"{text}[..., None]"
            for text, part in zip(parts, expression.arguments, strict=True)
        ]
        return f"joined({', '.join(parts)})", CALL

    def _index(self, expression: Apply) -> tuple[str, int]:
        return self._taken(expression.arguments[0], expression.arguments[1], 0)

    def _index_axis(self, expression: Apply) -> tuple[str, int]:
        axis = expression.arguments[2] if len(expression.arguments) > 2 else Number(0)
        assert isinstance(axis, Number)
        return self._taken(expression.arguments[0], expression.arguments[1], int(axis.value.real))

    def _index_range(self, expression: Apply) -> tuple[str, int]:
        values, start, stop = expression.arguments
        rest = ", :" * (self.rank(values) - 1)
        return f"{self.text(values, CALL)}[..., {self.text(start)}:{self.text(stop)}{rest}]", CALL

    def _taken(self, values: Expression, index: Expression, axis: int) -> tuple[str, int]:
        """Print entries of an axis that is counted from the left."""
        shape = shape_of(values, self.shapes)
        rest, text = ", :" * (len(shape) - 1 - axis), self.text(values, CALL)
        if isinstance(index, Number) and isinstance(index.value, int):
            return f"{text}[..., {index.value}{rest}]", CALL
        if isinstance(index, Symbol) and index.name in self.integer_symbols:
            return f"picked({text}, {self.names[index.name]}, {axis - len(shape)})", CALL
        self.looks = True
        found = f"places({self.operand(index, 0, literal=True)}, {shape[axis]})"
        if len(shape) > 1:
            return f"picked({text}, {found}, {axis - len(shape)})", CALL
        if self.rank(index):
            return f"looked_up({text}, {found})", CALL
        return f"looked_up({text}, {found}[..., None])[..., 0]", CALL
