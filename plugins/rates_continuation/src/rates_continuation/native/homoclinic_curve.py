"""Curves of orbits from an equilibrium to itself, which are cut off anew where they or the equilibrium have changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from attrs import evolve, frozen
from scipy.linalg import expm

from rates_continuation.native.boundary import SLIGHT, ProfileCurve
from rates_continuation.native.collocation import DEGREE, adapted, interpolated, node_times
from rates_continuation.native.curve import Place
from rates_continuation.native.homoclinic import Homoclinic, subspaces

WANTED = 1e-5  # distance of an end from the equilibrium, of the size of the orbit
FAR, CLOSE = 1e-4, 1e-7  # distances at which it is moved
ADDED = 8  # intervals in front of an orbit and behind it, where it is continued
MESHES = 2  # that are made then, one after the other
GRID = 400  # times at which a linear orbit is looked at


@frozen(eq=False)
class HomoclinicCurve(ProfileCurve):
    """Orbits from an equilibrium to itself, cut off anew where they come too near to it, or not near enough."""

    @property
    def own(self) -> Homoclinic:
        """Return the problem."""
        assert isinstance(self.problem, Homoclinic)
        return self.problem

    def matrix(self, z: np.ndarray) -> np.ndarray:
        """Return ∂f/∂x at the equilibrium."""
        return self.own.field.by_states(*self.own.equilibrium(self.split(z)[1]))

    def is_saddle(self, z: np.ndarray) -> bool:
        """Tell whether the equilibrium has as many stable directions as at the start, and as many unstable ones."""
        parts = np.sort(np.linalg.eigvals(self.matrix(z)).real)
        return bool(parts[self.own.stable - 1] < 0 < parts[self.own.stable])

    def carried_on(self, place: Place) -> tuple[HomoclinicCurve, Place]:
        """Return the curve with a mesh, a window of time and bases that suit the orbit; and the place on it."""
        curve, here = self.renewed(place)
        references = subspaces(curve.matrix(here.z).T, curve.own.stable)
        curve = evolve(curve, problem=evolve(curve.own, references=references))
        return windowed(curve, here) if curve.is_saddle(here.z) else (curve, here)


class _Window(NamedTuple):
    """What of an orbit is kept, in its times from 0 to 1: it may begin before and end behind.

    Attributes:
        begin: its first time.
        end: its last one.
    """

    begin: float
    end: float

    @property
    def is_same(self) -> bool:
        return self == (0.0, 1.0)


def windowed(curve: HomoclinicCurve, place: Place) -> tuple[HomoclinicCurve, Place]:
    """Return a curve whose orbits are cut off at the wanted distance, and a place on it."""
    profile, numbers = curve.split(place.z)
    tangent, along = curve.split(place.tangent)
    n, own = curve.problem.size, curve.own
    linear = _Linear(curve.matrix(place.z), own.stable, own.length)
    window = _window(curve.mesh, profile - numbers[:n], linear)
    if window.is_same:
        return curve, place

    def moved(values: np.ndarray, rest: np.ndarray, times: np.ndarray) -> np.ndarray:
        inside = interpolated(curve.mesh, values, np.clip(times, 0.0, 1.0), DEGREE)
        inside[times < 0] = rest + linear.before(values[0] - rest, -times[times < 0])
        inside[times > 1] = rest + linear.behind(values[-1] - rest, times[times > 1] - 1.0)
        return inside

    def at(mesh: np.ndarray) -> np.ndarray:
        return window.begin + (window.end - window.begin) * node_times(mesh, DEGREE)

    mesh = _joined(curve.mesh, window)
    for _ in range(MESHES):
        found = moved(profile, numbers[:n], at(mesh))
        scale = np.maximum(np.ptp(found, axis=0), SLIGHT * curve.states)
        mesh = adapted(mesh, found, scale, curve.care)
    found = moved(profile, numbers[:n], at(mesh))
    problem = evolve(own, length=own.length * (window.end - window.begin))
    cut = evolve(curve, problem=problem, mesh=mesh, reference=found, near=None)
    z, way = np.append(found, numbers), np.append(moved(tangent, along[:n], at(mesh)), along)
    return cut, Place(z, way, cut.scale, place.iterations, place.error).rescaled(cut.scale)


def _joined(mesh: np.ndarray, window: _Window) -> np.ndarray:
    """Return a mesh for a window of time, from 0 to 1."""
    inside = mesh[(mesh > window.begin) & (mesh < window.end)]
    front = np.linspace(window.begin, 0.0, ADDED + 1) if window.begin < 0 else [window.begin]
    back = np.linspace(1.0, window.end, ADDED + 1) if window.end > 1 else [window.end]
    times = np.unique(np.concatenate([front, inside, back]))
    return np.asarray((times - window.begin) / (window.end - window.begin))


class _Linear:
    """Orbits near an equilibrium, in time of which the window is 1.

    Args:
        matrix: ∂f/∂x.
        stable: number of stable directions.
        length: of the window.
    """

    def __init__(self, matrix: np.ndarray, stable: int, length: float) -> None:
        own = subspaces(matrix, stable)
        self._parts = [
            (basis, sign * length * np.linalg.lstsq(basis, matrix @ basis, rcond=None)[0])
            for basis, sign in ((own.unstable, -1.0), (own.stable, 1.0))
        ]

    def before(self, vector: np.ndarray, times: np.ndarray) -> np.ndarray:
        """Return where an orbit was some times before, that leaves the equilibrium at a vector."""
        return self._moved(0, vector, times)

    def behind(self, vector: np.ndarray, times: np.ndarray) -> np.ndarray:
        """Return where an orbit is some times later, that comes to the equilibrium at a vector."""
        return self._moved(1, vector, times)

    def slowest(self, part: int) -> float:
        """Return the time constant of the slowest direction of leaving (0), or of coming (1)."""
        return float(-1.0 / np.max(np.linalg.eigvals(self._parts[part][1]).real))

    def _moved(self, part: int, vector: np.ndarray, times: np.ndarray) -> np.ndarray:
        basis, matrix = self._parts[part]
        start = np.linalg.lstsq(basis, vector, rcond=None)[0]
        return np.array([basis @ (expm(time * matrix) @ start) for time in times]).reshape(-1, len(vector))


def _window(mesh: np.ndarray, away: np.ndarray, linear: _Linear) -> _Window:
    """Return what is to be kept of an orbit.

    Args:
        mesh: of it.
        away: its distance from the equilibrium at the nodes, `[nodes, states]`.
        linear: orbits near the equilibrium.
    """
    size = np.max(np.abs(away), axis=0)
    size = np.maximum(size, SLIGHT * float(np.max(size)))
    times, distance = node_times(mesh, DEGREE), np.max(np.abs(away) / size, axis=1)
    begin = _end(times, distance, linear.slowest(0), lambda later: linear.before(away[0], later) / size)
    end = _end(
        1.0 - times[::-1], distance[::-1], linear.slowest(1), lambda later: linear.behind(away[-1], later) / size
    )
    return _Window(begin, 1.0 - end)


def _end(times: np.ndarray, distance: np.ndarray, slowest: float, linear: Callable[[np.ndarray], np.ndarray]) -> float:
    """Return where an orbit is to begin: 0 if it is well as it is, less if it has to begin earlier."""
    if distance[0] > FAR:
        later = np.linspace(0.0, 2.0 * slowest * np.log(distance[0] / WANTED), GRID)
        reached = np.max(np.abs(linear(later)), axis=1) < WANTED
        return -float(later[int(np.argmax(reached)) if reached.any() else -1])
    if distance[0] < CLOSE:
        beyond = int(np.argmax(distance > WANTED))
        return float(times[max(beyond - 1, 0)])
    return 0.0
