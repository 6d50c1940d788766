"""Sums of states that do not change in time: where a model has such, its equilibria are not alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rates_continuation.native.matrices import Matrix, is_finite, is_sparse
from rates_continuation.native.spectrum import largest_rate, null_vectors
from rates_continuation.sparse_field import SparseField
from rates_continuation.vector_field import Field

SAMPLES = 5  # states at which rates are looked at
SPREAD = 0.3  # how far these lie from each other, of their sizes
NOTHING = 1e-9  # of the largest: what is left of a sum that does not change
TERMS, FIRST = 20, 3  # of a sum, with more of which it is shortened; and how many are left
SINGULAR = 1e-4  # smallest eigenvalue of a Jacobian, of the largest


def is_singular(matrix: Matrix) -> bool:
    """Tell whether a matrix has an eigenvalue that is next to 0; a sparse one such a singular value."""
    if not is_finite(matrix):
        return False
    if is_sparse(matrix):
        vectors = null_vectors(matrix)
        return vectors is None or bool(np.linalg.norm(matrix @ vectors.right) <= NOTHING * largest_rate(matrix))
    sizes = np.abs(np.linalg.eigvals(matrix))
    return bool(np.min(sizes) <= SINGULAR * np.max(sizes))


def conserved(field: Field, x: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return weights of sums of states that do not change, whatever the states are: `[sums, states]`.

    They are vectors from the left with which rates and Jacobians at some states are 0. Each sum has a state that is in
    no other.

    Args:
        field: the model.
        x: states around which it is looked at.
        p: parameters.
    """
    if len(x) != len(getattr(field, "states", x)):  # besides those of the model there are others
        return np.zeros((0, len(x)))
    if isinstance(field, SparseField):
        return _one_sum(field, x, p)
    states = _around(x)
    with np.errstate(all="ignore"):
        columns = np.concatenate([field.rates(states, p)[..., None], field.by_states(states, p)], axis=2)
    columns = columns[np.isfinite(columns).all(axis=(1, 2))]
    if not len(columns):
        return np.zeros((0, len(x)))
    matrix = np.concatenate(list(columns), axis=1)
    left, values, _ = np.linalg.svd(matrix)
    rank = int(np.count_nonzero(values > NOTHING * max(float(values[0]), 1e-300)))
    return _reduced(left[:, rank:].T)


def _around(x: np.ndarray) -> np.ndarray:
    """Return some states around others: the same each time."""
    spread = SPREAD * (np.abs(x) + np.max(np.abs(x), initial=0.0) + 1e-3)
    return np.asarray(x + spread * np.random.default_rng(0).uniform(0.0, 1.0, (SAMPLES, len(x))))


def _one_sum(field: SparseField, x: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return the weights of a sum of the states of a large model that does not change, if there is one."""
    none = np.zeros((0, len(x)))
    with np.errstate(all="ignore"):
        states = _around(x)
        matrices, rates = [field.matrix(each, p) for each in states], field.rates(states, p)
    if not all(map(is_finite, matrices)) or not np.isfinite(rates).all():
        return none
    vectors = null_vectors(matrices[0])
    if vectors is None:
        return none
    parts = [*(vectors.left @ matrix for matrix in matrices), rates @ vectors.left]
    least = NOTHING * min(largest_rate(matrix) for matrix in matrices)
    return _reduced(vectors.left[None]) if max(float(np.max(np.abs(part))) for part in parts) < least else none


def _reduced(rows: np.ndarray) -> np.ndarray:
    """Return rows that span the same, with a 1 in each where all others have a 0, from the last columns on."""
    rows, done = rows.copy(), 0
    for column in range(rows.shape[1] - 1, -1, -1):
        if done == len(rows):
            break
        pivot = done + int(np.argmax(np.abs(rows[done:, column])))
        if abs(rows[pivot, column]) < NOTHING:
            continue
        rows[[done, pivot]] = rows[[pivot, done]]
        rows[done] /= rows[done, column]
        others = np.arange(len(rows)) != done
        rows[others] -= np.outer(rows[others, column], rows[done])
        done += 1
    return np.where(np.abs(rows) < NOTHING, 0.0, rows)


def sum_of(weights: np.ndarray, paths: Sequence[str]) -> str:
    """Return a sum of states as text; of many the first ones and the last one."""
    text = ""
    terms = [(weight, path) for weight, path in zip(weights.tolist(), paths, strict=True) if weight]
    for number, (weight, path) in enumerate(terms):
        if len(terms) > TERMS and number == FIRST:
            text += " + ..." if weight > 0 else " - ..."
        if len(terms) <= TERMS or number < FIRST or number == len(terms) - 1:
            sign = (" - " if weight < 0 else " + ") if text else ("-" if weight < 0 else "")
            size = "" if abs(abs(weight) - 1.0) < NOTHING else f"{abs(weight):.6g}*"
            text += f"{sign}{size}{path}"
    return text
