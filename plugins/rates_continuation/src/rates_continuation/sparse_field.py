"""Large models of which few states depend on each other: their Jacobians are sparse."""

from __future__ import annotations

from typing import Any

import numpy as np
from rates_core.errors import UnsupportedFeatureError
from rates_core.simulation.field import VectorField
from scipy.sparse import csc_array

from rates_continuation.native.matrices import Matrix, fill
from rates_continuation.vector_field import Field

DENSE = 500  # states, up to which Jacobians are dense anyway
FEW = 0.05  # of the entries of a matrix: more of them are no sparse one
FILLED = 0.2  # likewise of its factors


class SparseField(VectorField):
    """A field with a sparse Jacobian at one state.

    Args:
        whole: the field.
    """

    def __init__(self, whole: VectorField) -> None:
        vars(self).update(vars(whole))
        rows, columns = self.places
        self._order = np.lexsort((rows, columns))
        self._rows = rows[self._order].astype(np.int32)
        self._starts = np.searchsorted(columns[self._order], np.arange(self.size + 1)).astype(np.int32)

    def matrix(self, x: np.ndarray, p: np.ndarray) -> Any:
        """Return ∂f/∂x at one state."""
        shape = (self.size, self.size)
        return csc_array((self.entries(x, p)[self._order], self._rows, self._starts), shape=shape)


def matrix_by_states(field: Field, x: np.ndarray, p: np.ndarray) -> Matrix:
    """Return ∂f/∂x at one state, as the field has it: dense or sparse."""
    return field.matrix(x, p) if isinstance(field, SparseField) else field.by_states(x, p)


def check_cycles(field: VectorField) -> None:
    """Raise for a model that is too large for cycles.

    Raises:
        UnsupportedFeatureError: its Jacobians are sparse.
    """
    if isinstance(field, SparseField):
        raise UnsupportedFeatureError(
            f"The model has {field.size} states and sparse Jacobians; cycles are computed with dense ones, for up to "
            "about 60 states. Continuation(model, sparse=False) tries it nevertheless."
        )


def as_it_is(field: VectorField, sparse: bool | None) -> VectorField:
    """Return a field with a sparse Jacobian if it is large, and its factors are sparse, too.

    Args:
        field: the model.
        sparse: whether it is to be; None for what suits it.
    """
    if sparse is None:
        few = len(field.places[0]) <= FEW * field.size**2
        sparse = field.size > DENSE and few and _is_sparse(SparseField(field))
    return SparseField(field) if sparse else field


def _is_sparse(field: SparseField) -> bool:
    """Tell whether the factors of a matrix with the entries of the Jacobian have few entries."""
    matrix = field.matrix(field.x, field.p)
    matrix.data[:] = np.random.default_rng(0).uniform(1.0, 2.0, len(matrix.data))  # some may be 0 at this state
    return fill(matrix) <= FILLED
