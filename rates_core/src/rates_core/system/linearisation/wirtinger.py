"""Wirtinger's calculus: a function of complex numbers as one of z and of conj(z), which count as independent.

An expression with conj, real, imag or abs of a complex value is written with symbols `~z` for conj(z); what it is then
has derivatives by both.
"""

from __future__ import annotations

from collections.abc import Collection

from rates_core.expressions.functions import FUNCTIONS, INTERNAL
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol, substitute, symbols, transform
from rates_core.system.complexness import is_complex

CONJUGATE = "~"


def conjugate_name(name: str) -> str:
    """Return the symbol that stands for the conjugate of another."""
    return name.removeprefix(CONJUGATE) if name.startswith(CONJUGATE) else CONJUGATE + name


def with_conjugates(expression: Expression, complex_symbols: Collection[str]) -> Expression:
    """Return an expression without conj, real, imag and abs of complex values, in terms of `z` and `~z`."""
    known = {*complex_symbols, *(conjugate_name(name) for name in complex_symbols)}

    def written(node: Expression) -> Expression:
        if not isinstance(node, Apply) or node.function not in ("conj", "real", "imag", "abs"):
            return node
        (value,) = node.arguments
        if not is_complex(value, known):
            return {"conj": value, "real": value, "imag": Number(0)}.get(node.function, node)
        other = _conjugate(value, known)
        match node.function:
            case "conj":
                return other
            case "real":
                return Apply("divide", (Apply("add", (value, other)), Number(2)))
            case "imag":
                return Apply("divide", (Apply("subtract", (value, other)), Number(2j)))
        return Apply("sqrt", (Apply("multiply", (value, other)),))

    return transform(expression, written)


def without_conjugates(expression: Expression) -> Expression:
    """Return an expression in which `~z` is written conj(z) again."""
    names = [name for name in symbols(expression) if name.startswith(CONJUGATE)]
    return substitute(expression, {name: Apply("conj", (Symbol(conjugate_name(name)),)) for name in names})


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
