"""Derivatives of elementwise expressions, from the table of functions and the chain rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.functions import FUNCTIONS, INTERNAL
from rates_core.expressions.parser import parse_expression
from rates_core.expressions.simplify import is_number, opposite, simplified, simplify
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol, fold

_ZERO = Number(0)
_ONE = Number(1)
_ARGUMENTS = ("a", "b", "c")

_REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "elementwise": "Split complex values into their real and imaginary parts first.",
        "delay": "Replace the delayed value by a variable of its own first.",
    }
)
_REMEDY_FOR_AXES = "Only elementwise functions have derivatives here; differentiate its argument instead."


def differentiate(expression: Expression, name: str) -> Expression:
    """Return the derivative of an expression by one variable.

    It holds for real values, and for complex ones where the expression is analytic, as one with `abs` is not.
    Jumps do not count: the derivative of `heaviside(x)` is 0, that of `where(c, a, b)` is that of the branch taken.
    Terms and factors that are zero are dropped, which supposes that what they multiply is finite.

    Raises:
        UnsupportedFeatureError: the variable stands inside a function that has no derivative here, such as `conj`,
            `vsum` or `past`.
    """

    def derivative(node: Expression, derivatives: Sequence[Expression]) -> Expression:
        if isinstance(node, Symbol):
            return _ONE if node.name == name else _ZERO
        if not isinstance(node, Apply):
            return _ZERO
        _check_differentiable(node, name, derivatives)
        result: Expression = _ZERO
        for position, inner in enumerate(derivatives):
            if not is_number(inner, 0):
                result = _apply("add", (result, _apply("multiply", (_partial(node, position), inner))))
        return result

    return fold(simplify(expression), derivative)


def _check_differentiable(node: Apply, name: str, derivatives: Sequence[Expression]) -> None:
    """Refuse a function without a derivative whose arguments change with the variable."""
    definition = FUNCTIONS.get(node.function) or INTERNAL[node.function]
    if definition.derivatives is not None or all(is_number(inner, 0) for inner in derivatives):
        return
    remedy = _REMEDIES.get(definition.kind, _REMEDY_FOR_AXES)
    text = to_text(node)
    raise UnsupportedFeatureError(
        f"Function '{node.function}' has no derivative: asked for that of '{text}' by '{name}'. {remedy}"
    )


@cache
def _rule(function: str, position: int) -> Expression:
    """Return the partial derivative of a function in terms of its arguments a, b, c."""
    derivatives = (FUNCTIONS.get(function) or INTERNAL[function]).derivatives
    if derivatives is None:
        raise KeyError(function)
    return parse_expression(derivatives[position], _ARGUMENTS)


def _partial(node: Apply, position: int) -> Expression:
    """Return the partial derivative of a function application by one of its arguments."""
    values = dict(zip(_ARGUMENTS, node.arguments, strict=False))

    def filled(rule: Expression, arguments: Sequence[Expression]) -> Expression:
        if isinstance(rule, Symbol):
            return values[rule.name]
        return _apply(rule.function, arguments) if isinstance(rule, Apply) else rule

    return fold(_rule(node.function, position), filled)


def _apply(function: str, arguments: Sequence[Expression]) -> Expression:
    """Return a function of arguments without the terms and factors that are zero or one."""
    reduction = _REDUCTIONS.get(function)
    reduced = reduction(*arguments) if reduction else None
    return simplified(Apply(function, arguments)) if reduced is None else reduced


def _multiply(left: Expression, right: Expression) -> Expression | None:
    """Reduce a product: numbers and signs go to the front, a factor goes into the branch it belongs to."""
    if is_number(left, 0) or is_number(right, 0):
        return _ZERO
    branch = _into_branch(left, right)
    if branch is not None:
        return branch
    if isinstance(right, Number) and not isinstance(left, Number):
        return _apply("multiply", (right, left))
    for factor, other in ((left, right), (right, left)):
        positive = _ONE if is_number(factor, -1) else opposite(factor)
        if positive is not None:
            return _apply("negative", (_apply("multiply", (positive, other)),))
        if isinstance(factor, Apply) and factor.function == "divide" and is_number(factor.arguments[0], 1):
            return _apply("divide", (other, factor.arguments[1]))
    return None


def _into_branch(left: Expression, right: Expression) -> Expression | None:
    """Reduce `where(c, 1, 0)*x` to `where(c, x, 0)`: what the other branch does not use may be infinite there."""
    if not isinstance(left, Apply) or left.function != "where":
        return None
    condition, first, second = left.arguments
    if is_number(first, 1) and is_number(second, 0):
        return _apply("where", (condition, right, _ZERO))
    if is_number(first, 0) and is_number(second, 1):
        return _apply("where", (condition, _ZERO, right))
    return None


def _add(left: Expression, right: Expression) -> Expression | None:
    """Reduce the sum of the two branches of one condition to one `where`."""
    if not (isinstance(left, Apply) and isinstance(right, Apply) and left.function == right.function == "where"):
        return None
    condition, first, unused = left.arguments
    other, zero, second = right.arguments
    if condition == other and is_number(unused, 0) and is_number(zero, 0):
        return _apply("where", (condition, first, second))
    return None


def _divide(left: Expression, right: Expression) -> Expression | None:
    if is_number(left, 0):
        return _ZERO
    positive = _ONE if is_number(left, -1) else opposite(left)
    return None if positive is None else _apply("negative", (_apply("divide", (positive, right)),))


def _negative(argument: Expression) -> Expression | None:
    """Reduce `-(2*x)` to `-2*x`."""
    if isinstance(argument, Apply) and argument.function == "multiply":
        first, second = argument.arguments
        if isinstance(first, Number):
            return _apply("multiply", (Number(-first.value), second))
    return None


def _power(left: Expression, right: Expression) -> Expression | None:
    return _ONE if is_number(right, 0) else None


def _log(argument: Expression) -> Expression | None:
    return _ONE if argument == Constant("E") else None


def _where(condition: Expression, first: Expression, second: Expression) -> Expression | None:
    return first if first == second else None


_REDUCTIONS: Mapping[str, Callable[..., Expression | None]] = MappingProxyType({
    "multiply": _multiply, "add": _add, "divide": _divide, "negative": _negative,
    "power": _power, "where": _where, "log": _log,
})  # fmt: skip
