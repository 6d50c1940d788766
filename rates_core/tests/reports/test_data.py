"""Reports for programs: JSON that holds all that the text says."""

from __future__ import annotations

import json

import numpy as np
from rates_core.expressions import parse_expression

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate


def data(template) -> dict:
    return json.loads(template.report("json"))


def test_a_report_as_json_holds_every_part(circuit: CircuitTemplate) -> None:
    found = data(circuit)
    assert list(found) == [
        "generator", "kind", "name", "label", "text", "cited", "operators", "templates", "projections", "citations",
    ]  # fmt: skip
    assert (found["kind"], found["name"], found["text"]) == ("circuit", "web", "A web.")
    decay = found["operators"][0]
    assert (decay["nodes"], decay["units"], decay["edges"]) == (["p", "many", "c/a", "c/b"], 6, [])
    assert decay["equations"][1] == {
        "variable": "m",
        "kind": "algebraic",
        "expression": "where(x > theta, x^2, 0)",
        "latex": r"m = \begin{cases} x^{2} & \text{if } x > \theta \\ 0 & \text{otherwise} \end{cases}",
    }
    assert decay["events"] == [{"when": "x > 9", "set": {"x": "x/2"}, "emit": "m"}]
    assert decay["variables"][2] == {
        "name": "tau_x",
        "latex": r"\tau_{x}",
        "role": "parameter",
        "unit": "ms",
        "values": [
            {"value": 2.0, "nodes": ["p", "c/a", "c/b"]},
            {"value": {"entries": [1.0, 2.0, 4.0], "shape": [3]}, "nodes": ["many"]},
        ],
    }
    assert found["templates"][3] == {
        "kind": "node", "name": "driven", "text": "", "cited": [], "nodes": ["c/b"], "units": 1,
        "operators": ["decay_op", "drive"], "joins": {"decay_op/u": ["drive/u"]},
    }  # fmt: skip
    assert found["projections"][1] == {
        "source": {"variable": "decay_op/x", "nodes": ["p"], "units": 1},
        "target": {"variable": "decay_op/x_in", "nodes": ["c/a"], "units": 1},
        "inside": False, "edge": "gated", "count": 1, "weight": -2.0, "delay": 0.5, "spread": 0.1,
        "variables": {"gate/k": 4.0},
    }  # fmt: skip
    assert found["citations"][0] == {
        "number": 1,
        "text": "Maker A (1999). On decay.",
        "identifier": "doi:10.1000/a_b(1)",
        "address": "https://doi.org/10.1000/a_b(1)",
    }


def test_expressions_of_the_json_are_those_of_the_model(circuit: CircuitTemplate) -> None:
    (operator, _) = circuit.nodes["p"].operators[0]
    for equation, shown in zip(operator.parsed, data(operator)["operators"][0]["equations"], strict=True):
        assert parse_expression(shown["expression"], operator.variables) == equation.expression


def test_numbers_that_json_has_not_are_texts() -> None:
    operator = OperatorTemplate("o", "z' = z", {"z": "output(0.5+0.1j)", "big": float("inf"), "k": 1.0})
    values = [item["values"][0]["value"] for item in data(operator)["operators"][0]["variables"]]
    assert values == ["0.5+0.1j", "inf", 1.0]


def test_many_numbers_are_summarised_here_too() -> None:
    operator = OperatorTemplate("o", "x' = k", {"x": "output", "k": 1.0, "j": 0.0})
    values = {"o/k": np.arange(100.0), "o/j": np.arange(100.0) % 2}
    population = PopulationTemplate("crowd", NodeTemplate("n", [operator]), 100, values)
    _, k, j = data(population)["operators"][0]["variables"]
    assert k["values"][0]["value"].items() >= {"count": 100, "least": 0.0, "largest": 99.0, "mean": 49.5}.items()
    assert j["values"][0]["value"] == {"values": [{"value": 0.0, "count": 50}, {"value": 1.0, "count": 50}]}
