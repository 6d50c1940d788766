"""Edges that read `all/op/var` read it at their own ends."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import TemplateError
from rates_core.network.build import build_network

from rates_core import CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

DIFFERENCE = EdgeTemplate(
    "difference", [OperatorTemplate("eo", "m = pre - post", {"m": "output", "pre": "input", "post": "input"})]
)
AT_TARGET = {"eo/pre": "source", "eo/post": "all/op/x"}
WEIGHTS = np.arange(1.0, 82.0).reshape(9, 9)


def read(circuit, variable="post", vectorize=True):
    """Return the path that each edge reads, by the name of the edge."""
    network = build_network(circuit, vectorize)
    found = {}
    for item in network.projections:
        if item.target.variable == variable:
            source, edges = (network.populations[end.population] for end in (item.source, item.target))
            index = np.broadcast_to(
                np.arange(source.count) if item.weights.index is None else item.weights.index, (edges.count,)
            )
            for edge, unit in zip(edges.units, index.tolist(), strict=True):
                found[edge] = f"{source.units[unit]}/{item.source.operator}/{item.source.variable}"
    return found


@pytest.mark.parametrize("vectorize", [True, False])
def test_each_edge_of_a_matrix_reads_the_variable_of_its_target(line, leak, vectorize):
    circuit = line(leak, 9).add_edges_from_matrix(
        "op/x", "op/u", "all", weight=WEIGHTS, template=DIFFERENCE, edge_attr=AT_TARGET
    )
    wanted = {f"p{j}/op/x->p{i}/op/u[0]": f"p{i}/op/x" for i in range(9) for j in range(9)}
    assert read(circuit, vectorize=vectorize) == wanted


def test_edges_of_grouped_nodes_stay_one_population(line, leak):
    circuit = line(leak, 9).add_edges_from_matrix(
        "op/x", "op/u", "all", weight=WEIGHTS, template=DIFFERENCE, edge_attr=AT_TARGET
    )
    assert [item.size for item in build_network(circuit).populations] == [9, 81]


def test_what_the_target_lacks_is_read_at_the_source(leak):
    driver = NodeTemplate("driver", [OperatorTemplate("drive", "y' = -y/k", {"y": "output(1.0)", "k": 3.0})])
    circuit = CircuitTemplate("c", nodes={"p": leak, "q": leak, "a": driver, "b": driver})
    mapping = {"eo/pre": "source", "eo/post": "all/drive/k"}
    weight = np.ones((2, 2))
    circuit.add_edges_from_matrix("drive/y", "op/u", ["a", "b"], ["p", "q"], weight, DIFFERENCE, mapping)
    assert read(circuit) == {f"{s}/drive/y->{t}/op/u[0]": f"{s}/drive/k" for s in "ab" for t in "pq"}


def test_paths_hold_within_sub_circuits(line, leak):
    inner = line(leak, 2, edges=[("p0/op/x", "p1/op/u", DIFFERENCE, AT_TARGET)])
    assert read(CircuitTemplate("c", circuits={"a": inner, "b": inner})) == {
        "a/p0/op/x->a/p1/op/u[0]": "a/p1/op/x", "b/p0/op/x->b/p1/op/u[0]": "b/p1/op/x"
    }  # fmt: skip


def test_a_path_that_names_one_variable_names_it_everywhere(line, leak):
    clock = NodeTemplate("clock", [OperatorTemplate("tick", "s' = 1", {"s": "output"})])
    edges = [("p0/op/x", f"p{k}/op/u", DIFFERENCE, {"eo/pre": "source", "eo/post": "all/tick/s"}) for k in range(2)]
    circuit = CircuitTemplate("c", nodes={"p0": leak, "p1": leak, "clock": clock}, edges=edges)
    assert read(circuit) == {f"p0/op/x->p{k}/op/u[0]": "clock/tick/s" for k in range(2)}


def test_a_path_that_leads_to_neither_end_is_refused(line, leak):
    clock = NodeTemplate("clock", [OperatorTemplate("tick", "s' = 1", {"s": "output"})])
    edge = ("p/op/x", "p/op/u", DIFFERENCE, {"eo/pre": "source", "eo/post": "all/tick/s"})
    circuit = CircuitTemplate("c", nodes={"p": leak, "a": clock, "b": clock}, edges=[edge])
    with pytest.raises(TemplateError) as error:
        build_network(circuit)
    assert str(error.value) == (
        "'eo/post' of edge p/op/x->p/op/u reads 'all/tick/s', which names 2 variables, none of them at the target or "
        "the source."
    )


def test_a_path_recorded_by_update_var_is_read_like_one_of_the_edge(line, leak):
    edge = ("p0/op/x", "p1/op/u", DIFFERENCE, {"eo/pre": "source", "eo/post": 0.0})
    circuit = line(leak, 2, edges=[edge])
    circuit.update_var(edge_vars=[("p0/op/x", "p1/op/u", {"eo/post": "all/op/x"})])
    assert read(circuit) == {"p0/op/x->p1/op/u[0]": "p1/op/x"}


def test_connections_between_populations_read_at_the_target_unit(leak):
    populations = {"a": PopulationTemplate("a", leak, 2), "b": PopulationTemplate("b", leak, 3)}
    connection = Connectivity("a/op/x", "b/op/u", 1.0, edge=DIFFERENCE, edge_var_map=AT_TARGET)
    circuit = CircuitTemplate("c", populations=populations, connections=[connection])
    assert read(circuit) == {f"a[{j}]/op/x->b[{i}]/op/u[0]": f"b[{i}]/op/x" for i in range(3) for j in range(2)}


def test_edges_between_units_of_populations_read_their_own(leak):
    edge = ("a[1]/op/x", "a[0]/op/u", DIFFERENCE, AT_TARGET)
    circuit = CircuitTemplate("c", populations={"a": PopulationTemplate("a", leak, 2)}, edges=[edge])
    assert read(circuit) == {"a[1]/op/x->a[0]/op/u[0]": "a[0]/op/x"}
