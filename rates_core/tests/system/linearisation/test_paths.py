"""Derivatives by what paths name: units of groups, shared numbers, weights of single connections."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import ArgumentError, UnknownNameError

from rates_core import CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

LEAK = OperatorTemplate("op", "x' = -k*x + u", {"x": "output(1.0)", "u": "input(0.0)", "k": 2.0})
NODE = NodeTemplate("n", [LEAK])
GAIN = EdgeTemplate("gain", [OperatorTemplate("eo", "out = g*a", {"out": "output", "a": "input", "g": 3.0})])


def line(count, **parts):
    return CircuitTemplate("c", nodes={f"n{number}": NODE for number in range(count)}, **parts)


@pytest.mark.parametrize("vectorize", [True, False])
@pytest.mark.parametrize("count", [2, 9])
def test_a_number_of_all_nodes_is_one_column_and_that_of_one_node_its_own(matrix, count, vectorize):
    y = np.arange(1.0, count + 1)
    found = matrix(line(count), y, "parameters", ["all/op/k", "n1/op/k"], vectorize=vectorize)
    assert np.array_equal(found, np.stack([-y, np.where(np.arange(count) == 1, -y, 0.0)], axis=1))


@pytest.mark.parametrize("vectorize", [True, False])
def test_numbers_of_their_own_are_columns_of_their_own(matrix, vectorize):
    circuit = line(9).update_var({"all/op/k": np.arange(1.0, 10.0)})
    found = matrix(circuit, np.ones(9), "parameters", ["all/op/k"], vectorize=vectorize)
    assert np.array_equal(found, -np.eye(9))


def population(connection, *edges):
    populations = {"p": PopulationTemplate("p", NODE, 3)}
    return CircuitTemplate("c", nodes={"n": NODE}, populations=populations, connections=[connection], edges=edges)


Y = np.array([7.0, 1.0, 2.0, 3.0])  # of n, then of the units of p
ENDS = "p/op/x", "p/op/u"
WHOLE = "->".join(ENDS)
ENTRY = "p[2]/op/x->p[1]/op/u"


@pytest.mark.parametrize("weights", [0.5, np.eye(3)], ids=["number", "matrix"])
def test_one_entry_of_the_weights_of_connections_is_one_column(matrix, weights):
    found = matrix(population(Connectivity(*ENDS, weights)), Y, "parameters", [f"{ENTRY}/weight"])
    assert found.tolist() == [[0.0], [0.0], [3.0], [0.0]]


def test_a_weight_for_all_pairs_is_one_column_and_a_matrix_one_for_each_entry(matrix):
    one = matrix(population(Connectivity(*ENDS, 0.5)), Y, "parameters", [f"{WHOLE}/weight", f"{ENTRY}/weight"])
    assert one.tolist() == [[0.0, 0.0], [6.0, 0.0], [6.0, 3.0], [6.0, 0.0]]
    each = matrix(population(Connectivity(*ENDS, np.eye(3))), Y, "parameters", [f"{WHOLE}/weight"])
    assert np.array_equal(each[1:], np.kron(np.eye(3), Y[1:]))


def test_parallel_edges_and_connections_are_told_apart(matrix):
    circuit = population(Connectivity("p/op/x", "n/op/u", 0.5, edge=GAIN), ("p/op/x", "n/op/u", None, {"weight": 4.0}))
    paths = [f"p/op/x->n/op/u{end}" for end in ("[0]/weight", "[1]/weight", "/weight", "/eo/g")]
    found = matrix(circuit, Y, "parameters", paths)
    # n' = 4 (x0 + x1 + x2) + 0.5 g (x0 + x1 + x2), with g = 3
    assert found[0].tolist() == [6.0, 18.0, 6.0, 18.0, 3.0]
    assert not found[1:].any()


def test_a_matrix_that_is_stored_without_its_zeros_has_a_column_for_each_entry(matrix):
    weights = np.zeros((70, 70))
    weights[0, 1] = 1.0
    circuit = CircuitTemplate(
        "c", populations={"p": PopulationTemplate("p", NODE, 70)}, connections=[Connectivity(*ENDS, weights)]
    )
    found = matrix(circuit, np.arange(70.0), "parameters", ["p[5]/op/x->p[3]/op/u/weight"])
    assert found[:, 0].tolist() == [5.0 if row == 3 else 0.0 for row in range(70)]


def test_states_and_delayed_variables_have_paths_too(matrix):
    edges = [(f"n{k}/op/x", "n0/op/u", None, {"weight": k + 1.0, "delay": 0.5}) for k in range(9)]
    circuit = line(9, edges=edges)
    past = {"[n0...n8]/op/x->[n0...n8]/op/u/delayed": np.ones(9)}
    found = matrix(circuit, np.ones(9), "states", ["n3/op/x"], past)
    assert found[:, 0].tolist() == [-2.0 if row == 3 else 0.0 for row in range(9)]
    found = matrix(circuit, np.ones(9), "reads", ["n3/op/x"], past)
    assert found[:, 0].tolist() == [4.0, *[0.0] * 8]


@pytest.mark.parametrize(
    ("by", "paths", "error", "message"),
    [
        (
            "parameters", ["n9/op/k"], UnknownNameError,
            "jacobian: Unknown node 'n9' in path 'n9/op/k'. Did you mean 'n1'? The nodes are: n0, n1.",
        ),
        ("parameters", ["n0/op/x"], ArgumentError, "jacobian: 'n0/op/x' is a state. Set its start with initial=."),
        (
            "parameters", ["n1/op/u"], ArgumentError,
            "jacobian: 'n1/op/u' is an input that is fed. Change what feeds it.",
        ),
        (
            "parameters", ["n1/op/x->n0/op/u/weight"], UnknownNameError,
            "jacobian: There is no edge n1/op/x->n0/op/u. Did you mean 'n0/op/x->n1/op/u'?",
        ),
        (
            "parameters", ["n0/op/x->n1/op/u/spread"], ArgumentError,
            "jacobian: 'n0/op/x->n1/op/u/spread': a spread decides how many stages a chain has, which is structure.",
        ),
        ("states", ["n0/op/k"], ArgumentError, "jacobian: 'n0/op/k' is no state."),
        ("reads", ["n0/op/x"], UnknownNameError, "jacobian: nothing reads 'n0/op/x' with a delay."),
        ("parameters", "n0/op/k", ArgumentError, "paths must be a list of paths; it is 'n0/op/k'."),
        ("parameters", [3], ArgumentError, "paths holds 3, which is no path."),
        ("parameter", None, ArgumentError, "by must be 'states', 'reads' or 'parameters'; it is 'parameter'."),
    ],
)  # fmt: skip
def test_what_is_no_column_is_refused(by, paths, error, message):
    with pytest.raises(error) as caught:
        line(2, edges=[("n0/op/x", "n1/op/u")]).jacobian(by=by, paths=paths)
    assert str(caught.value) == message
