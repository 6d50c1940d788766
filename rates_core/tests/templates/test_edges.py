"""Edges from a matrix are edges, without an object for each."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import TemplateError
from rates_core.templates.edge import Edge
from rates_core.templates.edges import EdgeMatrix, Edges, parse_edges
from rates_core.templates.sparse import SparseMatrix

WEIGHTS = np.array([[0.0, 2.0], [3.0, 0.0], [4.0, 5.0]])
DELAYS = np.array([[9.0, 0.2], [0.3, 9.0], [0.4, 0.5]])


@pytest.fixture
def matrix() -> EdgeMatrix:
    weights = SparseMatrix.from_dense(WEIGHTS, WEIGHTS != 0)
    return EdgeMatrix("op/x", "op/y", ["a", "b"], ["c", "d", "a"], weights, delays=DELAYS, spread=0.1)


def expected() -> list[Edge]:
    return [
        Edge("b/op/x", "c/op/y", None, 2.0, 0.2, 0.1),
        Edge("a/op/x", "d/op/y", None, 3.0, 0.3, 0.1),
        Edge("a/op/x", "a/op/y", None, 4.0, 0.4, 0.1),
        Edge("b/op/x", "a/op/y", None, 5.0, 0.5, 0.1),
    ]


def test_iteration_makes_the_edges_row_by_row(matrix: EdgeMatrix) -> None:
    assert list(matrix) == expected()
    assert len(matrix) == 4


def test_edges_are_found_by_their_ends(matrix: EdgeMatrix) -> None:
    edges = Edges((Edge("a/op/x", "d/op/y"),), (matrix,))
    assert edges.between("a/op/x", "d/op/y") == [Edge("a/op/x", "d/op/y"), expected()[1]]
    assert edges.between("a/op/x", "c/op/y") == []
    assert edges.between("q/op/x", "c/op/y") == []


def test_a_node_that_stands_twice_has_parallel_edges() -> None:
    weights = SparseMatrix.from_dense(np.array([[1.0, 2.0]]), np.array([[True, True]]))
    matrix = EdgeMatrix("op/x", "op/y", ["a", "a"], ["b"], weights)
    assert [edge.weight for edge in Edges((), (matrix,)).between("a/op/x", "b/op/y")] == [1.0, 2.0]


def test_single_edges_come_first(matrix: EdgeMatrix) -> None:
    first = Edge("a/op/x", "d/op/y")
    edges = parse_edges([matrix, first])
    assert len(edges) == 5
    assert edges[0] == first
    assert edges[-1] == expected()[-1]
    assert edges[1:3] == tuple(expected()[:2])
    with pytest.raises(IndexError):
        edges[5]


def test_edges_of_a_matrix_equal_the_same_edges_given_one_by_one(matrix: EdgeMatrix) -> None:
    assert Edges((), (matrix,)) == Edges(tuple(expected()))
    assert hash(Edges((), (matrix,))) == hash(Edges(tuple(expected())))
    assert Edges((), (matrix,)) != Edges(tuple(expected()[:-1]))
    assert Edges((), (matrix,)) != Edges((*expected()[:-1], Edge("b/op/x", "a/op/y")))


def test_a_matrix_that_does_not_fit_its_nodes_is_refused() -> None:
    weights = SparseMatrix.from_dense(WEIGHTS, WEIGHTS != 0)
    with pytest.raises(TemplateError) as caught:
        EdgeMatrix("op/x", "op/y", ["a", "b"], ["c", "d"], weights)
    assert str(caught.value) == "weight has 3 rows for 2 target nodes; its axes are [target, source]."
    with pytest.raises(TemplateError) as caught:
        EdgeMatrix("op/x", "op/y", ["a"], ["c", "d", "e"], weights)
    assert str(caught.value) == "weight has 2 columns for 1 source node; its axes are [target, source]."
