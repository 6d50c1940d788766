"""Tell whether eigenvalues that change sides between two points of a curve come to the imaginary axis there.

They may change sides by way of infinity too, as at a pole of the equations; and one that is small beside the others may
only come below what rounding can make of these. An eigenvalue that does come to the axis is smaller between the points
than it is further away, on both sides of them.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from rates_continuation.native.curve import ImplicitCurve
from rates_continuation.native.equilibria import Equilibrium, EquilibriumEquations, is_unstable

AWAY = (100.0, 1000.0, 10.0)  # lengths of the interval: so far away eigenvalues are looked at, or where they can be
NEARER = 0.35  # of what it is further away: a real part that goes like the fourth root of the distance


def comes_to_axis(equations: EquilibriumEquations, one: Equilibrium, other: Equilibrium, length: float) -> bool:
    """Tell whether an eigenvalue that changes sides comes to the axis.

    Args:
        equations: of the curve.
        one: point.
        other: the next one.
        length: of the way between them, in scales.
    """
    ends = [np.array(values) for values in _paired(one.eigenvalues, other.eigenvalues)]
    unstable = [is_unstable(values) for values in ends]
    changed = unstable[0] != unstable[1]
    before, behind = _further(equations, one, -length), _further(equations, other, length)
    if not np.any(changed) or before is None or behind is None:
        return False
    further = [before, behind]
    here = [np.abs(values.real) for values in ends]
    there = [np.abs(_paired(values, point.eigenvalues)[1].real) for values, point in zip(ends, further, strict=True)]
    largest = np.maximum(*there)
    near = [here[side] < NEARER * np.where(unstable[side], there[side], largest) for side in (0, 1)]
    return bool(np.any(changed & near[0] & near[1]))


def _paired(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return eigenvalues at two points, each beside that which is nearest to it, relative to how large both are."""
    fewest = min(int(np.count_nonzero(~np.isnan(values))) for values in (one, other))
    one, other = one[:fewest], other[:fewest]
    sizes = np.abs(one[:, None]) + np.abs(other)
    distances = np.abs(one[:, None] - other) / np.where(sizes > 0, sizes, 1.0)
    return one, other[linear_sum_assignment(distances)[1]]


def _further(equations: EquilibriumEquations, point: Equilibrium, length: float) -> Equilibrium | None:
    """Return a point of the curve some lengths further; None if none is found."""
    for times in AWAY:
        guess = point.place.z + times * length * point.place.tangent
        place = ImplicitCurve(equations).place(guess, point.place.tangent, point.place.tangent, point.place.scale)
        if place is not None:
            return Equilibrium.of(equations, place)
    return None
