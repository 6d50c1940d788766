"""Edges that a run or a sweep sets by path, against what Euler's method gives by hand: x' = -x is (1 - h)^n."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from rates_core import (
    ArgumentError,
    CircuitTemplate,
    Connectivity,
    NodeTemplate,
    OperatorTemplate,
    PopulationTemplate,
    UnknownNameError,
    grid_search,
)

H, STEPS = 0.1, 9
RUN: dict[str, Any] = {"simulation_time": (STEPS + 1) * H, "step_size": H, "backend": "numpy"}
FREE = (1 - H) ** STEPS
LEAK = OperatorTemplate("op", "x' = -x + u", {"x": "output(1.0)", "u": "input(0.0)"})
NODE = NodeTemplate("leak", [LEAK])
POPULATION = PopulationTemplate("p", NODE, 3)


def ends(circuit: CircuitTemplate, outputs: str | list[str], parameters: dict[str, Any]) -> list[Any]:
    """Return the last row of a run of a compiled circuit."""
    model = circuit.compile(**RUN, outputs=outputs)
    found: list[Any] = model.run(parameters=parameters, verbose=False).iloc[-1].tolist()
    return found


def swept(circuit: CircuitTemplate, output: str, attribute: str, edge: Any, value: float) -> list[Any]:
    """Return the last row of a sweep with one point."""
    where = {"a": {"vars": [attribute], "edges": [edge]}}
    table, _ = grid_search(circuit, {"a": [value]}, where, outputs={"x": output}, verbose=False, **RUN)
    found: list[Any] = table.iloc[-1].tolist()
    return found


def joined(*connections: Connectivity) -> CircuitTemplate:
    return CircuitTemplate("c", populations={"p": POPULATION}, connections=connections)


@pytest.mark.parametrize("set_by", ["run", "sweep"])
def test_an_edge_from_a_population_is_all_its_connections(set_by):
    edges = [("p/op/x", "n/op/u", None, {"weight": 1.0})]
    circuit = CircuitTemplate("c", {"n": NODE}, populations={"p": POPULATION}, edges=edges)
    if set_by == "run":
        found = ends(circuit, ["n/op/x"], {"p/op/x->n/op/u/weight": 0.0})
    else:
        found = swept(circuit, "n/op/x", "weight", ("p/op/x", "n/op/u"), 0.0)
    assert found == [pytest.approx(FREE, rel=1e-14)]


@pytest.mark.parametrize("set_by", ["run", "sweep"])
@pytest.mark.parametrize(("index", "left"), [(None, 0.0), (0, 2.0), (1, 1.0)])
def test_parallel_connections_are_set_together_or_one_by_one(set_by, index, left):
    """Equal units: x' = -x + 3 w x, where w is the sum of what is left of the weights 1 and 2."""
    circuit = joined(Connectivity("p/op/x", "p/op/u", 1.0), Connectivity("p/op/x", "p/op/u", 2.0))
    if set_by == "run":
        found = ends(circuit, ["p/op/x"], {f"p/op/x->p/op/u{'' if index is None else f'[{index}]'}/weight": 0.0})
    else:
        edge = ("p/op/x", "p/op/u") if index is None else ("p/op/x", "p/op/u", index)
        found = swept(circuit, "p/op/x", "weight", edge, 0.0)
    assert found == [pytest.approx((1 + H * (3 * left - 1)) ** STEPS, rel=1e-13)] * 3


def test_connections_with_and_without_a_delay_are_one_connectivity():
    circuit = joined(Connectivity("p/op/x", "p/op/u", np.ones((3, 3)), delays=0.1 * (1 - np.eye(3))))
    found = ends(circuit, ["p/op/x"], {"p/op/x->p/op/u/weight": 0.0})
    assert found == [pytest.approx(FREE, rel=1e-14)] * 3


def test_parallel_edges_with_and_without_a_delay_get_one():
    edges = [("a/op/x", "b/op/u"), ("a/op/x", "b/op/u", None, {"delay": 0.1})]
    found = ends(CircuitTemplate("c", {"a": NODE, "b": NODE}, edges=edges), "b/op/x", {"a/op/x->b/op/u/delay": 0.5})
    expected = 1.0
    for step in range(STEPS):
        expected = (1 - H) * expected + H * 2 * (1 - H) ** max(step - 5, 0)
    assert found == [pytest.approx(expected, rel=1e-13)]


def test_a_real_weight_beside_complex_ones_leaves_those_as_they_are():
    """x' = w r with r = (1 - h)^n from 1: x is w (1 - (1 - h)^n)."""
    source = NodeTemplate("source", [OperatorTemplate("op", "r' = -r", {"r": "output(1.0)"})])
    sink = NodeTemplate("sink", [OperatorTemplate("op", "x' = u", {"x": "output(complex)", "u": "input(complex)"})])
    nodes = {"s": source, **{f"n{k}": sink for k in range(8)}}
    edges = [("s/op/r", f"n{k}/op/u", None, {"weight": 1j * (k + 1)}) for k in range(8)]
    outputs = ["n0/op/x", "n3/op/x"]
    found = ends(CircuitTemplate("c", nodes, edges=edges), outputs, {"s/op/r->n0/op/u/weight": 2.0})
    assert found == [pytest.approx(weight * (1 - FREE), rel=1e-13) for weight in (2.0, 4j)]


@pytest.mark.parametrize(
    ("weights", "heard"),
    [
        (2, 3),
        (np.full((3, 3), 2), 3),
        (np.diag([2, 2, 2])[::-1], 3),
        (sp.csr_array(np.diag([2, 2, 2])), 1),
    ],
)
def test_whole_numbers_as_weights_are_set_to_parts(weights, heard):
    """Equal units: x' = -x + 0.5 of each that is heard; a matrix with zeros gets 0.5 there too, a sparse one not."""
    found = ends(joined(Connectivity("p/op/x", "p/op/u", weights)), ["p/op/x"], {"p/op/x->p/op/u/weight": 0.5})
    assert found == [pytest.approx((1 + H * (0.5 * heard - 1)) ** STEPS, rel=1e-13)] * 3


def test_a_unit_that_is_fed_keeps_its_input_and_others_of_its_group_have_theirs():
    """x' = -x + 50 from 1 is 50 - 49 (1 - h)^n."""
    circuit = CircuitTemplate("c", {f"n{k}": NODE for k in range(8)}, edges=[("n0/op/x", "n1/op/u")])
    assert ends(circuit, "n2/op/x", {"n2/op/u": 50.0}) == [pytest.approx(50 - 49 * FREE, rel=1e-13)]
    with pytest.raises(ArgumentError) as caught:
        ends(circuit, "n1/op/x", {"n1/op/u": 50.0})
    assert str(caught.value) == "parameters: 'n1/op/u' is an input that is fed. Change what feeds it."


def test_a_connection_that_a_sparse_matrix_does_not_have_is_refused():
    weights = sp.csr_array(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 1.0, 1.0]]))
    for path in ("p/op/x->p[1]/op/u", "p[2]/op/x->p[0]/op/u"):
        with pytest.raises(UnknownNameError) as caught:
            ends(joined(Connectivity("p/op/x", "p/op/u", weights)), "p/op/x", {f"{path}/weight": 5.0})
        assert str(caught.value) == f"parameters: There is no connection {path}."


def test_a_node_may_be_named_as_groups_were():
    """A group of equal nodes that was called p0...p7 lost its place to a node of that name."""
    other = NodeTemplate("other", [OperatorTemplate("op", "y' = -2*y", {"y": "output(5.0)"})])
    circuit = CircuitTemplate("c", {**{f"p{k}": NODE for k in range(8)}, "p0...p7": other})
    assert ends(circuit, ["p4/op/x", "p0...p7/op/y"], {}) == [
        pytest.approx(FREE, rel=1e-14), pytest.approx(5 * (1 - 2 * H) ** STEPS, rel=1e-14)
    ]  # fmt: skip
