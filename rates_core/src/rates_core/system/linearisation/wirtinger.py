"""Wirtinger's calculus: a function of complex numbers as one of z and of conj(z), which count as independent.

An expression with conj, real, imag or abs of a complex value is written with symbols `~z` for conj(z); what it is then
has derivatives by both.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from attrs import define, field

from rates_core.expressions.functions import FUNCTIONS, INTERNAL
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol, substitute, symbols, walk
from rates_core.system.complexness import is_complex

CONJUGATE = "~"


def conjugate_name(name: str) -> str:
    """Return the symbol that stands for the conjugate of another."""
    return name.removeprefix(CONJUGATE) if name.startswith(CONJUGATE) else CONJUGATE + name


@define(eq=False, slots=False)
class Wirtinger:
    """The way to expressions that can be differentiated by z and by conj(z), and back.

    Attributes:
        complex_symbols: those whose values are complex.
    """

    complex_symbols: Collection[str]
    _flat: dict[str, Expression] = field(factory=dict)

    def written(self, expression: Expression) -> Expression:
        """Return an expression without conj, real, imag and abs of complex values, in terms of `z` and `~z`."""
        if not isinstance(expression, Apply):
            return expression
        if _is_flat(expression):
            if not self._is_complex_inside(expression):
                return expression
            name = f"{CONJUGATE}{CONJUGATE}{len(self._flat)}"
            self._flat[name] = expression
            return Symbol(name)
        node = Apply(expression.function, [self.written(argument) for argument in expression.arguments])
        if node.function not in ("conj", "real", "imag", "abs"):
            return node
        (value,) = node.arguments
        if not is_complex(value, self._known):
            return {"conj": value, "real": value, "imag": Number(0)}.get(node.function, node)
        other = _conjugate(value, self._known)
        match node.function:
            case "conj":
                return other
            case "real":
                return Apply("divide", (Apply("add", (value, other)), Number(2)))
            case "imag":
                return Apply("divide", (Apply("subtract", (value, other)), Number(2j)))
        return Apply("sqrt", (Apply("multiply", (value, other)),))

    def restored(self, expression: Expression) -> Expression:
        """Return an expression in which `~z` is written conj(z) again."""
        names = [name for name in symbols(expression) if name.startswith(CONJUGATE)]
        conjugates = {name: Apply("conj", (Symbol(conjugate_name(name)),)) for name in names if name not in self._flat}
        return substitute(expression, {**conjugates, **self._flat})

    @cached_property
    def _known(self) -> set[str]:
        return {*self.complex_symbols, *(conjugate_name(name) for name in self.complex_symbols)}

    def _is_complex_inside(self, expression: Expression) -> bool:
        return any(
            (isinstance(node, Symbol) and node.name in self.complex_symbols)
            or (isinstance(node, Number) and isinstance(node.value, complex))
            or node == Constant("I")
            for node in walk(expression)
        )


def _is_flat(node: Apply) -> bool:
    """Tell whether a function, such as a comparison, has no derivative but 0, so that it may stay as it is."""
    definition = FUNCTIONS.get(node.function)
    return definition is not None and definition.derivatives is not None and set(definition.derivatives) == {"0"}


def _conjugate(expression: Expression, known: Collection[str]) -> Expression:
    """Return the conjugate of an expression: every function of the language is real on the real axis."""
    match expression:
        case Symbol(name):
            return Symbol(conjugate_name(name)) if name in known else expression
        case Number(value):
            return Number(value.conjugate())
        case Constant(name):
            return Number(-1j) if name == "I" else expression
        case Apply(function, arguments):
            definition = FUNCTIONS.get(function) or INTERNAL[function]
            if definition.always_real:
                return expression
            return Apply(function, [_conjugate(argument, known) for argument in arguments])
