"""Separate edges between the same variables of populations become one projection."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import TemplateError
from rates_core.network.build import build_network
from rates_core.network.weights import Dense, Indexed, Sparse, Uniform

from rates_core import CircuitTemplate, EdgeTemplate, OperatorTemplate, PopulationTemplate


def projections(circuit):
    return build_network(circuit).projections


@pytest.fixture
def pair(leak):
    """Return a maker of circuits with populations a of three and b of four units and these edges."""

    def make(*edges):
        return CircuitTemplate(
            "c",
            populations={"a": PopulationTemplate("a", leak, 3), "b": PopulationTemplate("b", leak, 4)},
            nodes={"q": leak},
            edges=edges,
        )

    return make


def test_an_edge_between_single_units_is_one_weight(line, leak, edge_names):
    network = build_network(line(leak, 2, edges=[("p0/op/x", "p1/op/u", None, {"weight": 2.0, "delay": 0.5})]))
    (found,) = network.projections
    assert found.label == "p0/op/x->p1/op/u"
    assert (found.weights.weight, found.weights.index, found.delay, found.spread) == (2.0, None, 0.5, None)
    assert edge_names(network) == [["p0/op/x->p1/op/u[0]"]]


def test_parallel_edges_of_single_units_stay_apart_and_are_counted(line, leak, edge_names):
    edges = [("p0/op/x", "p1/op/u", None, {"weight": w}) for w in (2.0, 3.0)]
    network = build_network(line(leak, 2, edges=edges))
    assert [item.label for item in network.projections] == ["p0/op/x->p1/op/u", "p0/op/x->p1/op/u#1"]
    assert edge_names(network) == [["p0/op/x->p1/op/u[0]"], ["p0/op/x->p1/op/u[1]"]]


def test_edges_of_grouped_nodes_are_one_matrix(line, leak):
    edges = [(f"p{k}/op/x", f"p{(k * k) % 9}/op/u", None, {"weight": k + 1.0}) for k in range(9)]
    (found,) = projections(line(leak, 9, edges=edges))
    wanted = np.zeros((9, 9))
    for k in range(9):
        wanted[(k * k) % 9, k] = k + 1.0
    assert isinstance(found.weights, Dense)
    assert np.array_equal(found.weights.matrix, wanted)
    assert np.flatnonzero(found.fed).tolist() == [0, 1, 4, 7]


def test_parallel_edges_of_grouped_nodes_are_kept_and_counted(line, leak, edge_names):
    edges = [("p0/op/x", "p1/op/u", None, {"weight": w}) for w in (2.0, 3.0)] + [("p2/op/x", "p0/op/u")]
    network = build_network(line(leak, 9, edges=edges))
    (found,) = network.projections
    assert isinstance(found.weights, Sparse)
    assert found.weights.rows.tolist() == [0, 1, 1]
    assert found.weights.columns.tolist() == [2, 0, 0]
    assert found.weights.data.tolist() == [1.0, 2.0, 3.0]
    assert found.weights.pointers.tolist() == [0, 1, 3, 3, 3, 3, 3, 3, 3, 3]
    assert edge_names(network) == [["p2/op/x->p0/op/u[0]", "p0/op/x->p1/op/u[0]", "p0/op/x->p1/op/u[1]"]]


def test_one_edge_per_target_is_an_index(line, leak):
    edges = [(f"p{(k + 1) % 9}/op/x", f"p{k}/op/u", None, {"weight": 1.0 + k}) for k in range(9)]
    (found,) = projections(line(leak, 9, edges=edges))
    assert isinstance(found.weights, Indexed)
    assert found.weights.index.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 0]
    assert found.weights.weight.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
    assert found.fed is None
    (found,) = projections(line(leak, 9, edges=[(f"p{k}/op/x", f"p{k}/op/u") for k in range(9)]))
    assert found.weights.index is None


def test_many_targets_with_few_sources_each_are_sparse(line, leak):
    edges = [(f"p{k}/op/x", f"p{(k + step) % 100}/op/u") for k in range(100) for step in (1, 2)]
    (found,) = projections(line(leak, 100, edges=edges))
    assert isinstance(found.weights, Sparse)
    assert np.array_equal(found.weights.rows, np.repeat(np.arange(100), 2))


def test_an_edge_from_a_unit_of_a_population_to_a_single_unit_is_an_index(pair):
    (found,) = projections(pair(("a[2]/op/x", "q/op/u", None, {"weight": 3.0})))
    assert (found.weights.weight, found.weights.index, found.fed) == (3.0, 2, None)


def test_an_edge_between_whole_populations_is_uniform(pair):
    (found,) = projections(pair(("a/op/x", "b/op/u", None, {"weight": 3.0, "delay": 0.5})))
    assert found.weights == Uniform(3.0)
    assert (found.delay, found.fed) == (0.5, None)


def test_an_edge_from_a_whole_population_to_one_unit_is_one_edge_per_source(pair):
    (found,) = projections(pair(("a/op/x", "b[1]/op/u", None, {"weight": 3.0})))
    wanted = np.zeros((4, 3))
    wanted[1] = 3.0
    assert np.array_equal(found.weights.matrix, wanted)
    assert found.fed.tolist() == [False, True, False, False]


def test_an_edge_from_a_single_unit_reaches_all_of_a_population(pair):
    (found,) = projections(pair(("q/op/x", "b/op/u", None, {"weight": 3.0})))
    assert found.weights.weight.tolist() == [3.0, 3.0, 3.0, 3.0]
    assert found.fed is None


def test_edges_of_each_kind_of_delay_are_projections_of_their_own(line, leak):
    edges = [(f"p{k}/op/x", "p0/op/u", None, {"delay": 0.5 * (k % 3), "spread": 0.1 * (k % 3 == 2)}) for k in range(9)]
    found = projections(line(leak, 9, edges=edges))
    assert [(item.delay, item.spread) for item in found] == [(None, None), (0.5, None), (1.0, 0.1)]
    assert [item.label for item in found] == [f"[p0...p8]/op/x->[p0...p8]/op/u{end}" for end in ("", "#1", "#2")]


def test_delays_that_differ_are_one_per_edge_in_the_order_of_the_weights(line, leak):
    edges = [(f"p{k}/op/x", f"p{8 - k}/op/u", None, {"weight": 1.0 + k, "delay": 0.5 + k}) for k in range(8)]
    (found,) = projections(line(leak, 9, edges=edges))
    assert isinstance(found.weights, Sparse)
    assert found.weights.rows.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert np.array_equal(found.delay, found.weights.data - 0.5)


def test_real_weights_stay_real_beside_complex_ones(line, leak):
    edges = [("p0/op/x", "p1/op/u", None, {"weight": 1j}), ("p0/op/x", "p2/op/u", None, {"weight": 2.0})]
    assert [item.weights.weight for item in projections(line(leak, 3, edges=edges))] == [1j, 2.0]
    assert type(projections(line(leak, 3, edges=edges))[1].weights.weight) is float


def test_an_edge_leads_to_an_input(line, leak):
    with pytest.raises(TemplateError) as error:
        build_network(line(leak, 2, edges=[("p0/op/x", "p1/op/tau")]))
    assert str(error.value) == (
        "Edge p0/op/x -> p1/op/tau leads to 'p1/op/tau', which is not an input. "
        "Declare it as 'input' or choose one of: u."
    )


def test_an_edge_that_gets_a_spread_without_a_delay_is_refused(line, leak):
    circuit = line(leak, 9, edges=[("p0/op/x", "p1/op/u", None, {"delay": 1.0, "spread": 0.5})])
    circuit.update_var(edge_vars=[("p0/op/x", "p1/op/u", {"delay": 0.0})])
    with pytest.raises(TemplateError) as error:
        build_network(circuit)
    assert str(error.value) == "Edge p0/op/x->p1/op/u has a spread and no delay to spread."


def test_edges_with_an_operator_that_acts_on_an_axis_stay_apart(line, leak):
    template = EdgeTemplate("e", [OperatorTemplate("eo", "m = vsum(pre)", {"m": "output", "pre": "input"})])
    network = build_network(line(leak, 9, edges=[(f"p{k}/op/x", "p0/op/u", template) for k in range(3)]))
    assert [population.size for population in network.populations] == [9, None, None, None]
