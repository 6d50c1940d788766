"""What `update_var` recorded reaches exactly the units and edges that its paths name."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.network.build import build_network
from rates_core.reference import Interpreter

from rates_core import CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate


@pytest.fixture(scope="session")
def weights(edge_names):
    """Return a function that gives the weight of each separate edge, by its name."""

    def found(circuit):
        network = build_network(circuit, vectorize=False)
        names = [name for (name,) in edge_names(network)]
        return {name: item.weights.weight for name, item in zip(names, network.projections, strict=True)}

    return found


@pytest.mark.parametrize("count", [3, 10])
def test_a_number_for_all_is_the_value_of_each(line, leak, values, count):
    circuit = line(leak, count).update_var({"all/op/tau": 5.0})
    assert values(circuit, "p0/op/tau", "p2/op/tau") == [5.0, 5.0]


@pytest.mark.parametrize("vectorize", [True, False])
@pytest.mark.parametrize("count", [3, 10])
def test_an_array_is_dealt_out_in_match_order(line, leak, values, count, vectorize):
    circuit = line(leak, count).update_var({"all/op/tau": np.arange(1.0, count + 1)})
    paths = [f"p{number}/op/tau" for number in range(count)]
    assert values(circuit, *paths, vectorize=vectorize) == list(range(1, count + 1))


def test_match_order_is_nodes_then_populations_then_circuits(leak, values):
    inner = CircuitTemplate("inner", nodes={"p": leak}, populations={"pop": PopulationTemplate("pop", leak, 2)})
    circuit = CircuitTemplate(
        "c", circuits={"a": inner}, nodes={"q": leak}, populations={"r": PopulationTemplate("r", leak, 2)}
    )
    circuit.update_var({"all/op/tau": np.array([1.0, 2.0, 3.0]), "a/all/op/tau": np.array([4.0, 5.0, 6.0])})
    paths = ["q/op/tau", "r[0]/op/tau", "r[1]/op/tau", "a/p/op/tau", "a/pop[0]/op/tau", "a/pop[1]/op/tau"]
    assert values(circuit, *paths) == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def test_all_stands_for_the_children_of_one_level(leak, values):
    inner = CircuitTemplate("inner", nodes={"p": leak})
    circuit = CircuitTemplate("c", circuits={"a": inner, "b": inner}, nodes={"p": leak})
    circuit.update_var({"all/op/tau": 3.0, "all/p/op/tau": 7.0})
    assert values(circuit, "p/op/tau", "a/p/op/tau", "b/p/op/tau") == [3.0, 7.0, 7.0]


def test_all_leaves_out_nodes_without_the_variable(leak, relay, values):
    circuit = CircuitTemplate("c", nodes={"p": leak, "r": relay}).update_var({"all/op/tau": 3.0})
    assert values(circuit, "p/op/tau") == [3.0]


def test_one_unit_of_a_population_is_set_and_the_others_stay(leak, values):
    circuit = CircuitTemplate("c", populations={"pop": PopulationTemplate("pop", leak, 3, {"op/tau": [1.0, 2.0, 3.0]})})
    circuit.update_var({"pop[1]/op/tau": 9.0, "pop[0]/op/x": 0.7})
    assert values(circuit, *(f"pop[{k}]/op/tau" for k in range(3))) == [1.0, 9.0, 3.0]
    assert values(circuit, *(f"pop[{k}]/op/x" for k in range(3))) == [0.7, 0.1, 0.1]


def test_a_unit_of_all_populations_is_no_node(leak, values):
    populations = {label: PopulationTemplate(label, leak, count) for label, count in (("a", 3), ("b", 1))}
    circuit = CircuitTemplate("c", nodes={"p": leak}, populations=populations).update_var({"all[1]/op/tau": 9.0})
    assert values(circuit, "p/op/tau", "a[0]/op/tau", "a[1]/op/tau", "b[0]/op/tau") == [2.0, 2.0, 9.0, 2.0]


def test_a_path_that_is_set_later_wins(line, leak, values):
    circuit = line(leak, 3)
    circuit.update_var({"p1/op/tau": 4.0}).update_var({"all/op/tau": 5.0}).update_var({"p2/op/tau": 6.0})
    assert values(circuit, "p0/op/tau", "p1/op/tau", "p2/op/tau") == [5.0, 5.0, 6.0]


def test_an_outer_circuit_changes_inner_ones_after_these_themselves(leak, values):
    inner = CircuitTemplate("inner", nodes={"p": leak, "q": leak}).update_var({"all/op/tau": 3.0, "p/op/x": 0.4})
    middle = CircuitTemplate("middle", circuits={"i": inner, "j": inner}).update_var({"i/p/op/tau": 4.0})
    top = CircuitTemplate("top", circuits={"m": middle}).update_var({"m/all/q/op/tau": 5.0})
    paths = [f"m/{c}/{n}/op/tau" for c in "ij" for n in "pq"]
    assert values(top, *paths) == [4.0, 5.0, 3.0, 5.0]
    assert values(top, "m/i/p/op/x", "m/j/p/op/x", "m/i/q/op/x") == [0.4, 0.4, 0.1]


def test_a_vector_is_one_value_of_each_node(values):
    operator = OperatorTemplate("op", "x' = -x*k", {"x": "variable(0.0,3)", "k": [1.0, 1.0, 1.0]})
    circuit = CircuitTemplate("c", nodes=dict.fromkeys("pq", NodeTemplate("n", [operator])))
    circuit.update_var({"p/op/k": [1.0, 2.0, 3.0], "p/op/x": [4.0, 5.0, 6.0]})
    first, second, state = values(circuit, "p/op/k", "q/op/k", "p/op/x")
    assert np.array_equal(first, [1.0, 2.0, 3.0])
    assert np.array_equal(second, [1.0, 1.0, 1.0])
    assert np.array_equal(state, [4.0, 5.0, 6.0])


def test_a_weight_reaches_all_edges_between_two_variables_or_one_of_them(leak, weights):
    edges = [("p/op/x", "q/op/u", None, {"weight": w}) for w in (1.0, 2.0, 3.0)]
    circuit = CircuitTemplate("c", nodes={"p": leak, "q": leak}, edges=edges)
    circuit.update_var(edge_vars=[("p/op/x", "q/op/u", 1, {"weight": 7.0})])
    assert list(weights(circuit).values()) == [1.0, 7.0, 3.0]
    circuit.update_var(edge_vars=[("p/op/x", "q/op/u", {"weight": 8.0})])
    assert list(weights(circuit).values()) == [8.0, 8.0, 8.0]


def test_edges_are_named_with_wildcards_too(line, leak, weights):
    edges = [("p0/op/x", "p1/op/u"), ("p1/op/x", "p2/op/u"), ("p0/op/x", "p2/op/u")]
    circuit = line(leak, 3, edges=edges).update_var(edge_vars=[("all/op/x", "p2/op/u", {"weight": 4.0})])
    assert list(weights(circuit).values()) == [1.0, 4.0, 4.0]


def test_edges_inside_circuits_are_changed_from_outside(leak, weights):
    inner = CircuitTemplate("inner", nodes={"p": leak, "q": leak}, edges=[("p/op/x", "q/op/u")])
    inner.update_var(edge_vars=[("p/op/x", "q/op/u", {"weight": 2.0})])
    circuit = CircuitTemplate("c", circuits={"a": inner, "b": inner})
    circuit.update_var(edge_vars=[("b/p/op/x", "b/q/op/u", {"weight": 5.0, "delay": 0.5})])
    assert weights(circuit) == {"a/p/op/x->a/q/op/u[0]": 2.0, "b/p/op/x->b/q/op/u[0]": 5.0}
    assert [projection.delay for projection in build_network(circuit).projections] == [None, 0.5]


def test_variables_of_an_edges_operators_are_set_by_edge(line, leak):
    template = EdgeTemplate("e", [OperatorTemplate("eo", "m = g*a", {"m": "output", "a": "input", "g": 1.0})])
    edges = [(f"p{k}/op/x", f"p{k + 1}/op/u", template) for k in range(9)]
    circuit = line(leak, 10, edges=edges)
    circuit.update_var(edge_vars=[("p3/op/x", "p4/op/u", {"eo/g": 2.0}), ("p5/op/x", "p6/op/u", {"e/eo/g": 3.0})])
    (population,) = (item for item in build_network(circuit).populations if item.edges)
    assert population.values["eo", "g"].tolist() == [1.0, 1.0, 1.0, 2.0, 1.0, 3.0, 1.0, 1.0, 1.0]
    assert population.units[3] == "p3/op/x->p4/op/u[0]"


def test_what_an_edge_reads_can_be_changed_from_outside_its_circuit(leak):
    template = EdgeTemplate("e", [OperatorTemplate("eo", "m = a*b", {"m": "output", "a": "input", "b": "input"})])
    inner = CircuitTemplate(
        "inner",
        nodes={"p": leak, "q": leak},
        edges=[("p/op/x", "q/op/u", template, {"eo/a": "source", "eo/b": "q/op/x"})],
    )
    inner.update_var(edge_vars=[("p/op/x", "q/op/u", {"eo/b": "p/op/x"})])
    network = build_network(CircuitTemplate("c", circuits={"a": inner}))
    assert network.projections[1].label == "a/p/op/x->a/p/op/x->a/q/op/u/eo/b"


def test_connections_get_whole_matrices(leak):
    circuit = CircuitTemplate(
        "c",
        populations={"pop": PopulationTemplate("pop", leak, 2)},
        connections=[Connectivity("pop/op/x", "pop/op/u", np.ones((2, 2)))],
    )
    circuit.update_var(edge_vars=[("pop/op/x", "pop/op/u", {"weight": [[1.0, 2.0], [3.0, 4.0]], "delay": 0.5})])
    (projection,) = build_network(circuit).projections
    assert projection.weights.matrix.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert projection.delay == 0.5


@pytest.mark.parametrize("index", [(), (0,)])
def test_what_a_circuit_records_does_not_reach_edges_around_it(leak, index, weights):
    ends = "p/op/x", "q/op/u"
    inner = CircuitTemplate("inner", nodes={"p": leak, "q": leak}, edges=[(*ends, None, {"weight": 2.0})])
    inner.update_var(edge_vars=[(*ends, *index, {"weight": 5.0})])
    outer_ends = tuple(f"c/{end}" for end in ends)
    outer = CircuitTemplate("outer", circuits={"c": inner}, edges=[(*outer_ends, None, {"weight": 3.0})])
    expected = {f"{'->'.join(outer_ends)}[{number}]": weight for number, weight in enumerate([5.0, 3.0])}
    assert weights(outer) == expected
    assert [edge.weight for edge in outer.get_edges(*outer_ends)] == [5.0, 3.0]
    oracle = Interpreter(outer)
    state = dict.fromkeys(oracle.state_paths, 1.0)
    assert oracle.value("c/q/op/u", 0.0, state) == 8.0
    outer.update_var(edge_vars=[(*outer_ends, {"weight": 7.0})])
    assert list(weights(outer).values()) == [7.0, 7.0]


def test_what_a_circuit_records_does_not_reach_connections_around_it(leak):
    ends = {"source": "p/op/x", "target": "p/op/u"}
    units = PopulationTemplate("p", leak, 2)
    inner = CircuitTemplate("inner", populations={"p": units}, connections=[Connectivity(**ends, weights=2.0)])
    inner.update_var(edge_vars=[(*ends.values(), {"weight": 5.0})])
    outer = CircuitTemplate(
        "outer", circuits={"c": inner}, connections=[Connectivity("c/p/op/x", "c/p/op/u", np.ones((2, 2)))]
    )
    whole, matrix = (projection.weights for projection in build_network(outer).projections)
    assert whole.weight == 5.0
    assert matrix.matrix.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_a_connection_of_populations_and_an_edge_of_their_units_are_named_apart(leak):
    ends = "p/op/x", "p/op/u"
    unit_ends = "p[0]/op/x", "p[1]/op/u"
    circuit = CircuitTemplate(
        "c",
        populations={"p": PopulationTemplate("p", leak, 2)},
        edges=[(*unit_ends, None, {"weight": 2.0})],
        connections=[Connectivity(*ends, np.ones((2, 2)))],
    )
    circuit.update_var(edge_vars=[(*ends, {"weight": 3.0 * np.eye(2)})])
    assert [edge.weight for edge in circuit.get_edges(*unit_ends)] == [2.0]
    state = {"p[0]/op/x": 1.0, "p[1]/op/x": 10.0}
    assert Interpreter(circuit).value("p[1]/op/u", 0.0, state) == 32.0
    single, matrix = (projection.weights for projection in build_network(circuit).projections)
    assert single.matrix.tolist() == [[0.0, 0.0], [2.0, 0.0]]
    assert matrix.matrix.tolist() == [[3.0, 0.0], [0.0, 3.0]]
