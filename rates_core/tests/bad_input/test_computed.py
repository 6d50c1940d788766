"""A value for a variable that an algebraic equation computes would have no effect, so nobody may give one."""

from __future__ import annotations

import pytest

from rates_core import CircuitTemplate, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

OPERATOR = OperatorTemplate("op", ["x' = z - x", "z = k*x"], {"x": "output(1.0)", "z": "variable(0.5)", "k": 3.0})
COMPUTED = "is computed by the equation 'z = k*x'; a value has no effect. Set what the equation is made of."


def test_a_node_sets_no_computed_variable(refusal):
    assert refusal(NodeTemplate, "n", {OPERATOR: {"z": 2.0}}) == f"TemplateError: 'op/z' {COMPUTED}"
    node = NodeTemplate("n", [OPERATOR])
    assert refusal(node.update_template, operators={OPERATOR: {"z": 2.0}}) == f"TemplateError: 'op/z' {COMPUTED}"


@pytest.mark.parametrize("given", [2.0, [2.0, 3.0]])
def test_a_population_sets_no_computed_variable(refusal, given):
    assert refusal(PopulationTemplate, "many", NodeTemplate("n", [OPERATOR]), 2, {"op/z": given}) == (
        f"TemplateError: Population 'many': 'op/z' {COMPUTED}"
    )


@pytest.mark.parametrize("path", ["p/op/z", "all/op/z"])
def test_an_update_sets_no_computed_variable(refusal, path):
    circuit = CircuitTemplate("c", {"p": NodeTemplate("n", [OPERATOR])})
    assert refusal(circuit.update_var, {path: 2.0}) == f"ArgumentError: 'p/op/z' {COMPUTED}"


@pytest.mark.parametrize("given", [2.0, "2.0", [2.0, 3.0]])
def test_a_derived_operator_sets_no_computed_variable(refusal, given):
    assert refusal(OPERATOR.update_template, "derived", variables={"z": given}) == (
        f"TemplateError: Operator 'derived': 'z' {COMPUTED}"
    )


def test_a_parameter_that_gets_an_equation_has_no_value_any_more(refusal):
    changes = {"equations": {"add": "k = 2.0*x"}, "variables": {"k": 4.0}}
    assert refusal(OPERATOR.update_template, "derived", **changes) == (
        "TemplateError: Operator 'derived': 'k' is computed by the equation 'k = 2.0*x'; a value has no effect. "
        "Set what the equation is made of."
    )


def test_what_a_computed_variable_is_may_be_declared_anew():
    derived = OPERATOR.update_template("derived", variables={"z": "output(0.25)"})
    assert derived.variables["z"].kind == "output"
    run = CircuitTemplate("c", {"p": NodeTemplate("n", [derived])}).run(1.0, 0.5, outputs=["p/derived/z"])
    assert run.iloc[:, 0].tolist() == [3.0, 6.0]  # z = 3*x, and x' = 2*x from 1


EDGE = EdgeTemplate("e", [OperatorTemplate("eo", "m = 2*pre", {"m": "output", "pre": "input"})])


def test_an_edge_sets_no_computed_variable(one, refusal):
    circuit = one("x' = u", x="output(1.0)", u="input")
    edge = ("p/op/x", "p/op/u", EDGE, {"eo/m": 2.0})
    computed = "is computed by the equation 'm = 2*pre'; a value has no effect. Set what the equation is made of."
    assert refusal(circuit.update_template, edges=[edge]) == f"TemplateError: The edge variable 'eo/m' {computed}"


def test_a_replaced_operator_loses_the_value_of_what_is_computed_now():
    given = OperatorTemplate("given", ["x' = z - x"], {"x": "output(1.0)", "z": 0.5})
    node = NodeTemplate("n", {given: {"z": 2.0, "x": 4.0}})
    replaced = node.update_template(operators={"replace": {"given": OPERATOR}})
    assert replaced.operators == ((OPERATOR, {"x": 4.0}),)


def test_the_start_of_a_state_is_a_value(one):
    circuit = one(["x' = -x"], x="output(1.0)").update_var({"p/op/x": 4.0})
    assert circuit.run(1.0, 0.5, verbose=False).iloc[:, 0].tolist() == [4.0, 2.0]
