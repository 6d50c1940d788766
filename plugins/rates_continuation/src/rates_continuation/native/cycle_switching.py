"""Go over to another curve of cycles where two meet."""

from __future__ import annotations

import numpy as np
from attrs import evolve
from scipy.linalg import eig

from rates_continuation.native.boundary import ProfileCurve
from rates_continuation.native.curve import Place
from rates_continuation.native.floquet import Cycle, linear_at

AWAY = (0.02, 0.005, 0.08)  # from a branch point, in scales: where the curve that crosses is looked for
ALONG = 0.5  # cosine of the angle between a curve and the direction in which it was looked for


def doubled(cycle: Cycle) -> tuple[ProfileCurve, Place]:
    """Return the curve of cycles of twice the period that begins at a period doubling, and where it does.

    Args:
        cycle: that has the multiplier -1.
    """
    curve, z = cycle.curve, cycle.place.z
    linear = linear_at(curve, cycle.place)
    values, vectors = eig(-linear.chain.left, linear.chain.right)
    start = vectors[:, int(np.argmin(np.abs(values + 1.0)))].real
    swing = linear.profile_of(start, -start)
    profile, numbers = curve.split(z)
    mesh = np.concatenate([0.5 * curve.mesh, 0.5 + 0.5 * curve.mesh[1:]])
    twice, way = (np.concatenate([first, second[1:]]) for first, second in ((profile, profile), (swing, -swing)))
    own = numbers.copy()
    own[0] *= 2
    scales = curve.numbers.copy()
    scales[0] *= 2
    longer = evolve(curve, mesh=mesh, reference=twice, numbers=scales)
    tangent = np.append(way, np.zeros(len(own)))
    return longer, Place(np.append(twice, own), tangent, longer.scale).rescaled(longer.scale)


def crossing(cycle: Cycle) -> tuple[ProfileCurve, Place] | None:
    """Return a cycle near a branch point on the curve that crosses there; None if none is found.

    Args:
        cycle: at the branch point.
    """
    curve, here = cycle.curve, cycle.place
    plane = linear_at(curve, here).kernel(2) / here.scale
    own = here.tangent / here.scale
    plane = plane - np.outer(plane @ own, own)
    away = plane[int(np.argmax(np.linalg.norm(plane, axis=1)))]
    away = away / np.linalg.norm(away) * here.scale
    for size in AWAY:
        found = curve.place(here.z + size * away, away, away, here.scale)
        if found is not None and float((found.tangent / here.scale) @ (away / here.scale)) > ALONG:
            return curve, found
    return None
