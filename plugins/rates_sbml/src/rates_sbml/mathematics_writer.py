"""Trees of expressions written as MathML, in libsbml's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import libsbml
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.parser import parse_expression
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol, fold, substitute

from rates_sbml.mathematics import TIME

_FUNCTIONS: Mapping[str, int] = MappingProxyType({
    "add": libsbml.AST_PLUS, "subtract": libsbml.AST_MINUS, "negative": libsbml.AST_MINUS,
    "multiply": libsbml.AST_TIMES, "divide": libsbml.AST_DIVIDE, "power": libsbml.AST_POWER,
    "less": libsbml.AST_RELATIONAL_LT, "less_equal": libsbml.AST_RELATIONAL_LEQ,
    "greater": libsbml.AST_RELATIONAL_GT, "greater_equal": libsbml.AST_RELATIONAL_GEQ,
    "equal": libsbml.AST_RELATIONAL_EQ, "not_equal": libsbml.AST_RELATIONAL_NEQ,
    "and": libsbml.AST_LOGICAL_AND, "or": libsbml.AST_LOGICAL_OR, "not": libsbml.AST_LOGICAL_NOT,
    "sin": libsbml.AST_FUNCTION_SIN, "cos": libsbml.AST_FUNCTION_COS, "tan": libsbml.AST_FUNCTION_TAN,
    "sinh": libsbml.AST_FUNCTION_SINH, "cosh": libsbml.AST_FUNCTION_COSH, "tanh": libsbml.AST_FUNCTION_TANH,
    "arcsin": libsbml.AST_FUNCTION_ARCSIN, "arccos": libsbml.AST_FUNCTION_ARCCOS,
    "arctan": libsbml.AST_FUNCTION_ARCTAN, "exp": libsbml.AST_FUNCTION_EXP, "log": libsbml.AST_FUNCTION_LN,
    "abs": libsbml.AST_FUNCTION_ABS, "floor": libsbml.AST_FUNCTION_FLOOR, "ceil": libsbml.AST_FUNCTION_CEILING,
    "max": libsbml.AST_FUNCTION_MAX, "min": libsbml.AST_FUNCTION_MIN, "fmod": libsbml.AST_FUNCTION_REM,
    "past": libsbml.AST_FUNCTION_DELAY,
})  # fmt: skip

#: What SBML has no function for, in those that it has; the arguments are a and b.
_FORMULAS: Mapping[str, str] = MappingProxyType({
    "sign": "where(a > 0, 1, where(a < 0, -1, 0))",
    "heaviside": "where(a < 0, 0, 1)",
    "sigmoid": "1/(1 + exp(-a))",
    "mod": "a - b*floor(a/b)",
    # of two numbers that are equally near, the even one
    "round": "where(floor(a + 0.5) == a + 0.5 and floor(a + 0.5) != 2*floor(floor(a + 0.5)/2), "
    "floor(a + 0.5) - 1, floor(a + 0.5))",
    "real": "a", "conj": "a", "imag": "0*a",
})  # fmt: skip

_TRUTHS = frozenset(
    _FUNCTIONS[name]
    for name in ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "and", "or", "not")
)
_CONSTANTS: Mapping[str, int] = MappingProxyType({"pi": libsbml.AST_CONSTANT_PI, "E": libsbml.AST_CONSTANT_E})


def write_math(expression: Expression, where: str) -> Any:
    """Return an expression as a node of libsbml.

    Raises:
        UnsupportedFeatureError: SBML has no such function.
    """
    return _written(_spelled(expression), where)


def write_condition(expression: Expression, where: str) -> Any:
    """Return a condition as a node of libsbml, which is true or false and no number.

    Raises:
        UnsupportedFeatureError: SBML has no such function.
    """
    return _condition(_spelled(expression), where)


def _written(node: Expression, where: str) -> Any:
    if not isinstance(node, Apply):
        return _leaf(node, where)
    conditions = {"where": 1, "and": 2, "or": 2, "not": 1}.get(node.function, 0)  # the first so many arguments
    parts = [
        _condition(part, where) if place < conditions else _written(part, where)
        for place, part in enumerate(_operands(node))
    ]
    return _applied(node, parts, where)


def _condition(node: Expression, where: str) -> Any:
    if isinstance(node, Number):
        return libsbml.ASTNode(libsbml.AST_CONSTANT_TRUE if node.value else libsbml.AST_CONSTANT_FALSE)
    if isinstance(node, Apply) and _FUNCTIONS.get(node.function) in _TRUTHS:
        return _written(node, where)
    return _made(libsbml.AST_RELATIONAL_NEQ, [_written(node, where), _integer(0)])


def _operands(node: Apply) -> list[Expression]:
    """Return the arguments of a function; all terms of a sum and factors of a product, of which there may be many."""
    parts = list(node.arguments)
    while node.function in ("add", "multiply") and isinstance(parts[0], Apply) and parts[0].function == node.function:
        parts[:1] = parts[0].arguments
    return parts


def _spelled(expression: Expression) -> Expression:
    """Return an expression without functions that SBML does not have, where it has others for them."""

    def spelled(node: Expression, parts: Sequence[Expression]) -> Expression:
        if not isinstance(node, Apply):
            return node
        formula = _FORMULAS.get(node.function)
        if formula is None:
            return Apply(node.function, parts)
        values = dict(zip("ab", parts, strict=False))
        return substitute(parse_expression(formula, "ab"), values)

    return fold(expression, spelled)


def _leaf(node: Expression, where: str) -> Any:
    match node:
        case Number(complex() as value):
            raise UnsupportedFeatureError(f"the number {value} in {where}: numbers of SBML are real.")
        case Number(int() as value) if abs(value) < 2**31:
            found = libsbml.ASTNode(libsbml.AST_INTEGER)
            found.setValue(value)
        case Number(value):
            found = libsbml.ASTNode(libsbml.AST_REAL)
            found.setValue(float(value.real))
        case Symbol(name) if name == TIME:
            found = libsbml.ASTNode(libsbml.AST_NAME_TIME)
            found.setName("time")
        case Symbol(name):
            found = libsbml.ASTNode(libsbml.AST_NAME)
            found.setName(name)
        case Constant(name) if name in _CONSTANTS:
            found = libsbml.ASTNode(_CONSTANTS[name])
        case _:
            raise UnsupportedFeatureError(f"'{to_text(node)}' in {where}: numbers of SBML are real.")
    return found


def _applied(node: Apply, parts: list[Any], where: str) -> Any:
    builder = _BUILDERS.get(node.function)
    if builder is not None:
        return builder(parts)
    if node.function not in _FUNCTIONS:
        raise UnsupportedFeatureError(f"'{to_text(node)}' in {where}: SBML has no function '{node.function}'.")
    return _made(_FUNCTIONS[node.function], parts)


def _made(kind: int, parts: list[Any]) -> Any:
    found = libsbml.ASTNode(kind)
    for part in parts:
        found.addChild(part)
    if kind == libsbml.AST_FUNCTION_DELAY:
        found.setName("delay")
    return found


def _integer(value: int) -> Any:
    found = libsbml.ASTNode(libsbml.AST_INTEGER)
    found.setValue(value)
    return found


_BUILDERS: Mapping[str, Callable[[list[Any]], Any]] = MappingProxyType({
    "where": lambda parts: _made(libsbml.AST_FUNCTION_PIECEWISE, [parts[1], parts[0], parts[2]]),
    "sqrt": lambda parts: _made(libsbml.AST_FUNCTION_ROOT, [_integer(2), parts[0]]),
    "log10": lambda parts: _made(libsbml.AST_FUNCTION_LOG, [_integer(10), parts[0]]),
})  # fmt: skip
