"""Homoclinic orbits, and how one is found near a cycle that passes an equilibrium closely."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import evolve, frozen

from rates_continuation.native.boundary import SLIGHT
from rates_continuation.native.collocation import DEGREE, Care
from rates_continuation.native.equations import newton
from rates_continuation.native.equilibria import EquilibriaThere, ordered_eigenvalues
from rates_continuation.native.homoclinic import Homoclinic, subspaces
from rates_continuation.native.homoclinic_curve import HomoclinicCurve
from rates_continuation.native.profile_point import ProfilePoint
from rates_continuation.vector_field import Field

SETTLED = 3  # times that an orbit is solved for, each on a better mesh and window


@frozen(eq=False, slots=False)
class Orbit(ProfilePoint[HomoclinicCurve]):
    """A point of a curve of homoclinic orbits."""

    @property
    def length(self) -> float:
        """Return how long it takes from one end to the other."""
        return self.curve.own.length

    @property
    def saddle(self) -> np.ndarray:
        """Return the equilibrium."""
        return self.curve.own.equilibrium(self.numbers)[0]

    @property
    def p(self) -> np.ndarray:
        """Return the parameters."""
        return self.curve.own.equilibrium(self.numbers)[1]

    @cached_property
    def eigenvalues(self) -> np.ndarray:
        """The eigenvalues of the equilibrium, that with the largest real part first."""
        return ordered_eigenvalues(self.curve.matrix(self.place.z))

    @property
    def weakest(self) -> tuple[float, bool]:
        """Return the smallest distance of an eigenvalue from the imaginary axis, and whether it is one of a pair."""
        which = int(np.argmin(np.abs(self.eigenvalues.real)))
        return float(abs(self.eigenvalues[which].real)), bool(self.eigenvalues[which].imag)

    @property
    def saddle_quantity(self) -> float:
        """Return the sum of the real parts of the eigenvalues next to the imaginary axis on both sides."""
        real = self.eigenvalues.real
        return float(np.min(real[real > 0]) + np.max(real[real < 0]))

    @cached_property
    def size(self) -> float:
        """How far the orbit goes, in scales of the states at the start."""
        return float(np.max(np.ptp(self.profile, axis=0) / self.curve.own.states))

    def turned(self) -> Orbit:
        """Return the point of the curve in its other direction."""
        return evolve(self, place=evolve(self.place, tangent=-self.place.tangent))


def saddle_near(field: Field, profile: np.ndarray, p: np.ndarray) -> np.ndarray | None:
    """Return the equilibrium that a cycle comes nearest to where it is slowest; None if it is no saddle.

    Args:
        field: whose cycle it is.
        profile: of it, `[nodes, states]`.
        p: the parameters.
    """
    size = np.ptp(profile, axis=0)
    size = np.maximum(size, SLIGHT * float(np.max(size)))
    slowest = int(np.argmin(np.max(np.abs(field.rates(profile, p)) / size, axis=1)))
    found = newton(EquilibriaThere(field, p), profile[slowest], size)
    if found is None:
        return None
    real = np.linalg.eigvals(field.by_states(found.z, p)).real
    return found.z if np.any(real > 0) and np.any(real < 0) else None


def orbit_near(
    field: Field,
    mesh: np.ndarray,
    profile: np.ndarray,
    period: float,
    x: np.ndarray,
    p: np.ndarray,
    widths: np.ndarray,
    care: Care,
) -> Orbit | None:
    """Return the homoclinic orbit near a cycle; None if there is none.

    Args:
        field: with both parameters free.
        mesh: of the cycle.
        profile: of it.
        period: of it.
        x: the saddle.
        p: both parameters.
        widths: scales of these.
        care: which meshes are made.
    """
    states = np.max(np.abs(profile), axis=0)
    states = np.maximum(states, SLIGHT * float(np.max(states)))
    mesh, profile = _cut_at(mesh, profile, x, states)
    matrix = field.by_states(x, p)
    stable = int(np.count_nonzero(np.linalg.eigvals(matrix).real < 0))
    problem = Homoclinic(field, states, period, subspaces(matrix.T, stable))
    curve = HomoclinicCurve(problem, mesh, profile, states, np.append(states, widths), care)
    z = np.concatenate([profile.ravel(), x, p])
    for varied in (-1, -2):
        found = _settled(curve, z, varied)
        if found is not None:
            return found
    return None


def _cut_at(mesh: np.ndarray, profile: np.ndarray, x: np.ndarray, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mesh and profile of a cycle that begins where it is nearest to a point."""
    ends = profile[:-1:DEGREE]
    place = int(np.argmin(np.max(np.abs(ends - x) / states, axis=1)))
    turned = np.concatenate([mesh[place:], mesh[1 : place + 1] + 1.0]) - mesh[place]
    turned[-1] = 1.0
    values = np.roll(profile[:-1], -DEGREE * place, axis=0)
    return turned, np.concatenate([values, values[:1]])


def _settled(curve: HomoclinicCurve, z: np.ndarray, varied: int) -> Orbit | None:
    """Return the orbit near a guess that has the same value of a parameter, on a mesh and a window made for it."""
    for _ in range(SETTLED):
        normal = np.zeros_like(z)
        normal[varied] = curve.scale[varied] ** 2
        place = curve.place(z, normal, normal, curve.scale)
        if place is None:
            return None
        last = Orbit(curve, place)
        curve, moved = curve.carried_on(place)
        z = moved.z
    return last
