"""Equal nodes become one population where it pays, and never where that would change a meaning."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.network.build import build_network
from rates_core.network.network import UnitLocation

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate


def sizes(circuit, vectorize=True):
    return [population.size for population in build_network(circuit, vectorize).populations]


def test_eight_equal_nodes_are_one_population_and_seven_are_not(line, leak):
    assert sizes(line(leak, 8)) == [8]
    assert sizes(line(leak, 7)) == [None] * 7


def test_nothing_is_grouped_unasked(line, leak):
    assert sizes(line(leak, 9), vectorize=False) == [None] * 9


def test_nodes_of_the_same_operators_are_equal_whatever_their_names_and_values(leak):
    other = NodeTemplate("other", {leak.operators[0][0]: {"tau": 7.0}})
    circuit = CircuitTemplate("c", nodes={f"p{k}": leak if k % 2 else other for k in range(8)})
    (population,) = build_network(circuit).populations
    assert population.values["op", "tau"].tolist() == [7.0, 2.0] * 4
    assert population.values["op", "x"] == 0.1
    assert population.label == "[p0...p7]"


def test_operators_of_one_name_and_other_equations_are_not_equal():
    one, two = (OperatorTemplate("op", f"x' = {sign}x", {"x": "output(0.1)"}) for sign in ("", "-"))
    nodes = {f"p{k}": NodeTemplate("n", [one if k < 8 else two]) for k in range(16)}
    network = build_network(CircuitTemplate("c", nodes=nodes))
    assert [population.size for population in network.populations] == [8, 8]
    assert network.locations["p9"] == UnitLocation(1, 1)


def test_nodes_are_grouped_across_circuits(leak):
    inner = CircuitTemplate("inner", nodes={"p": leak, "q": leak})
    circuit = CircuitTemplate("c", circuits={f"c{k}": inner for k in range(4)})
    (population,) = build_network(circuit).populations
    assert list(population.units) == [f"c{k}/{label}" for k in range(4) for label in "pq"]
    assert population.label == "c0/[p...q]"


@pytest.mark.parametrize(
    "equation",
    [
        "x' = -vsum(x)", "x' = -mean(x)", "x' = maxi(x)", "x' = mini(x)", "x' = index(k, 0)", "x' = vsum(matvec(w, k))",
        "x' = vsum(matmul(w, k))", "x' = vsum(index_range(k, 0, 2))", "x' = index_axis(k, 1)",
    ],
)  # fmt: skip
def test_a_node_that_acts_on_an_axis_of_its_own_stays_single(line, equation):
    variables = {"x": "variable(0.1)", "k": [1.0, 2.0, 3.0], "w": np.ones((2, 3))}
    used = {
        name: value for name, value in variables.items() if name in equation.replace("max", "").replace("index", "")
    }
    node = NodeTemplate("n", [OperatorTemplate("op", equation, used)])
    assert sizes(line(node, 9)) == [None] * 9


@pytest.mark.parametrize("declared", ["variable(0.0,3)", "input(0.0,3)", [1.0, 2.0, 3.0]])
def test_a_node_with_a_vector_stays_single(line, declared):
    operator = OperatorTemplate("op", ["x' = -x"], {"x": "variable(0.1)", "v": declared})
    assert sizes(line(NodeTemplate("n", [operator]), 9)) == [None] * 9


def test_a_node_to_which_a_vector_was_given_stays_single(line):
    operator = OperatorTemplate("op", ["x' = -x", "z = 2*k"], {"x": "variable(0.1)", "z": "variable", "k": 1.0})
    circuit = line(NodeTemplate("n", [operator]), 9).update_var({"p3/op/x": 0.2})
    assert sizes(circuit) == [9]
    nodes = {f"p{k}": NodeTemplate("n", {operator: {"k": [1.0, 2.0]}}) for k in range(9)}
    assert sizes(CircuitTemplate("c", nodes=nodes)) == [None] * 9


def test_a_population_of_one_is_a_single_unit_unless_it_acts_on_its_axis(leak):
    mean = NodeTemplate("n", [OperatorTemplate("op", "x' = -mean(x)", {"x": "variable(0.1)"})])
    circuit = CircuitTemplate(
        "c",
        populations={
            "a": PopulationTemplate("a", leak, 1, {"op/tau": [3.0]}),
            "b": PopulationTemplate("b", mean, 1, {"op/x": [0.3]}),
        },
    )
    network = build_network(circuit)
    assert [population.size for population in network.populations] == [None, 1]
    assert [list(population.units) for population in network.populations] == [["a[0]"], ["b[0]"]]
    assert network.populations[0].values["op", "tau"] == 3.0
    assert network.populations[1].values["op", "x"] == 0.3


def test_nodes_that_feed_each_other_at_one_instant_are_split_by_depth(line, relay):
    edges = [(f"p{k}/op/z", f"p{k + 8}/op/u") for k in range(16)]
    network = build_network(line(relay, 24, edges=edges))
    assert [population.units[0] for population in network.populations] == ["p0", "p8", "p16"]
    assert [population.size for population in network.populations] == [8, 8, 8]


def test_a_chain_is_as_deep_as_it_is_long(line, relay):
    edges = [(f"p{k}/op/z", f"p{k + 1}/op/u") for k in range(9)]
    assert sizes(line(relay, 10, edges=edges)) == [None] * 10


def test_a_delay_ends_what_counts_as_one_instant(line, relay):
    edges = [(f"p{k}/op/z", f"p{k + 1}/op/u", None, {"delay": 1.0}) for k in range(9)]
    assert sizes(line(relay, 10, edges=edges)) == [10]


def test_the_past_of_an_input_does_not_count_as_one_instant(line):
    operator = OperatorTemplate("op", "z = past(u, 1.0)", {"z": "output", "u": "input(1.0)"})
    edges = [(f"p{k}/op/z", f"p{k + 1}/op/u") for k in range(9)]
    assert sizes(line(NodeTemplate("n", [operator]), 10, edges=edges)) == [10]


def test_states_end_what_counts_as_one_instant(line, leak):
    edges = [(f"p{k}/op/x", f"p{(k + 1) % 10}/op/u") for k in range(10)]
    assert sizes(line(leak, 10, edges=edges)) == [10]
