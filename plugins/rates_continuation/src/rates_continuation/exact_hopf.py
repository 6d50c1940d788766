"""Hopf points of models with delays: where a root of Δ is on the imaginary axis, and not only an eigenvalue."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import evolve, frozen
from rates_core.simulation.field import VectorField

from rates_continuation.delayed_field import DelayedField
from rates_continuation.native.crossings import Crossing
from rates_continuation.native.equations import Equations, Plane, newton
from rates_continuation.native.equilibria import EquilibriumEquations
from rates_continuation.native.hopf import HopfEquations
from rates_continuation.native.loci import LocusPoint

FIRST = 1e-5  # step along the branch, in scales
CONVERGED = 1e-13  # likewise: a step that is not taken
ROUNDED = 1e-15  # real part of a root on the axis, of its size
MOST_STEPS = 12
SLIGHT = 1e-6  # so much may eigenvalues miss roots that do not come to the axis, as next to a double root at 0


@frozen(eq=False)
class HopfPoint:
    """A point with a root on the axis.

    Attributes:
        z: states and parameters.
        omega: imaginary part of the root.
        error: estimate of the error of z, in scales.
    """

    z: np.ndarray
    omega: float
    error: float


def on_axis(field: VectorField, crossing: Crossing, missed: float) -> Crossing | None:
    """Return a Hopf point moved along its branch to where the root is on the axis; points of other kinds stay.

    Args:
        field: of the branch.
        crossing: the point.
        missed: by how much critical eigenvalues miss roots there. By more than a little, and where the root does not
            come to the axis nearby, the point is none of the model: None.
    """
    if not isinstance(field, DelayedField) or not isinstance(crossing.equations, HopfEquations):
        return crossing if missed < np.inf else None
    found = _Way(field, crossing.z, crossing.equations.scale).to_axis(crossing.omega)
    if found is None:
        return crossing if missed < SLIGHT else None
    return evolve(crossing, z=found.z, omega=found.omega, error=max(crossing.error, found.error))


def hopf_point(field: VectorField, point: LocusPoint, missed: float) -> HopfPoint | None:
    """Return a point of a curve of Hopf points, moved likewise across the curve; points of folds stay."""
    place, found = point.place, None
    if isinstance(field, DelayedField) and point.omega > 0:
        found = _Way(field, place.z, place.scale, place.tangent).to_axis(point.omega)
        if found is None and missed > SLIGHT:
            return None
    if found is None:
        return HopfPoint(place.z, point.omega, place.error) if missed < np.inf else None
    return found


class _Held(Equations):
    """f = 0 in the plane through a point that has a normal."""

    def __init__(self, equations: Equations, point: np.ndarray, normal: np.ndarray) -> None:
        self._equations, self._point, self._normal = equations, point, normal

    def residual(self, z: np.ndarray) -> np.ndarray:
        return np.append(self._equations.residual(z), self._normal @ (z - self._point))

    def jacobian(self, z: np.ndarray) -> np.ndarray:
        return np.vstack([self._equations.jacobian(z), self._normal])


@frozen(eq=False, slots=False)
class _Way:
    """Equilibria along a line of them.

    Attributes:
        field: whose equilibria they are.
        begun: one of them.
        scale: of each unknown.
        held: direction in which the line does not go, if there are two parameters; else None.
    """

    field: DelayedField
    begun: np.ndarray
    scale: np.ndarray
    held: np.ndarray | None = None

    @cached_property
    def equations(self) -> Equations:
        """What holds along the line."""
        equations = EquilibriumEquations(self.field)
        return equations if self.held is None else _Held(equations, self.begun, self.held / self.scale**2)

    @cached_property
    def along(self) -> np.ndarray:
        """The direction of the line, of length 1 in scales."""
        return np.asarray(np.linalg.svd(self.equations.jacobian(self.begun) * self.scale)[2][-1] * self.scale)

    def at(self, step: float, near: complex) -> tuple[np.ndarray, complex] | None:
        """Return the equilibrium at a distance, and the root there that is near to a number; None if one is missing."""
        guess = self.begun + step * self.along
        found = newton(self.equations, guess, self.scale, Plane(guess, self.along))
        if found is None:
            return None
        x, p = found.z[: self.field.size], found.z[self.field.size :]
        root = complex(self.field.characteristic(x, p).roots_near(np.array([near]))[0])
        return (found.z, root) if np.isfinite(root) else None

    def to_axis(self, omega: float) -> HopfPoint | None:
        """Return where the root near iω is on the axis, by the secant method, or None if it is not found."""
        root, before, step = 1j * omega, None, 0.0
        for _ in range(MOST_STEPS):
            found = self.at(step, root)
            if found is None:
                return None
            z, root = found
            change = FIRST if before is None else -root.real * (step - before[0]) / (root.real - before[1])
            if before is not None and (abs(change) < CONVERGED or abs(root.real) < ROUNDED * abs(root)):
                return HopfPoint(z, float(root.imag), abs(change))
            before, step = (step, root.real), step + change
        return None
