"""Derivatives equal those of mpmath, and read as one would write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions import (
    FUNCTIONS,
    Apply,
    Constant,
    Expression,
    Number,
    Symbol,
    depth,
    differentiate,
    fold,
    parse_expression,
    simplify,
    symbols,
    to_text,
    walk,
)

NAMES = ("x", "y", "a", "tau")

# mpmath.diff works at twice these digits, so that both sides are exact to far more than the 1e-12 asked for.
DIGITS = 40
TOLERANCE = mpmath.mpf("1e-12")


def _truth(condition: object) -> Any:
    return mpmath.mpf(1 if condition else 0)


def _real_modulo(a: Any, b: Any) -> Any:
    return a - b * mpmath.floor(a / b)


def _truncated_modulo(a: Any, b: Any) -> Any:
    quotient = a / b
    return a - b * mpmath.sign(quotient) * mpmath.floor(abs(quotient))


EVALUATE: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": mpmath.power,
    "negative": lambda a: -a,
    "less": lambda a, b: _truth(a < b),
    "less_equal": lambda a, b: _truth(a <= b),
    "greater": lambda a, b: _truth(a > b),
    "greater_equal": lambda a, b: _truth(a >= b),
    "equal": lambda a, b: _truth(a == b),
    "not_equal": lambda a, b: _truth(a != b),
    "and": lambda a, b: _truth(a and b),
    "or": lambda a, b: _truth(a or b),
    "not": lambda a: _truth(not a),
    "where": lambda c, a, b: a if c else b,
    "arcsin": mpmath.asin,
    "arccos": mpmath.acos,
    "arctan": mpmath.atan,
    "arctan2": mpmath.atan2,
    "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
    "abs": abs,
    "heaviside": lambda a: _truth(a >= 0),
    "round": mpmath.nint,
    "mod": _real_modulo,
    "fmod": _truncated_modulo,
    "min": min,
    "max": max,
}


def evaluate(expression: Expression, values: dict[str, Any]) -> Any:
    """Return the value of an expression in arbitrary precision."""

    def value(node: Expression, arguments: Sequence[Any]) -> Any:
        match node:
            case Number(number):
                return mpmath.mpmathify(number)
            case Constant(name):
                return {"pi": +mpmath.pi, "E": +mpmath.e, "I": mpmath.j}[name]
            case Symbol(name):
                return values[name]
            case Apply("divide", (_, _)) if arguments[1] == 0:
                return mpmath.nan  # both branches of a `where` are evaluated
            case Apply(function):
                return (EVALUATE.get(function) or getattr(mpmath, function))(*arguments)

    return fold(expression, value)


def assert_derivative(expression: Expression, name: str, values: dict[str, Any]) -> None:
    """Compare the derivative by one variable with a difference quotient in high precision."""
    with mpmath.workdps(DIGITS):
        exact = {key: mpmath.mpmathify(value) for key, value in values.items()}
        expected = mpmath.diff(lambda at: evaluate(expression, {**exact, name: at}), exact[name])
        found = evaluate(differentiate(expression, name), exact)
        assert abs(found - expected) <= TOLERANCE * max(1, abs(expected)), to_text(differentiate(expression, name))


POINTS = {"x": 0.37, "y": 1.73, "a": -0.61, "tau": 2.2}


@pytest.mark.parametrize("name", sorted(name for name, f in FUNCTIONS.items() if f.derivatives is not None))
@pytest.mark.parametrize("inner", [("x", "y", "a"), ("x*y", "x + y", "x^2"), ("sin(x)", "exp(x)", "3*x")])
def test_every_function_has_the_derivative_that_mpmath_finds(name: str, inner: tuple[str, ...]) -> None:
    arguments = [parse_expression(text, NAMES) for text in inner[: FUNCTIONS[name].arity[1]]]
    for variable in ("x", "y"):
        assert_derivative(Apply(name, arguments), variable, POINTS)


@pytest.mark.parametrize(
    "text",
    [
        "x^3*y - x/y + 2", "x^y", "y^x", "x^x", "E^x", "2^x", "(x + y)^2.5", "x^-2", "1/(1 + exp(-(x - y)/tau))",
        "max(x, y, a)", "min(x^2, y, a)", "abs(a*x)", "abs(x - y)*sign(a)", "mod(5*y, x)", "mod(5*a, y)", "mod(a, -x)",
        "fmod(5*y, x)", "fmod(5*a, x)", "floor(3*y)*x", "where(x > y, sin(x), cos(x))", "where(x < y, sin(x), cos(x))",
        "sin(x) if x > 0 and not a > 0 else x", "heaviside(x)*x^2", "arctan2(a*x, -y)", "erf(x*y)*erfc(a)",
        "log10(x*y)", "tan(x)*sinh(y)*cosh(a)", "arcsin(x)*arccos(x)/2", "sqrt(x^2 + y^2)", "t*x - pi*x",
        "sigmoid(tau*(x - 1))*sigmoid(-x)", "tanh(x)^2 - round(x)*x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("variable", ["x", "y", "a"])
def test_derivatives_of_model_like_expressions_equal_those_of_mpmath(text: str, variable: str) -> None:
    assert_derivative(parse_expression(text, NAMES), variable, {**POINTS, "t": 0.9})


@pytest.mark.parametrize(
    "text",
    ["x^2 + I*x", "exp(I*x)/x", "sqrt(x)*log(x)", "tanh(x) + sigmoid(x)", "arctan(x)*x^(0.5+0.1j)", "sin(x)/cos(x)"],
)
def test_derivatives_of_complex_differentiable_expressions_hold_at_complex_points(text: str) -> None:
    assert_derivative(parse_expression(text, NAMES), "x", {"x": 0.4 + 0.3j})


@pytest.mark.parametrize(
    ("text", "derivative"),
    [
        ("5", "0"), ("y", "0"), ("pi", "0"), ("t", "0"), ("x", "1"), ("x + y", "1"), ("y - x", "-1"), ("-x", "-1"),
        ("2*x", "2"), ("x*2", "2"), ("x*y", "y"), ("x/y", "1/y"), ("y/x", "-(y/x^2)"), ("x^2", "2*x"), ("x^1", "1"),
        ("x^0", "0"), ("x^0.5", "0.5*x^-0.5"), ("x^y", "y*x^(y - 1)"), ("y^x", "y^x*log(y)"), ("E^x", "E^x"),
        ("sin(2*x)", "2*cos(2*x)"), ("cos(x)", "-sin(x)"), ("exp(-x)", "-exp(-x)"), ("log(x)", "1/x"),
        ("sqrt(x)", "1/(2*sqrt(x))"), ("sigmoid(x)", "sigmoid(x)*(1 - sigmoid(x))"), ("abs(x)", "sign(x)"),
        ("-x^2", "-2*x"), ("heaviside(x)", "0"), ("x > y", "0"), ("heaviside(x)*x", "heaviside(x)"),
        ("where(x > 0, log(x), 0)", "where(x > 0, 1/x, 0)"), ("where(x > 0, x, 2*x)", "where(x > 0, 1, 2)"),
        ("where(y > 0, x, x)", "1"), ("max(x, y)", "where(x >= y, 1, 0)"),
        ("max(2*x, x^2)", "where(2*x >= x^2, 2, 2*x)"),
        ("mod(x, 3)", "1"), ("randn()*x", "randn()"), ("past(y, tau)*x", "past(y, tau)"), ("vsum(y)*x", "vsum(y)"),
        ("(x - y + 0)*1", "1"),
    ],
)  # fmt: skip
def test_a_derivative_reads_as_one_would_write_it(text: str, derivative: str) -> None:
    assert to_text(differentiate(parse_expression(text, NAMES), "x")) == derivative


def test_an_undefined_branch_that_is_not_taken_does_not_reach_the_derivative() -> None:
    derivative = differentiate(parse_expression("where(x > 0, sqrt(x), 0)", NAMES), "x")
    assert evaluate(derivative, {"x": mpmath.mpf(0)}) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "2*conj(x^2)",
            "Function 'conj' has no derivative: asked for that of 'conj(x^2)' by 'x'. "
            "Split complex values into their real and imaginary parts first.",
        ),
        (
            "real(x)",
            "Function 'real' has no derivative: asked for that of 'real(x)' by 'x'. "
            "Split complex values into their real and imaginary parts first.",
        ),
        (
            "x*past(x, tau)",
            "Function 'past' has no derivative: asked for that of 'past(x, tau)' by 'x'. "
            "Replace the delayed value by a variable of its own first.",
        ),
        (
            "vsum(x*y)",
            "Function 'vsum' has no derivative: asked for that of 'vsum(x*y)' by 'x'. "
            "Only elementwise functions have derivatives here; differentiate its argument instead.",
        ),
    ],
)
def test_a_function_without_a_derivative_is_refused_by_name(text: str, message: str) -> None:
    with pytest.raises(UnsupportedFeatureError) as error:
        differentiate(parse_expression(text, NAMES), "x")
    assert str(error.value) == message


def test_a_derivative_by_a_delay_is_refused() -> None:
    with pytest.raises(UnsupportedFeatureError, match=r"asked for that of 'past\(x, tau\)' by 'tau'"):
        differentiate(parse_expression("past(x, tau)", NAMES), "tau")


def test_the_deepest_expressions_can_be_differentiated_twice() -> None:
    product = parse_expression("x*" * 200 + "x", NAMES)
    second = differentiate(differentiate(product, "x"), "x")
    assert depth(second) > 400
    with mpmath.workdps(DIGITS):
        assert abs(evaluate(second, {"x": mpmath.mpf(1)}) - 201 * 200) < TOLERANCE


leaves = st.one_of(
    st.sampled_from(["x", "y"]).map(Symbol),
    st.integers(-3, 3).map(Number),
    st.floats(-2.0, 2.0).map(Number),
)
smooth = st.recursive(
    leaves,
    lambda trees: st.one_of(
        st.builds(
            lambda function, tree: Apply(function, (tree,)),
            st.sampled_from(["sin", "cos", "tanh", "arctan", "sigmoid", "erf", "negative"]),
            trees,
        ),
        st.builds(
            lambda function, left, right: Apply(function, (left, right)),
            st.sampled_from(["add", "subtract", "multiply"]),
            trees,
            trees,
        ),
        st.builds(lambda tree, power: Apply("power", (tree, Number(power))), trees, st.integers(0, 3)),
        trees.map(lambda tree: Apply("divide", (Number(1), Apply("add", (Number(2), Apply("sin", (tree,))))))),
    ),
    max_leaves=10,
)


@given(smooth, st.floats(0.1, 1.5), st.floats(-1.5, -0.1))
def test_random_smooth_expressions_have_the_derivative_that_mpmath_finds(tree: Expression, x: float, y: float) -> None:
    with mpmath.workdps(DIGITS):
        assume(abs(evaluate(tree, {"x": mpmath.mpf(x), "y": mpmath.mpf(y)})) < 1e6)
    assert_derivative(tree, "x", {"x": x, "y": y})


@given(smooth)
def test_the_derivative_by_an_absent_variable_is_zero(tree: Expression) -> None:
    assert differentiate(tree, "a") == Number(0)
    if "x" not in symbols(tree):
        assert differentiate(tree, "x") == Number(0)


@given(smooth)
def test_no_operation_with_zero_or_one_is_left_over(tree: Expression) -> None:
    tree = simplify(tree)
    assume(Number(0) not in walk(tree))
    for node in walk(differentiate(tree, "x")):
        if isinstance(node, Apply):
            idle = {"multiply": (0, 1, -1), "add": (0,), "subtract": (0,)}.get(node.function, ())
            assert not any(Number(number) in node.arguments for number in idle), to_text(node)
            assert node.function != "power" or node.arguments[1] not in (Number(0), Number(1))


@given(smooth)
def test_a_derivative_can_be_written_and_read_again(tree: Expression) -> None:
    derivative = differentiate(tree, "x")
    assert parse_expression(to_text(derivative), NAMES) == derivative
