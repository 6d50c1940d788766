"""Whatever is written is read as it was, and whatever is read ends well or by an error of ours."""

from __future__ import annotations

import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rates_core.errors import RatesError
from rates_core.expressions.tree import Apply, Expression, Number, Symbol
from rates_xppaut import read_experiment
from rates_xppaut.declarations import read_declaration
from rates_xppaut.expression_reader import FUNCTIONS, Scope, read_expression
from rates_xppaut.expression_writer import write_expression
from rates_xppaut.lines import statements

from rates_core import OmissionWarning

SCOPE = Scope("m.ode:1", {name: Symbol(name) for name in ("x", "y", "e5", "notx")})
LEAVES = st.one_of(
    st.sampled_from([Symbol(name) for name in SCOPE.values]),
    st.integers(-1000, 1000).map(Number),
    st.floats(-1e12, 1e12, allow_nan=False).map(Number),
)
UNARY = sorted({function for function, count in FUNCTIONS.values() if count == 1} | {"not"})
BINARY = [
    "add", "subtract", "multiply", "divide", "power", "less", "less_equal", "greater", "greater_equal", "equal",
    "not_equal", "and", "or", "min", "max", "arctan2",
]  # fmt: skip


def applied(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    negative = parts.filter(lambda part: not isinstance(part, Number)).map(lambda part: Apply("negative", (part,)))
    return st.one_of(
        negative,
        st.builds(lambda name, part: Apply(name, (part,)), st.sampled_from(UNARY), parts),
        st.builds(lambda name, one, other: Apply(name, (one, other)), st.sampled_from(BINARY), parts, parts),
        st.builds(lambda *three: Apply("where", three), parts, parts, parts),
    )


@given(st.recursive(LEAVES, applied, max_leaves=12))
@settings(max_examples=150, deadline=None)
def test_an_expression_comes_back_as_it_was(tree: Expression) -> None:
    assert read_expression(write_expression(tree, "here"), SCOPE) == tree


WORDS = st.lists(
    st.sampled_from([
        "x", "y'", "=", "'", "(", ")", "[", "]", "j", "1", "..", "2.5", "1e", "+", "-", "*", "/", "^", "<", "&", "|",
        "not", "if", "then", "else", "sum", "of", "delay", "shift", "int", "{", "}", "#", "t", "pi", "dx/dt", "par",
        "init", "global", "aux", "@", "total", "table", "%", "markov", "special", "conv", ",", ";", "!", "\\",
    ]),
    max_size=14,
)  # fmt: skip


@given(st.lists(WORDS, max_size=4), st.sampled_from(["", " "]))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(lines: list[list[str]], between: str) -> None:
    text = "\n".join(between.join(line) for line in lines)
    with suppress(RatesError):
        for line in statements(text, "m.ode"):
            declaration = read_declaration(line)
            read_expression(declaration.text, SCOPE)


@given(st.lists(WORDS, max_size=4))
@settings(max_examples=100, deadline=None)
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, lines: list[list[str]]) -> None:
    path: Path = tmp_path_factory.mktemp("any") / "m.ode"
    path.write_text("x'=-x\n" + "\n".join(" ".join(line) for line in lines))
    with warnings.catch_warnings(), suppress(RatesError):
        warnings.simplefilter("ignore", OmissionWarning)
        read_experiment(path)
