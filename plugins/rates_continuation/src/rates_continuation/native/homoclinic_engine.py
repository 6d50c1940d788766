"""Follow homoclinic orbits to the ends of their curve, and find neutral saddles on it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from attrs import evolve, frozen
from scipy.optimize import brentq

from rates_continuation.native.boundary import SLIGHT
from rates_continuation.native.homoclinic_curve import HomoclinicCurve
from rates_continuation.native.homoclinic_start import Orbit
from rates_continuation.native.tracing import Bounds, Steps, trace

SHRUNK = 1e-3  # of its size at the start: an orbit that is smaller has come to nothing
FADED = 0.01  # likewise of the real part of the weakest eigenvalue
APART = 0.3  # of the third eigenvalue: so small is the second where two come to 0
AWAY = 0.1  # of its size: an orbit has left its equilibrium
CLOSE = 1e-3  # and has come back to it
PRECISION = 1e-10  # of a place on the curve, in scales


@frozen(eq=False)
class FollowedOrbits:
    """A curve of homoclinic orbits from end to end.

    Attributes:
        points: in order.
        neutral: orbits between them whose saddle quantity is 0, with the number of the point before.
        ended: why, at the first and at the last point.
    """

    points: list[Orbit]
    neutral: list[tuple[int, Orbit]]
    ended: tuple[str, str]


def follow_orbits(start: Orbit, bounds: Bounds, steps: Steps) -> FollowedOrbits:
    """Follow a curve of homoclinic orbits from one of them to both sides."""
    before, begun = _one_way(start.turned(), bounds, steps)
    behind, ended = ([start], begun) if begun == "closed" else _one_way(start, bounds, steps)
    last = len(before) - 1
    neutral = [(last - 1 - number, orbit) for number, orbit in reversed(_neutral(before))]
    neutral += [(last + number, orbit) for number, orbit in _neutral(behind)]
    points = [*(orbit.turned() for orbit in reversed(before)), *behind[1:]]
    return FollowedOrbits(points, neutral, (begun, ended))


def _neutral(points: list[Orbit]) -> list[tuple[int, Orbit]]:
    """Return orbits whose saddle quantity is 0, each with the number of the point before.

    Args:
        points: in the order in which they were found, each on a mesh that was made for the one before.
    """
    found = []
    for number, (one, other) in enumerate(pairwise(points)):
        orbit = _neutral_between(one, other) if one.saddle_quantity * other.saddle_quantity < 0 else None
        if orbit is not None:
            found.append((number, orbit))
    return found


def _neutral_between(one: Orbit, other: Orbit) -> Orbit | None:
    curve, begin = one.curve.carried_on(one.place)

    def at(distance: float) -> Orbit:
        guess = begin.z + distance * begin.tangent
        place = curve.place(guess, begin.tangent, begin.tangent, begin.scale)
        if place is None:
            raise _NotFoundError
        return Orbit(curve, place)

    try:
        distance = brentq(
            lambda distance: at(distance).saddle_quantity, 0.0, begin.along(other.place.z), xtol=PRECISION
        )
        return at(float(distance))
    except (_NotFoundError, ValueError):  # or of the same sign, on another mesh
        return None


class _NotFoundError(Exception):
    """There is no orbit where one was looked for."""


def _one_way(start: Orbit, bounds: Bounds, steps: Steps) -> tuple[list[Orbit], str]:
    bounds = evolve(bounds, wanted=start.curve.is_saddle)
    points, ended = [start], ""
    for traced in trace(*start.curve.carried_on(start.place), bounds, steps):
        ended = traced.ended
        if ended == "stalled":
            break
        assert isinstance(traced.curve, HomoclinicCurve)
        points.append(Orbit(traced.curve, traced.place))
        if ended == "left":
            ended = _lost(points.pop(), points[-1])
            break
        ended = ended or _vanishing(start, points[-1])
        if ended:
            break
    return points, ended


def _vanishing(start: Orbit, orbit: Orbit) -> str:
    """Return why an orbit counts as the last one, because it or an eigenvalue has come to nothing; else empty."""
    if orbit.size < SHRUNK * start.size:
        near = np.sort(np.abs(orbit.eigenvalues))
        return "BT" if len(near) == 2 or near[1] < APART * near[2] else "shrunk"
    if orbit.weakest[0] < FADED * start.weakest[0] and not orbit.weakest[1]:
        return "saddle-node"
    return "passing" if _passing(orbit) < CLOSE else ""


def _passing(orbit: Orbit) -> float:
    """Return how near an orbit comes to its equilibrium on the way, of its own size."""
    away = np.abs(orbit.profile - orbit.saddle)
    size = np.max(away, axis=0)
    distance = np.max(away / np.maximum(size, SLIGHT * float(np.max(size))), axis=1)
    far = np.nonzero(distance > AWAY)[0]
    return float(np.min(distance[far[0] : far[-1] + 1], initial=np.inf))


def _lost(orbit: Orbit, before: Orbit) -> str:
    """Return at what an equilibrium is lost whose eigenvalues have crossed the imaginary axis."""
    if any(each.weakest[1] for each in (orbit, before)):
        return "shilnikov-hopf"
    return "saddle-node"
