"""Paths lead to units of populations, in match order."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import ArgumentError, UnknownNameError
from rates_core.network.build import build_network
from rates_core.network.resolve import resolve

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
