"""Every edit that a derived template makes is what the reference on tokens says, in Python and in files."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from rates_core.errors import TemplateError
from rates_core.templates.edits import edit
from rates_core.templates.mapping import FrozenMapping
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.yaml.emitter import block
from rates_core.yaml.reader import load
from rates_core.yaml.writer import write

from . import values
from .parts import Kind, nodes, operators, own_values
from .tokens import NoMatchError, edited, names, split

ordinary = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
operator_bases = st.booleans().flatmap(lambda is_complex: operators(Kind(is_complex=is_complex), st.just("base")))
pieces = st.sampled_from(
    ["", "x", "2", "3j", "1.5e-3", "x_y", "(a + b)", "*", "**", "^", "-", "e3", "d/dt", "and", "'"]
)


@st.composite
def subsequences(draw: Any, equations: tuple[str, ...]) -> str:
    """Return tokens that follow each other in an equation, spaced anew, or a piece that may be anywhere."""
    tokens = split(draw(st.sampled_from(equations)))
    first = draw(st.integers(0, len(tokens) - 1))
    chosen = tokens[first : first + draw(st.integers(1, 4))]
    apart = [" ", "  ", "\n"] if any(token[-1].isalnum() or token == "*" for token in chosen) else ["", " "]
    return draw(st.sampled_from(apart)).join(chosen) if draw(st.integers(0, 9)) else draw(pieces.filter(bool))


@st.composite
def equation_edits(draw: Any, operator: OperatorTemplate) -> dict[str, Any]:
    """Return edits of the equations of an operator, most of which match something."""
    sought = subsequences(operator.equations)
    added = st.sampled_from(["+ 2*x", "- k", "*3", "^2", "2*", "-", "d/dt *", "q ="])
    several = added | st.lists(added, max_size=2)
    kinds = {
        "replace": st.dictionaries(sought, pieces | sought, min_size=1, max_size=3),
        "remove": sought | st.lists(sought, min_size=1, max_size=2),
        "append": several,
        "prepend": several,
        "add": st.sampled_from(["q = 1", ["q' = 2", "r = q"]]),
    }
    chosen = draw(st.sets(st.sampled_from(list(kinds)), min_size=1))
    return {key: draw(kinds[key]) for key in kinds if key in chosen}


@ordinary
@given(st.data())
def test_edits_of_equations_see_tokens_and_nothing_else(data):
    operator = data.draw(operator_bases)
    edits = data.draw(equation_edits(operator))
    try:
        expected = edited(operator.equations, edits)
    except NoMatchError:
        with pytest.raises(TemplateError, match="matches nothing"):
            edit(operator.equations, edits, "it")
    else:
        assert [split(equation) for equation in edit(operator.equations, edits, "it")] == expected


@ordinary
@given(st.data())
def test_a_file_derives_the_operator_that_python_derives(data):
    base = data.draw(operator_bases)
    edits = data.draw(equation_edits(base))
    changes = data.draw(st.fixed_dictionaries({}, optional={"description": values.texts, "label": values.texts}))
    new = {"q": data.draw(st.sampled_from([0.5, 1j, "variable", "output(2.0)"]))}
    given_equations = data.draw(st.sampled_from([{**edits, "add": "q = 1"}, None, ["q' = q"]]))
    new = new if given_equations else {}  # a new variable that no equation uses is an error
    try:
        derived = base.update_template("derived", equations=given_equations, variables=new, **changes)
    except TemplateError:
        assume(False)
    entry = {"base": "base", "variables": new, **changes}
    read = through_a_file(base, entry if given_equations is None else {**entry, "equations": given_equations})
    assert read == derived
    dropped = names((*base.equations, *texts_of_events(base))) - names((*derived.equations, *texts_of_events(derived)))
    kept = [name for name in base.variables if name not in dropped]
    assert list(derived.variables) == [*kept, *(name for name in new if name not in kept)]


def texts_of_events(operator: OperatorTemplate) -> list[str]:
    return [
        text for event in operator.events for text in (event.when, *event.set, *event.set.values(), event.emit or "")
    ]


def through_a_file(base: Any, entry: dict[str, Any]) -> Any:
    """Return the template that a file derives from another one in it."""
    with TemporaryDirectory() as folder:
        path = write(base, Path(folder) / "model.yaml")
        text = "\n".join(block({"derived": entry}))
        path.write_text(path.read_text(encoding="utf-8") + text + "\n", encoding="utf-8")
        return load(f"{path}/derived")


@st.composite
def operator_changes(draw: Any, node: NodeTemplate) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return operators of a node that are replaced, removed, and given other values; and operators that are added."""
    held = {operator.name: operator for operator, _ in node.operators}
    removed = draw(st.sets(st.sampled_from(list(held)), max_size=1))
    kept = [name for name in held if name not in removed]
    replaced = (
        draw(st.dictionaries(st.sampled_from(kept), operators(Kind(), st.just("new")), max_size=1)) if kept else {}
    )
    changed = {name: draw(own_values(Kind(), held[name])) for name in kept if name not in replaced}
    return dict.fromkeys(removed), replaced, changed


@ordinary
@given(st.data())
def test_edits_of_the_operators_of_a_node_are_those_of_a_dictionary(data):
    node = data.draw(nodes(Kind()).filter(lambda node: not {"replace", "remove", "new"} & set(held_by(node))))
    removed, replaced, changed = data.draw(operator_changes(node))
    derived = node.update_template(
        "derived",
        operators={
            "remove": list(removed),
            "replace": replaced,
            **{held_by(node)[k][0]: v for k, v in changed.items()},
        },
    )
    expected: dict[str, Any] = {}
    for name, (operator, own) in held_by(node).items():
        if name in replaced:
            new = replaced[name]
            having = {key for key, item in new.variables.items() if item.kind != "noise"} - set(new.algebraic)
            expected[name] = new, {key: value for key, value in own.items() if key in having}
        elif name not in removed:
            expected[name] = operator, {**own, **changed.get(name, {})}
    assert derived.operators == tuple((operator, FrozenMapping(own)) for operator, own in expected.values())


def held_by(node: NodeTemplate) -> dict[str, Any]:
    return {operator.name: (operator, own) for operator, own in node.operators}
