"""Equations whose solutions are points or curves, and how they are solved."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from attrs import frozen

from rates_continuation.native.matrices import Matrix, below, solved

MOST_ITERATIONS = 8
CONVERGED = 1e-11  # size of a correction, in scales, behind which nothing is left but rounding
ROUNDED = 1e-7  # size at which corrections that do not shrink any more are rounding
DIFFERENCE = 6e-6  # in scales: where the errors of a central difference, of size h² and 1e-16/h, are equal


class Equations(ABC):
    """N equations: with as many unknowns their solutions are points, with one more they are curves."""

    @abstractmethod
    def residual(self, z: np.ndarray) -> np.ndarray:
        """Return what is zero, `[N]`."""

    @abstractmethod
    def jacobian(self, z: np.ndarray) -> Matrix:
        """Return its derivative, `[N, unknowns]`."""

    def grown(self, scale: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return scales that have grown with the unknowns."""
        return np.asarray(np.maximum(scale, np.abs(z)))

    def curvature(self, z: np.ndarray, direction: np.ndarray, scale: np.ndarray) -> Matrix:
        """Return the derivative of the Jacobian in a direction, `[N, unknowns]`: a difference of two Jacobians."""
        size = float(np.max(np.abs(direction) / scale))
        if size == 0.0:
            return 0.0 * self.jacobian(z)
        step = DIFFERENCE / size
        there, back = z + step * direction, z - step * direction
        return (self.jacobian(there) - self.jacobian(back)) / (2 * step)


@frozen(eq=False)
class Solution:
    """A point at which equations hold.

    Attributes:
        z: the unknowns.
        iterations: of Newton's method.
        error: size of its last correction, in scales.
    """

    z: np.ndarray
    iterations: int
    error: float


@frozen(eq=False)
class Plane:
    """Where a point of a curve is looked for: one equation more.

    Attributes:
        point: in it.
        normal: to it, in scales.
    """

    point: np.ndarray
    normal: np.ndarray


def newton(
    equations: Equations, guess: np.ndarray, scale: np.ndarray, plane: Plane | None = None, most: int = MOST_ITERATIONS
) -> Solution | None:
    """Return a solution near a guess, or None if Newton's method does not converge.

    Args:
        equations: as many as there are unknowns, or one fewer.
        guess: where it starts.
        scale: of each unknown: what counts as a change of 1.
        plane: in which the point of a curve is looked for.
        most: number of iterations.
    """
    z, last = np.array(guess, dtype=float), np.inf
    row = np.zeros(0) if plane is None else plane.normal / scale**2
    for iteration in range(1, most + 1):
        with np.errstate(all="ignore"):
            residual, matrix = equations.residual(z), equations.jacobian(z)
        if plane is not None:
            residual = np.concatenate((residual, [row @ (z - plane.point)]))
            matrix = below(matrix, row[None])
        step = solved(matrix, residual)
        if step is None:
            return None
        z, size = z - step, float(np.linalg.norm(step / scale))
        if size < CONVERGED or (size < ROUNDED and size > 0.1 * last):
            return Solution(z, iteration, size)
        if size > 2.0 * last:
            return None
        last = size
    return None
