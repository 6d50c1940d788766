"""Expressions of MathML, as libsbml holds them, read into trees."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import libsbml
from attrs import evolve, field, frozen
from rates_core.errors import EquationError, UnsupportedFeatureError, did_you_mean
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol

from rates_sbml.contents import joined

#: The number that the csymbol avogadro stands for, by the specification of level 3: CODATA 2006, not today's.
AVOGADRO = 6.02214179e23
TIME = "t"
UNDEFINED = Apply("log", (Number(-1),))  # NaN in every backend
INFINITE = Apply("negative", (Apply("log", (Number(0),)),))

_ONE_TO_ONE: Mapping[int, str] = MappingProxyType({
    libsbml.AST_DIVIDE: "divide", libsbml.AST_POWER: "power", libsbml.AST_FUNCTION_POWER: "power",
    libsbml.AST_FUNCTION_ABS: "abs", libsbml.AST_FUNCTION_EXP: "exp", libsbml.AST_FUNCTION_LN: "log",
    libsbml.AST_FUNCTION_FLOOR: "floor", libsbml.AST_FUNCTION_CEILING: "ceil",
    libsbml.AST_FUNCTION_SIN: "sin", libsbml.AST_FUNCTION_COS: "cos", libsbml.AST_FUNCTION_TAN: "tan",
    libsbml.AST_FUNCTION_SINH: "sinh", libsbml.AST_FUNCTION_COSH: "cosh", libsbml.AST_FUNCTION_TANH: "tanh",
    libsbml.AST_FUNCTION_ARCSIN: "arcsin", libsbml.AST_FUNCTION_ARCCOS: "arccos",
    libsbml.AST_FUNCTION_ARCTAN: "arctan", libsbml.AST_LOGICAL_NOT: "not",
    libsbml.AST_FUNCTION_REM: "fmod", libsbml.AST_FUNCTION_DELAY: "past",
})  # fmt: skip

_FOLDED: Mapping[int, tuple[str, float | None]] = MappingProxyType({  # with what none of them is
    libsbml.AST_PLUS: ("add", 0), libsbml.AST_TIMES: ("multiply", 1),
    libsbml.AST_LOGICAL_AND: ("and", 1), libsbml.AST_LOGICAL_OR: ("or", 0),
    libsbml.AST_FUNCTION_MAX: ("max", None), libsbml.AST_FUNCTION_MIN: ("min", None),
})  # fmt: skip

_RELATIONS: Mapping[int, str] = MappingProxyType({
    libsbml.AST_RELATIONAL_EQ: "equal", libsbml.AST_RELATIONAL_NEQ: "not_equal",
    libsbml.AST_RELATIONAL_LT: "less", libsbml.AST_RELATIONAL_LEQ: "less_equal",
    libsbml.AST_RELATIONAL_GT: "greater", libsbml.AST_RELATIONAL_GEQ: "greater_equal",
})  # fmt: skip

_FACTORIALS: Mapping[complex, float] = {count: float(math.factorial(count)) for count in range(171)}
_NUMBERS = (libsbml.AST_INTEGER, libsbml.AST_REAL, libsbml.AST_REAL_E, libsbml.AST_RATIONAL)
_CONSTANTS: Mapping[int, Expression] = MappingProxyType({
    libsbml.AST_CONSTANT_TRUE: Number(1), libsbml.AST_CONSTANT_FALSE: Number(0),
    libsbml.AST_NAME_AVOGADRO: Number(AVOGADRO), libsbml.AST_NAME_TIME: Symbol(TIME),
})  # fmt: skip


_NAMED: Mapping[int, tuple[str, float]] = MappingProxyType(
    {libsbml.AST_CONSTANT_PI: ("pi", math.pi), libsbml.AST_CONSTANT_E: ("E", math.e)}
)


@frozen
class Scope:
    """What names mean in an expression.

    Attributes:
        names: what identifiers of the file stand for.
        functions: definitions of functions, by identifier.
        rate: returns the rate of change of what an identifier stands for, given where that is asked.
        where: what holds the expression, for messages.
        calls: the functions inside of which this is.
    """

    names: Mapping[str, Expression]
    functions: Mapping[str, Any]
    rate: Callable[[Expression, str], Expression]
    where: str = ""
    calls: tuple[str, ...] = ()
    shadowed: Mapping[str, Expression] = field(factory=dict)

    def inside(self, where: str, shadowed: Mapping[str, Expression] | None = None) -> Scope:
        """Return the scope of an expression somewhere, where some names mean something of their own."""
        return evolve(self, where=where, shadowed=shadowed or {})

    def value(self, name: str) -> Expression:
        """Return what an identifier stands for.

        Raises:
            EquationError: nothing in the file has it.
        """
        found = self.shadowed.get(name) or self.names.get(name)
        if found is None or (self.calls and name not in self.shadowed):
            known = self.shadowed if self.calls else {**self.names, **self.shadowed}
            raise EquationError(
                f"Nothing {'in its arguments' if self.calls else 'with a value'} is called '{name}' "
                f"({self.where}).{did_you_mean(name, known)}"
            )
        return found


def number(value: float) -> Expression:
    """Return a number as the equation language writes it: infinities and NaN are expressions."""
    if math.isnan(value):
        return UNDEFINED
    if math.isinf(value):
        return INFINITE if value > 0 else Apply("negative", (INFINITE,))
    return Number(value)


def read_math(node: Any, scope: Scope) -> Expression:
    """Return the tree of an expression.

    Raises:
        EquationError: it names what the file does not define.
        UnsupportedFeatureError: it holds what the language does not have.
    """
    kind = node.getType()
    if kind in _NUMBERS:
        return _literal(node)
    if kind == libsbml.AST_NAME:
        return scope.value(node.getName())
    if kind in _CONSTANTS:
        return _CONSTANTS[kind]
    if kind in _NAMED:
        name, value = _NAMED[kind]
        return Number(value) if Symbol(name) in scope.names.values() else Constant(name)
    if kind == libsbml.AST_FUNCTION:
        return _inlined(node, scope)
    if kind == libsbml.AST_FUNCTION_RATE_OF:
        return scope.rate(scope.value(node.getChild(0).getName()), scope.where)
    if kind == libsbml.AST_FUNCTION_PIECEWISE:
        return _piecewise([read_math(part, scope) for part in _parts(node)])
    parts = [read_math(part, scope) for part in _parts(node)]
    if kind in _ONE_TO_ONE:
        return Apply(_ONE_TO_ONE[kind], parts)
    if kind in _FOLDED:
        return _folded(*_FOLDED[kind], parts)
    if kind in _RELATIONS:
        return _folded("and", 1, [Apply(_RELATIONS[kind], pair) for pair in pairwise(parts)])
    if kind in _FORMULAS:
        return _FORMULAS[kind](*parts)
    raise UnsupportedFeatureError(
        f"The language has no '{node.getName() or libsbml.formulaToL3String(node)}', which is in "
        f"'{libsbml.formulaToL3String(node)}' ({scope.where})."
    )


def _parts(node: Any) -> list[Any]:
    """Return the arguments of a node; those of sums and the like in one list, which libsbml nests by twos."""
    kind = node.getType()
    parts = [node.getChild(position) for position in range(node.getNumChildren())]
    last: list[Any] = []
    while kind in _FOLDED and len(parts) == 2 and parts[0].getType() == kind:
        last.append(parts[1])
        parts = [parts[0].getChild(position) for position in range(parts[0].getNumChildren())]
    return parts + last[::-1]


def _literal(node: Any) -> Expression:
    if node.getType() == libsbml.AST_RATIONAL:
        return Apply("divide", (number(node.getNumerator()), number(node.getDenominator())))
    if node.getType() == libsbml.AST_INTEGER:
        return number(node.getInteger())
    if node.getType() == libsbml.AST_REAL_E:  # whose product, as libsbml computes it, is rounded twice
        return number(float(f"{node.getMantissa()!r}e{node.getExponent()}"))
    return number(node.getReal())


def _folded(function: str, of_none: float | None, parts: Sequence[Expression]) -> Expression:
    """Return a function of two arguments of any number of them."""
    if parts:
        return joined(function, parts)
    return UNDEFINED if of_none is None else Number(of_none)


def _piecewise(parts: Sequence[Expression]) -> Expression:
    """Return nested choices of value, condition, …, otherwise; no value where no condition holds."""
    result = parts[-1] if len(parts) % 2 else UNDEFINED
    for position in range(len(parts) // 2 * 2 - 2, -1, -2):
        result = Apply("where", (parts[position + 1], parts[position], result))
    return result


def _inlined(node: Any, scope: Scope) -> Expression:
    """Return what a function of the file is for its arguments."""
    name = node.getName()
    definition = scope.functions.get(name)
    if definition is None:
        raise EquationError(
            f"The file defines no function '{name}' ({scope.where}).{did_you_mean(name, scope.functions)}"
        )
    if name in scope.calls:
        raise EquationError(f"The function '{name}' calls itself ({scope.where}).")
    count = definition.getNumArguments()
    if node.getNumChildren() != count:
        raise EquationError(
            f"The function '{name}' takes {count} arguments, and {node.getNumChildren()} are given ({scope.where})."
        )
    if definition.getBody() is None:
        raise EquationError(f"The function '{name}' has no body ({scope.where}).")
    names = [definition.getArgument(position).getName() for position in range(count)]
    given = dict(zip(names, (read_math(part, scope) for part in _parts(node)), strict=True))
    inner = evolve(scope, shadowed=given, calls=(*scope.calls, name), where=f"{scope.where}, function '{name}'")
    return read_math(definition.getBody(), inner)


def _one_over(value: Expression) -> Expression:
    return Apply("divide", (Number(1), value))


def _add(left: Expression, right: Expression) -> Expression:
    return Apply("add", (left, right))


def _minus(left: Expression, right: Expression | None = None) -> Expression:
    if right is not None:
        return Apply("subtract", (left, right))
    return Apply("negative", (left,))


def _square(value: Expression) -> Expression:
    return Apply("power", (value, Number(2)))


def _root(degree: Expression, value: Expression | None = None) -> Expression:
    if value is None:
        degree, value = Number(2), degree
    if degree == Number(2):
        return Apply("sqrt", (value,))
    return Apply("power", (value, _one_over(degree)))


def _logarithm(base: Expression, value: Expression | None = None) -> Expression:
    if value is None:
        base, value = Number(10), base
    if base == Number(10):
        return Apply("log10", (value,))
    return Apply("divide", (Apply("log", (value,)), Apply("log", (base,))))


def _xor(*parts: Expression) -> Expression:
    truths = [Apply("not_equal", (part, Number(0))) for part in parts]
    return _folded("not_equal", 0, truths)


def _implies(left: Expression, right: Expression) -> Expression:
    return Apply("or", (Apply("not", (left,)), right))


def _quotient(left: Expression, right: Expression) -> Expression:
    """Return the whole q of a = b*q + r, where r has the sign of a (MathML 2, 4.4.3.1)."""
    return Apply("divide", (Apply("subtract", (left, Apply("fmod", (left, right)))), right))


def _factorial(value: Expression) -> Expression:
    if isinstance(value, Number) and value.value in _FACTORIALS:
        return Number(_FACTORIALS[value.value])
    raise UnsupportedFeatureError("The language has no factorial; that of a whole number is computed.")


def _arsinh(value: Expression) -> Expression:
    size = Apply("abs", (value,))
    root = Apply("sqrt", (_add(_square(value), Number(1)),))
    return Apply("multiply", (Apply("sign", (value,)), Apply("log", (_add(size, root),))))


def _arcosh(value: Expression) -> Expression:
    roots = [Apply("sqrt", (part,)) for part in (_minus(value, Number(1)), _add(value, Number(1)))]
    return Apply("log", (_add(value, Apply("multiply", roots)),))


def _artanh(value: Expression) -> Expression:
    ratio = Apply("divide", (_add(Number(1), value), _minus(Number(1), value)))
    return Apply("divide", (Apply("log", (ratio,)), Number(2)))


def _over(function: str) -> Callable[[Expression], Expression]:
    return lambda value: _one_over(Apply(function, (value,)))


_FORMULAS: Mapping[int, Callable[..., Expression]] = MappingProxyType({
    libsbml.AST_MINUS: _minus, libsbml.AST_FUNCTION_ROOT: _root, libsbml.AST_FUNCTION_LOG: _logarithm,
    libsbml.AST_LOGICAL_XOR: _xor, libsbml.AST_LOGICAL_IMPLIES: _implies,
    libsbml.AST_FUNCTION_QUOTIENT: _quotient, libsbml.AST_FUNCTION_FACTORIAL: _factorial,
    libsbml.AST_FUNCTION_SEC: _over("cos"), libsbml.AST_FUNCTION_CSC: _over("sin"),
    libsbml.AST_FUNCTION_COT: _over("tan"), libsbml.AST_FUNCTION_SECH: _over("cosh"),
    libsbml.AST_FUNCTION_CSCH: _over("sinh"), libsbml.AST_FUNCTION_COTH: _over("tanh"),
    libsbml.AST_FUNCTION_ARCSEC: lambda value: Apply("arccos", (_one_over(value),)),
    libsbml.AST_FUNCTION_ARCCSC: lambda value: Apply("arcsin", (_one_over(value),)),
    libsbml.AST_FUNCTION_ARCCOT: lambda value: Apply("arctan", (_one_over(value),)),
    libsbml.AST_FUNCTION_ARCSINH: _arsinh, libsbml.AST_FUNCTION_ARCCOSH: _arcosh,
    libsbml.AST_FUNCTION_ARCTANH: _artanh,
    libsbml.AST_FUNCTION_ARCSECH: lambda value: _arcosh(_one_over(value)),
    libsbml.AST_FUNCTION_ARCCSCH: lambda value: _arsinh(_one_over(value)),
    libsbml.AST_FUNCTION_ARCCOTH: lambda value: _artanh(_one_over(value)),
})  # fmt: skip
