"""Expressions from TVBO's text to trees and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rates_core.errors import EquationError, UnsupportedFeatureError
from rates_core.expressions.parser import parse_expression
from rates_core.expressions.tree import Apply, Constant, Expression, Number, Symbol
from rates_tvbo.expression_reader import LONGEST_TEXT, Scope, UserFunction, read_expression
from rates_tvbo.expression_writer import write_condition, write_expression

NAMES = frozenset({"x", "y", "z", "lambda"})
SCOPE = Scope(NAMES, where="here")


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("-x**2", "-x^2"),
        ("2*x^3", "2*x^3"),
        ("x/y/z", "x/y/z"),
        ("-0.5", "-0.5"),
        ("1e-3*pi + E", "1e-3*pi + E"),
        ("Abs(x) + asin(y) + atan2(x, y)", "abs(x) + arcsin(y) + arctan2(x, y)"),
        ("Max(x, y, z)", "max(x, y, z)"),
        ("Mod(x, 2)", "mod(x, 2)"),
        ("x % 2", "mod(x, 2)"),
        ("Heaviside(x)", "heaviside(x)"),
        ("Heaviside(x, 1)", "heaviside(x)"),
        ("Heaviside(x, 0)", "where(x == 0, 0, where(x < 0, 0.0, 1.0))"),
        ("log(x, 10)", "log10(x)"),
        ("log(x, 2)", "log(x)/log(2)"),
        ("Piecewise((x, (x > 0) & (y > 0)), (y, True))", "where(x > 0 and y > 0, x, y)"),
        ("Piecewise((x, ~(x > 0) | Eq(y, 1)), (y, True))", "where(not x > 0 or y == 1, x, y)"),
        ("Piecewise((x, And(x > 0, Ne(y, 1))), (y, True))", "where(x > 0 and y != 1, x, y)"),
        ("x .gt. 2", "x > 2"),
        ("0 < x <= 1", "0 < x and x <= 1"),
        ("x if x > 0 and not y > 0 else z", "x if x > 0 and not y > 0 else z"),
        ("lambda + t", "lambda + t"),
        ("min(x)", "mini(x)"),
        ("x\n  + y", "x + y"),
    ],
)
def test_python_and_sympy_spellings_are_read(text: str, ours: str) -> None:
    assert read_expression(text, SCOPE) == parse_expression(ours, NAMES)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2x", "This is no expression in Python's syntax, in which TVBO writes them."),
        ("", "This is more than arithmetic, comparisons, conditions and calls of functions."),
        ("x[0]", "This is more than arithmetic, comparisons, conditions and calls of functions."),
        ("x.y", "This is more than arithmetic, comparisons, conditions and calls of functions."),
        ("'a'", "This is more than arithmetic, comparisons, conditions and calls of functions."),
        ("__import__('os')", "This is more than arithmetic, comparisons, conditions and calls of functions."),
        ("(lambda: 1)()", "This is no expression in Python's syntax, in which TVBO writes them."),
        ("yy", "Nothing in the file is called 'yy'. Did you mean 'y'?"),
        ("x(y)", "'x' is a variable, and arguments follow it. Write '*' for a product."),
        ("sine(y)", "rates has no function 'sine', and the file defines none. Did you mean 'sin'?"),
        ("past(x, 2)", "rates has no function 'past', and the file defines none. Did you mean 'abs'?"),
        ("sin(x, y)", "The function 'sin' takes 1 argument, and 2 are given."),
        ("Piecewise((x, x > 0))", "No case is left for when all conditions are false; the last one must be True."),
        ("Piecewise(x)", "Piecewise takes pairs (value, condition)."),
        ("x is y", "This is no expression in Python's syntax, in which TVBO writes them."),
    ],
)
def test_what_is_no_expression_is_said(text: str, problem: str) -> None:
    with pytest.raises(EquationError) as caught:
        read_expression(text, SCOPE)
    assert str(caught.value) == f"here: {problem} In '{text}'."


def test_functions_of_the_file_have_their_arguments_and_do_not_call_themselves() -> None:
    functions = {"f": UserFunction("f", ("a", "b"), "a + b"), "g": UserFunction("g", ("a",), "g(a) + 1")}
    scope = Scope(NAMES, functions, "here")
    assert read_expression("f(x, f(y, 1))", scope) == parse_expression("x + (y + 1)", NAMES)
    with pytest.raises(EquationError) as caught:
        read_expression("f(x)", scope)
    assert str(caught.value) == "here: The function 'f' takes 2 arguments (a, b), and 1 are given. In 'f(x)'."
    with pytest.raises(EquationError) as caught:
        read_expression("g(x)", scope)
    assert str(caught.value) == "here, function 'g': The function 'g' calls itself. In 'g(a) + 1'."


def test_long_and_deep_texts_meet_a_limit() -> None:
    with pytest.raises(EquationError, match=f"The expression has more than {LONGEST_TEXT} characters"):
        read_expression("x + " * 30_000 + "x", SCOPE)
    with pytest.raises(EquationError, match=r"(nested too deeply|Python's syntax)"):
        read_expression("(" * 5_000 + "x" + ")" * 5_000, SCOPE)


@pytest.mark.parametrize(
    ("ours", "text"),
    [
        ("x^-2", "x**-2"),
        ("(-x)^2", "(-x)**2"),
        ("-x^2", "-x**2"),
        ("x - (y - z)", "x - (y - z)"),
        ("x/(y*z)", "x/(y*z)"),
        ("heaviside(x) + log10(y)", "Heaviside(x, 1) + log(y, 10)"),
        ("(x > 0)*y", "Piecewise((1.0, (x > 0)), (0.0, True))*y"),
        ("where(x, y, z)", "Piecewise((y, Ne(x, 0)), (z, True))"),
        ("where(x > 0 and y == 1, y, z)", "Piecewise((y, And((x > 0), Eq(y, 1))), (z, True))"),
        ("sigmoid(x)", "sigmoid(x)"),
        ("min(x, y, z)", "Min(Min(x, y), z)"),
    ],
)
def test_trees_are_written_as_sympy_reads_them(ours: str, text: str) -> None:
    assert write_expression(parse_expression(ours, NAMES), "here") == text


def test_conditions_stay_conditions() -> None:
    assert write_condition(parse_expression("x > 0 and y > 0", NAMES), "here") == "And((x > 0), (y > 0))"
    assert write_condition(parse_expression("x", NAMES), "here") == "Ne(x, 0)"


@pytest.mark.parametrize(
    ("ours", "message"),
    [
        ("real(x)", "here: TVBO has no function 'real'."),
        ("past(x, 1)", "here: TVBO has no function 'past'."),
        ("2j*x", "here: TVBO has no number 2j; its numbers are real and finite."),
    ],
)
def test_what_tvbo_does_not_have_is_refused(ours: str, message: str) -> None:
    with pytest.raises(UnsupportedFeatureError) as caught:
        write_expression(parse_expression(ours, NAMES), "here")
    assert str(caught.value) == message


UNARY = ["sin", "exp", "abs", "arctan", "sqrt", "heaviside", "floor", "ceil", "sign", "erf", "log10", "tanh"]
BINARY = ["add", "subtract", "multiply", "divide", "power", "min", "max", "mod", "arctan2"]
LEAVES = st.one_of(
    st.sampled_from([*map(Symbol, sorted(NAMES)), Symbol("t"), Constant("pi")]),
    st.floats(0.0, 1e9).map(Number),
    st.integers(0, 1000).map(Number),
)


def extended(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    comparison = st.builds(
        lambda name, a, b: Apply(name, (a, b)), st.sampled_from(["less", "greater_equal", "equal"]), parts, parts
    )
    condition = st.one_of(
        comparison,
        st.builds(lambda name, a, b: Apply(name, (a, b)), st.sampled_from(["and", "or"]), comparison, comparison),
        comparison.map(lambda one: Apply("not", (one,))),
    )
    return st.one_of(
        st.builds(lambda name, a: Apply(name, (a,)), st.sampled_from(UNARY), parts),
        st.builds(lambda name, a, b: Apply(name, (a, b)), st.sampled_from(BINARY), parts, parts),
        st.builds(lambda c, a, b: Apply("where", (c, a, b)), condition, parts, parts),
        parts.filter(lambda one: not isinstance(one, Number)).map(lambda one: Apply("negative", (one,))),
    )


@given(st.recursive(LEAVES, extended, max_leaves=12))
def test_every_tree_of_common_functions_comes_back_equal(tree: Expression) -> None:
    assert read_expression(write_expression(tree, "here"), SCOPE) == tree
