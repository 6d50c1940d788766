"""Print expressions entry by entry."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar, Protocol

from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol, symbols
from rates_core.programs.elementwise.layout import Layout
from rates_core.programs.elementwise.syntax import INDICES, Syntax, shifted
from rates_core.programs.printer import AND, CALL, COMPARISON, CONDITIONAL, NOT, OR, POWER, UNARY, ExpressionPrinter
from rates_core.programs.segments import bounds
from rates_core.system.complexness import is_complex, is_squared_modulus

COMPARISONS = {
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!=",
}  # fmt: skip
LARGEST_EXPONENT = 16  # whole powers up to this are multiplied out by compilers
REDUCTIONS = frozenset({"vsum", "mean", "maxi", "mini"})


class PastEntries(Protocol):
    """Names under which a delayed value is read from stored ones."""

    def entry(self, number: str) -> str:
        """Return the text of one entry."""


class EntryPrinter(ExpressionPrinter):
    """Print the value of an expression for one entry of an axis.

    A language is a `syntax`; a subclass prints what is in none.

    Args:
        layout: of the module.

    Attributes:
        used: functions of our own that were printed.
        entry: what picks the entry from an array: `i`, or `i, j`.
        local: arrays of which only the present entry exists.
        gathered: delayed values that are read where they are used.
        indices: of loops over entries.
    """

    syntax: ClassVar[Syntax]

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout.names)
        self.shapes, self.complex_symbols, self.used = layout.shapes, layout.kinds, layout.used
        self.integer_symbols = layout.places
        self.added = self.syntax.first - layout.rules.first_place  # to a place that a parameter holds
        self.entry = ""
        self.local: frozenset[str] = frozenset()
        self.gathered: Mapping[str, PastEntries] = {}
        self.indices: tuple[str, ...] = INDICES

    @contextmanager
    def at(self, entry: str, local: frozenset[str] = frozenset()) -> Iterator[None]:
        """Print for one entry, while only the present one of some arrays exists."""
        before = self.entry, self.local
        self.entry, self.local = entry, local
        yield
        self.entry, self.local = before

    def symbol(self, name: str) -> str:
        """Return a number, or the present entry of an array."""
        if not self.shapes[name] or name in self.local:
            return self.names[name]
        return self.element(name, self.entry)

    def element(self, name: str, entry: str) -> str:
        """Return an entry of an array."""
        if name in self.gathered:
            return self.gathered[name].entry(entry)
        return self.syntax.entry.format(self.names[name], entry)

    def is_complex(self, expression: Expression) -> bool:
        """Tell whether the value of an expression is complex."""
        return is_complex(expression, self.complex_symbols)

    def as_complex(self, expression: Expression) -> str:
        """Return the text of an expression as that of a complex number."""
        text = self.text(expression)
        return text if self.is_complex(expression) else self.syntax.as_complex.format(text)

    def number(self, value: complex) -> str:
        """Return a literal whose value is exactly this number."""
        if isinstance(value, complex):
            return self.syntax.complex.format(self._real(value.real), self._real(value.imag))
        return self._real(value)

    def _real(self, value: float) -> str:
        if math.isfinite(value):
            return self.syntax.real.format(repr(float(value)))
        text = self.syntax.nan if math.isnan(value) else self.syntax.infinity
        self.used |= {text.removesuffix("()")} & self.syntax.own
        return f"-{text}" if value < 0 else text

    def constant(self, name: str) -> str:
        """Return pi and e, and the imaginary unit."""
        return self.syntax.constants[name.upper()]

    def infix(self, expression: Apply) -> tuple[str, int]:
        """Print a sum or product; the squared modulus of a complex number is real."""
        left, right = expression.arguments
        if is_squared_modulus(expression) and self.is_complex(left):
            product = super().infix(expression)[0]
            return self.syntax.squared_modulus.format(product=product, number=self.text(left)), CALL
        divisors = [right] if self.syntax.divides_by_real else [left, right]
        if expression.function == "divide" and any(map(self.is_complex, divisors)):
            return self.called(self.syntax.quotient, expression)
        return super().infix(expression)

    def called(self, name: str, expression: Apply) -> tuple[str, int]:
        """Print the arguments of an expression as those of a function of the language, or of our own."""
        self.used |= {name} & self.syntax.own
        if name in self.syntax.complex_only and any(map(self.is_complex, expression.arguments)):
            return f"{name}({', '.join(map(self.as_complex, expression.arguments))})", CALL
        return f"{name}({self.arguments(expression)})", CALL

    def apply(self, expression: Apply) -> tuple[str, int]:
        """Print a call by the kind of its arguments."""
        function, parts = expression.function, expression.arguments
        match function:
            case "negative":
                return self._negative(parts[0])
            case "index":
                assert isinstance(parts[0], Symbol)
                return self.element(parts[0].name, self.place(parts[0].name, parts[1])), CALL
            case "index_range":
                assert isinstance(parts[0], Symbol)
                return self.element(parts[0].name, shifted(self.entry, bounds(expression, self.shapes)[0])), CALL
            case "where":
                return self._chosen(expression)
            case "real" | "imag":
                return self._part(expression)
            case "power":
                return self.power(expression)
        if function in COMPARISONS or function in self.syntax.logic:
            return self._chosen(Apply("where", (expression, Number(1.0), Number(0.0))))
        if function in REDUCTIONS:  # of a single number
            return self.printed(parts[0])
        return self.call(expression)

    def _negative(self, expression: Expression) -> tuple[str, int]:
        binds = self.syntax.minus
        text = self.text(expression, binds if binds == UNARY else binds + 1)
        return (f"-({text})" if text.startswith("-") else f"-{text}"), binds  # not every language takes two signs

    def call(self, expression: Apply) -> tuple[str, int]:
        """Print a function that has a name in the language."""
        function, parts = expression.function, expression.arguments
        of_complex = any(map(self.is_complex, parts))
        if function == "conj" and not of_complex:
            return self.printed(parts[0])
        functions = self.syntax.complex_functions if of_complex else self.syntax.functions
        return self.called(functions[function], expression)

    def _chosen(self, expression: Apply) -> tuple[str, int]:
        """Print the choice of one of two values."""
        condition, *values = expression.arguments
        own = self.syntax.choice_binds
        tight = 0 if own == CALL else CONDITIONAL + 1
        if self.is_complex(expression):
            texts = [self.as_complex(value) for value in values]
        else:
            texts = [self.text(values[0], tight), self.text(values[1], tight - 1)]
        truth = self._condition(condition, tight)
        return self.syntax.choice.format(chosen=texts[0], other=texts[1], condition=truth), own

    def _part(self, expression: Apply) -> tuple[str, int]:
        (argument,) = expression.arguments
        imaginary = expression.function == "imag"
        if self.is_complex(argument):
            return self.syntax.parts[imaginary].format(self.text(argument)), CALL
        return (self.number(0.0), CALL) if imaginary else self.printed(argument)

    def power(self, expression: Apply) -> tuple[str, int]:
        """Print a power; whole ones of what is no number by an operator, for compilers to multiply out."""
        base, exponent = expression.arguments
        whole = small_whole(exponent)
        if whole and not isinstance(base, Number | Constant):
            return self.whole_power(base, whole)
        functions = self.syntax.complex_functions if self.is_complex(expression) else self.syntax.functions
        return self.called(functions["power"], expression)

    def whole_power(self, base: Expression, exponent: int) -> tuple[str, int]:
        """Print a power whose exponent is a small whole number."""
        return f"{self.text(base, POWER + 1)}{self.syntax.power}{exponent}", POWER

    def _condition(self, expression: Expression, tightness: int) -> str:
        text, own = self._truth(expression)
        return f"({text})" if own < tightness else text

    def _truth(self, expression: Expression) -> tuple[str, int]:
        """Return the text of a condition."""
        unequal, logic = self.syntax.unequal, self.syntax.logic
        if isinstance(expression, Apply):
            function, parts = expression.function, expression.arguments
            if function in COMPARISONS:
                left, right = (self.text(part, COMPARISON + 1) for part in parts)
                return f"{left} {unequal if function == 'not_equal' else COMPARISONS[function]} {right}", COMPARISON
            if function in logic:
                own = {"and": AND, "or": OR, "not": NOT}[function]
                texts = [self._condition(part, CALL if self.syntax.logic_first else own) for part in parts]
                return (f"{logic['not']}{texts[0]}" if own == NOT else f" {logic[function]} ".join(texts)), own
        return f"{self.text(expression, COMPARISON + 1)} {unequal} 0", COMPARISON

    def place(self, array: str, expression: Expression) -> str:
        """Return the text of a place on the axis of a vector."""
        return self.place_within(self.shapes[array][0], expression)

    def place_within(self, length: int, expression: Expression) -> str:
        """Return the text of a place on an axis; what a model computes is checked."""
        if isinstance(expression, Number) and isinstance(expression.value, int):
            return repr(expression.value + self.syntax.first)
        if isinstance(expression, Symbol) and expression.name in self.integer_symbols:
            return self.known_place(expression.name, self.entry)
        if isinstance(expression, Apply) and expression.function == "index_range" and self._holds_places(expression):
            return shifted(self.text(expression), self.added)
        self.used.add(self.syntax.checked)
        return f"{self.syntax.checked}({self.text(expression)}, {length})"

    def _holds_places(self, part: Apply) -> bool:
        """Tell whether what a part is taken of is a parameter that holds places."""
        return symbols(part.arguments[0]) <= self.integer_symbols

    def known_place(self, name: str, entry: str) -> str:
        """Return the text of a place that a parameter holds."""
        held, written = self.names[name], self.syntax
        text = written.entry.format(held, entry) if self.shapes[name] else written.held_place.format(held)
        return shifted(text, self.added)


def small_whole(expression: Expression) -> int | None:
    """Return the exponent of a power that is multiplied out, if it is one."""
    if isinstance(expression, Number) and not isinstance(expression.value, complex):
        value = expression.value
        return int(value) if 0 < value <= LARGEST_EXPONENT and value == int(value) else None
    return None
