"""Piecewise polynomials on a mesh, and where they have to solve a differential equation: at Gauss points.

References:
    deboor1973; doedel1991.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from attrs import frozen

DEGREE = 4
MISSED = 3e-5  # by an interpolating polynomial on [0, 1], if the derivative of order 5 is 1
FEWEST = 20  # intervals of a mesh
EVEN = 1.3  # times the average of what an interval asks for: a mesh without more stays as it is
UNEVEN = 1.25  # times the number of intervals that it takes, while that stays


@frozen
class Care:
    """What is asked of a mesh.

    Attributes:
        tolerance: by how much polynomials may miss a profile, in scales of its states.
        most: number of intervals.
        closed: whether profiles go on at the end as they begin.
    """

    tolerance: float = 1e-6
    most: int = 128
    closed: bool = True


@frozen(eq=False)
class Basis:
    """Lagrange polynomials on an interval of length 1, whose nodes lie at equal distances.

    Attributes:
        nodes: `[degree + 1]`.
        values: of each polynomial at the Gauss points, `[degree, degree + 1]`.
        slopes: their derivatives there.
        both: values above slopes.
        weights: of the Gauss points in an integral, `[degree]`.
        highest: highest derivative of each polynomial, which is a constant, `[degree + 1]`.
        integrals: of each polynomial.
        coefficients: of powers, lowest first, in each polynomial, `[degree + 1, degree + 1]`.
    """

    nodes: np.ndarray
    values: np.ndarray
    slopes: np.ndarray
    both: np.ndarray
    weights: np.ndarray
    highest: np.ndarray
    integrals: np.ndarray
    coefficients: np.ndarray


@cache
def basis(degree: int = DEGREE) -> Basis:
    """Return the polynomials of a degree."""
    nodes = np.linspace(0.0, 1.0, degree + 1)
    points, weights = np.polynomial.legendre.leggauss(degree)
    points, weights = 0.5 * (points + 1.0), 0.5 * weights
    coefficients = np.linalg.inv(np.vander(nodes, increasing=True))  # [power, polynomial]
    powers = np.arange(degree + 1)
    slopes = np.zeros((degree, degree + 1))
    slopes[:, 1:] = powers[1:] * np.vander(points, degree, increasing=True)
    values, slopes = np.vander(points, degree + 1, increasing=True) @ coefficients, slopes @ coefficients
    factorial = float(np.prod(np.arange(1, degree + 1)))
    return Basis(
        nodes, values, slopes, np.vstack([values, slopes]), weights, factorial * coefficients[-1],
        (1.0 / (powers + 1)) @ coefficients, coefficients,
    )  # fmt: skip


def at_gauss_points(profile: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return values or slopes of a profile at the Gauss points, `[intervals, degree, states]`.

    Args:
        profile: values at all nodes, `[intervals * degree + 1, states]`.
        matrix: `values` or `slopes` of the basis, or `both`, for one below the other.
    """
    return np.asarray(matrix @ pieces(profile, matrix.shape[1] - 1))


def pieces(profile: np.ndarray, degree: int) -> np.ndarray:
    """Return the values at the nodes of each interval, `[intervals, degree + 1, states]`."""
    profile = np.ascontiguousarray(profile)
    by_node, by_state = profile.strides
    shape, strides = ((len(profile) - 1) // degree, degree + 1, profile.shape[1]), (degree * by_node, by_node, by_state)
    return np.ndarray(shape, profile.dtype, profile, 0, strides)


def extremes(profile: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest and the largest value of each state.

    They are looked for where each state has its own row: along columns of few entries it takes NumPy six times as long.
    """
    rows = np.ascontiguousarray(profile.T)
    return rows.min(axis=1), rows.max(axis=1)


def node_times(mesh: np.ndarray, degree: int) -> np.ndarray:
    """Return the times of all nodes of a mesh."""
    inner = mesh[:-1, None] + np.diff(mesh)[:, None] * basis(degree).nodes[:-1]
    return np.append(inner.ravel(), mesh[-1])


def interpolated(mesh: np.ndarray, profile: np.ndarray, times: np.ndarray, degree: int) -> np.ndarray:
    """Return a profile at other times."""
    place = np.searchsorted(mesh[1:-1], times, side="right")
    begin = mesh[place]
    share = (times - begin) / (mesh[place + 1] - begin)
    shares = _powers(share, degree) @ basis(degree).coefficients
    return np.asarray((shares[:, None] @ pieces(profile, degree)[place])[:, 0])


def _powers(values: np.ndarray, degree: int) -> np.ndarray:
    """Return powers of values, lowest first: as `np.vander`, but for what that takes beside its products."""
    found = np.empty((len(values), degree + 1))
    found[:, 0] = 1.0
    for power in range(1, degree + 1):
        np.multiply(found[:, power - 1], values, out=found[:, power])
    return found


def adapted(mesh: np.ndarray, profile: np.ndarray, scale: np.ndarray, care: Care) -> np.ndarray:
    """Return a mesh on which the error is about the same in all intervals.

    The derivative of order degree + 1 is estimated from jumps of the highest one that polynomials have. There are as
    many intervals as it takes for polynomials that interpolate to miss the profile by no more than a tolerance. A mesh
    that is nearly so is returned itself.

    Args:
        mesh: of the profile.
        profile: values at all nodes.
        scale: of each state.
        care: what is asked of the mesh.
    """
    width = np.diff(mesh)
    share = _demand(width, profile / scale, care.closed)
    total = float(np.sum(share))
    count = int(np.clip(np.ceil(total * (MISSED / care.tolerance) ** (1.0 / (DEGREE + 1))), FEWEST, care.most))
    if count <= len(width) < UNEVEN * count:
        count = len(width)
        if float(np.max(share)) * count < EVEN * total:
            return mesh
    steps = np.append(0.0, np.cumsum(share))
    found = np.interp(np.linspace(0.0, total, count + 1), steps, mesh)
    found[0], found[-1] = 0.0, 1.0
    return np.asarray(found)


def _demand(width: np.ndarray, profile: np.ndarray, goes_on: bool) -> np.ndarray:
    """Return how much of a mesh each interval asks for: about the root of order degree + 1 of its error."""
    highest = np.einsum("j,kjn->kn", basis().highest, pieces(profile, DEGREE)) / width[:, None] ** DEGREE
    closed = np.vstack([highest[-1], highest, highest[0]])
    distance = 0.5 * (np.concatenate([width[-1:], width]) + np.concatenate([width, width[:1]]))
    jumps = np.abs(np.diff(closed, axis=0)) / distance[:, None]
    if not goes_on:
        jumps[[0, -1]] = jumps[[1, -2]]
    change = np.max(np.ascontiguousarray((jumps[:-1] + jumps[1:]).T), axis=0)
    change = (0.5 * change) ** (1.0 / (DEGREE + 1))
    total = float(np.sum(change * width))
    return np.asarray((change + 0.1 * total + 1e-300) * width)  # no interval becomes longer than some others
