"""Edits see tokens of equations, and what matches nothing is an error."""

from __future__ import annotations

from typing import Any

import pytest
from rates_core.errors import RatesError, TemplateError, UnknownNameError
from rates_core.templates.array import Array
from rates_core.templates.edits import edit
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.variable import Variable


def edited(equation: str, **edits: Any) -> list[str]:
    return edit([equation], edits, "Operator 'op'")


@pytest.mark.parametrize(
    ("equation", "edits", "result"),
    [
        ("x' = r + r_in", {"replace": {"r": "q"}}, "x' = q + r_in"),
        ("x' = x + y", {"replace": {"x": "z"}}, "z' = z + y"),
        ("x' = x + y", {"replace": {"x": "y", "y": "x"}}, "y' = y + x"),
        ("v' = v^2 + eta", {"replace": {"v ** 2": "v*v"}}, "v' = v*v + eta"),
        ("v' = (a+b) * c", {"replace": {"(a + b)": "d"}}, "v' = d * c"),
        ("v' = a + b*a + b", {"replace": {"a + b": "c"}}, "v' = c*c"),
        ("v' = a + b - a", {"replace": {"a": "x", "a + b": "y"}}, "v' = y - x"),
        ("v' = eta + 1", {"replace": {"eta": "eta - A"}}, "v' = eta - A + 1"),
        ("x' = 2*d", {"replace": {"d": "delta"}}, "x' = 2*delta"),
        ("d/dt * x = d", {"replace": {"d": "delta"}}, "d/dt * x = delta"),
        ("x = 1e-3*e", {"replace": {"e": "f"}}, "x = 1e-3*f"),
        ("v' = eta + r_in*J - v", {"remove": "+ r_in*J"}, "v' = eta - v"),
        ("v' = eta + a + b", {"remove": ["+ a", "+ b"]}, "v' = eta"),
        ("v' = a*b*c", {"remove": "b"}, "v' = a* *c"),
        ("v' = a+b", {"replace": {"+": "and"}}, "v' = a and b"),
        ("v' = 2-e3", {"replace": {"-": None, "e3": 1}}, "v' = 2 1"),
        ("v' = 3j*j", {"replace": {"j": "k"}}, "v' = 3j*k"),
        ("v' = eta", {"append": "- v"}, "v' = eta - v"),
        ("v' = eta", {"prepend": "a*"}, "v' = a* eta"),
        ("v = eta", {"prepend": "d/dt *"}, "d/dt * v = eta"),
        ("v' = a", {"replace": {"a": "b"}, "remove": "v", "append": "+ c"}, "' = b + c"),
    ],
)
def test_an_edit_changes_tokens(equation: str, edits: dict[str, Any], result: str) -> None:
    assert edited(equation, **edits) == [result]


def test_an_equation_of_which_nothing_is_left_is_gone() -> None:
    assert edit(["x' = 1", "y' = 2"], {"remove": "x' = 1", "add": "z = 3"}, "") == ["y' = 2", "z = 3"]


def test_added_equations_are_not_edited() -> None:
    assert edit(["x' = a"], {"replace": {"a": "b"}, "append": "+ 1", "add": ["y' = a"]}, "") == ["x' = b + 1", "y' = a"]


@pytest.mark.parametrize(
    ("edits", "error", "message"),
    [
        (
            {"replace": {"q": "r"}},
            TemplateError,
            "Operator 'op', 'replace': 'q' matches nothing in the equations: x' = r_in + 1",
        ),
        (
            {"remove": "r"},
            TemplateError,
            "Operator 'op', 'remove': 'r' matches nothing in the equations: x' = r_in + 1",
        ),
        ({"remove": " "}, TemplateError, "Operator 'op', 'remove': a piece of an equation is needed, not ' '."),
        (
            {"replace": "r"},
            TemplateError,
            "Operator 'op': 'replace' maps old pieces of equations to new ones, not 'r'.",
        ),
        (
            {"replace": {"r_in": ["q"]}},
            TemplateError,
            "Operator 'op': 'replace' maps old pieces of equations to new ones, not {'r_in': ['q']}.",
        ),
        ({"append": 2}, TemplateError, "Operator 'op': 'append' is a text or a list of texts, not 2."),
        ({"repalce": {}}, UnknownNameError, "Operator 'op': equations have no edit 'repalce'. Did you mean 'replace'?"),
    ],
)
def test_a_wrong_edit_is_refused(edits: dict[str, Any], error: type[RatesError], message: str) -> None:
    with pytest.raises(error) as caught:
        edited("x' = r_in + 1", **edits)
    assert str(caught.value) == message


@pytest.fixture
def base() -> OperatorTemplate:
    return OperatorTemplate(
        "qif",
        ["v' = (v^2 + eta + r_in*J)/tau", "r = v"],
        {"v": "variable(-2.0)", "r": "output", "eta": 1.0, "J": 15.0, "tau": 1.0, "r_in": "input", "note": 3.0},
    )


def test_variables_that_no_equation_uses_any_more_are_dropped_from_the_derived_operator_only(
    base: OperatorTemplate,
) -> None:
    derived = base.update_template("plain", equations={"remove": "+ r_in*J"})
    assert list(derived.variables) == ["v", "r", "eta", "tau", "note"]
    assert "J" in base.variables
    assert base.equations[0] == "v' = (v^2 + eta + r_in*J)/tau"


def test_a_variable_that_an_event_uses_is_kept(base: OperatorTemplate) -> None:
    spiking = base.update_template(events=[{"when": "v > J", "set": {"v": "-J"}}])
    assert "J" in spiking.update_template(equations={"remove": "+ r_in*J"}).variables


def test_new_variables_are_declared_with_the_edit(base: OperatorTemplate) -> None:
    derived = base.update_template(
        equations={"replace": {"eta": "eta - A"}, "add": "A' = -A/tau"}, variables={"A": "variable", "tau": 2.0}
    )
    assert derived.equations[-1] == "A' = -A/tau"
    assert derived.variables["A"] == Variable("variable")
    assert derived.variables["tau"] == Variable("parameter", 2.0)
    assert derived.name == "qif"
    assert len(derived.parsed) == 3


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"variables": {"tua": 2.0}}, "'tua'. Did you mean 'tau'? They use: v, r, eta, J, tau, r_in."),
        ({"variables": {"q": "input"}}, "'q'. They use: v, r, eta, J, tau, r_in."),
        (
            {"equations": {"remove": "+ r_in*J"}, "variables": {"J": 2.0}},
            "'J'. They use: v, r, eta, tau.",
        ),
        ({"equations": "c = 2", "variables": {"k": 2.0}}, "'k'. They use: none."),
    ],
)
def test_a_new_variable_that_nothing_uses_is_refused(base: OperatorTemplate, changes: Any, text: str) -> None:
    with pytest.raises(RatesError) as caught:
        base.update_template("derived", **changes)
    assert type(caught.value) is UnknownNameError
    assert str(caught.value) == f"Operator 'derived': no equation uses the variable {text}"


def test_a_new_variable_may_be_time_or_used_by_events_delays_or_spelled_out_again(base: OperatorTemplate) -> None:
    changed = base.update_template(
        equations={"add": ["q = past(v, lag)", "w = v(t - late)"]},
        variables={"q": "variable", "w": "variable", "lag": 1.0, "late": 2.0, "t": 0.0, "note": 4.0, "top": 9.0,
                   "s": "output", "step": 1.0},
        events=[{"when": "v > top", "set": {"eta": "eta + step"}, "emit": "s"}],
    )  # fmt: skip
    assert [*changed.variables][-9:] == ["note", "q", "w", "lag", "late", "t", "top", "s", "step"]


def test_a_number_for_a_variable_with_an_equation_is_its_initial_value(base: OperatorTemplate) -> None:
    assert base.update_template(variables={"v": 0.5}).variables["v"] == Variable("variable", 0.5)


def test_new_initial_values_keep_axis_and_kind_of_a_variable() -> None:
    base = OperatorTemplate("op", ["x' = -x", "z' = z"], {"x": "variable(0.5,3)", "z": "output(complex)"})
    derived = base.update_template(variables={"x": [1, 2, 3], "z": 0.5})
    assert derived.variables == {
        "x": Variable("variable", Array([1, 2, 3])),
        "z": Variable("output", 0.5 + 0j, "complex"),
    }
    assert derived.update_template(variables={"x": 2}).variables["x"] == Variable("variable", 2.0, "float", 3)
    with pytest.raises(TemplateError) as caught:
        base.update_template(variables={"x": [[1, 2, 3]]})
    assert str(caught.value) == (
        "Variable 'x': an initial value is a number or a list with one per place on its axis, not [[1, 2, 3]]."
    )


@pytest.mark.parametrize("given", [0.5, "0.5"])
def test_a_number_for_an_input_is_its_new_default(base: OperatorTemplate, given: object) -> None:
    assert base.update_template(variables={"r_in": given}).variables["r_in"] == Variable("input", 0.5)


def test_a_new_default_keeps_axis_and_kind_of_an_input() -> None:
    base = OperatorTemplate("op", "x' = u + w - x", {"x": "output", "u": "input(0.5,2)", "w": "input(complex)"})
    derived = base.update_template(variables={"u": 2, "w": 3})
    assert (derived.variables["u"], derived.variables["w"]) == (
        Variable("input", 2.0, "float", 2),
        Variable("input", 3 + 0j, "complex"),
    )
    assert base.update_template(variables={"u": [1, 2]}).variables["u"] == Variable("input", Array([1, 2]))
    with pytest.raises(TemplateError) as caught:
        base.update_template(variables={"u": [[1, 2]]})
    assert str(caught.value) == (
        "Variable 'u': the default of an input is a number or a list with one per place on its axis, not [[1, 2]]."
    )


def test_noise_takes_no_number() -> None:
    base = OperatorTemplate("op", "x' = s*xi - x", {"x": "output", "s": 1.0, "xi": "noise"})
    with pytest.raises(TemplateError) as caught:
        base.update_template("derived", variables={"xi": 0.0})
    assert str(caught.value) == (
        "Operator 'derived': 'xi' is noise, which has unit strength and no value. Scale it in the equation."
    )


def test_an_update_without_changes_is_equal(base: OperatorTemplate) -> None:
    assert base.update_template() == base
