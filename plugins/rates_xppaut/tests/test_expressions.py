"""Expressions of XPPAUT: what binds tightly there, what functions are, and what is refused.

Values in `expressions.txt` were printed by xppaut 6.11; `test_xppaut.py` asks it for them anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from rates_core.errors import EquationError, UnsupportedFeatureError
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Expression, Symbol
from rates_xppaut.expression_reader import Scope, UserFunction, read_expression
from rates_xppaut.expression_writer import write_expression

EXPRESSIONS = Path(__file__).with_name("expressions.txt")
SCOPE = Scope(
    where="m.ode:1, state 'x'",
    values={name: Symbol(name) for name in ("x", "y", "ab", "t")},
    functions={
        "f": UserFunction("f", ("x",), "x^2+y"),
        "g": UserFunction("g", ("a", "t"), "f(a)-t"),
        "h": UserFunction("h", ("a",), "h(a)"),
    },
    delayed=frozenset({"x"}),
    order=(["x", "y"], ["ab"]),
    moving=frozenset({"x", "y", "t"}),
)


def read(text: str) -> Expression:
    return read_expression(text, SCOPE)


@pytest.mark.parametrize(
    ("text", "value"), [line.split(" ; ") for line in EXPRESSIONS.read_text(encoding="utf-8").splitlines()]
)
def test_values_are_those_of_xppaut(text: str, value: str) -> None:
    found = evaluate(read(text), {"x": 3.0, "y": 2.0, "ab": 7.0, "t": 1.0})
    assert found == pytest.approx(float(value), rel=1e-15)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("delay(x,2*ab)", "past(x, 2*ab)"),
        ("exp(-x/2)*ln(y)", "exp(-x/2)*log(y)"),
        ("atan2(x,y)+acos(x)", "arctan2(x, y) + arccos(x)"),
        ("mod(x,2*pi)", "mod(x, 2*pi)"),
    ],
)
def test_trees_are_those_of_the_language(text: str, tree: str) -> None:
    assert to_text(read(text)) == tree


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2*-x", "'-' is no operand."),
        ("2x", "'x' does not go on what stands before it."),
        ("x+", "It ends where an operand is expected."),
        ("(x", "Instead of the end ')' is expected."),
        ("sin+x", "Instead of '+' '(' is expected."),
        ("max(x)", "'max' takes 2 arguments, and 1 are given."),
        ("f(x,y)", "'f' takes 1 argument, and 2 are given."),
        ("z+1", "The file has no variable, parameter or number 'z'."),
        ("tahn(x)", "The file has no function 'tahn'. Did you mean 'tanh'?"),
        ("ceil(x)", "The file has no function 'ceil'."),
        ("x&not(y)", "XPPAUT computes 'not' wrong behind an operator; put it in brackets, as in 'x&(not(y))'."),
        ("shift(x,2)", "'x' has nothing 2 places behind it."),
        ("shift(z,2)", "'shift' counts from a variable or parameter, and 'z' is none."),
        ("delay(y,1)", "'delay' takes a variable with an equation of its own, and 'y' is none."),
        ("delay(x,y)", "A delay of rates depends on parameters alone; this one depends on 'y'."),
    ],
)
def test_what_is_malformed_is_refused_with_the_place(text: str, problem: str) -> None:
    with pytest.raises(EquationError) as caught:
        read(text)
    assert str(caught.value) == f"m.ode:1, state 'x': {problem} In '{text}'."


def test_what_rates_cannot_compute_is_said() -> None:
    with pytest.raises(UnsupportedFeatureError) as caught:
        read("x+ran(1)")
    assert str(caught.value) == (
        "m.ode:1, state 'x': rates cannot compute 'ran': a new random number at each evaluation; write 'wiener' for "
        "noise. In 'x+ran(1)'."
    )


def test_a_function_that_calls_itself_is_refused() -> None:
    with pytest.raises(EquationError) as caught:
        read("h(1)")
    assert str(caught.value) == "m.ode:1, state 'x', function 'h', function 'h': The function calls itself."


@pytest.mark.parametrize("text", ["(" * 3000 + "x" + ")" * 3000, "x" + "+x" * 60_000, "-(" * 200 + "x" + ")" * 200])
def test_what_is_too_long_or_too_deep_is_refused(text: str) -> None:
    with pytest.raises(EquationError, match=r"more than 100000 characters|nested too deeply"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "-x^2", "(x+1)*y-x/(y*2)", "(x>1)*(y<2)+(x==y)", "if(x>1)then(y)else(-x)", "(x>1)&(not(y>1))", "x-(y-ab)",
        "(-3.5)^2", "mod(x,2)+erfc(x)", "exp(-(x-y)^2)", "(x/y)/ab", "x^(y^2)",
    ],
)  # fmt: skip
def test_what_is_written_means_what_was_read(text: str) -> None:
    tree = read(text)
    assert read(write_expression(tree, "here")) == tree


def test_functions_that_xppaut_lacks_are_formulas() -> None:
    from rates_core.expressions.parser import parse_expression

    for text in ("sigmoid(x)", "ceil(x)", "round(x)", "fmod(x, y)", "mod(x, y)", "round(x + 0.5)", "fmod(-x, y)"):
        tree = parse_expression(text, ["x", "y"], where="here")
        for x in (-2.5, -1.5, -0.5, 0.5, 1.25, 2.5):
            values = {"x": x, "y": 2.0}
            assert evaluate(read(write_expression(tree, "here")), values) == evaluate(tree, values), text


def test_what_cannot_be_written_is_said() -> None:
    from rates_core.expressions.parser import parse_expression

    with pytest.raises(UnsupportedFeatureError) as caught:
        write_expression(parse_expression("real(x) + 1", ["x"], where="here"), "the equation of 'x'")
    assert str(caught.value) == "the equation of 'x': XPPAUT has no function 'real'."
