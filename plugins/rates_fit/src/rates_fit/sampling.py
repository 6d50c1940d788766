"""Values at times of data, from rows of a run: polynomials between rows, which are weighted sums of them."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from scipy.sparse import csr_array

NEAR = 1e-9  # of a step: nearer than that, a time is that of the row
POINTS = 4  # rows that a polynomial goes through


@frozen(eq=False)
class Sampling:
    """Which rows a run has, and how values at times are made of them.

    Attributes:
        spacing: time between rows.
        rows: their number.
        weights: `[times, rows]`.
        lower: the same, of polynomials of one order less, which say how far these are from the run.
    """

    spacing: float
    rows: int
    weights: csr_array
    lower: csr_array

    @property
    def duration(self) -> float:
        """Return the time of a run with these rows."""
        return self.rows * self.spacing

    @property
    def exact(self) -> bool:
        """Return whether all times are those of rows."""
        return bool(self.weights.nnz == self.weights.shape[0])


def sampling_of(times: np.ndarray, step: float) -> Sampling:
    """Return rows as far apart as the times allow.

    Args:
        times: of data.
        step: of the run.
    """
    places = times / step
    steps = np.rint(places).astype(int)
    if (np.abs(places - steps) <= NEAR * np.maximum(1.0, places)).all():
        stride = int(np.gcd.reduce(steps)) or 1
        rows = int(steps.max()) // stride + 1
        weights = chosen(steps // stride, rows)
        return Sampling(stride * step, rows, weights, weights)
    rows = max(int(np.ceil(places.max() - NEAR)) + 1, POINTS)
    return Sampling(step, rows, _interpolating(places, rows, POINTS), _interpolating(places, rows, POINTS - 1))


def chosen(places: np.ndarray, rows: int) -> csr_array:
    """Return weights that take rows as they are."""
    count = len(places)
    return csr_array((np.ones(count), (np.arange(count), places)), shape=(count, rows))


def _interpolating(places: np.ndarray, rows: int, points: int) -> csr_array:
    """Return the weights of polynomials through the rows around each place."""
    first = np.clip(np.floor(places).astype(int) - (points - 1) // 2, 0, rows - points)
    at = places - first
    nodes = np.arange(points)
    weights = np.ones((len(places), points))
    for node in nodes:
        for other in nodes[nodes != node]:
            weights[:, node] *= (at - other) / (node - other)
    near = np.abs(weights - np.rint(weights)).max(axis=1) < NEAR
    weights[near] = np.rint(weights[near])
    columns = first[:, None] + nodes
    found = csr_array((weights.ravel(), (np.repeat(np.arange(len(places)), points), columns.ravel())),
                      shape=(len(places), rows))  # fmt: skip
    found.eliminate_zeros()
    return found
