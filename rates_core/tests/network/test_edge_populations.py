"""Edges with operators are populations whose units are the edges."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import TemplateError, UnsupportedFeatureError
from rates_core.network.build import build_network
from rates_core.system.build import build_system

from rates_core import CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate


def template(*equations, **variables):
    return EdgeTemplate("e", [OperatorTemplate("eo", list(equations), variables)])


TRACE = template("s' = pre - s", "m = g*s*post", s="variable(0.1)", m="output", pre="input", post="input", g=1.0)
MAPPED = {"eo/pre": "source", "eo/post": "p0/op/x"}


def edge_populations(network):
    return [population for population in network.populations if population.edges]


def into(network, variable):
    """Return the projections that lead to a variable of an edge's operator, or leave it."""
    return [
        item for item in network.projections if item.target.variable == variable or item.source.variable == variable
    ]


def test_one_edge_is_a_single_unit_with_projections_in_and_out(line, leak):
    edge = ("p0/op/x", "p1/op/u", TRACE, {"weight": 3.0, "delay": 0.5, "e/eo/pre": "source", "e/eo/post": "p1/op/x"})
    network = build_network(line(leak, 2, edges=[edge]))
    (population,) = edge_populations(network)
    assert (population.label, population.size) == ("p0/op/x->p1/op/u", None)
    assert list(population.units) == ["p0/op/x->p1/op/u[0]"]
    pre, post, out = network.projections
    assert [item.label for item in network.projections] == [
        "p0/op/x->p0/op/x->p1/op/u/eo/pre",
        "p1/op/x->p0/op/x->p1/op/u/eo/post",
        "p0/op/x->p1/op/u/eo/m->p1/op/u",
    ]
    assert (pre.delay, post.delay, out.delay) == (0.5, None, None)  # the delay acts before the operators
    assert (pre.weights.weight, post.weights.weight, out.weights.weight) == (1.0, 1.0, 3.0)  # the weight after them


def test_edges_of_grouped_nodes_are_units_sorted_by_target(line, leak):
    edges = [
        (f"p{k}/op/x", f"p{8 - k}/op/u", TRACE, {**MAPPED, "weight": 1.0 + k, "eo/post": f"p{k}/op/x"})
        for k in range(8)
    ]
    network = build_network(line(leak, 9, edges=edges))
    (population,) = edge_populations(network)
    assert population.size == 8
    assert list(population.units) == [f"p{8 - k}/op/x->p{k}/op/u[0]" for k in range(1, 9)]
    pre, post, out = network.projections
    assert pre.weights.index.tolist() == post.weights.index.tolist() == [7, 6, 5, 4, 3, 2, 1, 0]
    assert out.weights.rows.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert out.weights.data.tolist() == [8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]
    assert out.fed.tolist() == [False] + [True] * 8


def test_values_of_edges_differ_where_an_edge_says_so(line, leak):
    edges = [("p0/op/x", f"p{k}/op/u", TRACE, MAPPED | ({"eo/g": 5.0} if k == 2 else {})) for k in range(1, 4)]
    (population,) = edge_populations(build_network(line(leak, 9, edges=edges)))
    assert population.values["eo", "g"].tolist() == [1.0, 5.0, 1.0]
    assert population.values["eo", "s"] == 0.1
    shared, own, _ = population.origins["eo", "g"]
    assert (shared.owner, own.owner) == (TRACE.operators[0][0], "p0/op/x->p2/op/u[0]")


def test_edges_that_read_different_variables_are_different_populations(line, leak):
    edges = [("p0/op/x", "p1/op/u", TRACE, MAPPED), ("p0/op/x", "p2/op/u", TRACE, MAPPED | {"eo/post": "p1/op/tau"})]
    network = build_network(line(leak, 9, edges=edges))
    assert [population.label for population in edge_populations(network)] == [
        "[p0...p8]/op/x->[p0...p8]/op/u", "[p0...p8]/op/x->[p0...p8]/op/u#1"
    ]  # fmt: skip


def test_edges_with_and_without_delay_are_different_populations(line, leak):
    edges = [("p0/op/x", f"p{k}/op/u", TRACE, MAPPED | {"delay": 0.5 * (k % 2)}) for k in range(4)]
    network = build_network(line(leak, 9, edges=edges))
    assert [(item.label, item.size) for item in edge_populations(network)] == [
        ("[p0...p8]/op/x->[p0...p8]/op/u", 2), ("[p0...p8]/op/x->[p0...p8]/op/u#1", 2)
    ]  # fmt: skip
    assert [item.delay for item in into(network, "pre")] == [None, 0.5]


def test_the_one_input_that_nothing_is_mapped_to_is_the_source(line, leak):
    edge = ("p0/op/x", "p1/op/u", TRACE, {"eo/post": "p1/op/x"})
    network = build_network(line(leak, 2, edges=[edge]))
    assert [item.label for item in into(network, "pre")] == ["p0/op/x->p0/op/x->p1/op/u/eo/pre"]


def test_two_inputs_that_nothing_is_mapped_to_are_refused(line, leak):
    with pytest.raises(TemplateError) as error:
        build_network(line(leak, 2, edges=[("p0/op/x", "p1/op/u", TRACE)]))
    assert str(error.value) == (
        "Edge template 'e' on p0/op/x->p1/op/u has 2 inputs that nothing is mapped to: 'eo/pre', 'eo/post'. "
        "Map all but one in the edge's attributes, to 'source' or to node/operator/variable."
    )


ONE_LEFT = (
    "Edge template 'e' on {} has 1 input that nothing is mapped to: 'eo/post'. 'eo/pre' is mapped to 'source'; map "
    "every other input in the edge's attributes too: to 'source', to node/operator/variable or to a number."
)


@pytest.mark.parametrize("form", ["edge", "matrix", "connections"])
def test_an_input_that_nothing_is_mapped_to_is_refused_beside_an_explicit_source(line, leak, populations, form):
    mapping = {"eo/pre": "source"}
    if form == "connections":
        connection = Connectivity("a/op/x", "b/op/u", 1.0, edge=TRACE, edge_var_map=mapping)
        circuit, name = CircuitTemplate("c", populations=populations, connections=[connection]), "a/op/x->b/op/u"
    elif form == "matrix":
        circuit, name = line(leak, 9), "[p0...p8]/op/x->[p0...p8]/op/u"
        circuit.add_edges_from_matrix("op/x", "op/u", "all", weight=np.eye(9), template=TRACE, edge_attr=mapping)
    else:
        circuit, name = line(leak, 2, edges=[("p0/op/x", "p1/op/u", TRACE, mapping)]), "p0/op/x->p1/op/u"
    with pytest.raises(TemplateError) as error:
        build_network(circuit)
    assert str(error.value) == ONE_LEFT.format(name)


def test_an_input_that_is_mapped_to_a_number_is_no_source(line, leak):
    edge = ("p0/op/x", "p1/op/u", TRACE, {"eo/pre": "source", "eo/post": 7.0})
    network = build_network(line(leak, 2, edges=[edge]))
    assert [item.label for item in network.projections] == [
        "p0/op/x->p0/op/x->p1/op/u/eo/pre", "p0/op/x->p1/op/u/eo/m->p1/op/u"
    ]  # fmt: skip


def test_an_edge_delivers_one_output(line, leak):
    two = template("a = pre", "b = pre", a="output", b="output", pre="input")
    with pytest.raises(TemplateError) as error:
        build_network(line(leak, 2, edges=[("p0/op/x", "p1/op/u", two)]))
    assert str(error.value) == (
        "Edge template 'e' must have exactly one output that leaves the edge; it has 'eo/a', 'eo/b'. "
        "Declare the others as 'variable'."
    )


def test_a_variable_with_an_equation_is_not_mapped(line, leak):
    edge = ("p0/op/x", "p1/op/u", TRACE, {"eo/pre": "source", "eo/post": "p1/op/x", "eo/s": "p1/op/x"})
    with pytest.raises(TemplateError) as error:
        build_network(line(leak, 2, edges=[edge]))
    assert str(error.value) == (
        "'eo/s' of edge p0/op/x->p1/op/u is mapped to 'p1/op/x' and has the equation 's' = pre - s'."
    )


def test_operators_of_an_edge_feed_each_other(line, leak):
    first = OperatorTemplate("first", "a = 2*pre", {"a": "output", "pre": "input"})
    second = OperatorTemplate("second", "m = a + 1", {"m": "output", "a": "input"})
    network = build_network(line(leak, 2, edges=[("p0/op/x", "p1/op/u", EdgeTemplate("e", [first, second]))]))
    assert [item.label for item in network.projections] == [
        "p0/op/x->p0/op/x->p1/op/u/first/pre", "p0/op/x->p1/op/u/second/m->p1/op/u"
    ]  # fmt: skip


@pytest.fixture
def populations(leak):
    return {"a": PopulationTemplate("a", leak, 2), "b": PopulationTemplate("b", leak, 3)}


def test_connections_with_operators_read_at_target_and_at_source(populations):
    mapping = {"eo/pre": "source", "eo/post": "b/op/x", "eo/g": "a/op/tau"}
    connection = Connectivity("a/op/x", "b/op/u", np.arange(6.0).reshape(3, 2), edge=TRACE, edge_var_map=mapping)
    network = build_network(CircuitTemplate("c", populations=populations, connections=[connection]))
    (population,) = edge_populations(network)
    assert population.size == 6  # every entry of a dense matrix is a connection
    assert list(population.units)[:3] == [
        "a[0]/op/x->b[0]/op/u[0]",
        "a[1]/op/x->b[0]/op/u[0]",
        "a[0]/op/x->b[1]/op/u[0]",
    ]
    assert population.units[-1] == "a[1]/op/x->b[2]/op/u[0]"
    pre, post, g, out = network.projections
    assert pre.weights.index.tolist() == g.weights.index.tolist() == [0, 1, 0, 1, 0, 1]
    assert post.weights.index.tolist() == out.weights.rows.tolist() == [0, 0, 1, 1, 2, 2]
    assert out.weights.data.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_within_one_population_a_reading_is_at_the_target(populations):
    mapping = {"eo/pre": "source", "eo/post": "a/op/x"}
    connection = Connectivity("a/op/x", "a/op/u", np.ones((2, 2)), edge=TRACE, edge_var_map=mapping)
    network = build_network(CircuitTemplate("c", populations=populations, connections=[connection]))
    assert into(network, "post")[0].weights.index.tolist() == [0, 0, 1, 1]
    assert into(network, "pre")[0].weights.index.tolist() == [0, 1, 0, 1]


def test_a_reading_from_elsewhere_is_refused(populations, leak):
    populations["d"] = PopulationTemplate("d", leak, 4)
    mapping = {"eo/pre": "source", "eo/post": "d/op/x"}
    connection = Connectivity("a/op/x", "b/op/u", np.ones((3, 2)), edge=TRACE, edge_var_map=mapping)
    with pytest.raises(TemplateError) as error:
        build_network(CircuitTemplate("c", populations=populations, connections=[connection]))
    assert str(error.value) == (
        "'eo/post' of the connection a/op/x->b/op/u reads 'd/op/x', which lies neither in the target nor in the source "
        "population."
    )


def test_parallel_connections_with_operators_are_counted(populations):
    connections = [
        Connectivity("a/op/x", "a/op/u", np.ones((2, 2)), edge=TRACE, edge_var_map={"eo/post": "a/op/x"})
    ] * 2
    network = build_network(CircuitTemplate("c", populations=populations, connections=connections))
    first, second = edge_populations(network)
    assert (first.label, second.label) == ("a/op/x->a/op/u", "a/op/x->a/op/u#1")
    assert (first.units[0], second.units[0]) == ("a[0]/op/x->a[0]/op/u[0]", "a[0]/op/x->a[0]/op/u[1]")


def test_connections_have_no_axis(populations):
    summed = template("m = vsum(pre)", m="output", pre="input")
    circuit = CircuitTemplate(
        "c", populations=populations, connections=[Connectivity("a/op/x", "b/op/u", 1.0, edge=summed)]
    )
    with pytest.raises(UnsupportedFeatureError) as error:
        build_network(circuit)
    assert str(error.value) == (
        "Edge template 'e' has an axis of its own, by a vector or by a function such as vsum; the connections "
        "a/op/x->b/op/u are evaluated together and have none. Use separate edges."
    )


def test_one_edge_reads_the_one_unit_of_a_population_with_an_axis(leak):
    mean = NodeTemplate("mean", [OperatorTemplate("op", "x' = mean(x) - x", {"x": "output(0.5)"})])
    circuit = CircuitTemplate(
        "c",
        nodes={"q": leak},
        populations={"p": PopulationTemplate("p", mean, 1)},
        edges=[("p/op/x", "q/op/u", template("s' = pre - s", s="output", pre="input"))],
    )
    network = build_network(circuit)
    assert [item.weights.index for item in network.projections] == [0, None]
    shapes = {state.path: state.shape for state in build_system(network).states}
    assert shapes == {"q/op/x": (), "p/op/x": (1,), "p/op/x->q/op/u/eo/s": ()}
