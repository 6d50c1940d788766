"""What reads texts of users: a strategy of texts that are right, and what is done with each that is made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random
from typing import Any

import numpy as np
from attrs import frozen
from hypothesis import strategies as st
from rates_core.errors import RatesError
from rates_core.expressions import differentiate, parse_equation, parse_expression, simplify, symbols, to_text
from rates_core.expressions.evaluate import evaluate
from rates_core.paths import EdgePath, split_path, split_unit, split_variable
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.variable import Variable

from .documents import FOREIGN, documents, read_file, rearranged
from .expressions import Names, scalars, vectors
from .mutations import mutated

DECLARED = {
    "x": "output",
    "v": "variable(0.5)",
    "z": "output(complex)",
    "u": "input",
    "k": 2.0,
    "tau": 1.0,
    "w": "noise",
    "a": "variable(0.0,3)",
    "A": [[1.0, 0.0, 2.0]] * 3,
    "lambda": 3.0,
    "E": 1.0,
    "beta": 0.5,
    "if": 1.0,
}
NAMES = Names(
    ("x", "v", "u", "k", "lambda", "E", "if"), ("x", "v"), ("tau",), ("a",), ("A",), 3, is_complex=True, draws=True
)


VALUES = {
    **dict.fromkeys((*DECLARED, "t"), 0.5),
    "a": np.array([0.5, -1.0, 2.0]),
    "A": np.eye(3),
    "z": 0.5 - 1j,
    "u": 0.0,
}
VARIABLES = {name: Variable.parse(spec) for name, spec in DECLARED.items()}


@frozen
class Subject:
    """A reader of texts.

    Attributes:
        texts: texts that are right, or nearly so.
        change: how a text is changed, given all of them.
        read: what is done with a text that was changed; it may raise errors under `RatesError`, and nothing else.
    """

    texts: st.SearchStrategy[list[str]]
    read: Callable[[str], Any]
    change: Callable[[str, list[str], Random], str] = mutated


def _equations() -> st.SearchStrategy[list[str]]:
    sides = st.sampled_from(["x' = ", "d/dt * v = ", "d/dt v =", "z = ", "x="])
    return st.lists(st.builds(str.__add__, sides, scalars(NAMES) | vectors(NAMES)), min_size=3, max_size=3)


def read_equation(text: str) -> None:
    """Read an equation, and do with its tree what a model does."""
    tree = parse_equation(text, DECLARED).expression
    assert parse_expression(to_text(tree), DECLARED) == tree
    simplify(tree)


def read_expression(text: str) -> None:
    """Read an expression, differentiate it and compute its value."""
    tree = parse_expression(text, DECLARED)
    for name in sorted(symbols(tree) & {"x", "k"}):
        differentiate(tree, name)
    evaluate(tree, VALUES)


def read_operator(text: str) -> None:
    """Make an operator of an equation and an event, and one of it whose equation is edited; read them all."""
    when, value = text.partition("=")[2], text.rpartition("=")[2]
    operator = OperatorTemplate("op", [text], VARIABLES, events=[{"when": when, "set": {"v": value}, "emit": "z"}])
    edited = operator.update_template(equations={"replace": {text[-5:]: "k"}, "append": "+ k"})
    for call in (lambda: operator.parsed_events, lambda: edited.parsed, lambda: operator.parsed):
        with suppress(RatesError):
            call()


def read_declaration(text: str) -> None:
    """Read a variable, which is written so that it is read alike."""
    variable = Variable.parse(text)
    if len(variable.shape) < 2:
        assert Variable.parse(variable.text()) == variable


def read_path(text: str) -> None:
    """Read a path of a variable, and one of an edge."""
    for segment in split_path(text):
        split_unit(segment)
    split_variable(text)
    assert EdgePath.parse(str(EdgePath.parse(text))) == EdgePath.parse(text)


_declarations = st.sampled_from(
    ["output(0.5)", "variable(0.0, 3)", "input(complex,2)", "noise", "0.5 + 0.1j", "output([1.0, 2j])", "-1e-3", ".inf"]
)
_paths = st.sampled_from(
    [
        "c/p/op/x",
        "pop[3]/op/x",
        "all/op/all",
        "p/op/x->q/op/u[0]/weight",
        "a/b/c/d->e/f/g/op/k",
        "p/op/x->q[2]/op/u/delay",
    ]
)

SUBJECTS: Mapping[str, Subject] = {
    "equation": Subject(_equations(), read_equation),
    "expression": Subject(st.lists(scalars(NAMES), min_size=3, max_size=3), read_expression),
    "operator": Subject(_equations(), read_operator),
    "declaration": Subject(st.lists(_declarations, min_size=3, max_size=3), read_declaration),
    "file": Subject(documents(), read_file, lambda text, texts, random: mutated(text, texts, random, FOREIGN)),
    "tree": Subject(documents(), read_file, rearranged),
    "path": Subject(st.lists(_paths, min_size=3, max_size=3), read_path),
}
