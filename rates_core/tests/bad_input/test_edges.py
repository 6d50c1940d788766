"""Edges that lead nowhere or carry what does not fit."""

from __future__ import annotations

import numpy as np
import pytest

from rates_core import CircuitTemplate, EdgeTemplate, OperatorTemplate, PopulationTemplate


@pytest.fixture
def linked(node):
    """Return a function that makes two nodes with one edge."""

    def make(source="p/lin/x", target="q/lin/u", template=None, **attributes):
        return CircuitTemplate("pair", {"p": node, "q": node}, edges=[(source, target, template, attributes)])

    return make


@pytest.fixture
def connected(node):
    """Return a function that makes a population of three units with one connection."""

    def make(target="p/lin/u", weights=1.0, **others):
        connection = {"source": "p/lin/x", "target": target, "weights": weights, **others}
        return CircuitTemplate("net", populations={"p": PopulationTemplate("p", node, 3)}, connections=[connection])

    return make


def edge_template(equation: str, **variables: object) -> EdgeTemplate:
    return EdgeTemplate("link", [OperatorTemplate("eo", equation, variables)])


def test_an_edge_to_what_is_no_input(linked, run_refusal):
    assert run_refusal(linked(target="q/lin/tau")) == (
        "TemplateError: Edge p/lin/x -> q/lin/tau leads to 'q/lin/tau', which is not an input. "
        "Declare it as 'input' or choose one of: u."
    )


def test_a_connection_to_what_is_no_input(connected, run_refusal):
    assert run_refusal(connected(target="p/lin/x")) == (
        "TemplateError: Connection p/lin/x -> p/lin/x leads to 'p/lin/x', which is not an input. "
        "Declare it as 'input' or choose one of: u."
    )


def test_an_edge_whose_ends_are_swapped(linked, connected, run_refusal):
    assert run_refusal(linked("q/lin/u", "p/lin/x")) == (
        "TemplateError: Edge q/lin/u -> p/lin/x leads to 'p/lin/x', which is not an input, but 'q/lin/u' is one. Are "
        "source and target swapped?"
    )
    assert run_refusal(connected(source="p/lin/u", target="p/lin/x")) == (
        "TemplateError: Connection p/lin/u -> p/lin/x leads to 'p/lin/x', which is not an input, but 'p/lin/u' is one. "
        "Are source and target swapped?"
    )


MODEL = """\
op: {base: OperatorTemplate, equations: x' = u - x, variables: {x: output, u: input}}
node: {base: NodeTemplate, operators: op}
inner:
  base: CircuitTemplate
  nodes: {p: node, q: node}
  populations: {r: {node: node, n: 2}}
  edges:
    - [p/op/x, q/op/u]
    - [q/op/u, p/op/x]
  connections:
    - {source: r/op/x, target: r/op/u, weights: 1.0}
outer: {base: CircuitTemplate, circuits: {a: inner}}
matrix:
  base: CircuitTemplate
  populations: {r: {node: node, n: 2}}
  connections:
    - {source: r/op/u, target: r/op/x, weights: 1.0}
"""


@pytest.mark.parametrize(
    ("name", "line", "edge", "source", "target"),
    [
        ("inner", 9, "Edge", "q/op/u", "p/op/x"),
        ("outer", 9, "Edge", "a/q/op/u", "a/p/op/x"),
        ("matrix", 17, "Connection", "r/op/u", "r/op/x"),
    ],
)
def test_an_edge_of_a_file_to_what_is_no_input_names_file_and_line(
    tmp_path, run_refusal, name, line, edge, source, target
):
    file = tmp_path / "model.yaml"
    file.write_text(MODEL)
    assert run_refusal(CircuitTemplate.from_yaml(f"{file}/{name}")) == (
        f"TemplateError: {file}:{line}: {edge} {source} -> {target} leads to '{target}', which is not an input, but "
        f"'{source}' is one. Are source and target swapped?"
    )


def test_two_inputs_of_an_edge_that_nothing_is_mapped_to(linked, run_refusal):
    template = edge_template("out = a*b", out="output", a="input", b="input")
    assert run_refusal(linked(template=template)) == (
        "TemplateError: Edge template 'link' on p/lin/x->q/lin/u has 2 inputs that nothing is mapped to: 'eo/a', "
        "'eo/b'. Map all but one in the edge's attributes, to 'source' or to node/operator/variable."
    )


def test_two_inputs_of_a_connection_that_nothing_is_mapped_to(connected, run_refusal):
    template = edge_template("out = a*b", out="output", a="input", b="input")
    assert run_refusal(connected(edge=template)) == (
        "TemplateError: Edge template 'link' on p/lin/x->p/lin/u has 2 inputs that nothing is mapped to: 'eo/a', "
        "'eo/b'. Map all but one in the edge's attributes, to 'source' or to node/operator/variable."
    )


@pytest.mark.parametrize(
    ("kinds", "listed"), [(("output", "output"), "'eo/a', 'eo/b'"), (("variable", "variable"), "none")]
)
def test_an_edge_that_delivers_not_exactly_one_output(linked, run_refusal, kinds, listed):
    operator = OperatorTemplate("eo", ["a = i", "b = i"], {"a": kinds[0], "b": kinds[1], "i": "input"})
    assert run_refusal(linked(template=EdgeTemplate("link", [operator]))) == (
        f"TemplateError: Edge template 'link' must have exactly one output that leaves the edge; it has {listed}. "
        "Declare the others as 'variable'."
    )


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        (
            {"wieght": 1.0},
            "UnknownNameError: p/lin/x->q/lin/u: An edge without a template has no attribute 'wieght'. "
            "Did you mean 'weight'? It has: weight, delay, spread.",
        ),
        (
            {"delay": -0.5},
            "ArgumentError: p/lin/x->q/lin/u: The delay of an edge is a finite number of at least 0, not -0.5.",
        ),
        ({"weight": "1"}, "ArgumentError: p/lin/x->q/lin/u: The weight of an edge: A number is needed, not '1'."),
    ],
)
def test_an_edge_attribute_that_cannot_be(pair, refusal, attributes, text):
    assert refusal(pair.update_var, edge_vars=[("p/lin/x", "q/lin/u", attributes)]) == text


def test_an_edge_that_does_not_exist(pair, refusal):
    assert refusal(pair.update_var, edge_vars=[("p/lin/x", "q/lin/x", {"weight": 1.0})]) == (
        "UnknownNameError: There is no edge p/lin/x->q/lin/x. Did you mean 'p/lin/x->q/lin/u'?"
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            {"weights": np.ones((3, 4))},
            "Circuit 'net': weights has 4 columns, but source 'p/lin/x' has 3 units; its axes are [target, source].",
        ),
        (
            {"weights": np.ones((2, 3))},
            "Circuit 'net': weights has 2 rows, but target 'p/lin/u' has 3 units; its axes are [target, source].",
        ),
        ({"weights": np.ones(3)}, "weights has the shape (3,); give a 2-D matrix [target, source] or a number."),
        (
            {"weights": np.ones((3, 3)), "delays": np.ones((2, 3))},
            "Connection p/lin/x->p/lin/u: delays has the shape (2, 3), but the connections have the shape (3, 3).",
        ),
        (
            {"weights": np.ones((3, 3)), "delays": -1.0},
            "Connection p/lin/x->p/lin/u: delays: 1 value is negative.",
        ),
    ],
)
def test_weights_and_delays_that_do_not_fit(connected, refusal, arguments, text):
    assert refusal(connected, **arguments) == f"TemplateError: {text}"


def test_values_of_a_population_that_do_not_fit(ten, refusal):
    assert refusal(ten.update_var, {"pop/lin/tau": [1.0, 2.0]}) == (
        "ArgumentError: 'pop/lin/tau' names 10 units, but the value has the shape (2,). "
        "Give one number or one per unit."
    )
