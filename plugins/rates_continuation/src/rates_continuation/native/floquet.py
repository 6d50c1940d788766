"""Floquet multipliers: by how much small changes of a cycle have grown after a period.

One of them is 1, which belongs to a change along the cycle. It is taken out before the others are computed, so that
these are accurate where one of them comes near to it, as at a fold of cycles.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import evolve, frozen
from scipy.linalg.lapack import dggev

from rates_continuation.native.boundary import ProfileCurve, Solved
from rates_continuation.native.curve import Place
from rates_continuation.native.cycles import Periodic
from rates_continuation.native.linearised import Linearised


@frozen(eq=False)
class Cycle:
    """A point of a curve of cycles.

    Attributes:
        curve: on whose mesh it lies.
        place: on the curve.
        trivial: the multiplier that is 1 but for the error of the mesh.
        multipliers: the others, that with the largest absolute value first.
    """

    curve: ProfileCurve
    place: Place
    trivial: complex
    multipliers: np.ndarray

    @classmethod
    def of(cls, curve: ProfileCurve, place: Place) -> Cycle:
        """Return what there is to know of a place."""
        profile, numbers = curve.split(place.z)
        assert isinstance(curve.problem, Periodic)
        chain, along = linear_at(curve, place).chain, curve.problem.field.rates(profile[0], numbers[1:])
        return cls(curve, place, *_without_trivial(chain.left, chain.right, along))

    def without_equations(self) -> Cycle:
        """Return the same without the linear equations there, which take much memory and can be made again."""
        place = evolve(self.place, linear=None) if isinstance(self.place, Solved) else self.place
        return evolve(self, curve=evolve(self.curve, near=None), place=place)

    @cached_property
    def profile(self) -> np.ndarray:
        """The states at the nodes of the mesh."""
        return self.curve.split(self.place.z)[0]

    @property
    def period(self) -> float:
        """Return the period."""
        return float(self.curve.split(self.place.z)[1][0])

    @property
    def p(self) -> np.ndarray:
        """Return the parameters."""
        return self.curve.split(self.place.z)[1][1:]

    @property
    def unstable(self) -> int:
        """Return the number of multipliers outside of the unit circle."""
        return int(np.count_nonzero(np.abs(self.multipliers) > 1))


def linear_at(curve: ProfileCurve, place: Place) -> Linearised:
    """Return the linear equations at a place of a curve."""
    known = place.linear if isinstance(place, Solved) else None
    return curve.linearised(place.z) if known is None else known


def _without_trivial(left: np.ndarray, right: np.ndarray, along: np.ndarray) -> tuple[complex, np.ndarray]:
    """Return the multiplier of a vector, and all others: μ with `(left + μ right) v = 0`."""
    column, row = _reflection(along), _reflection((right - left) @ along)
    a, b = (row @ matrix @ column for matrix in (left, right))
    others = _multipliers(-a[1:, 1:], b[1:, 1:]) if len(a) > 1 else np.zeros(0, complex)
    return complex(-a[0, 0] / b[0, 0]), others[np.argsort(-np.abs(others), kind="stable")]


def _reflection(vector: np.ndarray) -> np.ndarray:
    """Return a reflection whose first column lies along a vector."""
    normal = vector / np.linalg.norm(vector)
    normal[0] += np.copysign(1.0, normal[0])
    return np.asarray(np.eye(len(vector)) - np.outer(normal / abs(normal[0]), normal))


def _multipliers(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return μ with `(a - μ b) v = 0`, without checks that take longer than it does.

    Raises:
        numpy.linalg.LinAlgError: the iteration for them does not converge.
    """
    real, imaginary, denominators, *_, failed = dggev(a, b, compute_vl=0, compute_vr=0)
    if failed:
        raise np.linalg.LinAlgError(f"the multipliers of a cycle do not converge, info {failed} of LAPACK's ggev")
    with np.errstate(all="ignore"):  # infinite ones
        return np.asarray((real + 1j * imaginary) / denominators)
