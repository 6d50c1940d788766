"""Trees become text with as few brackets as possible, and that text becomes the same tree again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rates_core.errors import EquationError
from rates_core.expressions import FUNCTIONS, Apply, Constant, Expression, Number, Symbol, parse_expression, to_text

NAMES = ("x", "y", "tau", "lambda", "is", "if", "and", "else", "beta", "größe", "None")
X, Y, Z = (Symbol(name) for name in "xyz")


@pytest.mark.parametrize(
    "text",
    [
        "-x^2", "(-x)^2", "x^-y", "x^y^z", "(x^y)^z", "2^-x^2", "(-2)^x", "-2^x", "-2*x", "-x*y", "-(x*y)", "-(-x + y)",
        "x - y - z", "x - (y - z)", "x/y/z", "x/(y*z)", "x*(y + z)", "x + -y", "--x",
        "x < y", "x < y and y < z", "(x < y) < z", "not x == y", "(not x) == y", "not not x", "-(not x)",
        "x or y and z", "(x or y) and z", "x or (y or z)", "where(x > 0, y, -y)", "max(x, y, z)", "max(x, max(y, z))",
        "past(x, 2*y)", "randn()", "mod(x, y)", "sin(x)^2", "index_axis(x, 1)",
        "0.5+0.1j + x", "x + (0.5+0.1j)", "x - (0.5-0.1j)", "(0.5+0.1j)^2", "2.0j*x", "-2.0j", "x^-2.0j", "(-2.0j)^x",
        "1e-300", "1e+22", "x + 1", "x + 1.0",
    ],
)  # fmt: skip
def test_text_with_as_few_brackets_as_possible_is_reproduced(text: str) -> None:
    assert to_text(parse_expression(text, "xyz")) == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Apply("negative", (Number(2),)), "negative(2)"),
        (Apply("power", (Apply("negative", (Number(2),)), X)), "negative(2)^x"),
        (Apply("add", (Number(0.5), Number(2j))), "add(0.5, 2.0j)"),
        (Apply("subtract", (Number(-1), Number(2j))), "subtract(-1, 2.0j)"),
        (Apply("add", (Number(1j), Number(2j))), "1.0j + 2.0j"),
    ],
)
def test_an_operation_that_would_read_as_one_number_is_written_as_a_call(expression: Expression, text: str) -> None:
    assert to_text(expression) == text
    assert parse_expression(text, "x") == expression


def test_numbers_that_the_language_cannot_write_are_shown() -> None:
    assert to_text(Apply("multiply", (Number(float("-inf")), X))) == "-inf*x"
    assert to_text(Number(float("nan"))) == "nan"


def test_names_with_paths_are_written_as_they_are() -> None:
    assert to_text(Apply("multiply", (Symbol("p/op/x"), Constant("pi")))) == "p/op/x*pi"


finite = st.floats(allow_nan=False, allow_infinity=False)
numbers = st.one_of(
    st.integers(-(2**53), 2**53), finite, st.builds(complex, finite, finite), st.builds(complex, st.just(0.0), finite)
)
delays = st.one_of(st.sampled_from(NAMES).map(Symbol), st.floats(0, 1e6).map(Number))
leaves = st.one_of(
    numbers.map(Number),
    st.sampled_from(["pi", "E", "I"]).map(Constant),
    st.sampled_from([*NAMES, "t"]).map(Symbol),
)


@st.composite
def applications(draw: st.DrawFn, arguments: st.SearchStrategy[Expression]) -> Expression:
    """Draw a function of the language with as many arguments as it takes."""
    definition = FUNCTIONS[draw(st.sampled_from(sorted(FUNCTIONS)))]
    if definition.name == "past":
        return Apply("past", (draw(arguments), draw(delays)))
    count = draw(st.integers(*definition.arity))
    return Apply(definition.name, draw(st.lists(arguments, min_size=count, max_size=count)))


trees = st.recursive(leaves, applications, max_leaves=20)


@given(trees)
def test_every_tree_is_found_again_in_its_text(tree: Expression) -> None:
    text = to_text(tree)
    read = parse_expression(text, NAMES)
    assert read == tree
    assert to_text(read) == text


@given(trees)
def test_no_bracket_can_be_taken_away(tree: Expression) -> None:
    text = to_text(tree)
    for start, end in _grouping_brackets(text):
        without = f"{text[:start]} {text[start + 1 : end]} {text[end + 1 :]}"
        try:
            read = parse_expression(without, NAMES)
        except EquationError:
            continue
        assert read != tree


def _grouping_brackets(text: str) -> list[tuple[int, int]]:
    """Return where the brackets open and close that do not belong to a call."""
    words = {"and", "or", "not"}
    pairs, opened = [], []
    for position, character in enumerate(text):
        if character == "(":
            word = "".join(c if c.isidentifier() or c.isdigit() else " " for c in text[:position]).split(" ")[-1]
            opened.append((position, bool(word) and word not in words))
        elif character == ")":
            start, is_call = opened.pop()
            if not is_call:
                pairs.append((start, position))
    return pairs
