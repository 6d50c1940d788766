"""The reports of all templates: every equation and every variable once, and the source, in each language."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from html import unescape
from pathlib import Path

import pytest
import rates_models
import yaml
from matplotlib.mathtext import MathTextParser
from rates_core.expressions import Apply, Equation, Expression, to_text, transform
from rates_core.reports.notation import formula, left_side
from rates_core.reports.symbol import symbols_of
from rates_core.reports.tex import TeX
from rates_core.yaml.reader import load

from rates_core import CircuitTemplate, EdgeTemplate, NodeTemplate, OperatorTemplate

FOLDER = Path(rates_models.__file__).parent
FILES = sorted(path.relative_to(FOLDER) for path in FOLDER.rglob("*.yaml"))
ALL_TEMPLATES = [
    ".".join((*file.with_suffix("").parts, name))
    for file in FILES
    for name in yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))
]
Template = CircuitTemplate | NodeTemplate | EdgeTemplate | OperatorTemplate


@cache
def template(name: str) -> Template:
    found = load(name)
    assert isinstance(found, Template)
    return found


def operators(found: Template) -> set[OperatorTemplate]:
    """Return the distinct operators of a template and of all that it holds."""
    if isinstance(found, OperatorTemplate):
        return {found}
    if isinstance(found, NodeTemplate | EdgeTemplate):
        return {operator for operator, _ in found.operators}
    parts = [*found.nodes.values(), *found.circuits.values(), *(edge.template for edge in found.edges if edge.template)]
    return set().union(*map(operators, parts))


def written(equation: Equation) -> str:
    return f"{equation.target}{chr(39) if equation.kind == 'differential' else ''} = {to_text(equation.expression)}"


def latex(operator: OperatorTemplate, equation: Equation) -> str:
    tex, symbols = TeX(), symbols_of(operator.variables)
    return f"{left_side(equation, tex, symbols)} &= {formula(equation.expression, tex, symbols)}"


@pytest.mark.parametrize("name", ALL_TEMPLATES)
def test_the_text_has_each_equation_and_variable_once(name: str) -> None:
    found = operators(template(name))
    lines = template(name).report().partition("\nReferences\n")[0].splitlines()
    shown = Counter(line.strip() for line in lines if line.startswith("    ") and " = " in line)
    assert shown == Counter(written(equation) for operator in found for equation in operator.parsed)
    blocks = re.findall(r"^variable +.*\n-.*\n((?:.+\n)*)", "\n".join([*lines, ""]), re.MULTILINE)
    rows = Counter(line.split()[0] for block in blocks for line in block.splitlines())
    assert rows == Counter(variable for operator in found for variable in operator.variables)


ROWS = {
    "markdown": r"^\| \$[^|]*\$ `(\w+)` \|",
    "latex": r"^\$.*?\$ \\texttt\{([\w\\]+)\} &",
    "html": r"<td><math>(?:(?!</td>).)*</math> <code>(\w+)</code></td>",
}


@pytest.mark.parametrize("name", ALL_TEMPLATES)
@pytest.mark.parametrize("language", ROWS)
def test_other_languages_have_each_equation_and_variable_once(name: str, language: str) -> None:
    found = operators(template(name))
    text = template(name).report(language)
    rows = Counter(row.replace("\\", "") for row in re.findall(ROWS[language], text, re.MULTILINE))
    assert rows == Counter(variable for operator in found for variable in operator.variables)
    count = sum(len(operator.parsed) for operator in found)
    if language == "html":
        assert text.count("<mtd><mo>=</mo></mtd>") == count
    else:
        expected = Counter(latex(operator, equation) for operator in found for equation in operator.parsed)
        assert Counter(line.removesuffix(" \\\\") for line in text.splitlines() if " &= " in line) == expected


@pytest.mark.parametrize("name", ALL_TEMPLATES)
def test_json_has_each_equation_variable_value_and_unit_once(name: str) -> None:
    found = operators(template(name))
    data = json.loads(template(name).report("json"))
    shown = [(entry, item) for entry in data["operators"] for item in entry["variables"]]
    assert Counter(item["name"] for _, item in shown) == Counter(v for operator in found for v in operator.variables)
    assert len(data["operators"]) == len(found)
    roles = {"parameter", "state", "input"}
    assert all(bool(item["values"]) == (item["role"] in roles) for _, item in shown)


@pytest.mark.parametrize("name", ALL_TEMPLATES)
@pytest.mark.parametrize("language", ["text", "markdown", "latex", "html", "json"])
def test_the_source_stands_in_every_language(name: str, language: str) -> None:
    (identifier,) = re.findall(r"((?:doi:10\.\d+/\S+)|isbn:\d{13})$", template(name).description)
    text = template(name).report(language)
    assert identifier in unescape(re.sub(r"\\(.)", r"\1", text))


@pytest.mark.parametrize("name", [name for name in ALL_TEMPLATES if "_op" in name])
def test_units_of_the_description_stand_in_the_table(name: str) -> None:
    listed = re.search(r"^Units: (.+)\.$", template(name).description, re.MULTILINE)
    expected = dict(item.split(" ", 1) for item in listed[1].split(", ")) if listed else {}
    (entry,) = json.loads(template(name).report("json"))["operators"]
    assert {item["name"]: item["unit"] for item in entry["variables"] if item["unit"]} == expected


def without_cases(tree: Expression) -> Expression:
    """Return a tree in which conditionals, which Matplotlib cannot set, are sums of their parts."""

    def changed(node: Expression) -> Expression:
        if isinstance(node, Apply) and node.function == "where":
            test, value, rest = node.arguments
            return Apply("add", (Apply("add", (test, value)), rest))
        return node

    return transform(tree, changed)


@pytest.mark.parametrize("name", [name for name in ALL_TEMPLATES if isinstance(template(name), OperatorTemplate)])
def test_matplotlib_can_set_every_formula(name: str) -> None:
    parser = MathTextParser("path")
    operator = template(name)
    assert isinstance(operator, OperatorTemplate)
    tex, symbols = TeX(), symbols_of(operator.variables)
    for equation in operator.parsed:
        text = f"{left_side(equation, tex, symbols)} = {formula(without_cases(equation.expression), tex, symbols)}"
        assert parser.parse(f"${text}$").width > 0
