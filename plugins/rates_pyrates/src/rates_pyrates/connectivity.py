"""Matrices of weights that users of RectiPy draw, by NumPy's global generator as there; and what they compare with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown


def random_connectivity(n: int, m: int, p: float, normalize: bool = True) -> np.ndarray:
    """Return `n` rows with as many equal weights each, `int(m*p)`, in random columns.

    Example:
        >>> from rates_pyrates.connectivity import random_connectivity
        >>> random_connectivity(3, 8, 0.5).sum(axis=1).tolist()
        [1.0, 1.0, 1.0]
    """
    count = int(m * p)
    if not count:
        raise ArgumentError(f"No weight is left in a row of {m} columns at p={p}: p must be at least {1 / m:g}.")
    weights = np.zeros((n, m))
    for row in weights:
        row[np.random.permutation(m)[:count]] = 1.0 / count if normalize else 1.0
    return weights


def input_connections(n: int, m: int, p: float, variance: float = 1.0, zero_mean: bool = True) -> np.ndarray:
    """Return `m` columns with as many normal weights each, `int(n*p)`, in random rows.

    `variance` is what the normal numbers are multiplied by, as in RectiPy, which calls it so; with `zero_mean` the
    weights of a column add up to 0.
    """
    places = random_connectivity(m, n, p, normalize=False).T.astype(bool)
    weights = np.zeros((n, m))
    for column in range(m):
        rows = np.flatnonzero(places[:, column])
        drawn = np.random.randn(len(rows)) * variance
        weights[rows, column] = drawn - drawn.mean() if zero_mean else drawn
    return weights


def circular_connectivity(
    N: int,  # noqa: N803  # the name that scripts give
    p: float,
    spatial_distribution: Any,
    homogeneous_weights: bool = True,
) -> np.ndarray:
    """Return weights of `N` units on a circle, each of which reads `int(N*p)` draws of others at random distances.

    Args:
        N: number of units.
        p: share of the units that each one reads, those drawn twice counted twice.
        spatial_distribution: of distances, to both sides: with `rvs(size=...)`, as those of `scipy.stats`.
        homogeneous_weights: weights of a row are equal; else they are by how often a unit was drawn.
    """
    return _spatial(N, p, spatial_distribution, homogeneous_weights, lambda places: places % N)


def line_connectivity(
    N: int,  # noqa: N803  # as above
    p: float,
    spatial_distribution: Any,
    homogeneous_weights: bool = True,
) -> np.ndarray:
    """Return weights of `N` units on a line likewise; what is drawn beyond its ends is left out."""
    return _spatial(
        N, p, spatial_distribution, homogeneous_weights, lambda places: places[(places >= 0) & (places < N)]
    )


def _spatial(n: int, p: float, distances: Any, equal: bool, kept: Any) -> np.ndarray:
    count, weights = int(n * p), np.zeros((n, n))
    for unit, row in enumerate(weights):
        drawn = np.asarray(distances.rvs(size=count), dtype=int)
        sides = np.where(np.random.random(count) < 0.5, -1, 1)
        sources, often = np.unique(kept(unit + drawn * sides), return_counts=True)
        if len(sources):
            row[sources] = 1.0 / len(sources) if equal else often / often.sum()
    return weights


def normalize(x: np.ndarray, mode: str = "minmax", row_wise: bool = False) -> np.ndarray:
    """Bring an array to a range, in place, and return it.

    Args:
        x: of floating-point numbers.
        mode: "minmax" for least 0 and largest 1, "zscore" for mean 0 and standard deviation 1, "sum" for sum 1.
        row_wise: each row of its own.

    Raises:
        UnknownNameError: there is no such mode.

    Example:
        >>> import numpy as np
        >>> from rates_pyrates.connectivity import normalize
        >>> normalize(np.array([1.0, 2.0, 5.0])).tolist()
        [0.0, 0.25, 1.0]
    """
    modes: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
        "minmax": (np.min, np.ptp),
        "zscore": (np.mean, np.std),
        "sum": (lambda part: 0.0, np.sum),
    }
    if mode not in modes:
        raise UnknownNameError(
            f"There is no mode {shown(mode)}.{did_you_mean(str(mode), modes)} Modes: {', '.join(modes)}."
        )
    shift, scale = modes[mode]
    for part in x if row_wise else (x,):
        size = scale(part)
        part -= shift(part)
        if size:
            part /= size
    return x


def wta_score(x: np.ndarray, y: np.ndarray) -> float:
    """Return the share of rows whose largest entry is at the same place in both arrays.

    Example:
        >>> import numpy as np
        >>> from rates_pyrates.connectivity import wta_score
        >>> wta_score(np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 1.0]]))
        0.5
    """
    return float(np.mean(np.argmax(x, axis=1) == np.argmax(y, axis=1)))
