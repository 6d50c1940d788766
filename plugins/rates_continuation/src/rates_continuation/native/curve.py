"""Curves, their points and their tangents."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

import numpy as np
from attrs import evolve, frozen

from rates_continuation.native.equations import Equations, Plane, newton
from rates_continuation.native.matrices import Matrix, below, largest_of_rows, solved, with_columns

STRAIGHT = 0.94
SINGULAR = 1e10  # how sensitive a tangent may be: more so it is at a branch point itself, where there are several
SHARP = 1.0  # change of a tangent of length 1, behind which it says nothing of the next step


@frozen(eq=False)
class Place:
    """A point of a curve.

    Attributes:
        z: the unknowns; the last one is the parameter that is varied.
        tangent: of the curve there, of length 1 when each entry is divided by its scale.
        scale: of each unknown: what counts as a change of 1.
        iterations: of Newton's method that led there.
        error: size of its last correction, in scales.
        jacobian: of the equations there, `[N, unknowns]`, if it was computed.
        bend: derivative of the tangent along the curve, estimated from the last step, if there was one.
        behind: how long that step was.
    """

    z: np.ndarray
    tangent: np.ndarray
    scale: np.ndarray
    iterations: int = 0
    error: float = 0.0
    jacobian: Matrix | None = None
    bend: np.ndarray | None = None
    behind: float | None = None

    def ahead(self, size: float) -> np.ndarray:
        """Return about where the curve is behind a step, in scales."""
        straight = self.z + size * self.tangent
        if self.bend is None or size * float(np.linalg.norm(self.bend / self.scale)) > SHARP:
            return straight
        return np.asarray(straight + 0.5 * size**2 * self.bend)

    def along(self, z: np.ndarray) -> float:
        """Return how far a point lies in the direction of the tangent, in scales."""
        return float(self.tangent / self.scale**2 @ (z - self.z))

    def rescaled(self, scale: np.ndarray) -> Place:
        """Return the same place in other scales."""
        share = 1.0 / float(np.linalg.norm(self.tangent / scale))
        bend = None if self.bend is None else share**2 * self.bend
        return evolve(self, scale=scale, tangent=share * self.tangent, bend=bend)


class Step(NamedTuple):
    """What a step along a curve led to.

    Attributes:
        curve: on which the place lies.
        place: itself.
        missed: how far from the guess it lies, in steps.
        cosine: of the angle by which the curve turned.
    """

    curve: Curve
    place: Place
    missed: float
    cosine: float

    @classmethod
    def of(cls, curve: Curve, here: Place, guess: np.ndarray, there: Place, tangent: np.ndarray, size: float) -> Step:
        """Return a step from one place to another.

        Args:
            curve: on which the other one lies.
            here: the one.
            guess: of the other.
            there: the other.
            tangent: of the curve there, in the unknowns of the one.
            size: of the step.
        """
        missed = float(np.linalg.norm((there.z - guess) / here.scale)) / size
        tangent = tangent / float(np.linalg.norm(tangent / there.scale))
        cosine = float((tangent / there.scale) @ (here.tangent / here.scale))
        return cls(curve, evolve(there, bend=(tangent - here.tangent) / size, behind=size), missed, cosine)


class Curve(ABC):
    """What can be followed: its points are unknowns z with a tangent each.

    Attributes:
        beside: how far from its guess a point may lie, in steps; one that lies further belongs to another piece of the
            curve.
        straight: cosine of the angle between tangents of two neighbouring points; a larger angle asks for a smaller
            step.
    """

    beside: ClassVar[float] = np.inf
    straight: ClassVar[float] = STRAIGHT

    @abstractmethod
    def place(self, guess: np.ndarray, normal: np.ndarray, along: np.ndarray, scale: np.ndarray) -> Place | None:
        """Return the point of the curve in the plane through a guess, or None if it is not found.

        Args:
            guess: near to the point.
            normal: of the plane, in scales.
            along: direction of the tangent that is wanted.
            scale: of each unknown: what counts as a change of 1.
        """

    def step(self, here: Place, size: float) -> Step | None:
        """Return a step from a place along its tangent; None if it leads to no point."""
        guess = here.ahead(size)
        there = self.place(guess, here.tangent, here.tangent, here.scale)
        return None if there is None else Step.of(self, here, guess, there, there.tangent, size)

    def taken_over(self, curve: Curve, place: Place) -> tuple[Curve, Place]:
        """Return the curve as it is followed from a place of another one, and that place on it."""
        return self, place

    @abstractmethod
    def carried_on(self, place: Place) -> tuple[Curve, Place]:
        """Return the curve as it is followed on from a place, and that place on it."""

    def coordinates(self, z: np.ndarray) -> np.ndarray:
        """Return numbers that tell points of the curve apart, however they are represented."""
        return z

    def units(self, scale: np.ndarray) -> np.ndarray:
        """Return what counts as a change of 1 of each of a point's coordinates, by the scales of its unknowns."""
        return scale

    def middle(self, one: Place, other: Place, share: float = 0.5) -> Place | None:
        """Return the place at a share of the way between two places, halfway; None if it is not found."""
        guess = (1 - share) * one.z + share * other.z
        along = (1 - share) * one.tangent + share * other.tangent
        return self.place(guess, along, along, one.scale)


class ImplicitCurve(Curve):
    """The solutions of equations, of which there is one fewer than unknowns.

    Args:
        equations: that hold on the curve.
    """

    def __init__(self, equations: Equations) -> None:
        self.equations = equations

    def place(self, guess: np.ndarray, normal: np.ndarray, along: np.ndarray, scale: np.ndarray) -> Place | None:
        """Return the point of the curve in the plane through a guess, or None if it is not found."""
        found = newton(self.equations, guess, scale, Plane(guess, normal))
        if found is None:
            return None
        with np.errstate(all="ignore"):
            jacobian = self.equations.jacobian(found.z)
        tangent = unit_tangent(jacobian, along, scale)
        return None if tangent is None else Place(found.z, tangent, scale, found.iterations, found.error, jacobian)

    def carried_on(self, place: Place) -> tuple[Curve, Place]:
        """Return the same curve, with scales that have grown with the unknowns."""
        return self, place.rescaled(self.equations.grown(place.scale, place.z))


def unit_tangent(jacobian: Matrix, along: np.ndarray, scale: np.ndarray) -> np.ndarray | None:
    """Return the unit tangent in the direction of another vector; None where there is no single one."""
    matrix = with_columns(below(jacobian, (along / scale**2)[None]), scale)
    direction = np.append(np.zeros(jacobian.shape[0]), 1.0)
    found = solved(matrix, np.column_stack([direction, largest_of_rows(matrix)]))
    if found is None or np.max(np.abs(found[:, 1])) > SINGULAR:
        return None
    return np.asarray(found[:, 0] / np.linalg.norm(found[:, 0]) * scale)
