"""Edges that `add_edges_from_matrix` added are edges like all others."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.network.build import build_network

from rates_core import CircuitTemplate, EdgeTemplate, OperatorTemplate

WEIGHTS = np.arange(81.0).reshape(9, 9) % 5 - 2.0


def test_they_are_one_projection_of_grouped_nodes(line, leak, edge_names):
    circuit = line(leak, 9).add_edges_from_matrix("op/x", "op/u", "all", weight=WEIGHTS)
    network = build_network(circuit)
    (found,) = network.projections
    assert np.array_equal(found.weights.matrix, WEIGHTS)
    (names,) = edge_names(network)
    assert len(names) == np.count_nonzero(WEIGHTS)
    assert names[1] == "p1/op/x->p0/op/u[0]"


def test_they_are_one_projection_each_of_single_nodes(line, leak):
    circuit = line(leak, 3).add_edges_from_matrix("op/x", "op/u", "all", weight=WEIGHTS[:3, :3])
    found = {item.label: item.weights.weight for item in build_network(circuit).projections}
    wanted = {f"p{j}/op/x->p{i}/op/u": WEIGHTS[i, j] for i in range(3) for j in range(3) if WEIGHTS[i, j]}
    assert found == wanted


def test_they_are_counted_behind_those_given_one_by_one(line, leak, edge_names):
    circuit = line(leak, 9, edges=[("p0/op/x", "p1/op/u", None, {"weight": 7.0})])
    circuit.add_edges_from_matrix("op/x", "op/u", ["p0"], ["p1"], weight=[[3.0]])
    network = build_network(circuit)
    (found,) = network.projections
    assert edge_names(network) == [["p0/op/x->p1/op/u[0]", "p0/op/x->p1/op/u[1]"]]
    assert found.weights.data.tolist() == [7.0, 3.0]


def test_single_ones_are_changed(line, leak):
    circuit = line(leak, 9).add_edges_from_matrix("op/x", "op/u", "all", weight=np.ones((9, 9)))
    circuit.update_var(edge_vars=[("p2/op/x", "p5/op/u", {"weight": 4.0}), ("p3/op/x", "all/op/u", {"weight": 6.0})])
    wanted = np.ones((9, 9))
    wanted[5, 2] = 4.0
    wanted[:, 3] = 6.0
    (found,) = build_network(circuit).projections
    assert np.array_equal(found.weights.matrix, wanted)


def test_delays_and_operators_go_with_them(line, leak):
    template = EdgeTemplate("e", [OperatorTemplate("eo", "m = g*pre", {"m": "output", "pre": "input", "g": 1.0})])
    circuit = line(leak, 9)
    delays = np.arange(81.0).reshape(9, 9)
    circuit.add_edges_from_matrix(
        "op/x", "op/u", "all", weight=np.ones((9, 9)), template=template, edge_attr={"delay": delays, "eo/g": 2.0}
    )
    undelayed, delayed = (item for item in build_network(circuit).populations if item.edges)
    assert (undelayed.size, delayed.size) == (None, 80)
    assert delayed.values["eo", "g"] == pytest.approx(2.0)
    (source,) = (item for item in build_network(circuit).projections if item.delay is not None)
    assert np.array_equal(source.delay, np.arange(1.0, 81.0))


def test_they_may_join_circuits(leak):
    inner = CircuitTemplate("inner", nodes={"p": leak, "q": leak})
    circuit = CircuitTemplate("c", circuits={"a": inner, "b": inner})
    circuit.add_edges_from_matrix("op/x", "op/u", ["a/p", "b/q"], ["b/p"], weight=[[1.0, 2.0]])
    assert [item.label for item in build_network(circuit).projections] == ["a/p/op/x->b/p/op/u", "b/q/op/x->b/p/op/u"]
