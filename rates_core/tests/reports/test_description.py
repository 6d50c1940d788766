"""Descriptions in parts: prose, sources, units."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rates_core.reports.bibliography import Bibliography
from rates_core.reports.description import Description, Source, parse_description

JANSEN = "Jansen BH, Rit VG (1995). Electroencephalogram."


def sources(text: str) -> list[tuple[str, str]]:
    return [(source.text, source.identifier) for source in parse_description(f"Reference: {text}").sources]


def test_prose_units_and_reference_are_told_apart() -> None:
    text = f"Rate to potential:\nas x.\n\nUnits: v V, x V/s, g mS/cm^2.\nReference: {JANSEN}\n  doi:10.1007/BF00199471"
    assert parse_description(text) == Description(
        "Rate to potential: as x.",
        (Source(JANSEN, "doi:10.1007/BF00199471"),),
        {"v": "V", "x": "V/s", "g": "mS/cm^2"},
    )


def test_a_description_without_any_is_prose_in_paragraphs() -> None:
    assert parse_description("One\nline.\n\nAnother.") == Description("One line.\n\nAnother.")
    assert parse_description("") == Description()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A (1999). doi:10.1016/S0006-3495(72)86068-5", [("A (1999).", "doi:10.1016/S0006-3495(72)86068-5")]),
        ("A (1999), see (doi:10.1000/x).", [("A (1999), see.", "doi:10.1000/x")]),
        ("A, https://doi.org/10.1000/x, and B. isbn:9780262041997.",
         [("A.", "doi:10.1000/x"), ("and B.", "isbn:9780262041997")]),
        ("A. doi:10.1000/x. Rate: B. DOI: 10.1000/y", [("A.", "doi:10.1000/x"), ("Rate: B.", "doi:10.1000/y")]),
        ("A. doi:10.1000/x, whose figure 3 it is.", [("A.", "doi:10.1000/x"), ("whose figure 3 it is.", "")]),
        ("Personal communication", [("Personal communication.", "")]),
        ("", []),
    ],
)  # fmt: skip
def test_a_source_ends_with_its_identifier(text: str, found: list[tuple[str, str]]) -> None:
    assert sources(text) == found


@pytest.mark.parametrize("units", ["v", "v mV, x", "12 mV", "v mV; x, y"])
def test_units_of_another_form_remain_prose(units: str) -> None:
    assert parse_description(f"Units: {units}.") == Description(f"Units: {units}.")


def test_a_unit_may_be_several_words() -> None:
    assert parse_description("Units: r spikes per second, v mV.").units == {"r": "spikes per second", "v": "mV"}


words = st.lists(st.one_of(st.text("abcXYZ19", min_size=1), st.just("doi:10.1234/abc")), min_size=1).map(" ".join)
paragraphs = st.lists(st.tuples(st.sampled_from(["", "Reference: ", "\n", "\n\nReferences: "]), words).map("".join))


@given(paragraphs.map("\n".join))
def test_no_word_is_lost(text: str) -> None:
    found = parse_description(text)
    shown = [found.text, *(part for source in found.sources for part in (source.text, source.identifier))]
    said = re.sub(r"\bReferences?:", " ", text)
    assert sorted(re.findall(r"\w+", " ".join(shown))) == sorted(re.findall(r"\w+", said))


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    assert parse_description(text).text.split() == parse_description(parse_description(text).text).text.split()


@pytest.mark.parametrize(
    ("identifier", "address"),
    [
        ("doi:10.1016/S0006-3495(72)86068-5", "https://doi.org/10.1016/S0006-3495(72)86068-5"),
        ("doi:10.1000/a<b>#c d", "https://doi.org/10.1000/a%3Cb%3E%23c%20d"),
        ("isbn:9780262041997", ""),
        ("", ""),
    ],
)
def test_a_doi_has_an_address(identifier: str, address: str) -> None:
    assert Source("A.", identifier).address == address


def test_a_source_is_numbered_once_and_keeps_its_longest_text() -> None:
    bibliography = Bibliography()
    assert bibliography.cite([Source("Jansen (1995).", "doi:10.1000/X"), Source("Other.")]) == (1, 2)
    assert bibliography.cite([Source(JANSEN, "doi:10.1000/x"), Source("New.", "isbn:1"), Source("Other.")]) == (1, 3, 2)
    assert bibliography.cite([Source("New.", "isbn:1"), Source("New.", "isbn:1")]) == (3,)
    assert [(item.number, item.source.text) for item in bibliography.citations] == [
        (1, JANSEN),
        (2, "Other."),
        (3, "New."),
    ]
