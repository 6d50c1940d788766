"""Connections are arrays that are checked once and never change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.errors import TemplateError, UnknownNameError
from rates_core.templates.array import Array
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.node import EdgeTemplate
from rates_core.templates.sparse import SparseMatrix

ENDS = ("p/op/x", "q/op/y")
WEIGHTS = np.array([[0.0, 2.0], [3.0, 0.0], [4.0, 5.0]])


def test_dense_weights_are_kept_with_delays_of_their_shape() -> None:
    connection = Connectivity(*ENDS, WEIGHTS, delays=WEIGHTS / 10, spread=0.1)
    assert connection.weights == Array(WEIGHTS)
    assert connection.delays == Array(WEIGHTS / 10)
    assert connection.spread == 0.1
    assert connection.shape == (3, 2)


def test_equal_content_is_equal() -> None:
    one, other = (Connectivity(*ENDS, WEIGHTS, delays=0.5) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != Connectivity(*ENDS, WEIGHTS + 1, delays=0.5)
    assert one != Connectivity(*ENDS, WEIGHTS, delays=0.6)


def test_a_scalar_weight_never_becomes_a_matrix() -> None:
    connection = Connectivity(*ENDS, 2)
    assert connection.weights == 2.0
    assert connection.shape is None
    assert Connectivity(*ENDS, 2, delays=WEIGHTS).shape == (3, 2)


def test_delays_beside_sparse_weights_are_one_per_connection() -> None:
    scipy_sparse = pytest.importorskip("scipy.sparse")
    sparse = scipy_sparse.csr_array(WEIGHTS)
    delays = [0.2, 0.3, 0.4, 0.5]
    dense = np.array([[9.0, 0.2], [0.3, 9.0], [0.4, 0.5]])
    forms: list[Any] = [delays, dense, scipy_sparse.csr_array(dense * (WEIGHTS != 0))]
    connections = [Connectivity(*ENDS, sparse, delays=form) for form in forms]
    assert all(connection.delays == Array(delays) for connection in connections)
    assert connections[0].weights == SparseMatrix.from_dense(WEIGHTS, WEIGHTS != 0)
    assert connections[0] == connections[1] == connections[2]


def test_a_sparse_delay_that_is_not_stored_is_zero() -> None:
    scipy_sparse = pytest.importorskip("scipy.sparse")
    stored = scipy_sparse.coo_array(([0.4], ([2], [0])), shape=(3, 2))
    assert Connectivity(*ENDS, scipy_sparse.csr_array(WEIGHTS), delays=stored).delays == Array([0.0, 0.0, 0.4, 0.0])
    assert Connectivity(*ENDS, WEIGHTS, delays=stored).delays == Array([[0.0, 0.0], [0.0, 0.0], [0.4, 0.0]])


def test_a_sparse_delay_without_a_connection_is_refused() -> None:
    scipy_sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TemplateError) as caught:
        Connectivity(*ENDS, scipy_sparse.csr_array(WEIGHTS), delays=scipy_sparse.csr_array(np.ones((3, 2))))
    assert str(caught.value) == (
        "Connection p/op/x->q/op/y: delays: 2 values are given where weights has no connection."
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": None}, "weights is missing; give a matrix [target, source], a sparse array or a number."),
        ({"weights": [1, 2]}, "weights has the shape (2,); give a 2-D matrix [target, source] or a number."),
        ({"weights": "dense"}, "weights: A number is needed, not 'dense'."),
        ({"weights": np.array([[1, np.nan], [np.nan, 1]])}, "weights: 2 values are NaN."),
        ({"weights": np.array([[1, np.inf]])}, "weights: 1 value is infinite."),
        ({"weights": float("nan")}, "weights: NaN is not a number."),
        (
            {"weights": WEIGHTS, "delays": -WEIGHTS},
            "Connection p/op/x->q/op/y: delays: 4 values are negative.",
        ),
        (
            {"weights": WEIGHTS, "delays": 1.0, "spread": -1.0},
            "Connection p/op/x->q/op/y: spread: 1 value is negative.",
        ),
        ({"weights": 1.0, "delays": 1j}, "Connection p/op/x->q/op/y: delays is complex; times are real."),
        (
            {"weights": WEIGHTS, "delays": WEIGHTS.T},
            "Connection p/op/x->q/op/y: delays has the shape (2, 3), but the connections have the shape (3, 2).",
        ),
        (
            {"weights": 1.0, "delays": [1.0, 2.0]},
            "Connection p/op/x->q/op/y: delays has the shape (2,), "
            "but the connections have the shape of a matrix [target, source].",
        ),
        (
            {"weights": 1.0, "delays": WEIGHTS, "spread": WEIGHTS.T},
            "Connection p/op/x->q/op/y: delays has the shape (3, 2), but spread (2, 3).",
        ),
        ({"weights": 1.0, "spread": 0.1}, "Connection p/op/x->q/op/y has a spread and no delays to spread."),
    ],
)
def test_malformed_connections_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        Connectivity(*ENDS, **arguments)
    assert str(caught.value) == message


def test_edge_variables_are_mapped(coupling: EdgeTemplate) -> None:
    connection = Connectivity(*ENDS, 1.0, coupling, {"saturating/sat/r_in": "source", "sat/r_post": "q/op/z"})
    assert connection.edge_var_map == {"sat/r_in": "source", "sat/r_post": "q/op/z"}
    with pytest.raises(UnknownNameError) as caught:
        Connectivity(*ENDS, 1.0, None, {"sat/r_in": "source"})
    assert str(caught.value) == (
        "An edge without a template has no attribute 'sat/r_in'. It has: weight, delay, spread."
    )


def test_an_edge_template_without_operators_is_none() -> None:
    assert Connectivity(*ENDS, 1.0, EdgeTemplate("empty")).edge is None
