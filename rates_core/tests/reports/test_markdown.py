"""Markdown, as a parser of CommonMark with tables reads it: what a model says is shown as it stands there."""

from __future__ import annotations

from html import unescape
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rates_core.reports.markdown import Markdown, escaped

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def page(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{READER.render(text)}</div>")


def shown(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


def test_a_report_has_headings_tables_formulas_and_links(circuit: CircuitTemplate) -> None:
    text = circuit.report("markdown")
    found = page(text)
    assert [shown(item) for item in found.iter("h1")] == ["web (circuit)"]
    assert [shown(item) for item in found.iter("h3")] == ["decay_op [1, 2]", "drive", "gate"]
    assert [[shown(cell) for cell in row] for row in next(found.iter("table")).iter("tr")] == [
        ["variable", "value", "unit", "meaning"],
        ["$x$ x", "1.0", "mV", "state, at the start"],
        ["$m$ m", "", "", "computed"],
        [r"$\tau_{x}$ tau_x", "2.0 in p, c/a, c/b; 1.0, 2.0, 4.0 in many (3 units)", "ms", "parameter"],
        [r"$\theta$ theta", "0.75 in p, many, c/a (5 units); 0.5 in c/b", "", "parameter"],
        ["$u$ u", "0.25", "", "input, when nothing feeds it"],
        [r"$x_{\mathrm{in}}$ x_in", "0.0", "", "input, when nothing feeds it"],
    ]
    assert "Decay_of x & its 50 % | <square>." in [shown(item) for item in found.iter("p")]
    (link,) = found.iter("a")
    assert (link.get("href"), shown(link)) == ("https://doi.org/10.1000/a_b(1)", "doi:10.1000/a_b(1)")
    assert "$$\n\\begin{aligned}\nu &= A\n\\end{aligned}\n$$\n" in text


@pytest.mark.parametrize(
    "text",
    ["1. one", "12) one", "- item", "+ item", "# title", "=====", "---", "* star", "> quote", "    code", "a\\",
     "`x` ``", "![a](b)", "<b>", "&amp;", "a | b", "$x$", "~~x~~", "_x_ __y__"],
)  # fmt: skip
def test_a_description_is_no_markup(text: str) -> None:
    paragraphs = page(OperatorTemplate("o", "x = 1", {"x": "output"}, description=text).report("markdown")).iter("p")
    assert text.strip() in [shown(item) for item in paragraphs]


characters = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))


@given(st.text(characters, min_size=1).map(lambda text: " ".join(text.split())).filter(bool))
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    (paragraph,) = page(Markdown().paragraph(escaped(text)))
    assert paragraph.tag == "p"
    assert shown(paragraph) == text


@given(st.text("ab_|`*\\<&$ ~", min_size=1, max_size=8))
def test_a_label_is_one_cell_of_a_table(label: str) -> None:
    operator = OperatorTemplate("o", "x' = x + u", {"x": "output", "u": "input"})
    node = NodeTemplate("n", [operator])
    circuit = CircuitTemplate("c", nodes={label: node}, edges=[(f"{label}/o/x", f"{label}/o/u")])
    *_, (_, row) = [list(table.iter("tr")) for table in page(circuit.report("markdown")).iter("table")]
    assert [unescape(shown(cell)) for cell in row] == [f"{label}/o/x".strip(), f"{label}/o/u".strip(), "1.0"]
