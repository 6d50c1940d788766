"""Circuits hold parts by label, to any depth, and check that edges and connections fit them."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from rates_core.errors import RatesError, TemplateError, UnknownNameError
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edge import Edge
from rates_core.templates.location import Location
from rates_core.templates.node import EdgeTemplate, NodeTemplate
from rates_core.templates.population import PopulationTemplate


def test_equal_content_is_equal_whatever_the_file(circuit: CircuitTemplate) -> None:
    twin = circuit.update_template(location=Location("web.yaml", 1))
    assert twin == circuit
    assert hash(twin) == hash(circuit)
    assert twin is not circuit
    assert circuit != circuit.update_template(name="other")
    assert circuit != circuit.update_template(edges=[("hare/lv/x", "hare/lv/x_in")])


def test_a_circuit_survives_copying_and_pickling(circuit: CircuitTemplate) -> None:
    circuit.update_var({"fox/lv/x": 0.25})
    assert copy.deepcopy(circuit) == circuit
    assert pickle.loads(pickle.dumps(circuit)) == circuit


def test_overrides_change_equality_and_not_the_hash(circuit: CircuitTemplate) -> None:
    twin = circuit.update_template()
    before = hash(circuit)
    circuit.update_var({"fox/lv/x": 0.25})
    assert circuit != twin
    assert hash(circuit) == before
    twin.update_var({"fox/lv/x": 0.25})
    assert circuit == twin


def test_the_order_of_parts_and_of_recorded_values_is_part_of_the_meaning(
    circuit: CircuitTemplate, predator: NodeTemplate, prey: NodeTemplate
) -> None:
    turned = CircuitTemplate("web", nodes={"hare": prey, "fox": predator}, edges=circuit.edges)
    assert turned != circuit
    one, other = circuit.update_template(), circuit.update_template()
    one.update_var({"all/lv/x": 1.0}).update_var({"fox/lv/x": 2.0})
    other.update_var({"fox/lv/x": 2.0}).update_var({"all/lv/x": 1.0})
    assert one != other


def test_two_circuits_never_share_a_record(circuit: CircuitTemplate) -> None:
    twin = CircuitTemplate("twin", nodes=circuit.nodes, overrides=circuit.overrides)
    twin.update_var({"fox/lv/x": 0.1})
    assert circuit.get_var("fox/lv/x") == 0.5


def test_parallel_edges_are_kept(predator: NodeTemplate) -> None:
    edge = ("a/lv/x", "a/lv/x_in", None, {"weight": 2.0})
    circuit = CircuitTemplate("c", nodes={"a": predator}, edges=[edge, edge])
    assert list(circuit.edges) == [Edge.parse(edge)] * 2


def test_parts_of_all_kinds_stand_side_by_side(circuit: CircuitTemplate, predator: NodeTemplate) -> None:
    net = CircuitTemplate(
        "net",
        nodes={"lone": predator},
        circuits={"left": circuit, "right": circuit},
        populations={"pack": {"node": predator, "n": 3, "params": {"lv/x": [1, 2, 3]}}},
        edges=[("left/fox/lv/x", "right/hare/lv/x_in"), ("pack[1]/lv/x", "lone/lv/x_in")],
        connections=[{"source": "pack/lv/x", "target": "pack/lv/x_in", "weights": np.ones((3, 3))}],
    )
    assert net.populations["pack"] == PopulationTemplate("pack", predator, 3, {"lv/x": [1, 2, 3]})
    assert net.connections == (Connectivity("pack/lv/x", "pack/lv/x_in", np.ones((3, 3))),)
    assert net.circuits["left"] is net.circuits["right"]
    assert repr(net) == "<CircuitTemplate 'net': 1 nodes, 1 populations, 2 circuits, 2 edges, 1 connections>"


def test_what_happens_to_a_child_later_does_not_reach_its_parent(circuit: CircuitTemplate) -> None:
    circuit.update_var({"fox/lv/alpha": -2.0})
    net = CircuitTemplate("net", circuits={"web": circuit})
    circuit.update_var({"fox/lv/alpha": -3.0})
    circuit.add_edges_from_matrix("lv/x", "lv/x_in", ["fox", "hare"], weight=np.ones((2, 2)))
    assert net.get_var("web/fox/lv/alpha") == -2.0
    assert len(net.circuits["web"].edges) == 2


def test_a_part_of_a_circuit_is_not_changed_in_place(circuit: CircuitTemplate) -> None:
    part = CircuitTemplate("net", circuits={"web": circuit}).circuits["web"]
    message = (
        "Circuit 'web' is part of circuit 'net' and is not changed in place. "
        "Update that one, with paths through its sub-circuit, or make a copy with update_template()."
    )
    with pytest.raises(TemplateError) as caught:
        part.update_var({"fox/lv/alpha": 1.0})
    assert str(caught.value) == message
    with pytest.raises(TemplateError) as caught:
        part.add_edges_from_matrix("lv/x", "lv/x_in", ["fox"], weight=[[1.0]])
    assert str(caught.value) == message
    assert part.update_template().update_var({"fox/lv/alpha": 1.0}).get_var("fox/lv/alpha") == 1.0


@pytest.mark.parametrize("label", ["a/b", "a[0]", "a]", "a>b"])
def test_a_label_that_cannot_stand_in_a_path_is_refused(predator: NodeTemplate, label: str) -> None:
    character = next(character for character in label if character in "/[]>")
    for what, parts in (
        ("node", {"nodes": {label: predator}}),
        ("population", {"populations": {label: PopulationTemplate("p", predator, 2)}}),
        ("circuit", {"circuits": {label: CircuitTemplate("c")}}),
    ):
        with pytest.raises(TemplateError) as caught:
            CircuitTemplate("c", **parts)  # type: ignore[arg-type]
        assert str(caught.value) == f"The {what} label '{label}' holds '{character}'; labels may not hold / [ ] or >."


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("all", "The node label 'all' is taken: in paths it stands for every child."),
        ("", "The label of each node is text, not ''."),
        (1, "The label of each node is text, not 1."),
    ],
)
def test_a_label_that_is_no_label_is_refused(predator: NodeTemplate, label: Any, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        CircuitTemplate("c", nodes={label: predator})
    assert str(caught.value) == message


def test_one_label_for_two_parts_is_refused(predator: NodeTemplate) -> None:
    with pytest.raises(TemplateError) as caught:
        CircuitTemplate("c", nodes={"a": predator}, populations={"a": PopulationTemplate("p", predator, 2)})
    assert str(caught.value) == "Circuit 'c': 'a' labels both a node and a population; rename one."


@pytest.mark.parametrize(
    ("edge", "message"),
    [
        (
            ("fix/lv/x", "hare/lv/x_in"),
            "web.yaml:4: Circuit 'c': edge fix/lv/x->hare/lv/x_in: Unknown node 'fix' in path 'fix/lv/x'. "
            "Did you mean 'fox'? The nodes are: fox, hare.",
        ),
        (
            ("fox/lv/x", "hare/lv/xin"),
            "web.yaml:4: Circuit 'c': edge fox/lv/x->hare/lv/xin: Unknown variable 'xin' in path 'hare/lv/xin'. "
            "Did you mean 'x_in'? The variables are: x, alpha, x_in.",
        ),
    ],
)
def test_an_edge_to_what_does_not_exist_is_refused(
    predator: NodeTemplate, prey: NodeTemplate, edge: Any, message: str
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        CircuitTemplate("c", nodes={"fox": predator, "hare": prey}, edges=[edge], location=Location("web.yaml", 4))
    assert str(caught.value) == message


def test_an_edge_variable_that_reads_what_does_not_exist_is_refused(
    predator: NodeTemplate, coupling: EdgeTemplate
) -> None:
    edge = ("a/lv/x", "a/lv/x_in", coupling, {"sat/r_in": "source", "sat/r_post": "b/lv/x"})
    with pytest.raises(UnknownNameError) as caught:
        CircuitTemplate("c", nodes={"a": predator}, edges=[edge])
    assert str(caught.value) == (
        "Circuit 'c': edge a/lv/x->a/lv/x_in: Unknown node 'b' in path 'b/lv/x'. The nodes are: a."
    )


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (
            (3, 2),
            "Circuit 'c': weights has 3 rows, but target 'many/lv/x_in' has 4 units; its axes are [target, source].",
        ),
        (
            (4, 1),
            "Circuit 'c': weights has 1 column, but source 'few/lv/x' has 2 units; its axes are [target, source].",
        ),
    ],
)
def test_connections_that_do_not_fit_their_populations_are_refused(
    predator: NodeTemplate, shape: tuple[int, int], message: str
) -> None:
    populations = {"few": PopulationTemplate("p", predator, 2), "many": PopulationTemplate("p", predator, 4)}
    connection = Connectivity("few/lv/x", "many/lv/x_in", np.ones(shape))
    with pytest.raises(TemplateError) as caught:
        CircuitTemplate("c", populations=populations, connections=[connection])
    assert str(caught.value) == message


def test_connections_reach_into_sub_circuits_and_single_nodes(predator: NodeTemplate) -> None:
    inner = CircuitTemplate("inner", populations={"p": PopulationTemplate("p", predator, 3)})
    net = CircuitTemplate(
        "net",
        nodes={"one": predator},
        circuits={"inner": inner},
        connections=[Connectivity("inner/p/lv/x", "one/lv/x_in", np.ones((1, 3)))],
    )
    assert net.connections[0].shape == (1, 3)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"nodes": [1]}, TemplateError, "The nodes of a circuit are a mapping of labels to templates, not [1]."),
        ({"nodes": {"a": 1}}, TemplateError, "The node 'a' must be of kind NodeTemplate or a path to one, not 1."),
        ({"populations": {"a": {"n": 1}}}, TemplateError, "Population 'a' needs a node and a number n of units."),
        (
            {"populations": {"a": {"nod": 1}}},
            UnknownNameError,
            "Population 'a' has no key 'nod'. Did you mean 'node'?",
        ),
        (
            {"connections": [{"source": "a"}]},
            TemplateError,
            "A connection needs a source, a target and weights, not {'source': 'a'}.",
        ),
        (
            {"connections": [{"source": "a", "target": "b", "weights": 1, "delay": 1}]},
            UnknownNameError,
            "A connection has no 'delay'. Did you mean 'delays'?",
        ),
    ],
)
def test_malformed_parts_are_refused(arguments: dict[str, Any], error: type[RatesError], message: str) -> None:
    with pytest.raises(error) as caught:
        CircuitTemplate("c", **arguments)
    assert str(caught.value) == message
