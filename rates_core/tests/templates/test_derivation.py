"""Derived circuits inherit what they do not change."""

from __future__ import annotations

import pytest
from rates_core.errors import UnknownNameError
from rates_core.network.build import build_network
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate


def test_parts_are_added_or_replaced_and_the_base_stays(circuit: CircuitTemplate, predator: NodeTemplate) -> None:
    derived = circuit.update_template(
        "zoo",
        nodes={"lynx": predator, "hare": predator},
        edges=[("lynx/lv/x", "hare/lv/x_in")],
        description="A bigger web.",
    )
    assert list(derived.nodes) == ["fox", "hare", "lynx"]
    assert derived.nodes["hare"] == predator
    assert [str(edge) for edge in derived.edges][2:] == ["lynx/lv/x->hare/lv/x_in"]
    assert (derived.name, derived.description) == ("zoo", "A bigger web.")
    assert (circuit.name, len(circuit.nodes), len(circuit.edges)) == ("web", 2, 2)


def test_recorded_values_are_inherited_and_then_go_separate_ways(circuit: CircuitTemplate) -> None:
    circuit.update_var({"fox/lv/x": 0.1})
    derived = circuit.update_template()
    circuit.update_var({"fox/lv/x": 0.2})
    assert derived.get_var("fox/lv/x") == 0.1


def test_values_of_a_replaced_part_are_forgotten(circuit: CircuitTemplate, prey: NodeTemplate) -> None:
    circuit.update_var({"fox/lv/x": 0.1, "hare/lv/x": 0.2}, [("fox/lv/x", "hare/lv/x_in", {"weight": 2.0})])
    derived = circuit.update_template(nodes={"fox": prey})
    assert derived.get_var("all/lv/x").tolist() == [0.5, 0.2]
    assert derived.get_edges("fox", "hare")[0].weight == 2.0


def test_edges_of_a_replaced_circuit_are_as_it_has_them(circuit: CircuitTemplate) -> None:
    net = CircuitTemplate("net", circuits={"web": circuit})
    net.update_var(edge_vars=[("web/fox/lv/x", "web/hare/lv/x_in", {"weight": 2.0})])
    assert net.update_template(circuits={"web": circuit}).get_edges("web/fox", "all")[0].weight == -1.3
    assert net.update_template(circuits={"other": circuit}).get_edges("web/fox", "all")[0].weight == 2.0


def test_an_array_stays_with_its_units_when_units_are_added(circuit: CircuitTemplate, prey: NodeTemplate) -> None:
    circuit.update_var({"all/lv/alpha": [1.0, 2.0]})
    derived = circuit.update_template(nodes={"vole": prey})
    assert derived.get_var("all/lv/alpha").tolist() == [1.0, 2.0, 0.5]


@pytest.mark.parametrize("index", [(), (0,)])
def test_values_of_edges_stay_with_them_when_edges_between_the_same_variables_are_added(
    circuit: CircuitTemplate, index: tuple[int, ...]
) -> None:
    ends = "hare/lv/x", "hare/lv/x_in"
    circuit.add_edges_from_matrix("lv/x", "lv/x_in", ["hare"], weight=[[3.0]])
    circuit.update_var(edge_vars=[(*ends, *index, {"delay": 1.0})])
    derived = circuit.update_template(edges=[(*ends, None, {"weight": 7.0})])
    assert [(edge.weight, edge.delay) for edge in derived.get_edges(*ends)] == [(7.0, None), (3.0, 1.0)]
    assert [(edge.weight, edge.delay) for edge in circuit.get_edges(*ends)] == [(3.0, 1.0)]


def test_values_of_connections_stay_with_them_when_others_of_the_same_variables_are_added(
    circuit: CircuitTemplate,
) -> None:
    ends = {"source": "hare/lv/x", "target": "hare/lv/x_in"}
    base = circuit.update_template(connections=[{**ends, "weights": 1.0}])
    base.update_var(edge_vars=[(*ends.values(), {"weight": 2.0})])
    derived = base.update_template(
        edges=[(*ends.values(), None, {"weight": 4.0})], connections=[{**ends, "weights": 3.0}]
    )
    path = "->".join(ends.values())
    assert [derived.get_var(f"{path}[{index}]/weight") for index in range(3)] == [4.0, 2.0, 3.0]
    assert derived.overrides.edge_vars == [(*ends.values(), 1, {"weight": 2.0})]


def test_values_of_edges_do_not_reach_a_connection_that_is_added(circuit: CircuitTemplate) -> None:
    ends = "fox/lv/x", "hare/lv/x_in"
    circuit.update_var(edge_vars=[(*ends, {"weight": 2.0})])
    derived = circuit.update_template(connections=[{"source": ends[0], "target": ends[1], "weights": 3.0}])
    weights = [projection.weights.weight for projection in build_network(derived).projections]
    assert sorted(weights) == [0.7, 2.0, 3.0]


def test_a_recorded_value_that_names_nothing_any_more_is_an_error(circuit: CircuitTemplate) -> None:
    circuit.update_var({"all/lv/alpha": 1.0})
    other = NodeTemplate("n", [OperatorTemplate("op", "x_in' = 1", {"x_in": "output", "x": 1.0})])
    base = CircuitTemplate("one", nodes={"fox": circuit.nodes["fox"]}).update_var({"all/lv/alpha": 1.0})
    with pytest.raises(UnknownNameError) as caught:
        base.update_template(nodes={"fox": other})
    assert str(caught.value) == ("Circuit 'one': Unknown operator 'lv' in path 'all/lv/alpha'. The operators are: op.")
