"""HTML: well-formed pages that need no script, with the same content as the other languages."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from rates_core import CircuitTemplate, OperatorTemplate


def page(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n").replace('<meta charset="utf-8">', ""))


def shown(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


def test_a_report_is_a_page_with_headings_tables_formulas_and_links(circuit: CircuitTemplate) -> None:
    text = circuit.report("html")
    assert text.startswith('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>web</title></head>')
    assert "<script" not in text
    found = page(text)
    assert [shown(item) for item in found.iter("h4")] == ["decay_op [1, 2]", "drive", "gate"]
    assert [[shown(cell) for cell in row] for row in next(found.iter("tbody"))] == [
        ["x x", "1.0", "mV", "state, at the start"],
        ["m m", "", "", "computed"],
        ["τx tau_x", "2.0 in p, c/a, c/b; 1.0, 2.0, 4.0 in many (3 units)", "ms", "parameter"],
        ["θ theta", "0.75 in p, many, c/a (5 units); 0.5 in c/b", "", "parameter"],
        ["u u", "0.25", "", "input, when nothing feeds it"],
        ["xin x_in", "0.0", "", "input, when nothing feeds it"],
    ]
    blocks = [item for item in found.iter("math") if item.get("display") == "block"]
    assert [[shown(row) for row in block.iter("mtr")] for block in blocks[1:]] == [["u=A"], ["y=s\N{INVISIBLE TIMES}k"]]
    assert "Decay_of x & its 50 % | <square>." in [shown(item) for item in found.iter("p")]
    assert "When x>9: x=x2, a pulse of integral 1 in m m." in [shown(item) for item in found.iter("p")]
    (link,) = found.iter("a")
    assert (link.get("href"), shown(link)) == ("https://doi.org/10.1000/a_b(1)", "doi:10.1000/a_b(1)")


def test_notebooks_show_the_report_and_the_equations(circuit: CircuitTemplate) -> None:
    html, latex = circuit._repr_html_(), circuit._repr_latex_()
    assert html is not None
    assert html in circuit.report("html")
    assert latex is not None
    assert [part.strip() for part in latex.split("$$")] == [
        "",
        "\\begin{aligned}\n"
        r"\dot{x} &= \frac{- x}{\tau_{x}} + \sqrt{\left| u \right|} \, \left[ x_{\mathrm{in}} > 0 \right] \\"
        "\n"
        r"m &= \begin{cases} x^{2} & \text{if } x > \theta \\ 0 & \text{otherwise} \end{cases}"
        "\n\\end{aligned}",
        "",
        "\\begin{aligned}\nu &= A\n\\end{aligned}",
        "",
        "\\begin{aligned}\ny &= s \\, k\n\\end{aligned}",
        "",
    ]


def test_notebooks_show_a_template_that_has_no_report_as_plain_text() -> None:
    broken = OperatorTemplate("o", "x' = y", {"x": "variable"})
    assert broken._repr_html_() is None
    assert broken._repr_latex_() is None
    assert CircuitTemplate("empty")._repr_latex_() is None


printable = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")))


@given(printable, printable)
def test_no_description_and_no_unit_is_markup(description: str, unit: str) -> None:
    unit = unit.replace(",", "").strip(" .")  # a comma ends a unit
    text = f"{description}\n\nUnits: x <{unit}."
    found = page(OperatorTemplate("o", "x' = 1", {"x": "output"}, description=text).report("html"))
    assert " ".join(shown(found).split()).count(" ".join(f"<{unit}".split())) >= 1
