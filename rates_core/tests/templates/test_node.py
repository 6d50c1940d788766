"""Nodes and edges are sets of operators with values of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.errors import RatesError, TemplateError, UnknownNameError
from rates_core.templates.array import Array
from rates_core.templates.node import EdgeTemplate, NodeTemplate
from rates_core.templates.operator import OperatorTemplate


@pytest.fixture
def adaptation() -> OperatorTemplate:
    return OperatorTemplate("sfa", "a' = x - a", {"a": "output", "x": "input"})


def test_every_form_of_values_is_the_same_node(operator: OperatorTemplate) -> None:
    forms: list[Any] = [
        {operator: {"alpha": -1.0}},
        {operator: {"variables": {"alpha": -1}}},
        [(operator, {"alpha": np.float64(-1.0)})],
        [{operator: {"alpha": -1.0}}],
        {operator: {"alpha": "-1.0"}},
    ]
    nodes = [NodeTemplate("n", form) for form in forms]
    assert all(node == nodes[0] and hash(node) == hash(nodes[0]) for node in nodes)
    assert nodes[0].operators == ((operator, {"alpha": -1.0}),)


def test_a_node_is_not_an_edge(operator: OperatorTemplate) -> None:
    assert NodeTemplate("n", [operator]) != EdgeTemplate("n", [operator])


def test_an_initial_value_may_be_written_as_it_is_declared(operator: OperatorTemplate) -> None:
    assert NodeTemplate("n", {operator: {"x": "output(0.2)"}}).value("lv", "x") == 0.2


def test_a_value_is_that_of_the_node_or_else_of_the_operator(predator: NodeTemplate) -> None:
    assert predator.value("lv", "alpha") == -1.0
    assert predator.value("lv", "x") == 0.5
    assert predator.variable_paths == ("lv/x", "lv/alpha", "lv/x_in")


def test_arrays_are_values_of_vectors_and_parameters() -> None:
    operator = OperatorTemplate("op", "x' = k*x", {"x": "output(0.0,2)", "k": [1, 2]})
    node = NodeTemplate("n", {operator: {"x": [1, 2], "k": [3, 4]}})
    assert node.value("op", "x") == Array([1.0, 2.0])
    with pytest.raises(TemplateError) as caught:
        NodeTemplate("n", {operator: {"x": [1, 2, 3]}})
    assert str(caught.value) == "'op/x' has the shape (3,), but is declared with the shape (2,)."


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"alhpa": 1.0}, UnknownNameError, "Operator 'lv' has no variable 'alhpa'. Did you mean 'alpha'?"),
        ({"alpha": float("nan")}, TemplateError, "'lv/alpha': NaN is not a number."),
        ({"alpha": None}, TemplateError, "'lv/alpha': A number is needed, not None."),
        (
            {"x": "input(2.0)"},
            TemplateError,
            "'lv/x' is declared as output and cannot become 'input(2.0)'; derive an operator to change that.",
        ),
        (3.0, TemplateError, "The values of operator 'lv' are a mapping of variables, not 3.0."),
    ],
)
def test_a_wrong_value_is_refused(
    operator: OperatorTemplate, values: Any, error: type[RatesError], message: str
) -> None:
    with pytest.raises(error) as caught:
        NodeTemplate("n", {operator: values})
    assert str(caught.value) == message


def test_two_operators_of_one_name_are_refused(operator: OperatorTemplate) -> None:
    other = operator.update_template(variables={"alpha": 3.0})
    with pytest.raises(TemplateError) as caught:
        NodeTemplate("n", [operator, other])
    assert str(caught.value) == "'n' has two operators named 'lv'. Derive one of them under another name."


def test_something_else_in_the_place_of_an_operator_is_refused() -> None:
    with pytest.raises(TemplateError) as caught:
        NodeTemplate("n", [3])
    assert (
        str(caught.value) == "An operator of a node or edge must be of kind OperatorTemplate or a path to one, not 3."
    )


def test_a_derived_node_adds_operators_and_changes_values(
    predator: NodeTemplate, operator: OperatorTemplate, adaptation: OperatorTemplate
) -> None:
    derived = predator.update_template("tired", operators={operator: {"x": 0.1}, adaptation: None})
    assert derived.operators == ((operator, {"alpha": -1.0, "x": 0.1}), (adaptation, {}))
    assert predator.operators == ((operator, {"alpha": -1.0}),)
    assert isinstance(derived, NodeTemplate)


def test_a_replacement_keeps_the_values_that_it_declares_too(
    predator: NodeTemplate, operator: OperatorTemplate, adaptation: OperatorTemplate
) -> None:
    capped = operator.update_template("capped", equations={"append": "- x^2"})
    derived = predator.update_template(operators={"replace": {"lv": capped}, adaptation: {}})
    assert derived.operators == ((capped, {"alpha": -1.0}), (adaptation, {}))


def test_an_operator_is_removed_by_name_template_or_path(
    predator: NodeTemplate, operator: OperatorTemplate, adaptation: OperatorTemplate
) -> None:
    both = predator.update_template(operators=[adaptation])
    for reference in ("sfa", adaptation, "models.adaptation.sfa", "models/adaptation/sfa"):
        assert both.update_template(operators={"remove": [reference]}) == predator


def test_changing_an_operator_that_is_not_there_is_refused(predator: NodeTemplate, operator: OperatorTemplate) -> None:
    with pytest.raises(UnknownNameError) as caught:
        predator.update_template(operators={"remove": "lw"})
    assert str(caught.value) == "'predator' has no operator 'lw'. Did you mean 'lv'?"
    with pytest.raises(TemplateError) as refused:
        predator.update_template(operators=[operator.update_template(variables={"alpha": 9.0})])
    assert str(refused.value) == (
        "'predator' has an operator 'lv' already, which differs from the one that is added. "
        "Write {'replace': {'lv': ...}} to exchange it."
    )


def test_a_replacement_keeps_the_values_of_variables_that_have_one() -> None:
    old = OperatorTemplate("old", "x' = k*a", {"x": "output", "k": 1.0, "a": 2.0, "b": 3.0})
    new = OperatorTemplate("new", "x' = k*a", {"x": "output", "k": 1.0, "a": "noise"})
    node = NodeTemplate("node", {old: {"k": 5.0, "a": 6.0, "b": 7.0}})
    assert node.update_template(operators={"replace": {"old": new}}).operators == ((new, {"k": 5.0}),)
