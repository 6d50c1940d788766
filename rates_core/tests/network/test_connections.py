"""Connections given as matrices or scalars become projections without a list of them, where that is possible."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import TemplateError
from rates_core.network.build import build_network
from rates_core.network.weights import Dense, Indexed, Sparse, Uniform

from rates_core import CircuitTemplate, Connectivity, PopulationTemplate


@pytest.fixture
def connect(leak):
    """Return a function that gives the projections of connections from a population a to another, b."""

    def made(weights, sources=3, targets=4, source="a/op/x", target="b/op/u", **options):
        circuit = CircuitTemplate(
            "c",
            populations={"a": PopulationTemplate("a", leak, sources), "b": PopulationTemplate("b", leak, targets)},
            connections=[Connectivity(source, target, weights, **options)],
        )
        return build_network(circuit).projections

    return made


def test_a_scalar_is_uniform(connect):
    (found,) = connect(0.5, delays=0.2)
    assert found.weights == Uniform(0.5)
    assert (found.delay, found.fed) == (0.2, None)


def test_a_matrix_is_stored_as_it_was_given(connect):
    weights = np.ones((4, 3))
    weights[1, 2] = 0.0
    weights.flags.writeable = False
    (found,) = connect(weights)
    assert isinstance(found.weights, Dense)
    assert found.weights.matrix is weights
    assert found.fed is None  # every entry of a dense matrix is a connection, those of weight 0 too


def test_a_large_matrix_with_few_entries_is_sparse_and_feeds_all(connect):
    weights = np.zeros((100, 100))
    weights[3, [4, 7]], weights[8, 2] = (1.0, 2.0), 3.0
    (found,) = connect(weights, 100, 100)
    assert isinstance(found.weights, Sparse)
    assert (found.weights.rows.tolist(), found.weights.columns.tolist()) == ([3, 3, 8], [4, 7, 2])
    assert found.fed is None
    (found,) = connect(np.zeros((100, 100)), 100, 100)
    assert found.fed is None


def test_a_diagonal_is_an_index(connect):
    (found,) = connect(np.diag(np.arange(1.0, 101.0)), 100, 100)
    assert isinstance(found.weights, Indexed)
    assert found.weights.index is None
    assert np.array_equal(found.weights.weight, np.arange(1.0, 101.0))


def test_entries_of_a_sparse_matrix_are_the_connections(connect):
    sparse = pytest.importorskip("scipy.sparse")
    entries = sparse.coo_array(([1.0, 0.0, 2.0], ([3, 0, 3], [1, 2, 0])), shape=(4, 3))
    (found,) = connect(entries)
    assert found.weights.matrix.tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 0], [2.0, 1.0, 0]]
    assert found.fed.tolist() == [True, False, False, True]  # an entry of weight 0 exists


def test_an_empty_sparse_matrix_connects_nothing(connect):
    sparse = pytest.importorskip("scipy.sparse")
    assert connect(sparse.csr_array((4, 3))) == ()


def test_delays_of_their_own_keep_connections_apart(connect):
    delays = np.arange(1.0, 13.0).reshape(4, 3)
    (found,) = connect(np.ones((4, 3)), delays=delays)
    assert isinstance(found.weights, Sparse)
    assert np.array_equal(found.delay, np.arange(1.0, 13.0))
    assert found.weights.columns.tolist() == [0, 1, 2] * 4


def test_equal_delays_are_one(connect):
    (found,) = connect(np.ones((4, 3)), delays=np.full((4, 3), 0.5), spread=np.full((4, 3), 0.1))
    assert isinstance(found.weights, Dense)
    assert (found.delay, found.spread) == (0.5, 0.1)


def test_a_delay_of_zero_is_none(connect):
    (found,) = connect(2.0, delays=0.0)
    assert found.delay is None
    undelayed, delayed = connect(np.arange(1.0, 13.0).reshape(4, 3), delays=np.arange(12.0).reshape(4, 3))
    assert undelayed.delay is None
    assert undelayed.weights.matrix.tolist() == [[1.0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert np.array_equal(delayed.delay, np.arange(1.0, 12.0))
    assert np.array_equal(delayed.weights.data, np.arange(2.0, 13.0))


def test_a_spread_of_zero_is_a_discrete_delay(connect):
    discrete, distributed = connect(np.ones((4, 3)), delays=1.0, spread=np.eye(4, 3))
    assert discrete.spread is None
    assert (distributed.delay, distributed.spread) == (1.0, 1.0)


def test_a_spread_needs_a_delay(connect):
    with pytest.raises(TemplateError) as error:
        connect(np.ones((4, 3)), delays=np.zeros((4, 3)), spread=1.0)
    assert str(error.value) == "Connection a/op/x->b/op/u has a spread and no delay to spread."


def test_units_and_populations_of_one_take_matrices_too(connect):
    (found,) = connect(np.array([[1.0], [2.0], [3.0], [4.0]]), source="a[1]/op/x")
    assert np.array_equal(found.weights.index, [1, 1, 1, 1])
    (found,) = connect(np.array([[1.0, 2.0, 3.0]]), target="b[2]/op/u")
    assert found.weights.matrix.tolist() == [[0, 0, 0], [0, 0, 0], [1.0, 2.0, 3.0], [0, 0, 0]]
    (found,) = connect(np.array([[5.0]]), 1, 1)
    assert (found.weights.weight, found.weights.index) == (5.0, None)
    (found,) = connect(0.5, target="b[2]/op/u")
    assert found.fed.tolist() == [False, False, True, False]


def test_complex_weights_stay_complex(connect):
    (found,) = connect(np.full((4, 3), 1j))
    assert found.weights.matrix.dtype == complex
    assert connect(2.0 + 1j)[0].weights == Uniform(2.0 + 1j)


def test_nodes_that_were_grouped_are_found_again(leak):
    circuit = CircuitTemplate(
        "c",
        nodes={f"p{k}": leak for k in range(9)},
        populations={"a": PopulationTemplate("a", leak, 2)},
        connections=[Connectivity("a/op/x", "p3/op/u", np.array([[1.0, 2.0]]))],
    )
    (found,) = build_network(circuit).projections
    assert found.weights.matrix[3].tolist() == [1.0, 2.0]
    assert np.flatnonzero(found.fed).tolist() == [3]
