"""Text becomes the tree that the language gives it."""

from __future__ import annotations

import keyword

import pytest
from rates_core.expressions import Apply, Constant, Expression, Number, Symbol, parse_expression

NAMES = frozenset({"x", "y", "z", "tau", "v", "a"})
X, Y, Z, TAU, V = (Symbol(name) for name in ("x", "y", "z", "tau", "v"))


def parse(text: str, *more: str) -> Expression:
    return parse_expression(text, NAMES | set(more))


def past(value: Expression, delay: Expression) -> Apply:
    return Apply("past", (value, delay))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("-x^2", "negative(power(x, 2))"),
        ("-x**2", "negative(power(x, 2))"),
        ("x^y^z", "power(x, power(y, z))"),
        ("x^-y", "power(x, negative(y))"),
        ("2^-x^2", "power(2, negative(power(x, 2)))"),
        ("-x*y", "multiply(negative(x), y)"),
        ("x - y - z", "subtract(subtract(x, y), z)"),
        ("x/y*z", "multiply(divide(x, y), z)"),
        ("x + y*z", "add(x, multiply(y, z))"),
        ("(x + y)*z", "multiply(add(x, y), z)"),
        ("+x", "x"),
        ("--x", "negative(negative(x))"),
        ("x % y", "mod(x, y)"),
        ("x < y", "less(x, y)"),
        ("x <= y", "less_equal(x, y)"),
        ("x > y", "greater(x, y)"),
        ("x >= y", "greater_equal(x, y)"),
        ("x == y", "equal(x, y)"),
        ("x != y", "not_equal(x, y)"),
        ("x < y < z", "logical_and(x < y, y < z)"),
        ("x or y and not z", "logical_or(x, logical_and(y, logical_not(z)))"),
        ("not x == y", "logical_not(equal(x, y))"),
        ("x and y and z", "logical_and(logical_and(x, y), z)"),
        ("x if y else z", "where(y, x, z)"),
        ("x if y else z if v else a", "where(y, x, where(v, z, a))"),
        ("max(x, y, z)", "max(max(x, y), z)"),
        ("Piecewise((x, (y > 1) & (y < 2)), (z, True))", "where(y > 1 and y < 2, x, z)"),
        ("(x > 0) | (y > 1) & (not z)", "x > 0 or y > 1 and not z"),
        ("z == ((x > 0) | (y > 0))", "z == (x > 0 or y > 0)"),
        ("Piecewise((x, y > 1), (z, True))", "where(y > 1, x, z)"),
        ("Piecewise((x, y > 1), (v, y > 0), (z, True))", "where(y > 1, x, where(y > 0, v, z))"),
        ("x\n  + y", "x + y"),
    ],
)
def test_operators_bind_as_the_language_says(text: str, canonical: str) -> None:
    assert parse(text) == parse(canonical)


def test_an_operator_is_a_function_of_its_name() -> None:
    assert parse("x + y") == Apply("add", (X, Y))
    assert parse("x if y else z") == Apply("where", (Y, X, Z))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2), ("007", 7), ("-2", -2), ("9007199254740993", 9007199254740992.0),
        ("2.", 2.0), (".5", 0.5), ("1e-3", 1e-3), ("10e-3", 1e-2), ("1E+2", 100.0), ("1e-999", 0.0),
        ("2j", 2j), ("0.5+0.1j", 0.5 + 0.1j), ("0.5 - 0.1j", 0.5 - 0.1j), ("-1-2j", -1 - 2j), ("1e1j", 10j),
    ],
)  # fmt: skip
def test_a_literal_has_the_value_and_type_it_is_written_with(text: str, value: complex) -> None:
    expression = parse(text)
    assert isinstance(expression, Number)
    assert expression.value == value
    assert type(expression.value) is type(value)


def test_a_sum_that_ends_in_an_imaginary_number_stays_a_sum() -> None:
    half = Apply("add", (X, Number(0.5)))
    assert parse("x + 0.5 + 0.1j") == Apply("add", (half, Number(0.1j)))


@pytest.mark.parametrize("name", ["pi", "E", "I"])
def test_a_constant_is_shadowed_by_a_variable_of_its_name(name: str) -> None:
    assert parse(name) == Constant(name)
    assert parse(name, name) == Symbol(name)


def test_time_needs_no_declaration() -> None:
    assert parse("t") == Symbol("t")


@pytest.mark.parametrize("name", sorted({*keyword.kwlist, *keyword.softkwlist} - {"not"}))
def test_a_variable_may_be_called_like_a_keyword_of_python(name: str) -> None:
    assert parse(f"{name} + 2*{name}", name) == Apply(
        "add", (Symbol(name), Apply("multiply", (Number(2), Symbol(name))))
    )


@pytest.mark.parametrize("name", ["v0", "v1", "sin", "exp", "gamma", "S", "N", "Q", "größe", "τ", "_x", "__import__"])
def test_a_variable_may_have_any_name(name: str) -> None:
    assert parse(f"x + {name}", name) == Apply("add", (X, Symbol(name)))


def test_words_of_the_language_are_variables_where_a_value_is_due() -> None:
    condition = Apply("and", (Symbol("and"), Symbol("else")))
    assert parse("if if and and else else or", "if", "and", "else", "or") == Apply(
        "where", (condition, Symbol("if"), Symbol("or"))
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x(t - tau)", past(X, TAU)),
        ("x(t-(tau+0.1))", past(X, Apply("add", (TAU, Number(0.1))))),
        ("x(t - tau - 0.1)", past(X, Apply("add", (TAU, Number(0.1))))),
        ("x(t - tau + 0.1)", past(X, Apply("subtract", (TAU, Number(0.1))))),
        ("x(t + 0.1 - tau)", past(X, Apply("add", (Number(-0.1), TAU)))),
        ("x (t - 2*tau)", past(X, Apply("multiply", (Number(2), TAU)))),
        ("x(t)", X),
        ("past(x, tau)", past(X, TAU)),
        ("past(x^2, tau)", past(Apply("power", (X, Number(2))), TAU)),
        ("past(past(x, tau), 2)", past(past(X, TAU), Number(2))),
        ("past(x(t - tau), 2)", past(past(X, TAU), Number(2))),
    ],
)
def test_a_delayed_value_is_written_as_a_call_at_an_earlier_time_or_as_past(text: str, expected: Expression) -> None:
    assert parse(text) == expected


def test_a_declared_name_that_is_a_function_too_is_a_delay_only_when_called_at_an_earlier_time() -> None:
    assert parse("exp(t - tau)", "exp") == past(Symbol("exp"), TAU)
    assert parse("exp(x) + exp", "exp") == Apply("add", (Apply("exp", (X,)), Symbol("exp")))
    assert parse("exp(t - tau)") == Apply("exp", (Apply("subtract", (Symbol("t"), TAU)),))


@pytest.mark.parametrize(
    ("foreign", "ours"),
    [
        ("asin(x)", "arcsin(x)"), ("atan2(x, y)", "arctan2(x, y)"), ("ln(x)", "log(x)"), ("Abs(x)", "abs(x)"),
        ("absv(x)", "abs(x)"), ("Max(x, y)", "max(x, y)"), ("minimum(x, y)", "min(x, y)"),
        ("Heaviside(x)", "heaviside(x)"), ("ceiling(x)", "ceil(x)"),
        ("re(x)", "real(x)"), ("conjugate(x)", "conj(x)"),
        ("Mod(x, y)", "x % y"), ("Pow(x, y)", "x^y"), ("And(x, y, z)", "x and y and z"),
        ("Not(x)", "not x"), ("Ge(x, y)", "x >= y"),
    ],
)  # fmt: skip
def test_spellings_of_other_tools_are_accepted(foreign: str, ours: str) -> None:
    assert parse(foreign) == parse(ours)


def test_a_function_without_arguments_is_called() -> None:
    assert parse("randn()") == Apply("randn", ())


def test_an_optional_argument_may_be_left_out() -> None:
    assert parse("index_axis(x, 1)") == Apply("index_axis", (X, Number(1)))
    assert parse("index_axis(x, 1, 0)") == Apply("index_axis", (X, Number(1), Number(0)))
