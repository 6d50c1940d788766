"""Messages show whatever a user gave, in one short line, and compare names of any length in no time."""

from __future__ import annotations

from typing import Any

import pytest
from rates_core.errors import ArgumentError, TemplateError, closest, did_you_mean, shown
from rates_core.switches import switch
from rates_core.templates.forms import items, mapping, text


class Broken:
    """An object that cannot be written."""

    def __repr__(self) -> str:
        raise ValueError("no")


def nested(depth: int) -> list[Any]:
    """Return a list in a list, so many times, which is too deep to be written."""
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x", "'x'"),
        (None, "None"),
        ([1.0, "a"], "[1.0, 'a']"),
        ("x" * 300, f"'{'x' * 196}..."),
        ("x" * 20_000, "a str of 20000 entries"),
        (list(range(20_000)), "a list of 20000 entries"),
        (10**5000, "a value of type int"),
        (nested(100_000), "a value of type list"),
        (Broken(), "a value of type Broken"),
    ],
    ids=["text", "none", "list", "long", "longer", "many", "digits", "deep", "broken"],
)
def test_whatever_was_given_is_shown(value: object, expected: str) -> None:
    assert shown(value) == expected


def test_what_is_shown_may_be_shorter() -> None:
    assert shown("x" * 50, longest=10) == "'xxxxxx..."


def test_only_texts_are_close_to_texts() -> None:
    assert closest("tau", ["tua", None, "x"]) == ["tua"]  # type: ignore[list-item]
    assert closest(3, ["tau"]) == []  # type: ignore[arg-type]
    assert did_you_mean("x" * 100_000, ["x" * 100]) == f" Did you mean '{'x' * 100}'?"


@pytest.mark.parametrize(
    ("check", "value", "message"),
    [
        (mapping, [1], "It must be a mapping, not [1]."),
        (items, "a", "It must be a list, not 'a'."),
        (items, {"a": 1}, "It must be a list, not {'a': 1}."),
        (items, 2.0, "It must be a list, not 2.0."),
        (text, None, "It must be a text, not None."),
    ],
)
def test_what_has_another_form_is_refused(check: Any, value: Any, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        check(value, "It")
    assert str(caught.value) == message


def test_nothing_is_an_empty_mapping_and_an_empty_list() -> None:
    assert (mapping(None, "It"), items(None, "It")) == ({}, [])


@pytest.mark.parametrize("value", [1, 0, None, "True", [True]])
def test_only_true_and_false_are_switches(value: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        switch("verbose", value)
    assert str(caught.value) == f"verbose must be True or False; it is {value!r}."


def test_truth_values_of_arrays_are_switches() -> None:
    import numpy as np

    assert switch("verbose", np.array([True])[0]) is True


@pytest.mark.parametrize(
    ("name", "candidates", "found"),
    [
        ("tahn", ["tan", "tanh", "arctan"], ["tanh", "tan", "arctan"]),
        ("tua", ["eta", "tau"], ["tau", "eta"]),
        ("TUA", ["eta", "Tau"], ["Tau", "eta"]),
        ("Tau", ["tua", "tau"], ["tau", "tua"]),
        ("xabb", ["xbba", "xbab"], ["xbab", "xbba"]),
        ("opp", ["op", "pop"], ["op", "pop"]),
        ("heunn", ["euler", "heun"], ["heun"]),
        ("outptus", ["inputs", "outputs"], ["outputs"]),
        ("abcd", ["badc", "dcba"], ["badc"]),
        ("x", ["alpha", "beta"], []),
        ("", ["a"], []),
    ],
)
def test_the_closest_names_come_first(name, candidates, found):
    assert closest(name, candidates) == found


def test_one_closest_name_is_a_question():
    assert did_you_mean("tahn", ["tan", "tanh"]) == " Did you mean 'tanh'?"
    assert did_you_mean("tahn", ["tan", "tanh"], 2) == " Did you mean 'tanh' or 'tan'?"
    assert did_you_mean("q", ["tan", "tanh"]) == ""
