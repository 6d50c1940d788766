"""Formulas in MathML say what the same formulas in LaTeX say."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rates_core.expressions import FUNCTIONS, Apply, Constant, Expression, Number, Symbol, parse_equation
from rates_core.reports.mathml import MathML
from rates_core.reports.notation import formula, left_side
from rates_core.reports.symbol import GREEK, symbols_of
from rates_core.reports.tex import TeX
from rates_core.testing.formulas import FORMULAS

NAMES = ("x", "tau_e", "v0", "r_in", "größe", "lambda", "Delta_x_2", "tau0", "tau_0", "a&b<c")
SYMBOLS = symbols_of(NAMES)
SIGNS = {
    "−": "-", "\N{INVISIBLE TIMES}": r"\,", "·": r"\cdot", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq",
    "∧": r"\wedge", "∨": r"\vee", "¬": r"\neg", "×": r"\times", "⌊": r"\lfloor", "⌋": r"\rfloor",
    "⌈": r"\lceil", "⌉": r"\rceil",
}  # fmt: skip
LETTERS = {character: f"\\{name}" for name, character in GREEK.items()}
COMMANDS = {"sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "exp", "ln", "log", "min", "max"}


def latex_of(element: ElementTree.Element) -> str:
    """Return the LaTeX that an element of MathML stands for, as far as reports write it."""
    parts = [latex_of(child) for child in element]
    text = element.text or ""
    match element.tag:
        case "mrow":
            return fenced(element, parts) if is_fenced(element) else "".join(parts)
        case "mfrac":
            return rf"\frac{{{parts[0]}}}{{{parts[1]}}}"
        case "msup":
            return f"{parts[0]}^{{{parts[1]}}}"
        case "msub":
            base = parts[0] if element[0].tag != "mrow" else f"{{{parts[0]}}}"
            return f"{base}_{{{parts[1]}}}"
        case "msqrt":
            return rf"\sqrt{{{''.join(parts)}}}"
        case "mover":
            command = {"˙": r"\dot", "¯": r"\overline"}[element[1].text or ""]
            return f"{command}{{{parts[0]}}}"
        case "mtable":
            return r"\\".join(parts)
        case "mtr":
            return "&".join(parts)
        case "mtd":
            return "".join(parts)
        case "mtext":
            return rf"\text{{{text}}}".replace("\N{NO-BREAK SPACE}", " ")
        case "mn":
            return text
        case "mo":
            return SIGNS.get(text, text)
        case "mi":
            return identifier(text, element.get("mathvariant"))
    raise AssertionError(element.tag)


def identifier(text: str, variant: str | None) -> str:
    escaped = text.replace("&", r"\&").replace("_", r"\_")
    if variant == "normal" and text in ("e", "i"):
        return rf"\mathrm{{{text}}}"
    if variant == "normal" and text != "π":
        return f"\\{text}" if text in COMMANDS else rf"\operatorname{{{escaped}}}"
    if variant == "monospace":
        return rf"\mathtt{{{escaped}}}" if text.isascii() else rf"\text{{{escaped}}}"
    if text in LETTERS:
        return LETTERS[text]
    if len(text) == 1:
        return text
    return rf"\mathrm{{{escaped}}}" if text.isascii() else rf"\text{{{escaped}}}"


def is_fenced(element: ElementTree.Element) -> bool:
    return len(element) > 0 and element[0].get("fence") == "true"


def fenced(element: ElementTree.Element, parts: list[str]) -> str:
    if element[0].text == "{":
        return rf"\begin{{cases}}{parts[1]}\end{{cases}}"
    left, right = (SIGNS.get(element[place].text or "", element[place].text) for place in (0, -1))
    return rf"\left{left}{''.join(parts[1:-1])}\right{right}"


def squeezed(text: str) -> str:
    return text.replace(" ", "")


numbers = st.one_of(st.integers(-99, 99), st.floats(allow_nan=False), st.complex_numbers(allow_nan=False))
leaves = st.one_of(
    numbers.map(Number), st.sampled_from(["pi", "E", "I"]).map(Constant), st.sampled_from(NAMES).map(Symbol)
)


@st.composite
def applications(draw: st.DrawFn, arguments: st.SearchStrategy[Expression]) -> Expression:
    definition = FUNCTIONS[draw(st.sampled_from(sorted(FUNCTIONS)))]
    count = draw(st.integers(*definition.arity))
    return Apply(definition.name, draw(st.lists(arguments, min_size=count, max_size=count)))


@given(st.recursive(leaves, applications, max_leaves=15))
def test_mathml_holds_the_same_formula_as_latex(tree: Expression) -> None:
    root = ElementTree.fromstring(f"<math>{formula(tree, MathML(), SYMBOLS)}</math>")
    expected = squeezed(formula(tree, TeX(), SYMBOLS)).replace(r"\infty", "∞").replace(r"\mathrm{NaN}", "NaN")
    found = squeezed("".join(map(latex_of, root)))
    assert found.replace(r"\operatorname{∞}", "∞").replace(r"\operatorname{NaN}", "NaN") == expected


@pytest.mark.parametrize("text", ["r_in' = x", "x' = 1", "tau_0 = x"])
def test_left_sides_are_the_same_too(text: str) -> None:
    equation = parse_equation(text, NAMES)
    (element,) = ElementTree.fromstring(f"<math>{left_side(equation, MathML(), SYMBOLS)}</math>")
    assert latex_of(element) == left_side(equation, TeX(), SYMBOLS)


def test_the_formulas_of_all_functions_are_well_formed() -> None:
    from rates_core.expressions import parse_expression

    for item in FORMULAS:
        text = formula(parse_expression(item.text, "abc"), MathML(), {})
        assert list(ElementTree.fromstring(f"<math>{text}</math>"))
