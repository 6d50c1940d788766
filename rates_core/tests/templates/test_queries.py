"""Questions to a circuit are answered and change nothing."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from rates_core.errors import UnknownNameError
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate


@pytest.fixture
def net(circuit: CircuitTemplate, predator: NodeTemplate) -> CircuitTemplate:
    return CircuitTemplate(
        "net",
        circuits={"left": circuit, "right": circuit},
        nodes={"lone": predator},
        populations={"pack": PopulationTemplate("pack", predator, 3, {"lv/x": [1, 2, 3]})},
        edges=[("left/fox/lv/x", "right/hare/lv/x_in", None, {"weight": 5.0})],
    )


@pytest.mark.parametrize(
    ("identifier", "paths"),
    [
        ("all", ["lone", "pack", "left/fox", "left/hare", "right/fox", "right/hare"]),
        ("left", ["left/fox", "left/hare"]),
        ("all/fox", ["left/fox", "right/fox"]),
        (["all", "all"], ["left/fox", "left/hare", "right/fox", "right/hare"]),
        ("pack", ["pack"]),
        ("pack[1]", ["pack[1]"]),
    ],
)
def test_nodes_are_found_in_the_order_of_the_circuit(net: CircuitTemplate, identifier: Any, paths: list[str]) -> None:
    assert net.get_nodes(identifier) == paths


def test_nodes_can_be_chosen_by_a_variable(net: CircuitTemplate) -> None:
    other = NodeTemplate("n", [OperatorTemplate("op", "y' = 1", {"y": "output"})])
    assert net.update_template(nodes={"other": other}).get_nodes("all", ("op", "y")) == ["other"]


def test_an_empty_circuit_has_no_nodes() -> None:
    assert CircuitTemplate("empty").get_nodes() == []


def test_an_unknown_node_is_an_error_with_the_closest_name(net: CircuitTemplate) -> None:
    with pytest.raises(UnknownNameError) as caught:
        net.get_nodes("left/fax")
    assert str(caught.value) == ("Unknown node 'fax' in path 'left/fax'. Did you mean 'fox'? The nodes are: fox, hare.")


@pytest.mark.parametrize(
    ("source", "target", "weights"),
    [
        ("all", "all", [-1.3, 0.7, -1.3, 0.7, 5.0]),
        ("left/fox", "all", [-1.3, 5.0]),
        ("left/fox/lv/x", "right/hare/lv/x_in", [5.0]),
        ("all/fox/lv/x", "all/hare/lv/x_in", [-1.3, -1.3, 5.0]),
        (["all", "hare"], ["right", "fox"], [0.7]),
        ("lone", "all", []),
    ],
)
def test_edges_are_found_by_variables_or_nodes(
    net: CircuitTemplate, source: Any, target: Any, weights: list[float]
) -> None:
    assert [edge.weight for edge in net.get_edges(source, target)] == weights


def test_edges_have_full_paths(net: CircuitTemplate) -> None:
    assert [str(edge) for edge in net.get_edges("left/hare", "all")] == ["left/hare/lv/x->left/fox/lv/x_in"]


def test_a_value_is_a_number_for_one_unit_and_an_array_for_several(net: CircuitTemplate) -> None:
    assert net.get_var("lone/lv/alpha") == -1.0
    assert net.get_var("pack/lv/x").tolist() == [1.0, 2.0, 3.0]
    assert net.get_var("pack[2]/lv/x") == 3.0
    assert net.get_var("pack/lv/alpha").tolist() == [-1.0, -1.0, -1.0]
    assert net.get_var("all/lv/x").tolist() == [0.5, 1.0, 2.0, 3.0]
    assert net.get_var("left/all/lv/alpha").tolist() == [-1.0, 0.5]


def test_values_recorded_on_a_child_come_before_those_of_its_parent(circuit: CircuitTemplate) -> None:
    circuit.update_var({"all/lv/alpha": 7.0})
    net = CircuitTemplate("net", circuits={"web": circuit}).update_var({"web/fox/lv/alpha": 8.0})
    assert net.get_var("web/all/lv/alpha").tolist() == [8.0, 7.0]


def test_a_matrix_parameter_comes_back_as_a_matrix() -> None:
    node = NodeTemplate("n", [OperatorTemplate("op", "x' = matvec(W, x)", {"x": "output", "W": 0.0})])
    matrix = np.arange(4.0).reshape(2, 2)
    circuit = CircuitTemplate("c", populations={"p": PopulationTemplate("p", node, 2, {"op/W": matrix})})
    assert circuit.get_var("p/op/W").tolist() == matrix.tolist()
    assert circuit.update_var({"p/op/W": 2 * matrix}).get_var("p/op/W").tolist() == (2 * matrix).tolist()


def test_edge_parameters_have_paths(net: CircuitTemplate) -> None:
    assert net.get_var("left/fox/lv/x->left/hare/lv/x_in[0]/delay") == 0.5
    assert net.get_var("all/fox/lv/x->all/hare/lv/x_in/weight").tolist() == [-1.3, -1.3, 5.0]
    with pytest.raises(UnknownNameError) as caught:
        net.get_var("left/fox/lv/x->left/fox/lv/x_in/weight")
    assert str(caught.value) == (
        "There is no edge left/fox/lv/x->left/fox/lv/x_in. Did you mean 'left/hare/lv/x->left/fox/lv/x_in'?"
    )


def test_asking_changes_nothing(net: CircuitTemplate) -> None:
    before = copy.deepcopy(net)
    net.get_nodes()
    net.get_edges()
    net.get_var("all/all/lv/x")
    assert net == before
