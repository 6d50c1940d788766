"""Whatever the text is: a tree or an EquationError, soon, and nothing executed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rates_core.errors import EquationError
from rates_core.expressions import depth, parse_equation, parse_expression
from rates_core.expressions.parser import MAX_DEPTH

NAMES = frozenset({"x", "y", "lambda"})

# The longest of these texts takes 0.1 s on a slow machine; quadratic or worse reading would take minutes.
SECONDS = 5.0

PYTHON = [
    "__import__('os').system('touch {path}')",
    "__import__",
    "__import__(x)",
    "open('{path}', 'w')",
    "eval(x)",
    "exec(x)",
    "getattr(x, y)",
    "x.__class__.__mro__",
    "().__class__",
    "lambda: 0",
    "lambda x: x",
    "[x for x in y]",
    "(x for x in y)",
    "{x: y}",
    "f'{x}'",
    '"text"',
    "'''text'''",
    "(x := 1)",
    "x := 1",
    "x; y",
    "x\\\n+ y",
    "x # comment",
    "*x",
    "max(*x)",
    "max(x=1)",
    "max(**x)",
    "await x",
    "yield x",
    "x[0]",
    "x[__import__('os')]",
    "...",
    "None",
    "x is y",
    "x if y",
    "@x",
    "x!",
    "print(x)",
    "x\x00y",
    "x\u200b",
    "\u202ex",
    "ｘ",
    "х",
    "𝐱",
    "x\u0301",
    "ｓｉｎ(x)",
    "ѕin(x)",
    "x（y）",
    "१",
    "x\ud800",
]


@pytest.mark.parametrize("text", PYTHON)
def test_python_is_not_the_language_and_is_never_executed(text: str, tmp_path: Path) -> None:
    path = tmp_path / "executed"
    text = text.replace("{path}", str(path))
    for parse in (lambda: parse_expression(text, NAMES), lambda: parse_equation(f"x' = {text}", NAMES)):
        with pytest.raises(EquationError):
            parse()
    assert not path.exists()


def test_a_letter_that_only_looks_like_a_declared_one_is_another_name() -> None:
    with pytest.raises(EquationError) as error:
        parse_expression("х + 1", NAMES)
    assert str(error.value) == (
        "Unknown name 'х' (CYRILLIC SMALL LETTER HA) in expression \"х + 1\".\n    х + 1\n    ^"
    )


@pytest.mark.parametrize(
    "text",
    [
        "(" * 9_000 + "x" + ")" * 9_000,
        "sin(" * 4_000 + "x" + ")" * 4_000,
        "(" * 19_000,
        ")" * 19_000,
        "-" * 19_000 + "x",
        "not " * 4_900 + "x",
        "x+" * 9_900 + "x",
        "x^" * 9_900 + "x",
        "x<" * 9_900 + "x",
        "x and " * 3_300 + "x",
        "x if x else " * 1_600 + "x",
        "x if " * 3_900 + "x",
        "max(" + "x," * 9_900 + "x)",
        "Piecewise(" + "(x,x<1)," * 2_400 + "(x,True))",
        "x" * 19_999,
        "1" * 19_999,
        "1e" + "9" * 19_000,
        "<" * 19_999,
        "'" * 19_999,
        "x" + " " * 19_000 + "x",
        "x+" * 5_000_000,
    ],
    ids=lambda text: f"{text[:12]} of {len(text)}",
)
def test_a_bomb_is_an_error_in_bounded_time(text: str) -> None:
    start = time.perf_counter()
    for parse in (lambda: parse_expression(text, NAMES), lambda: parse_equation(f"x = {text}", NAMES)):
        with pytest.raises(EquationError):
            parse()
    with pytest.raises(EquationError):
        parse_equation(text, NAMES)
    assert time.perf_counter() - start < SECONDS


def test_an_expression_may_be_as_deep_as_promised_and_no_deeper() -> None:
    assert depth(parse_expression("x + " * MAX_DEPTH + "x", NAMES)) == MAX_DEPTH
    with pytest.raises(EquationError) as error:
        parse_expression("x + " * (MAX_DEPTH + 1) + "x", NAMES)
    assert str(error.value).startswith("More than 200 operations are nested in expression")


def test_more_open_brackets_than_anyone_writes_are_an_error() -> None:
    assert depth(parse_expression("(" * 60 + "x" + ")" * 60, NAMES)) == 0
    with pytest.raises(EquationError) as error:
        parse_expression("(" * 61 + "x" + ")" * 61, NAMES)
    text = "(" * 61 + "x" + ")" * 61
    assert str(error.value) == (
        f'More than 60 brackets are open in expression "{text}". Split the expression into several equations.\n'
        f"    {text}\n"
        f"    {' ' * 60}^"
    )


WORDS = [*"xyt()+-*/%^<>,=.':", "**", "<=", "==", "!=", "2", "0.5", "3j", "1e3", "sin", "max(", "past(", "Piecewise(",
         "and", "or", "not", "if", "else", "lambda", "True", "x'", "d/dt", " ", "\n"]  # fmt: skip


def error_of(parse: Callable[[str, frozenset[str]], object], text: str) -> str:
    """Return the message of the error that a text is, nothing if it is none; let no other error pass."""
    try:
        parse(text, NAMES)
    except EquationError as error:
        return str(error)
    return ""


@given(st.text())
@example("x'' = \x00")
@example("\udcff")
def test_arbitrary_text_is_a_tree_or_an_equation_error(text: str) -> None:
    for parse in (parse_expression, parse_equation):
        error_of(parse, text)


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
def test_words_in_any_order_are_a_tree_or_an_error_found_before_python_parses(text: str) -> None:
    for whole in (text, f"x' = {text}"):
        for parse in (parse_expression, parse_equation):
            assert "Malformed" not in error_of(parse, whole)
