"""An input has the sum of what feeds it, and its default where nothing does, unit by unit."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import EquationError

from rates_core import CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

LEAK = OperatorTemplate("op", "x' = u", {"x": "output(0.1)", "u": "input(7.0)"})
NODE = NodeTemplate("n", [LEAK])


def derivative_of(found, *units):
    return [float(found[f"{unit}/op/x"]) for unit in units]


def line(count, *edges):
    return CircuitTemplate("c", nodes={f"p{k}": NODE for k in range(count)}, edges=edges)


@pytest.mark.parametrize("count", [3, 10])
def test_the_default_holds_where_nothing_feeds(derivatives, count):
    edges = [("p0/op/x", "p1/op/u", None, {"weight": 2.0}), ("p0/op/x", "p2/op/u", None, {"weight": 0.0})]
    found = derivatives(line(count, *edges))
    assert derivative_of(found, "p0", "p1", "p2") == [7.0, 0.2, 0.0]  # an edge of weight 0 feeds


@pytest.mark.parametrize("count", [3, 10])
def test_parallel_edges_add_up(derivatives, count):
    edges = [("p0/op/x", "p1/op/u", None, {"weight": weight}) for weight in (1.0, 2.0, 4.0)]
    assert derivative_of(derivatives(line(count, *edges)), "p1") == [pytest.approx(0.7, rel=1e-15)]


def test_a_delayed_and_an_undelayed_edge_from_one_source_add_up(derivatives):
    edges = [("p0/op/x", "p1/op/u", None, {"weight": w, "delay": d}) for w, d in ((1.0, None), (2.0, 0.5), (4.0, 0.7))]
    assert derivative_of(derivatives(line(2, *edges)), "p1") == [pytest.approx(0.7, rel=1e-15)]


def test_outputs_of_one_name_are_summed_and_replace_the_default(derivatives):
    first = OperatorTemplate("a", "v' = -v", {"v": "output(0.5)"})
    second = OperatorTemplate("b", "v = 2.0*t", {"v": "output"})
    constant = OperatorTemplate("d", "v = 0.25", {"v": "output"})
    reader = OperatorTemplate("op", "x' = v", {"x": "variable(0.0)", "v": "input(7.0)"})
    circuit = CircuitTemplate("c", nodes={"p": NodeTemplate("n", [first, second, constant, reader])})
    assert derivative_of(derivatives(circuit, t=3.0), "p") == [0.5 + 6.0 + 0.25]


def test_an_operator_does_not_feed_itself(derivatives):
    own = OperatorTemplate("op", ["x' = v", "w' = -v"], {"x": "output(0.1)", "v": "input(7.0)", "w": "output(1.0)"})
    other = OperatorTemplate("other", "v = 1.0", {"v": "output"})
    assert derivative_of(derivatives(CircuitTemplate("c", nodes={"p": NodeTemplate("n", [own])})), "p") == [7.0]
    assert derivative_of(derivatives(CircuitTemplate("c", nodes={"p": NodeTemplate("n", [own, other])})), "p") == [1.0]


def test_outputs_edges_and_external_signals_add_up(build, evaluate_system):
    feeder = OperatorTemplate("f", "u = 0.5", {"u": "output"})
    node = NodeTemplate("n", [LEAK, feeder])
    circuit = CircuitTemplate("c", nodes={"p": node, "q": NODE}, edges=[("q/op/x", "p/op/u", None, {"weight": 3.0})])
    system = build(circuit, inputs={"p/op/u": 1})
    (signal,) = system.inputs
    found = evaluate_system(system, 0.0, {signal.path: 0.125})
    assert found.derivatives["p/op/x"] == pytest.approx(0.5 + 0.3 + 0.125, rel=1e-15)


def test_a_signal_for_one_unit_leaves_the_default_to_the_others(build, evaluate_system):
    circuit = CircuitTemplate("c", populations={"pop": PopulationTemplate("pop", NODE, 3)})
    system = build(circuit, inputs={"pop[1]/op/u": 1})
    (signal,) = system.inputs
    assert np.array_equal(signal.columns, [-1, 0, -1])
    found = evaluate_system(system, 0.0, {signal.path: np.array([0.0, 0.5, 0.0])})
    assert found.derivatives["pop/op/x"].tolist() == [7.0, 0.5, 7.0]


def test_one_column_serves_all_units_and_one_per_unit_goes_in_match_order(build, evaluate_system):
    circuit = CircuitTemplate(
        "c", nodes={"p": NODE, "q": NODE}, populations={"pop": PopulationTemplate("pop", NODE, 2)}
    )
    one = build(circuit, inputs={"all/op/u": 1})
    assert [(signal.shape, signal.columns) for signal in one.inputs] == [((), None)] * 3
    four = build(circuit, inputs={"all/op/u": 4})
    assert [np.ravel(signal.columns).tolist() for signal in four.inputs] == [[0], [1], [2, 3]]
    assert {signal.width for signal in four.inputs} == {4}


def test_signals_add_up_where_their_paths_overlap(build, evaluate_system):
    circuit = CircuitTemplate("c", populations={"pop": PopulationTemplate("pop", NODE, 2)})
    system = build(circuit, inputs={"pop/op/u": 1, "pop[0]/op/u": 1})
    first, second = system.inputs
    found = evaluate_system(system, 0.0, {first.path: 2.0, second.path: np.array([0.5, 0.0])})
    assert found.derivatives["pop/op/x"].tolist() == [2.5, 2.0]


def test_weights_have_the_axes_target_and_source(derivatives):
    circuit = CircuitTemplate(
        "c",
        populations={
            "a": PopulationTemplate("a", NODE, 2, {"op/x": [1.0, 2.0]}),
            "b": PopulationTemplate("b", NODE, 3),
        },
        connections=[Connectivity("a/op/x", "b/op/u", np.array([[1.0, 0.0], [0.0, 1.0], [3.0, 5.0]]))],
    )
    assert derivative_of(derivatives(circuit), "b[0]", "b[1]", "b[2]") == [1.0, 2.0, 13.0]


def test_a_scalar_weight_joins_all_pairs_self_included(derivatives):
    population = PopulationTemplate("a", NODE, 3, {"op/x": [1.0, 2.0, 4.0]})
    circuit = CircuitTemplate("c", populations={"a": population}, connections=[Connectivity("a/op/x", "a/op/u", 0.5)])
    assert derivative_of(derivatives(circuit), "a[0]", "a[1]", "a[2]") == [3.5, 3.5, 3.5]


@pytest.mark.parametrize("weights", [0.5, np.full((2, 3), 0.5)])
def test_a_source_that_all_units_share_counts_once_per_unit(derivatives, weights):
    shared = OperatorTemplate("op", ["x' = u", "z = 2*k"], {"x": "output(0.1)", "u": "input", "z": "output", "k": 1.5})
    node = NodeTemplate("n", [shared])
    circuit = CircuitTemplate(
        "c",
        populations={"a": PopulationTemplate("a", node, 3), "b": PopulationTemplate("b", node, 2)},
        connections=[
            Connectivity("a/op/z", "b/op/u", weights),
            Connectivity("a/op/z", "b/op/u", weights, delays=1.0),
            Connectivity("a/op/k", "a/op/u", 1.0),
        ],
    )
    found = derivatives(circuit)
    assert derivative_of(found, "b[0]", "b[1]", "a[2]") == [9.0, 9.0, 4.5]


def test_a_variable_that_an_edge_maps_to_a_parameter_follows_that(derivatives):
    gain = EdgeTemplate("e", [OperatorTemplate("eo", "m = g*pre", {"m": "output", "pre": "input", "g": 1.0})])
    source = OperatorTemplate("op", "x' = u", {"x": "output(0.5)", "u": "input(7.0)", "k": 3.0})
    nodes = {f"p{k}": NodeTemplate("n", {source: {"k": 3.0 + k}}) for k in range(9)}
    edges = [(f"p{k}/op/x", f"p{(k + 1) % 9}/op/u", gain, {"eo/g": f"p{k}/op/k"}) for k in range(9)]
    for vectorize in (True, False):
        found = derivatives(CircuitTemplate("c", nodes=nodes, edges=edges), vectorize=vectorize)
        assert derivative_of(found, "p1", "p4", "p0") == [1.5, 3.0, 5.5]


def test_many_edges_to_one_input_are_summed_without_nesting_too_deep(derivatives):
    count = 3000
    nodes = {
        f"p{k}": NodeTemplate("n", [OperatorTemplate("op", f"x' = u + {k}*x", {"x": "output(1.0)", "u": "input"})])
        for k in range(count)
    }
    edges = [(f"p{k}/op/x", "p0/op/u") for k in range(count)]
    found = derivatives(CircuitTemplate("c", nodes=nodes, edges=edges))
    assert derivative_of(found, "p0", "p7") == [float(count), 7.0]


def test_an_axis_of_another_length_is_refused(build):
    operator = OperatorTemplate("op", "x' = u*k", {"x": "variable(0.0,3)", "u": "input(0.0,2)", "k": [1.0, 2.0, 3.0]})
    with pytest.raises(EquationError) as error:
        build(CircuitTemplate("c", nodes={"p": NodeTemplate("n", [operator])}))
    assert str(error.value) == (
        "Axes of length (2,) and (3,) meet in 'p/op/u*p/op/k'. "
        "Reduce one with vsum or mean, or pick elements with index."
    )
