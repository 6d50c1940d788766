"""Coefficients of normal forms, which tell what a special point is like.

Second and third derivatives of f are differences of Jacobians along eigenvectors.
"""

from __future__ import annotations

import numpy as np

from rates_continuation.native.branching import BranchEquations
from rates_continuation.native.equations import Equations, solved
from rates_continuation.native.fold import FoldEquations
from rates_continuation.native.hopf import HopfEquations

FAR = 2e-4  # in scales: where the errors of a second difference, of size h² and 1e-16/h², are about equal


def fold_coefficient(fold: FoldEquations, z: np.ndarray) -> float:
    """Return a of the normal form u' = β + a u² at a fold.

    Null vectors are normalised as v·v = 1 and w·v = 1.

    References:
        kuznetsov2004, equation 5.39.
    """
    found = fold.singular(z)
    right = found.right[:, 0] / np.linalg.norm(found.right)
    left = found.left[:, 0] / (found.left[:, 0] @ right)
    return 0.5 * float(left @ _second(fold.equations, z, right, fold.scale) @ right)


def lyapunov_coefficient(hopf: HopfEquations, solution: np.ndarray) -> float:
    """Return the first Lyapunov coefficient at a Hopf point: cycles are stable if it is negative.

    Eigenvectors are normalised as q·q = 1 and p·q = 1.

    References:
        kuznetsov2004, equation 5.62.
    """
    z, omega = hopf.split(solution)
    found, states, scale = hopf.singular(solution), hopf.states, hopf.scale
    q = found.right[:, 0] / np.linalg.norm(found.right)
    p = found.left[:, 0] / (found.left[:, 0].conj() @ q).conj()
    matrix = hopf.equations.jacobian(z)[:, :states]
    by_q = _second(hopf.equations, z, q.real, scale) + 1j * _second(hopf.equations, z, q.imag, scale)
    still = solved(matrix, by_q @ q.conj())
    twice = solved(2j * omega * np.eye(states) - matrix, by_q @ q)
    if still is None or twice is None:  # a fold at the same place
        return float("nan")
    by_still = _second(hopf.equations, z, still.real, scale) + 1j * _second(hopf.equations, z, still.imag, scale)
    cubic = (_third(hopf.equations, z, q.real, scale) + _third(hopf.equations, z, q.imag, scale)) @ q
    sum_of_terms = cubic - 2 * (by_still @ q) + by_q.conj() @ twice
    return float((p.conj() @ sum_of_terms).real / (2 * omega))


def branch_directions(branch: BranchEquations, solution: np.ndarray) -> list[np.ndarray]:
    """Return the tangents of both curves that cross at a branch point; none if they are not two.

    They solve the algebraic branching equation.

    References:
        keller1977; kuznetsov2004, section 10.2.
    """
    z = solution[:-1]
    found = branch.singular(solution)
    basis, _ = np.linalg.qr(found.right / branch.scale[:, None])
    basis = basis * branch.scale[:, None]
    left = found.left[:, 0] / np.linalg.norm(found.left)
    rows = np.array([left @ branch.equations.curvature(z, vector, branch.scale) for vector in basis.T])
    quadratic = rows @ basis
    values, vectors = np.linalg.eigh(0.5 * (quadratic + quadratic.T))
    if not values[0] < 0 < values[1]:  # no two real directions
        return []
    pairs = [np.sqrt(values[1]) * vectors[:, 0] + sign * np.sqrt(-values[0]) * vectors[:, 1] for sign in (1, -1)]
    tangents = [basis @ pair for pair in pairs]
    return [tangent / np.linalg.norm(tangent / branch.scale) for tangent in tangents]


def _second(equations: Equations, z: np.ndarray, vector: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return the derivative of ∂f/∂x along a vector of states."""
    states, direction = len(vector), np.zeros(len(z))
    direction[:states] = vector
    return equations.curvature(z, direction, scale)[:, :states]


def _third(equations: Equations, z: np.ndarray, vector: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return the second derivative of ∂f/∂x along a vector of states."""
    states, direction = len(vector), np.zeros(len(z))
    direction[:states] = vector
    size = float(np.max(np.abs(direction) / scale))
    if size == 0.0:
        return np.zeros((states, states))
    step = FAR / size
    there, here, back = (equations.jacobian(z + k * step * direction)[:, :states] for k in (1, 0, -1))
    return np.asarray((there - 2 * here + back) / step**2)
