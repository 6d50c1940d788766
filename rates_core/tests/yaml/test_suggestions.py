"""What looks like a text is found by its parts, the name before the file and the file before folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from rates_core.yaml.suggestions import LIKELY, Candidate, best, closeness

ASKED = ("library", "folder", "file", "name")


def test_equal_parts_are_as_close_as_can_be():
    assert closeness(ASKED, ASKED) == 1
    assert closeness(("name",), ASKED) == 1
    assert closeness(("FILE", "Name"), ASKED) == 1


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("library", "folder", "file", "0000"), 4 / 8),
        (("library", "folder", "0000", "name"), 6 / 8),
        (("library", "000000", "file", "name"), 7 / 8),
        (("0000", *ASKED), 8 / 9),
        (("000000", "0000", "name"), 4 / 7),
    ],
)
def test_the_name_weighs_4_the_file_2_and_a_folder_1(asked, expected):
    assert closeness(asked, ASKED) == pytest.approx(expected, rel=1e-15)


def test_a_part_is_as_close_as_its_letters():
    # "name" and "nam" share 3 letters in order: 2*3/(4 + 3).
    assert closeness(("nam",), ASKED) == pytest.approx(6 / 7, rel=1e-15)


def candidate(text: str, score: float, place: str = "") -> Candidate:
    return Candidate(text, score, (Path("file.yaml"), place or text))


def test_the_best_three_are_kept_in_order():
    candidates = [candidate("d", 0.6), candidate("a", 1.0), candidate("c", 0.7), candidate("b", 0.9)]
    assert best(candidates) == ["a", "b", "c"]


def test_what_is_not_likely_is_left_out():
    assert best([candidate("a", LIKELY), candidate("b", LIKELY - 1e-9)]) == ["a"]


def test_one_template_is_offered_once():
    assert best([candidate("short", 0.8, "x"), candidate("long", 0.9, "x"), candidate("y", 0.7)]) == ["long", "y"]
