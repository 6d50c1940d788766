"""Circuits of any depth become leaves, edges and connections with full paths."""

from __future__ import annotations

import numpy as np
from rates_core.network.build import build_network

from rates_core import CircuitTemplate, Connectivity, EdgeTemplate, OperatorTemplate, PopulationTemplate

GAIN = EdgeTemplate("gain", [OperatorTemplate("eo", "m = a*b", {"m": "output", "a": "input", "b": "input"})])


def labels(network):
    return [population.label for population in network.populations]


def ends(network):
    return [projection.label for projection in network.projections]


def test_nodes_come_before_populations_and_these_before_circuits(leak):
    inner = CircuitTemplate("inner", nodes={"p": leak}, populations={"pop": PopulationTemplate("pop", leak, 2)})
    outer = CircuitTemplate(
        "outer",
        circuits={"a": inner, "b": inner},
        nodes={"q": leak},
        populations={"r": PopulationTemplate("r", leak, 3)},
    )
    top = CircuitTemplate("top", circuits={"o": outer})
    network = build_network(top)
    assert list(network.locations) == ["o/q", "o/r", "o/a/p", "o/a/pop", "o/b/p", "o/b/pop"]
    assert labels(network) == ["o/q", "o/r", "o/a/p", "o/a/pop", "o/b/p", "o/b/pop"]
    assert [population.size for population in network.populations] == [None, 3, None, 2, None, 2]
    assert list(network.populations[3].units) == ["o/a/pop[0]", "o/a/pop[1]"]


def test_edges_of_inner_circuits_come_first_and_keep_to_their_circuit(leak):
    inner = CircuitTemplate("inner", nodes={"p": leak, "q": leak}, edges=[("p/op/x", "q/op/u", None, {"weight": 3.0})])
    outer = CircuitTemplate(
        "outer", circuits={"a": inner, "b": inner}, edges=[("a/q/op/x", "b/p/op/u", None, {"delay": 0.5})]
    )
    network = build_network(outer)
    assert ends(network) == ["a/p/op/x->a/q/op/u", "b/p/op/x->b/q/op/u", "a/q/op/x->b/p/op/u"]
    assert [projection.weights.weight for projection in network.projections] == [3.0, 3.0, 1.0]
    assert [projection.delay for projection in network.projections] == [None, None, 0.5]


def test_what_an_edge_of_an_inner_circuit_reads_lies_in_that_circuit(leak):
    inner = CircuitTemplate(
        "inner", nodes={"p": leak, "q": leak}, edges=[("p/op/x", "q/op/u", GAIN, {"eo/a": "source", "eo/b": "q/op/x"})]
    )
    network = build_network(CircuitTemplate("outer", circuits={"a": inner}))
    assert ends(network) == [
        "a/p/op/x->a/p/op/x->a/q/op/u/eo/a",
        "a/q/op/x->a/p/op/x->a/q/op/u/eo/b",
        "a/p/op/x->a/q/op/u/eo/m->a/q/op/u",
    ]


def test_connections_of_inner_circuits_have_full_paths(leak):
    inner = CircuitTemplate(
        "inner",
        populations={"pop": PopulationTemplate("pop", leak, 3)},
        connections=[Connectivity("pop/op/x", "pop/op/u", np.ones((3, 3)))],
    )
    network = build_network(CircuitTemplate("outer", circuits={"a": inner}))
    assert ends(network) == ["a/pop/op/x->a/pop/op/u"]


def test_building_changes_no_circuit(leak):
    circuit = CircuitTemplate("c", nodes={"p": leak, "q": leak}, edges=[("p/op/x", "q/op/u")])
    circuit.update_var({"p/op/tau": 3.0}, [("p/op/x", "q/op/u", {"weight": 2.0})])
    before = repr(circuit.overrides)
    first, second = build_network(circuit), build_network(circuit)
    assert repr(circuit.overrides) == before
    assert circuit.edges[0].weight == 1.0
    assert first.projections[0].weights.weight == second.projections[0].weights.weight == 2.0
