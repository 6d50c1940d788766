"""Operators hold equations and their variables, and compare by content."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from rates_core.errors import EquationError, RatesError, TemplateError, UnknownNameError
from rates_core.templates.event import Event
from rates_core.templates.location import Location
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.variable import Variable


def test_content_decides_equality_and_place_does_not(operator: OperatorTemplate) -> None:
    twin = OperatorTemplate(
        name="lv",
        equations=["x' = x*(alpha + x_in)"],
        variables={"x_in": "input", "x": "output(0.5)", "alpha": 0.5},
        location=Location("lv.yaml", 3),
    )
    assert operator == twin
    assert hash(operator) == hash(twin)
    assert operator != operator.update_template(variables={"alpha": 0.6})


def test_operators_of_one_name_and_different_equations_differ(operator: OperatorTemplate) -> None:
    other = operator.update_template(equations="x' = x*(alpha - x_in)")
    assert other.name == operator.name
    assert other != operator


def test_an_operator_survives_pickling(operator: OperatorTemplate) -> None:
    assert pickle.loads(pickle.dumps(operator)) == operator


def test_variables_cannot_be_changed(operator: OperatorTemplate) -> None:
    with pytest.raises(TypeError):
        operator.variables["alpha"] = Variable("parameter", 2.0)  # type: ignore[index]


def test_equations_are_parsed_once(operator: OperatorTemplate) -> None:
    assert operator.parsed is operator.parsed
    assert [(equation.kind, equation.target) for equation in operator.parsed] == [("differential", "x")]


def test_events_are_parsed_with_the_variables_of_the_operator() -> None:
    operator = OperatorTemplate(
        "spike",
        "v' = I",
        {"v": "output", "I": 1.0, "v_peak": 1.0, "s": "variable"},
        events=[{"when": "v > v_peak", "set": {"v": "v - v_peak"}, "emit": "s"}],
    )
    assert operator.events == (Event("v > v_peak", {"v": "v - v_peak"}, "s"),)
    (event,) = operator.parsed_events
    assert event.emit == "s"
    assert list(event.set) == ["v"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            ("a/b", "x' = x", {"x": "output"}),
            TemplateError,
            "The operator label 'a/b' holds '/'; labels may not hold / [ ] or >.",
        ),
        (("all", [], {}), TemplateError, "The operator label 'all' is taken: in paths it stands for every child."),
        (("op", 3, {}), TemplateError, "Equations are a text or a list of texts, not 3."),
        (("op", [""], {}), TemplateError, "An equation is a text such as \"x' = -x/tau\", not ''."),
        (("op", [], ["x"]), TemplateError, "Variables are a mapping of names to what they are, not ['x']."),
        (
            ("op", [], {"2x": 1.0}),
            TemplateError,
            "The name of a variable is letters, digits and '_', no digit first; it is '2x'.",
        ),
        (
            ("op", [], {"x": "output(y)"}),
            TemplateError,
            "Variable 'x': 'output(y)': 'y' is neither a number nor 'float' or 'complex'.",
        ),
        (
            ("op", [], {"v": "output"}, "", None, [{"when": "v > 1", "set": {"vv": "0"}}]),
            UnknownNameError,
            "The event 'when: v > 1' changes 'vv', which is not declared (operator 'op'). Did you mean 'v'?",
        ),
    ],
)
def test_a_malformed_operator_is_refused_when_it_is_made(
    arguments: tuple[Any, ...], error: type[RatesError], message: str
) -> None:
    with pytest.raises(error) as caught:
        OperatorTemplate(*arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("equations", "message"),
    [
        (
            ["x' = x", "x = 2*x"],
            "A second equation for 'x' (operator 'op', m.yaml:7, equation 2) after 'x' = x'. "
            "Write one equation per variable.",
        ),
        (
            "k' = x",
            "'k' is declared as parameter and cannot have an equation (operator 'op', m.yaml:7, equation 1). "
            "Declare it as 'variable(2.0)' or 'output(2.0)'.",
        ),
        (
            "i = x",
            "'i' is declared as input and cannot have an equation (operator 'op', m.yaml:7, equation 1). "
            "Declare it as 'variable' or 'output'.",
        ),
    ],
)
def test_an_equation_that_defines_the_wrong_thing_is_refused(equations: Any, message: str) -> None:
    operator = OperatorTemplate(
        "op", equations, {"x": "output", "k": 2.0, "i": "input"}, location=Location("m.yaml", 7)
    )
    with pytest.raises(TemplateError) as caught:
        _ = operator.parsed
    assert str(caught.value) == message


def test_an_undeclared_name_is_reported_with_operator_equation_file_and_line() -> None:
    operator = OperatorTemplate(
        "op", ["x' = y", "y' = z"], {"x": "output", "y": "output"}, location=Location("m.yaml", 7)
    )
    with pytest.raises(EquationError) as caught:
        _ = operator.parsed
    assert "operator 'op', m.yaml:7, equation 2" in str(caught.value)


def test_an_undeclared_name_in_an_event_is_reported_with_the_event() -> None:
    operator = OperatorTemplate("op", "x' = 1", {"x": "output"}, events=[{"when": "x > top", "set": {"x": 0}}])
    with pytest.raises(EquationError) as caught:
        _ = operator.parsed_events
    assert "operator 'op', event 'when: x > top'" in str(caught.value)
