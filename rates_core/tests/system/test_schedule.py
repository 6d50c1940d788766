"""Statements come in an order in which each can be evaluated, over all populations."""

from __future__ import annotations

import pytest
from rates_core.errors import CyclicEquationsError
from rates_core.system.schedule import ordered, reads_of

from rates_core import CircuitTemplate, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

RELAY = NodeTemplate("relay", [OperatorTemplate("op", "z = 2*u + 1", {"z": "output", "u": "input(1.0)"})])


def ready(system):
    """Tell whether each statement reads only what is known before it."""
    statements = {item.target for item in system.statements}
    known: set[str] = set()
    for item in system.statements:
        if not (reads_of(item) & statements) <= known:
            return False
        known.add(item.target)
    return True


def test_equations_of_a_node_are_ordered_by_what_they_need(build):
    operator = OperatorTemplate(
        "op",
        ["x' = c", "c = b + 1", "b = a*2", "a = x"],
        {"x": "variable(1.0)", "a": "variable", "b": "variable", "c": "variable"},
    )
    system = build(CircuitTemplate("c", nodes={"p": NodeTemplate("n", [operator])}))
    assert [item.target for item in system.statements] == ["p/op/a", "p/op/b", "p/op/c"]


def test_a_chain_may_cross_populations_and_come_back(build, derivatives):
    sink = NodeTemplate("sink", [OperatorTemplate("op", "x' = v", {"x": "variable(0.0)", "v": "input"})])
    circuit = CircuitTemplate(
        "c",
        nodes={"s": sink},
        populations={"a": PopulationTemplate("a", RELAY, 2), "b": PopulationTemplate("b", RELAY, 2)},
        edges=[("a[0]/op/z", "b/op/u"), ("b[1]/op/z", "s/op/v")],
    )
    assert ready(build(circuit))
    assert derivatives(circuit)["s/op/x"] == 2 * (2 * 1 + 1) + 1


@pytest.mark.parametrize("vectorize", [True, False])
def test_a_long_chain_of_equal_nodes_is_no_cycle(build, vectorize):
    nodes = {f"p{k}": RELAY for k in range(40)}
    edges = [(f"p{k}/op/z", f"p{k + 1}/op/u") for k in range(39)]
    assert ready(build(CircuitTemplate("c", nodes=nodes, edges=edges), vectorize=vectorize))


def test_a_chain_of_thousands_is_ordered_without_recursion(build):
    nodes = {f"p{k}": RELAY for k in range(3000)}
    edges = [(f"p{k + 1}/op/z", f"p{k}/op/u") for k in range(2999)]
    assert ready(build(CircuitTemplate("c", nodes=nodes, edges=edges)))


def test_a_delay_makes_a_circle_legal(build):
    edges = [("p/op/z", "q/op/u", None, {"delay": 1.0}), ("q/op/z", "p/op/u")]
    assert ready(build(CircuitTemplate("c", nodes={"p": RELAY, "q": RELAY}, edges=edges)))


def test_a_circle_within_a_node_is_named(build):
    operator = OperatorTemplate("op", ["a = b + 1", "b = 2*c", "c = a", "x' = a"], dict.fromkeys("abcx", "variable"))
    with pytest.raises(CyclicEquationsError) as error:
        build(CircuitTemplate("c", nodes={"p": NodeTemplate("n", [operator])}))
    assert str(error.value) == (
        "Algebraic variables depend on each other in a circle: 'p/op/a' needs 'p/op/b' needs 'p/op/c' needs 'p/op/a'. "
        "Solve for one of them, make one a state (x' = ...), or put a delay on one of the edges."
    )


def test_a_circle_of_nodes_is_named_without_the_steps_of_its_edges(build):
    gain = EdgeTemplate("e", [OperatorTemplate("eo", "m = pre", {"m": "output", "pre": "input"})])
    edges = [("p/op/z", "q/op/u", gain), ("q/op/z", "p/op/u")]
    with pytest.raises(CyclicEquationsError) as error:
        build(CircuitTemplate("c", nodes={"p": RELAY, "q": RELAY}, edges=edges))
    assert str(error.value) == (
        "Algebraic variables depend on each other in a circle: "
        "'p/op/u' needs 'q/op/z' needs 'q/op/u' needs 'p/op/z' needs 'p/op/u'. "
        "Solve for one of them, make one a state (x' = ...), or put a delay on one of the edges."
    )


def test_units_of_a_population_that_feed_each_other_in_turn_are_refused_with_the_way_out(build):
    circuit = CircuitTemplate(
        "c", populations={"a": PopulationTemplate("a", RELAY, 3)}, edges=[("a[0]/op/z", "a[1]/op/u")]
    )
    with pytest.raises(CyclicEquationsError) as error:
        build(circuit)
    assert str(error.value) == (
        "Algebraic variables depend on each other in a circle: 'a/op/z' needs 'a/op/u' needs 'a/op/z'. "
        "Solve for one of them, make one a state (x' = ...), or put a delay on one of the edges. "
        "The units of a population are evaluated together: if they feed each other in turn, make them nodes."
    )


@pytest.mark.parametrize("count", [3, 10])
def test_a_circle_of_equal_nodes_is_no_matter_of_populations(build, count):
    nodes = {f"p{k}": RELAY for k in range(count)}
    edges = [(f"p{k}/op/z", f"p{(k + 1) % count}/op/u") for k in range(count)]
    with pytest.raises(CyclicEquationsError) as error:
        build(CircuitTemplate("c", nodes=nodes, edges=edges))
    assert str(error.value).endswith("or put a delay on one of the edges.")


def test_a_circle_of_edges_alone_is_named(build):
    operator = OperatorTemplate(
        "eo", ["a = b", "b = a + pre", "m = a"], {"a": "variable", "b": "variable", "m": "output", "pre": "input"}
    )
    leak = NodeTemplate("leak", [OperatorTemplate("op", "x' = u", {"x": "output", "u": "input"})])
    edges = [("p/op/x", "p/op/u", EdgeTemplate("e", [operator]))]
    with pytest.raises(CyclicEquationsError) as error:
        build(CircuitTemplate("c", nodes={"p": leak}, edges=edges))
    assert "'p/op/x->p/op/u/eo/a' needs 'p/op/x->p/op/u/eo/b' needs" in str(error.value)


def test_an_order_exists_also_where_names_need_each_other():
    met = []
    assert ordered({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}, met.append) == ["c", "b", "a", "d"]
    assert met == [["a", "b", "c"]]
