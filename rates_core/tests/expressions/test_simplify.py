"""Simplification leaves values as they are."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rates_core.expressions import Apply, Expression, Number, Symbol, fold, parse_expression, simplify, to_text

OPERATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
}


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("x + 0", "x"), ("0 + x", "x"), ("x + 0.0", "x"), ("x - 0", "x"), ("0 - x", "-x"),
        ("1*x", "x"), ("x*1.0", "x"), ("-1*x", "-x"), ("x/1", "x"), ("x^1", "x"),
        ("--x", "x"), ("---x", "-x"), ("x + -y", "x - y"), ("x - -y", "x + y"),
        ("2 + 3", "5"), ("2*3.5", "7.0"), ("2 - 3", "-1"), ("1/4", "0.25"), ("6/3", "2"), ("2^10", "1024"),
        ("2^-1", "0.5"), ("2^0.5", "1.4142135623730951"), ("2^60", "1.152921504606847e+18"), ("(1+2j)*2", "2.0+4.0j"),
        ("sin(x*1 + 0)^1", "sin(x)"), ("(2 - 1)*x", "x"), ("x + (1 - 1)", "x"),
    ],
)  # fmt: skip
def test_what_changes_no_value_is_dropped(text: str, simple: str) -> None:
    assert to_text(simplify(parse_expression(text, "xy"))) == simple


@pytest.mark.parametrize(
    "text",
    [
        "0*x", "x*0", "x - x", "x/x", "0/x", "x^0", "x + 0.0j", "1/0", "0^-1", "(-8)^0.5", "2^5000", "1e+308*10",
        "x + 2 + 3", "2*(3*x)", "sin(0)", "1 < 2",
    ],
)  # fmt: skip
def test_what_may_be_nan_complex_infinite_or_rounded_otherwise_stays(text: str) -> None:
    expression = parse_expression(text, "x")
    assert simplify(expression) == expression


leaves = st.one_of(st.sampled_from([0, 1, -1, 2, 3, 0.5]).map(Number), st.just(Symbol("x")))
arithmetic = st.recursive(
    leaves,
    lambda trees: st.one_of(
        st.builds(
            lambda function, left, right: Apply(function, (left, right)),
            st.sampled_from(sorted(OPERATIONS)),
            trees,
            trees,
        ),
        trees.map(lambda tree: Apply("negative", (tree,))),
    ),
    max_leaves=12,
)


def value(expression: Expression, x: float) -> float:
    """Return the value of an arithmetic expression, NaN where it has none among the real numbers."""

    def evaluated(node: Expression, arguments: Sequence[float]) -> float:
        if isinstance(node, Number):
            return float(node.value.real)
        if not isinstance(node, Apply):
            return x
        if node.function == "negative":
            return -arguments[0]
        try:
            result = OPERATIONS[node.function](*arguments)
        except ArithmeticError:
            return math.nan
        return math.nan if isinstance(result, complex) else result

    return fold(expression, evaluated)


@given(arithmetic, st.floats(-10.0, 10.0))
def test_a_simplified_expression_has_exactly_the_same_value(expression: Expression, x: float) -> None:
    expected = value(expression, x)
    assume(math.isfinite(expected))
    assert value(simplify(expression), x) == expected


@given(arithmetic)
def test_simplifying_twice_changes_nothing_more(expression: Expression) -> None:
    once = simplify(expression)
    assert simplify(once) == once
