"""Where curves of folds and of Hopf points begin: at special points of branches, and of other such curves."""

from __future__ import annotations

import numpy as np

from rates_continuation.native.equations import Equations
from rates_continuation.native.equilibria import EquilibriumEquations
from rates_continuation.native.fold import FoldEquations
from rates_continuation.native.invariant import basis_of
from rates_continuation.native.loci import LocusCurve, LocusPoint
from rates_continuation.native.matrices import Matrix, is_finite, unit_rows, with_columns, with_rows
from rates_continuation.native.neutral import NeutralEquations
from rates_continuation.native.spectrum import direction, null_vectors
from rates_continuation.native.tracing import Bounds

AWAY = (0.02, 0.005, 1e-3)  # from a point of codimension two, in scales: where a curve begins that passes it
MOVED = 1e-4  # in scales: a start that is corrected by more is none
LEVEL = 1e-9  # change of a parameter, of a step of length 1, that gives no direction


def folds(equations: EquilibriumEquations, z: np.ndarray, scale: np.ndarray) -> LocusPoint | None:
    """Return a fold as a point of the curve of folds, in the direction of a growing last parameter."""
    matrix, states = _scaled(equations, z, scale)
    found = null_vectors(matrix)
    if found is None:
        return None
    own = FoldEquations(equations, equations.states, scale, found.left * states, found.right / states)
    return _start(own, z, scale)


def hopfs(equations: EquilibriumEquations, z: np.ndarray, scale: np.ndarray, omega: float) -> LocusPoint | None:
    """Return a Hopf point as a point of the curve of these; of a double zero eigenvalue if ω is 0."""
    matrix, _ = _scaled(equations, z, scale)
    basis = basis_of(matrix, np.array([1j * omega, -1j * omega]))
    if basis is None:
        return None
    return _start(NeutralEquations(equations, equations.states, scale, basis), z, scale)


def away(point: LocusPoint, bounds: Bounds) -> LocusPoint | None:
    """Return a point of a curve beside one of codimension two and within bounds, which is no neutral saddle."""
    place = point.place
    for size in AWAY:
        for way in (size, -size):
            found = point.curve.place(place.z + way * place.tangent, place.tangent, place.tangent, place.scale)
            if found is None or not bounds.hold(found.z):
                continue
            beside = point.curve.point(found)
            if not beside.is_saddle:
                return beside
    return None


def _scaled(equations: EquilibriumEquations, z: np.ndarray, scale: np.ndarray) -> tuple[Matrix, np.ndarray]:
    """Return ∂f/∂x in scales of the states, and these."""
    states = scale[: equations.states]
    return with_columns(with_rows(equations.jacobian(z)[:, : equations.states], 1 / states), states), states


def _start(equations: FoldEquations | NeutralEquations, z: np.ndarray, scale: np.ndarray) -> LocusPoint | None:
    """Return a point of a curve, or None where there is none near z."""
    tangent = _tangent(equations, z, scale)
    if tangent is None:
        return None
    curve = LocusCurve(equations)
    place = curve.place(z, tangent, tangent, scale)
    if place is None or not np.linalg.norm((place.z - z) / scale) < MOVED:
        return None
    return LocusCurve(equations.renewed(place.z)).point(place)


def _tangent(equations: Equations, z: np.ndarray, scale: np.ndarray) -> np.ndarray | None:
    """Return the unit tangent of a curve at one of its points, which is not known yet."""
    matrix = with_columns(equations.jacobian(z), scale)
    found = direction(unit_rows(matrix)) if is_finite(matrix) else None
    if found is None:
        return None
    leading = next((value for value in (found[-1], found[-2]) if abs(value) > LEVEL), 1.0)
    return np.asarray(np.sign(leading) * found * scale)
