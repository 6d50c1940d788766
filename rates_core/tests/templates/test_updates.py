"""`update_var` records values in place, after all of them were checked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.errors import ApproximationWarning, ArgumentError, RatesError, TemplateError, UnknownNameError
from rates_core.templates.array import Array
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.node import EdgeTemplate, NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate


@pytest.fixture
def net(circuit: CircuitTemplate, predator: NodeTemplate) -> CircuitTemplate:
    return CircuitTemplate(
        "net",
        circuits={"web": circuit},
        populations={"pack": PopulationTemplate("pack", predator, 3)},
        edges=[("web/fox/lv/x", "web/hare/lv/x_in", None, {"weight": 5.0})],
        connections=[Connectivity("pack/lv/x", "pack/lv/x_in", np.eye(3), delays=1.0)],
    )


def test_values_are_recorded_in_place_and_templates_stay(circuit: CircuitTemplate, predator: NodeTemplate) -> None:
    assert circuit.update_var(node_vars={"fox/lv/alpha": -2}) is circuit
    assert circuit.overrides.node_vars == {"fox/lv/alpha": -2.0}
    assert circuit.nodes["fox"] == predator
    assert circuit.get_var("fox/lv/alpha") == -2.0


def test_values_must_be_a_mapping(circuit: CircuitTemplate) -> None:
    with pytest.raises(ArgumentError) as caught:
        circuit.update_var("fox/lv/alpha", 3.0)  # type: ignore[arg-type]
    assert str(caught.value) == "node_vars must be a dict of path to value; it is 'fox/lv/alpha'."


def test_the_latest_value_wins(circuit: CircuitTemplate) -> None:
    circuit.update_var({"fox/lv/alpha": 1.0}).update_var({"all/lv/alpha": 2.0})
    assert circuit.get_var("all/lv/alpha").tolist() == [2.0, 2.0]
    circuit.update_var({"fox/lv/alpha": 3.0}).update_var({"hare/lv/alpha": 4.0, "fox/lv/alpha": 5.0})
    assert circuit.get_var("all/lv/alpha").tolist() == [5.0, 4.0]
    assert list(circuit.overrides.node_vars) == ["all/lv/alpha", "hare/lv/alpha", "fox/lv/alpha"]


def test_an_array_is_dealt_out_in_match_order(net: CircuitTemplate) -> None:
    net.update_var({"web/all/lv/alpha": [1, 2], "pack/lv/alpha": np.arange(3.0), "pack[1]/lv/alpha": 9})
    assert net.get_var("web/hare/lv/alpha") == 2.0
    assert net.get_var("pack/lv/alpha").tolist() == [0.0, 9.0, 2.0]
    assert net.get_var("pack[1]/lv/alpha") == 9.0


def test_one_value_for_one_unit_may_come_as_an_array(net: CircuitTemplate) -> None:
    net.update_var({"pack[0]/lv/alpha": [4.0]})
    assert net.overrides.node_vars == {"pack[0]/lv/alpha": 4.0}


def test_complex_values_are_kept(circuit: CircuitTemplate) -> None:
    assert circuit.update_var({"fox/lv/alpha": 1 + 2j}).get_var("fox/lv/alpha") == 1 + 2j


def test_a_vector_variable_takes_a_vector() -> None:
    node = NodeTemplate("n", [OperatorTemplate("op", "x' = k*x", {"x": "output(0.0,2)", "k": [1.0, 2.0]})])
    circuit = CircuitTemplate("c", nodes={"a": node})
    circuit.update_var({"a/op/x": [3, 4], "a/op/k": [5, 6]})
    assert circuit.overrides.node_vars == {"a/op/x": Array([3.0, 4.0]), "a/op/k": Array([5.0, 6.0])}
    assert circuit.get_var("a/op/x").tolist() == [3.0, 4.0]


def test_nothing_is_recorded_if_one_value_is_wrong(circuit: CircuitTemplate) -> None:
    with pytest.raises(UnknownNameError):
        circuit.update_var({"fox/lv/alpha": 1.0}, [("fox/lv/x", "hare/lv/x", {"weight": 2.0})])
    assert circuit.overrides.node_vars == {}


@pytest.mark.parametrize(
    ("path", "value", "error", "message"),
    [
        (
            "wib/fox/lv/x",
            1,
            UnknownNameError,
            "Unknown node 'wib' in path 'wib/fox/lv/x'. Did you mean 'web'? The nodes are: pack, web.",
        ),
        (
            "web/fix/lv/x",
            1,
            UnknownNameError,
            "Unknown node 'fix' in path 'web/fix/lv/x'. Did you mean 'fox'? The nodes are: fox, hare.",
        ),
        (
            "all/fix/lv/x",
            1,
            UnknownNameError,
            "Unknown node 'fix' in path 'all/fix/lv/x'. Did you mean 'fox'? The nodes are: fox, hare.",
        ),
        (
            "web/all/lw/x",
            1,
            UnknownNameError,
            "Unknown operator 'lw' in path 'web/all/lw/x'. Did you mean 'lv'? The operators are: lv.",
        ),
        (
            "pack[2]/lv/alpa",
            1,
            UnknownNameError,
            "Unknown variable 'alpa' in path 'pack[2]/lv/alpa'. Did you mean 'alpha'? "
            "The variables are: x, alpha, x_in.",
        ),
        (
            "pack[3]/lv/x",
            1,
            UnknownNameError,
            "Path 'pack[3]/lv/x' names unit 3, but the units of 'pack' are 0 to 2.",
        ),
        (
            "web/fox[0]/lv/x",
            1,
            UnknownNameError,
            "Path 'web/fox[0]/lv/x' names unit 0, but 'fox' is a single node.",
        ),
        ("web/lv/x", 1, UnknownNameError, "'web' in path 'web/lv/x' is a circuit; name a node in it."),
        (
            "pack/fox/lv/x",
            1,
            UnknownNameError,
            "Path 'pack/fox/lv/x' goes on with 'fox' below a node; a node holds operators only.",
        ),
        ("fox/x", 1, ArgumentError, "'fox/x' is not the path of a variable; write it as 'node/op/var'."),
        (
            "pack[x]/lv/x",
            1,
            ArgumentError,
            "'pack[x]' names no unit; write the unit of a population as 'pop[3]', counted from 0.",
        ),
        ("pack/lv/x", "1", ArgumentError, "'pack/lv/x': A number is needed, not '1'."),
        ("pack/lv/x", [1, float("nan")], ArgumentError, "'pack/lv/x': 1 value is NaN."),
        (
            "pack/lv/x",
            [1, 2],
            ArgumentError,
            "'pack/lv/x' names 3 units, but the value has the shape (2,). Give one number or one per unit.",
        ),
        (
            "pack[0]/lv/x",
            [1, 2, 3],
            ArgumentError,
            "'pack[0]/lv/x' names 1 unit, but the value has the shape (3,). Give one number or one per unit.",
        ),
    ],
)
def test_a_wrong_path_or_value_is_refused(
    net: CircuitTemplate, path: str, value: Any, error: type[RatesError], message: str
) -> None:
    with pytest.raises(error) as caught:
        net.update_var({path: value})
    assert str(caught.value) == message


def test_noise_has_no_value_to_change() -> None:
    node = NodeTemplate("n", [OperatorTemplate("op", "x' = xi", {"x": "output", "xi": "noise"})])
    with pytest.raises(ArgumentError) as caught:
        CircuitTemplate("c", nodes={"a": node}).update_var({"all/op/xi": 1.0})
    assert str(caught.value) == "'a/op/xi' is noise, which has unit strength and no value. Scale it in the equation."


def test_edges_inside_sub_circuits_are_changed_from_outside(net: CircuitTemplate) -> None:
    net.update_var(edge_vars=[("web/hare/lv/x", "web/fox/lv/x_in", {"weight": 3, "delay": 0.25})])
    (edge,) = net.get_edges("web/hare/lv/x", "web/fox/lv/x_in")
    assert (edge.weight, edge.delay) == (3.0, 0.25)
    assert net.circuits["web"].edges[1].weight == 0.7


def test_parallel_edges_are_counted_inner_ones_first(net: CircuitTemplate) -> None:
    ends = "web/fox/lv/x", "web/hare/lv/x_in"
    net.update_var(edge_vars=[(*ends, 1, {"weight": 8.0})])
    assert [edge.weight for edge in net.get_edges(*ends)] == [-1.3, 8.0]
    net.update_var(edge_vars=[(*ends, {"weight": 9.0})])
    assert [edge.weight for edge in net.get_edges(*ends)] == [9.0, 9.0]


def test_wildcards_name_edges_too(net: CircuitTemplate) -> None:
    net.update_var(edge_vars=[("web/all/lv/x", "web/all/lv/x_in", {"delay": 2})])
    assert [edge.delay for edge in net.get_edges()] == [2.0, 2.0, 2.0]


def test_variables_of_an_edge_template_are_changed(predator: NodeTemplate, coupling: EdgeTemplate) -> None:
    edge = ("a/lv/x", "a/lv/x_in", coupling, {"sat/r_in": "source"})
    circuit = CircuitTemplate("c", nodes={"a": predator}, edges=[edge])
    circuit.update_var(edge_vars=[(edge[0], edge[1], {"saturating/sat/k": 2, "sat/r_post": "a/lv/x"})])
    assert circuit.overrides.edge_vars == [(edge[0], edge[1], None, {"sat/k": 2.0, "sat/r_post": "a/lv/x"})]
    assert circuit.get_var("a/lv/x->a/lv/x_in[0]/sat/k") == 2.0


def test_a_spread_rests_on_a_delay_that_was_recorded(net: CircuitTemplate) -> None:
    ends = "web/hare/lv/x", "web/fox/lv/x_in"
    with pytest.raises(ArgumentError) as caught:
        net.update_var(edge_vars=[(*ends, {"weight": 2.0}), (*ends, {"spread": 0.1})])
    assert str(caught.value) == (
        "web/hare/lv/x->web/fox/lv/x_in: The edge web/hare/lv/x->web/fox/lv/x_in has a spread of 0.1 "
        "and no delay to spread."
    )
    assert net.overrides.edge_vars == []
    net.update_var(edge_vars=[(*ends, {"delay": 1.0}), (*ends, {"spread": 0.1})])
    assert net.get_var("->".join(ends) + "/spread") == 0.1


def test_connections_take_arrays_of_their_form(net: CircuitTemplate) -> None:
    ends = "pack/lv/x", "pack/lv/x_in"
    net.update_var(edge_vars=[(*ends, {"weight": np.ones((3, 3)), "delay": 2})])
    assert net.overrides.edge_vars == [(*ends, None, {"weight": Array(np.ones((3, 3))), "delay": 2.0})]


@pytest.mark.parametrize(
    ("entry", "error", "message"),
    [
        ("ab", ArgumentError, "A change of edges is (source, target, {attribute: value}), not 'ab'."),
        (
            ("web/fox/lv/x", "web/hare/lv/x_in", "0", {}),
            ArgumentError,
            "A change of edges is (source, target, {attribute: value}), "
            "not ('web/fox/lv/x', 'web/hare/lv/x_in', '0', {}).",
        ),
        (
            ("web/fox/lv/x", "web/here/lv/x_in", {"weight": 1}),
            UnknownNameError,
            "There is no edge web/fox/lv/x->web/here/lv/x_in. Did you mean 'web/fox/lv/x->web/hare/lv/x_in'?",
        ),
        (
            ("web/fox/lv/x", "web/hare/lv/x_in", 2, {"weight": 1}),
            UnknownNameError,
            "There is no edge web/fox/lv/x->web/hare/lv/x_in[2]; edges between the same variables are counted from 0.",
        ),
        (
            ("web/fox/lv/x", "web/hare/lv/x_in", {"wieght": 1}),
            UnknownNameError,
            "web/fox/lv/x->web/hare/lv/x_in: An edge without a template has no attribute 'wieght'. "
            "Did you mean 'weight'? It has: weight, delay, spread.",
        ),
        (
            ("web/fox/lv/x", "web/hare/lv/x_in", {"delay": -1}),
            ArgumentError,
            "web/fox/lv/x->web/hare/lv/x_in: The delay of an edge is a finite number of at least 0, not -1.",
        ),
        (
            ("pack/lv/x", "pack/lv/x_in", {"weight": [[2.0]]}),
            ArgumentError,
            "pack/lv/x->pack/lv/x_in: weight takes the place of a matrix of shape (3, 3) and must be a number or have "
            "its form; which connections exist stays.",
        ),
        (
            ("pack/lv/x", "pack/lv/x_in", 1, {"delay": 2.0}),
            UnknownNameError,
            "There is no edge pack/lv/x->pack/lv/x_in[1]; edges between the same variables are counted from 0.",
        ),
        (
            ("pack[3]/lv/x", "pack/lv/x_in", {"delay": 2.0}),
            UnknownNameError,
            "Path 'pack[3]/lv/x' names unit 3, but the units of 'pack' are 0 to 2.",
        ),
        (
            ("pack[1]/lv/x", "pack/lv/x_in", {"weight": [1.0, 2.0, 3.0]}),
            ArgumentError,
            "pack[1]/lv/x->pack/lv/x_in: A number is needed, not [1.0, 2.0, 3.0].",
        ),
    ],
)
def test_a_wrong_change_of_edges_is_refused(
    net: CircuitTemplate, entry: Any, error: type[RatesError], message: str
) -> None:
    with pytest.raises(error) as caught:
        net.update_var(edge_vars=[entry])
    assert str(caught.value) == message


def test_edges_from_a_matrix_are_added_in_place(circuit: CircuitTemplate) -> None:
    weight = [[0.0, 2.0], [0.0, -3.0]]
    delay = [[9.0, 0.2], [9.0, 0.3]]
    assert (
        circuit.add_edges_from_matrix("lv/x", "lv/x_in", ["fox", "hare"], weight=weight, edge_attr={"delay": delay})
        is circuit
    )
    assert [(str(edge), edge.weight, edge.delay) for edge in list(circuit.edges)[2:]] == [
        ("hare/lv/x->fox/lv/x_in", 2.0, 0.2),
        ("hare/lv/x->hare/lv/x_in", -3.0, 0.3),
    ]
    assert len(circuit.edge_matrices) == 1


def test_a_matrix_has_rows_of_targets_and_columns_of_sources(circuit: CircuitTemplate) -> None:
    circuit.add_edges_from_matrix("lv/x", "lv/x_in", ["fox"], ["hare", "fox"], weight=[[1.0], [2.0]])
    assert [str(edge) for edge in list(circuit.edges)[2:]] == ["fox/lv/x->hare/lv/x_in", "fox/lv/x->fox/lv/x_in"]


def test_a_sparse_matrix_makes_the_same_edges(circuit: CircuitTemplate) -> None:
    scipy_sparse = pytest.importorskip("scipy.sparse")
    weight = np.array([[0.0, 2.0], [1.0, 0.0]])
    twin = circuit.update_template()
    circuit.add_edges_from_matrix("lv/x", "lv/x_in", "all", weight=weight)
    twin.add_edges_from_matrix("lv/x", "lv/x_in", "all", weight=scipy_sparse.csr_array(weight))
    assert circuit == twin


def test_without_a_least_weight_zeros_are_edges(circuit: CircuitTemplate) -> None:
    circuit.add_edges_from_matrix("lv/x", "lv/x_in", "all", weight=np.zeros((2, 2)), min_weight=0.0)
    assert len(circuit.edges) == 6


def test_weights_that_are_too_small_for_an_edge_are_told(circuit: CircuitTemplate) -> None:
    circuit.add_edges_from_matrix("lv/x", "lv/x_in", "all", weight=np.array([[0.0, 1e-7], [0.0, 1.0]]))
    assert len(circuit.edges) == 3  # beside the other one it is nothing
    weight = np.array([[0.0, 2e-9], [-1e-7, 1e-3]])
    with pytest.warns(ApproximationWarning) as caught:
        circuit.add_edges_from_matrix("lv/x", "lv/x_in", "all", weight=weight)
    assert str(caught[0].message) == (
        "2 of 3 weights are smaller than min_weight = 1e-06 and make no edge; the largest of them is 1e-07. "
        "Give min_weight=0 to keep them."
    )
    circuit.add_edges_from_matrix("lv/x", "lv/x_in", "all", weight=weight, min_weight=1e-5)
    assert len(circuit.edges) == 5


def test_edges_of_a_matrix_are_changed_one_by_one(circuit: CircuitTemplate) -> None:
    circuit.add_edges_from_matrix("lv/x", "lv/x_in", ["fox", "hare"], weight=np.ones((2, 2)))
    circuit.update_var(edge_vars=[("fox/lv/x", "fox/lv/x_in", {"weight": 4.0})])
    assert [edge.weight for edge in circuit.get_edges()] == [-1.3, 0.7, 4.0, 1.0, 1.0, 1.0]


def test_values_that_were_recorded_before_do_not_reach_new_edges(circuit: CircuitTemplate) -> None:
    circuit.update_var(edge_vars=[("all/lv/x", "all/lv/x_in", {"weight": 4.0})])
    circuit.add_edges_from_matrix("lv/x", "lv/x_in", ["fox", "hare"], weight=[[0, 1], [1, 0]])
    assert [edge.weight for edge in circuit.get_edges()] == [4.0, 4.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, TemplateError, "weight is missing; give a matrix [target, source], a sparse array or a number."),
        ({"weight": 2.0}, TemplateError, "weight has the shape (); give a 2-D matrix [target, source]."),
        (
            {"weight": np.ones((2, 3))},
            TemplateError,
            "weight has 3 columns for 2 source nodes; its axes are [target, source].",
        ),
        (
            {"weight": np.ones((2, 2)), "edge_attr": {"weight": 2.0}},
            TemplateError,
            "The weights of edges from a matrix are its entries; 'edge_attr' holds no weight.",
        ),
        (
            {"weight": np.ones((2, 2)), "edge_attr": {"delay": -1.0}},
            TemplateError,
            "delay: 1 value is negative.",
        ),
        (
            {"weight": np.ones((2, 2)), "edge_attr": {"dealy": 1.0}},
            UnknownNameError,
            "An edge without a template has no attribute 'dealy'. Did you mean 'delay'? It has: weight, delay, spread.",
        ),
        (
            {"weight": np.ones((2, 2)), "source_nodes": ["fox", "hair"]},
            UnknownNameError,
            "edges from a matrix: Unknown node 'hair' in path 'hair/lv/x'. Did you mean 'hare'? "
            "The nodes are: fox, hare.",
        ),
    ],
)
def test_a_wrong_matrix_is_refused_and_adds_nothing(
    circuit: CircuitTemplate, arguments: dict[str, Any], error: type[RatesError], message: str
) -> None:
    with pytest.raises(error) as caught:
        circuit.add_edges_from_matrix(
            **{"source_var": "lv/x", "target_var": "lv/x_in", "source_nodes": ["fox", "hare"], **arguments}
        )
    assert str(caught.value) == message
    assert len(circuit.edges) == 2
