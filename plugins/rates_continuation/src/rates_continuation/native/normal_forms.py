"""Coefficients of normal forms, which tell what a special point is like.

Second and third derivatives of f are differences of Jacobians along eigenvectors.
"""

from __future__ import annotations

import numpy as np

from rates_continuation.native.branching import BranchEquations
from rates_continuation.native.equations import Equations
from rates_continuation.native.fold import FoldEquations
from rates_continuation.native.hopf import HopfEquations
from rates_continuation.native.matrices import Matrix, below, beside, shifted, solved

FURTHER = 10.0  # times as far may a state move that is 0, or nearly, and has the scale of what cancels in its equation
ABSENT = 1e-5  # of the cubic term, at a distance of one scale: a quadratic term below is rounding
SINGULAR = 1e-10  # product of null vectors of length 1: below, the eigenvalue 0 is a double one
NEAR, FAR = 2e-4, 1e-3  # in scales: distance of points for first and second differences, whose errors are of size h⁴


def fold_coefficient(fold: FoldEquations, z: np.ndarray) -> float:
    """Return a of the normal form u' = β + a u² at a fold.

    Null vectors are normalised as v·v = 1 and w·v = 1; the largest entry of v, in scales, is positive.

    References:
        kuznetsov2004, equation 5.39.
    """
    found = fold.singular(z)
    right = found.right[:, 0] / np.linalg.norm(found.right)
    right = right * np.sign(right[int(np.argmax(np.abs(right / fold.scale[: fold.states])))])
    left = found.left[:, 0] / (found.left[:, 0] @ right)
    return 0.5 * float(left @ second_form(fold.equations, z, right, fold.scale) @ right)


def cusp_coefficient(fold: FoldEquations, z: np.ndarray) -> float:
    """Return c of the normal form u' = β₁ + β₂ u + c u³ at a cusp.

    Null vectors are normalised as v·v = 1 and w·v = 1; the sign of v does not matter.

    References:
        kuznetsov2004, section 8.7.
    """
    found = fold.singular(z)
    return _cubic(fold.equations, z, found.right[:, 0], found.left[:, 0], fold.scale)[1]


def pitchfork_coefficient(branch: BranchEquations, solution: np.ndarray) -> float:
    """Return c of the normal form u' = β u + c u³ at a branch point; NaN where it has a quadratic term.

    Null vectors are normalised as v·v = 1 and w·v = 1.
    """
    found, z = branch.singular(solution), solution[:-1]
    plane, states = found.right, len(z) - 1
    right = (plane @ np.array([-plane[-1, 1], plane[-1, 0]]))[:states]  # the parameter stays
    left = found.left[:, 0]
    if not abs(left @ right) > SINGULAR * np.linalg.norm(left) * np.linalg.norm(right):
        return float("nan")
    quadratic, cubic = _cubic(branch.equations, z, right, left, branch.scale)
    right = right / np.linalg.norm(right)
    size = 1.0 / float(np.max(np.abs(right) / branch.scale[:states]))
    return cubic if abs(quadratic) <= ABSENT * abs(cubic) * size else float("nan")


def _cubic(
    equations: Equations, z: np.ndarray, right: np.ndarray, left: np.ndarray, scale: np.ndarray
) -> tuple[float, float]:
    """Return the coefficients of u² and u³ where an eigenvalue is 0, of which these are the eigenvectors."""
    right = right / np.linalg.norm(right)
    left = left / (left @ right)
    by_right = second_form(equations, z, right, scale)
    states = equations.jacobian(z)[:, : len(right)]
    bent = solved(below(beside(states, left[:, None]), np.append(right, 0.0)[None]), np.append(by_right @ right, 0.0))
    if bent is None:  # the eigenvalue 0 is a double one
        return float("nan"), float("nan")
    cubic = _third(equations, z, right, scale) @ right
    return 0.5 * float(left @ (by_right @ right)), float(left @ (cubic - 3 * by_right @ bent[:-1])) / 6


def lyapunov_coefficient(hopf: HopfEquations, solution: np.ndarray) -> float:
    """Return the first Lyapunov coefficient at a Hopf point: cycles are stable if it is negative.

    Eigenvectors are normalised as q·q = 1 and p·q = 1.

    References:
        kuznetsov2004, equation 5.62.
    """
    z, omega = hopf.split(solution)
    found = hopf.singular(solution)
    return lyapunov_of(hopf.equations, z, omega, found.right[:, 0], found.left[:, 0], hopf.scale)


def lyapunov_of(
    equations: Equations, z: np.ndarray, omega: float, right: np.ndarray, left: np.ndarray, scale: np.ndarray
) -> float:
    """Return the first Lyapunov coefficient, where A right = iω right and left^H A = iω left^H."""
    states = len(right)
    q = right / np.linalg.norm(right)
    p = left / (left.conj() @ q).conj()
    matrix = equations.jacobian(z)[:, :states]
    by_q = second_form(equations, z, q.real, scale) + 1j * second_form(equations, z, q.imag, scale)
    still = solved(matrix, by_q @ q.conj())
    twice = solved(shifted(-matrix, -2j * omega), by_q @ q)
    if still is None or twice is None:  # a fold at the same place
        return float("nan")
    by_still = second_form(equations, z, still.real, scale) + 1j * second_form(equations, z, still.imag, scale)
    cubic = (_third(equations, z, q.real, scale) + _third(equations, z, q.imag, scale)) @ q
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


def second_form(equations: Equations, z: np.ndarray, vector: np.ndarray, scale: np.ndarray) -> Matrix:
    """Return the derivative of ∂f/∂x along a vector of states."""
    found = _differences(equations, z, vector, scale, NEAR, np.array([1.0, -8.0, 0.0, 8.0, -1.0]) / 12)
    return found[0] / found[1]


def _third(equations: Equations, z: np.ndarray, vector: np.ndarray, scale: np.ndarray) -> Matrix:
    """Return the second derivative of ∂f/∂x along a vector of states."""
    found = _differences(equations, z, vector, scale, FAR, np.array([-1.0, 16.0, -30.0, 16.0, -1.0]) / 12)
    return found[0] / found[1] ** 2


def _differences(
    equations: Equations, z: np.ndarray, vector: np.ndarray, scale: np.ndarray, step: float, weights: np.ndarray
) -> tuple[Matrix, float]:
    """Return a weighted sum of ∂f/∂x at five points along a vector of states, and the distance between them."""
    states, direction = len(vector), np.zeros(len(z))
    direction[:states] = vector
    sizes = np.sort(np.abs(vector) / scale[:states])
    size = float(max(sizes[-1] / FURTHER, sizes[(states - 1) // 2])) if states else 0.0
    if size == 0.0:
        return 0.0 * equations.jacobian(z)[:, :states], 1.0
    parts = [
        weight * equations.jacobian(z + (number - 2) * step / size * direction)[:, :states]
        for number, weight in enumerate(weights)
        if weight
    ]
    return sum(parts[1:], parts[0]), step / size
