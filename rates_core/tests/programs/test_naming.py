"""Paths of a model get short names that a language allows, each a different one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rates_core.programs.naming import Identifiers, identifiers, one_line


def test_a_path_is_called_by_its_last_part_where_that_is_enough():
    assert identifiers(["p/op/x", "p/op/y"], ()) == {"p/op/x": "x", "p/op/y": "y"}


def test_paths_with_equal_last_parts_are_told_apart_by_more():
    assert identifiers(["p/op/x", "p/other/x"], ()) == {"p/op/x": "op_x", "p/other/x": "other_x"}
    assert identifiers(["p/op/x", "q/op/x"], ()) == {"p/op/x": "p_op_x", "q/op/x": "q_op_x"}


@pytest.mark.parametrize("fold_case", [True, False])
def test_names_that_differ_in_case_only(fold_case):
    names = identifiers(["p/op/x", "p/op/X"], (), fold_case)
    assert len({name.lower() if fold_case else name for name in names.values()}) == 2
    if not fold_case:
        assert names == {"p/op/x": "x", "p/op/X": "X"}


def test_reserved_words_are_avoided():
    assert identifiers(["p/op/lambda", "p/op/y"], {"lambda", "y"}) == {"p/op/lambda": "op_lambda", "p/op/y": "op_y"}
    assert identifiers(["lambda"], {"lambda"}) == {"lambda": "lambda_1"}


def test_edges_are_called_by_their_ends():
    assert identifiers(["p/op/x->q/op/u/weight"], ()) == {"p/op/x->q/op/u/weight": "weight"}
    names = identifiers(["p/op/x->q/op/u/weight", "q/op/x->p/op/u/weight"], ())
    assert list(names.values()) == ["q_weight", "p_weight"]
    names = identifiers(["a/p/op/x->a/q/op/u/weight", "a/q/op/x->a/q/op/u/weight", "b/p/op/x->b/q/op/u/weight"], ())
    assert list(names.values()) == ["p_a_q_weight", "q_a_q_weight", "p_b_q_weight"]


def test_what_no_language_allows_is_left_out():
    assert identifiers(["p/op/x'", "p/op/2x", "p/op/", "p/op/é"], ()).keys() == {
        "p/op/x'",
        "p/op/2x",
        "p/op/",
        "p/op/é",
    }
    assert all(re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) for name in identifiers(["p/op/2x", "p/op/_"], ()).values())


segments = st.text(st.characters(blacklist_characters="/[]>"), min_size=1, max_size=5)
paths = st.lists(st.lists(segments, min_size=1, max_size=4).map("/".join), max_size=12)


@given(paths, st.sets(st.sampled_from(["x", "y", "lambda", "p_x", "x_1"])), st.booleans())
def test_names_are_legal_different_and_not_reserved(paths, reserved, fold_case):
    names = identifiers(paths, reserved, fold_case)
    assert names.keys() == set(paths)
    assert all(re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) for name in names.values())
    folded = [name.lower() if fold_case else name for name in names.values()]
    assert len(set(folded)) == len(folded)
    assert not set(folded) & {word.lower() if fold_case else word for word in reserved}


def test_names_made_from_others_meet_none_of_them():
    chosen = Identifiers.of(["p/op/x", "p/op/d_x", "p/op/d_x_1"], {"h"})
    assert chosen.derived("d_{}", "x") == "d_x_2"
    assert chosen.derived("d_{}", "x") == "d_x_2"
    assert chosen.derived("d_{}", "d_x") == "d_d_x"
    assert chosen.derived("h") == "h_1"
    assert Identifiers.of(["p/op/x", "p/op/D_X"], (), fold_case=True).derived("d_{}", "x") == "d_x_1"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("p/op/x", "p/op/x"),
        ("p\nimport os", "p\\nimport os"),
        ("p\r\x0b\x0c\u2028q", "p\\r\\x0b\\x0c\\u2028q"),
        ("Größe τ", "Größe τ"),
        ("ends in a backslash\\", "ends in a backslash"),
    ],
)
def test_text_of_a_model_stays_on_its_line(text, wanted):
    assert one_line(text) == wanted
