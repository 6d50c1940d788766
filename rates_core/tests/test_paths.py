"""Paths are split, joined and matched by their segments."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rates_core.errors import ArgumentError
from rates_core.paths import (
    EdgePath,
    has_wildcard,
    join_path,
    join_unit,
    matches,
    split_path,
    split_unit,
    split_variable,
)


def test_paths_are_split_and_joined() -> None:
    assert split_path("web/fox/lv/x") == ("web", "fox", "lv", "x")
    assert join_path("web", "", "fox") == "web/fox"
    assert split_variable("web/fox/lv/x") == ("web/fox", "lv", "x")


def test_units_are_split_and_joined() -> None:
    assert split_unit("pack") == ("pack", None)
    assert split_unit("pack[12]") == ("pack", 12)
    assert join_unit("pack", 12) == "pack[12]"


@pytest.mark.parametrize(
    ("pattern", "path", "matched"),
    [
        ("a/b", "a/b", True),
        ("all/b", "a/b", True),
        ("all", "a", True),
        ("all", "a/b", False),
        ("all/all", "a/b", True),
        ("a/all/c", "a/b/c", True),
        ("a/b", "a/c", False),
        ("pop", "pop[3]", True),
        ("pop[3]", "pop[3]", True),
        ("pop[2]", "pop[3]", False),
        ("po", "pop[3]", False),
        ("pop[3]", "pop", False),
        ("all[3]", "pop[3]", True),
        ("all[3]", "pop[13]", False),
        ("all[3]", "pop", False),
    ],
)
def test_a_pattern_matches_level_by_level(pattern: str, path: str, matched: bool) -> None:
    assert matches(pattern.split("/"), path.split("/")) is matched


def test_only_a_whole_segment_is_a_wildcard() -> None:
    assert has_wildcard(("all", "x"))
    assert not has_wildcard(("tall", "x"))


@pytest.mark.parametrize(
    ("function", "text", "message"),
    [
        (split_path, "a//b", "Path 'a//b' holds an empty segment; write it as 'node/op/var'."),
        (split_path, "", "Path '' holds an empty segment; write it as 'node/op/var'."),
        (split_path, 3, "A path is text such as 'node/op/var', not 3."),
        (split_variable, "op/x", "'op/x' is not the path of a variable; write it as 'node/op/var'."),
        (split_unit, "p[-1]", "'p[-1]' names no unit; write the unit of a population as 'pop[3]', counted from 0."),
        (split_unit, "p[1", "'p[1' names no unit; write the unit of a population as 'pop[3]', counted from 0."),
    ],
)
def test_malformed_paths_are_refused(function: Any, text: Any, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        function(text)
    assert str(caught.value) == message


labels = some.text("abcxyz_019", min_size=1).filter(lambda text: text != "all")
nodes = some.builds(
    lambda parts, unit: "/".join(parts) + unit,
    some.lists(labels, min_size=1, max_size=3),
    some.sampled_from(["", "[3]"]),
)
variables = some.builds(lambda *parts: "/".join(parts), nodes, labels, labels)
attributes = some.sampled_from(["weight", "delay", "spread"]) | some.builds("{}/{}".format, labels, labels)


@given(variables, variables, some.integers(0, 99), attributes)
def test_a_written_edge_path_is_read_back(source: str, target: str, index: int, attribute: str) -> None:
    path = EdgePath(source, target, index, attribute)
    assert EdgePath.parse(str(path)) == path


@given(variables, variables, attributes)
def test_an_edge_path_without_a_number_means_all_edges(source: str, target: str, attribute: str) -> None:
    path = EdgePath(source, target, None, attribute)
    assert EdgePath.parse(str(path)) == path


@pytest.mark.parametrize("text", ["a/op/x", "a/op/x->b/op/y", "a/x->b/op/y/weight", "a/op/x->weight"])
def test_a_malformed_edge_path_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        EdgePath.parse(text)
    assert str(caught.value) == (
        f"'{text}' is not the path of an edge parameter; write it as 'node/op/var->node/op/var[0]/weight'."
    )
