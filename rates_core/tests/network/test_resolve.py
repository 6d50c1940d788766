"""Paths lead to units of populations, in match order."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import ArgumentError, UnknownNameError
from rates_core.network.build import build_network
from rates_core.network.resolve import resolve
from rates_core.templates.queries import match_variables

from rates_core import CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

GAIN = EdgeTemplate("gain", [OperatorTemplate("eo", "m = g*pre", {"m": "output", "pre": "input", "g": 1.0})])


def found(network, path):
    """Return population, units and names of each selection."""
    return [
        (item.population, None if item.units is None else item.units.tolist(), list(item.names))
        for item in resolve(network, path)
    ]


@pytest.fixture
def network(leak):
    other = NodeTemplate("other", [OperatorTemplate("op", "x' = -x/tau", {"x": "output(0.1)", "tau": 1.0})])
    inner = CircuitTemplate("inner", nodes={"p": other}, populations={"pop": PopulationTemplate("pop", leak, 2)})
    return build_network(CircuitTemplate("c", nodes={f"n{k}": leak for k in range(8)}, circuits={"a": inner}))


def test_a_node_of_a_group_is_one_unit(network):
    assert found(network, "n3/op/x") == [(0, [3], ["n3"])]


def test_a_population_is_all_its_units_or_one(network):
    assert found(network, "a/pop/op/x") == [(2, None, ["a/pop[0]", "a/pop[1]"])]
    assert found(network, "a/pop[1]/op/x") == [(2, [1], ["a/pop[1]"])]


def test_all_stands_for_one_level(network):
    assert found(network, "all/op/x") == [(0, None, [f"n{k}" for k in range(8)])]
    assert found(network, "a/all/op/x") == [(1, None, ["a/p"]), (2, None, ["a/pop[0]", "a/pop[1]"])]
    assert found(network, "all/all/op/tau") == found(network, "a/all/op/tau")
    assert found(network, "all/all[1]/op/x") == [(2, [1], ["a/pop[1]"])]


@pytest.fixture
def pairs():
    """Return a circuit of nodes with two operators that both have `k`, and of one with one."""
    first = OperatorTemplate("first", "x' = -k*x", {"x": "output(1.0)", "k": 2.0})
    second = OperatorTemplate("second", "y' = -k*y + x", {"y": "variable(1.0)", "k": 1.0, "x": "input"})
    both, one = NodeTemplate("both", [first, second]), NodeTemplate("one", [first])
    return CircuitTemplate("c", circuits={"a": CircuitTemplate("a", nodes={"p": both, "q": both, "r": one})})


def test_all_stands_for_every_operator_and_every_variable(pairs):
    def named(path):
        return [f"{name}/{item.operator}/{item.variable}" for item in resolve(network, path) for name in item.names]

    network = build_network(pairs)
    assert named("a/p/all/k") == ["a/p/first/k", "a/p/second/k"]
    assert named("a/p/all/y") == ["a/p/second/y"]
    assert named("a/p/second/all") == ["a/p/second/y", "a/p/second/k", "a/p/second/x"]
    assert named("all/all/all/y") == ["a/p/second/y", "a/q/second/y"]
    assert named("a/all/all/k") == [
        match.path for match in match_variables(pairs, "a/all/all/k")
    ] == ["a/p/first/k", "a/p/second/k", "a/q/first/k", "a/q/second/k", "a/r/first/k"]  # fmt: skip


def test_values_recorded_for_every_operator_reach_the_units_in_match_order(pairs):
    values = [3.0, 4.0, 5.0, 6.0, 7.0]
    circuit = pairs.update_var({"a/all/all/k": values})
    assert values_at(circuit, "a/all/all/k") == circuit.get_var("a/all/all/k").tolist() == values
    assert values_at(pairs.update_var({"a/q/all/k": 8.0}), "a/all/all/k") == [3.0, 4.0, 8.0, 8.0, 7.0]


def values_at(circuit, path):
    """Return the value that a network has for each unit that a path names."""
    network, found = build_network(circuit), []
    for item in resolve(network, path):
        values = network.populations[item.population].values[item.operator, item.variable]
        every = np.broadcast_to(values, item.length or 1)
        found += (every if item.units is None else every[item.units]).tolist()
    return found


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("a/p/all/z", "Unknown variable 'z' in path 'a/p/all/z'. The variables are: x, k, y."),
        ("a/r/all/y", "Unknown variable 'y' in path 'a/r/all/y'. The variables are: x, k."),
        (
            "a/p/al/y",
            "Unknown operator 'al' in path 'a/p/al/y'. The operators are: first, second.",
        ),
    ],
)
def test_a_variable_that_no_operator_has_is_an_error(pairs, path, message):
    with pytest.raises(UnknownNameError) as caught:
        resolve(build_network(pairs), path)
    assert str(caught.value) == message


def test_match_order_is_that_of_the_circuit_also_across_groups(leak, relay):
    nodes = {f"n{k}": leak if k % 3 else relay for k in range(24)}
    network = build_network(CircuitTemplate("c", nodes=nodes))
    names = [name for item in resolve(network, "all/op/u") for name in item.names]
    assert names == [f"n{k}" for k in range(24)]


def test_variables_of_edges_are_named_by_the_edge(line, leak):
    edges = [(f"p{k}/op/x", f"p{(k + 1) % 9}/op/u", GAIN) for k in (0, 0, 3)]
    network = build_network(line(leak, 9, edges=edges))
    assert found(network, "p0/op/x->p1/op/u/eo/g") == [(1, [0, 1], ["p0/op/x->p1/op/u[0]", "p0/op/x->p1/op/u[1]"])]
    assert found(network, "p0/op/x->p1/op/u[1]/eo/g") == [(1, [1], ["p0/op/x->p1/op/u[1]"])]
    assert [names for _, _, names in found(network, "all/op/x->p4/op/u/eo/m")] == [["p3/op/x->p4/op/u[0]"]]


def test_variables_of_connections_are_named_by_their_units(leak):
    circuit = CircuitTemplate(
        "c",
        populations={"a": PopulationTemplate("a", leak, 2)},
        connections=[Connectivity("a/op/x", "a/op/u", np.ones((2, 2)), edge=GAIN)],
    )
    network = build_network(circuit)
    assert found(network, "a/op/x->a/op/u/eo/g")[0][:2] == (1, None)
    assert found(network, "a[1]/op/x->a[0]/op/u/eo/g") == [(1, [1], ["a[1]/op/x->a[0]/op/u[0]"])]
    assert found(network, "a[1]/op/x->a/op/u/eo/g")[0][1] == [1, 3]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "n9/op/x",
            "Unknown node 'n9' in path 'n9/op/x'. Did you mean 'n7'? The nodes are: n0, n1, n2, n3, n4, n5, n6, n7, ….",
        ),
        ("n1/po/x", "Unknown operator 'po' in path 'n1/po/x'. Did you mean 'op'? The operators are: op."),
        (
            "n1/op/taau",
            "Unknown variable 'taau' in path 'n1/op/taau'. Did you mean 'tau'? The variables are: x, tau, u.",
        ),
        ("n1[2]/op/x", "'n1[2]' names a unit, but 'n1' is a single node."),
        ("a/pop[2]/op/x", "'a/pop[2]' names unit 2, but the units of 'a/pop' are 0 to 1."),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_said(network, path, text):
    with pytest.raises(UnknownNameError) as error:
        resolve(network, path)
    assert str(error.value) == text


def test_a_weight_is_no_variable(network):
    with pytest.raises(ArgumentError) as error:
        resolve(network, "n0/op/x->n1/op/u/weight", "outputs")
    assert str(error.value) == (
        "outputs: 'n0/op/x->n1/op/u/weight' is a constant of an edge and no variable. get_var() returns its value."
    )
