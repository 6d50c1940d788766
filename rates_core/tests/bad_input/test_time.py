"""`t` is time, declared or not: whoever sets it or feeds it means something else."""

from __future__ import annotations

import numpy as np
import pytest

from rates_core import CircuitTemplate, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

IS_TIME = "is time, in every solver and backend: nothing sets it or feeds it. Give a variable of your own another name."


@pytest.fixture
def clock(one) -> CircuitTemplate:
    """Return a node whose operator declares `t` with a value."""
    return one(["x' = t + u"], x="output", u="input", t=3.0)


def test_a_value_that_is_declared_does_not_matter(clock):
    assert clock.run(1.0, 0.25, verbose=False)["p/op/x"].tolist() == [0.0, 0.0, 0.0625, 0.1875]


@pytest.mark.parametrize("kind", ["parameter", "input"])
def test_an_input_for_time_is_refused(one, run_refusal, kind):
    circuit = one("x' = t", x="output", t=3.0 if kind == "parameter" else "input")
    assert run_refusal(circuit, inputs={"p/op/t": np.ones(10)}) == f"ArgumentError: inputs: 'p/op/t' {IS_TIME}"


def test_an_edge_to_time_is_refused(clock, run_refusal):
    circuit = clock.update_template(edges=[("p/op/x", "p/op/t")])
    assert run_refusal(circuit) == (f"TemplateError: Edge p/op/x -> p/op/t leads to 'p/op/t', which {IS_TIME}")


def test_an_edge_from_time_is_none_that_feeds_it(clock):
    run = clock.update_template(edges=[("p/op/t", "p/op/u")]).run(1.0, 0.25, verbose=False)
    assert run["p/op/x"].tolist() == [0.0, 0.0, 0.125, 0.375]


def test_new_values_of_time_are_refused(clock, refusal):
    assert refusal(clock.update_var, {"p/op/t": 2.0}) == f"ArgumentError: 'p/op/t' {IS_TIME}"
    operator = clock.nodes["p"].operators[0][0]
    assert refusal(NodeTemplate, "n", {operator: {"t": 2.0}}) == f"TemplateError: 'op/t' {IS_TIME}"
    assert refusal(PopulationTemplate, "many", NodeTemplate("n", [operator]), 3, {"op/t": 2.0}) == (
        f"TemplateError: Population 'many': 'op/t' {IS_TIME}"
    )


@pytest.mark.parametrize("argument", ["parameters", "initial"])
def test_a_run_sets_no_time(clock, refusal, argument):
    model = clock.compile(simulation_time=1.0)
    assert refusal(model.run, **{argument: {"p/op/t": 2.0}}) == f"ArgumentError: {argument}: 'p/op/t' {IS_TIME}"


EDGE = EdgeTemplate("e", [OperatorTemplate("eo", "m = pre + t", {"m": "output", "pre": "input", "t": "input"})])


@pytest.mark.parametrize("value", [2.0, "source", "p/op/x"])
def test_an_edge_maps_nothing_to_time(clock, refusal, value):
    edge = ("p/op/x", "p/op/u", EDGE, {"eo/t": value})
    assert refusal(clock.update_template, edges=[edge]) == f"TemplateError: The edge variable 'eo/t' {IS_TIME}"


def test_of_two_inputs_of_an_edge_one_of_which_is_time_the_other_is_the_source(clock):
    run = clock.update_template(edges=[("p/op/x", "p/op/u", EDGE)]).run(2.0, 0.5, verbose=False)
    assert run["p/op/x"].tolist() == [0.0, 0.0, 0.5, 1.75]  # x' = x + 2*t
