"""Cycles of a vector field: periodic solutions, as a curve in profile, period and parameter."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

import numpy as np
from attrs import frozen

from rates_continuation.native.boundary import ProfileCurve
from rates_continuation.native.boundary_problem import BoundaryProblem, EndRates, Ends, Integrands, Rates
from rates_continuation.native.collocation import DEGREE, Care, node_times
from rates_continuation.native.curve import Place
from rates_continuation.vector_field import Field

FIRST = 32  # intervals around a Hopf point, where cycles are ellipses


@frozen(eq=False)
class Periodic(BoundaryProblem):
    """x' = T f(x, p) with x(0) = x(1), for numbers (T, p), and not shifted in time against a reference.

    Attributes:
        field: f.
        states: scale of each state.
    """

    field: Field
    states: np.ndarray

    linear_integrands: ClassVar[bool] = True

    @property
    def size(self) -> int:
        """Return the number of states."""
        return self.field.size

    def values(self, u: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Return T f."""
        return np.asarray(s[0] * self.field.rates(u.reshape(-1, self.size), s[1:]).reshape(u.shape))

    def rates(self, u: np.ndarray, s: np.ndarray) -> Rates:
        """Return T f and its derivatives."""
        flat, period, p = u.reshape(-1, self.size), s[0], s[1:]
        values = self.field.rates(flat, p)
        by_numbers = np.concatenate([values[..., None], period * self.field.by_parameters(flat, p)], axis=-1)
        by_states = period * self.field.by_states(flat, p)
        return Rates(*(part.reshape(*u.shape[:-1], *part.shape[1:])
                       for part in (period * values, by_states, by_numbers)))  # fmt: skip

    def ends(self, first: np.ndarray, last: np.ndarray, s: np.ndarray) -> Ends:
        """Return x(1) - x(0)."""
        return Ends(last - first, _closed(self.size, len(s)))

    def integrands(self, u: np.ndarray, s: np.ndarray, reference: np.ndarray, slopes: np.ndarray) -> Integrands:
        """Return the difference to the reference, in the direction in which that moves."""
        along = slopes / self.states**2
        along = along / np.sqrt(np.sum((along * self.states) ** 2) / along[..., 0].size)
        values = np.einsum("...i,...i", along, u - reference)[..., None]
        return Integrands(values, along[..., None, :], np.zeros((*values.shape, len(s))))


@cache
def _closed(size: int, numbers: int) -> EndRates:
    """Return the derivatives of x(1) - x(0)."""
    unit = np.eye(size)
    return EndRates(-unit, unit, np.zeros((size, numbers)))


def from_hopf(
    field: Field, x: np.ndarray, p: np.ndarray, omega: float, states: np.ndarray, width: float, care: Care
) -> tuple[ProfileCurve, Place]:
    """Return the curve of small cycles around a Hopf point, and where it begins there.

    Args:
        field: whose cycles they are.
        x: the equilibrium.
        p: its parameters.
        omega: imaginary part of the eigenvalue.
        states: scale of each.
        width: scale of the parameter.
        care: which meshes are made.
    """
    values, vectors = np.linalg.eig(field.by_states(x, p))
    vector = vectors[:, int(np.argmin(np.abs(values - 1j * omega)))]
    mesh = np.linspace(0.0, 1.0, min(care.most, FIRST) + 1)
    angle = 2 * np.pi * node_times(mesh, DEGREE)[:, None]
    swing = vector.real * np.cos(angle) - vector.imag * np.sin(angle)
    swing /= np.max(np.abs(swing) / states)
    period = 2 * np.pi / omega
    numbers = np.array([period, *(width for _ in p)])
    curve = ProfileCurve(Periodic(field, states), mesh, swing, states, numbers, care)
    tangent = np.append(swing, np.zeros(len(numbers)))
    place = Place(np.concatenate([np.broadcast_to(x, swing.shape).ravel(), [period], p]), tangent, curve.scale)
    return curve, place.rescaled(curve.scale)
