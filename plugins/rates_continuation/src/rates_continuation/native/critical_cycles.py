"""Folds of cycles, period doublings and tori, as curves in two parameters.

A cycle is followed together with the vectors v that belong to its critical multiplier: v' = T A v, with v(1) = v(0) and
a change of the period at a fold, v(1) = -v(0) where the period doubles, and a rotation of two vectors at a torus. The
derivatives of A that Newton's method needs are differences; what is solved are the equations themselves.

References:
    doedel1991; kuznetsov2004, section 10.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from attrs import frozen
from scipy.linalg import eig

from rates_continuation.native.boundary import ProfileCurve
from rates_continuation.native.boundary_problem import BoundaryProblem, EndRates, Ends, Integrands, Rates
from rates_continuation.native.curve import Place
from rates_continuation.native.cycle_stretch import finer
from rates_continuation.native.cycles import Periodic
from rates_continuation.native.floquet import Cycle, linear_at
from rates_continuation.vector_field import Field

DIFFERENCE = 1e-4  # in scales
Kind = Literal["LPC", "PD", "NS"]
VECTORS: Mapping[Kind, int] = {"LPC": 1, "PD": 1, "NS": 2}
# Numbers before the period: its change along v, and the angle by which vectors turn.
OTHERS: Mapping[Kind, int] = {"LPC": 1, "PD": 0, "NS": 1}


@frozen(eq=False)
class Critical(BoundaryProblem):
    """Cycles x with critical vectors v, for numbers (..., T, both parameters).

    Attributes:
        kind: `LPC`, `PD` or `NS`.
        field: f.
        scale: of each state of f.
        period: scale of the period.
    """

    kind: Kind
    field: Field
    scale: np.ndarray
    period: float

    @property
    def size(self) -> int:
        """Return the number of states: those of cycles and vectors."""
        return self.field.size * (1 + VECTORS[self.kind])

    def _parts(self, u: np.ndarray) -> list[np.ndarray]:
        """Return x and the vectors."""
        return np.split(u, 1 + VECTORS[self.kind], axis=-1)

    def values(self, u: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Return T f, and T A v."""
        others = OTHERS[self.kind]
        (x, *vectors), period, p = self._parts(u.reshape(-1, self.size)), s[others], s[others + 1 :]
        rates, matrices = self.field.rates(x, p), self.field.by_states(x, p)
        found = [period * rates, *(period * _times(matrices, v) for v in vectors)]
        if self.kind == "LPC":
            found[1] = found[1] + s[0] * rates
        return np.concatenate(found, axis=-1).reshape(u.shape)

    def rates(self, u: np.ndarray, s: np.ndarray) -> Rates:
        """Return these with their derivatives."""
        others, n = OTHERS[self.kind], self.field.size
        (x, *vectors), period, p = self._parts(u.reshape(-1, self.size)), s[others], s[others + 1 :]
        rates, matrices, columns = (each(x, p) for each in (self.field.rates, self.field.by_states,
                                                            self.field.by_parameters))  # fmt: skip
        by_states = np.zeros((len(x), self.size, self.size))
        by_numbers = np.zeros((len(x), self.size, len(s)))
        by_states[:, :n, :n] = period * matrices
        by_numbers[:, :n, others], by_numbers[:, :n, others + 1 :] = rates, period * columns
        for number, v in enumerate(vectors, start=1):
            rows = slice(number * n, (number + 1) * n)
            bent, bent_columns = self._along(x, p, v)
            by_states[:, rows, :n], by_states[:, rows, rows] = period * bent, period * matrices
            by_numbers[:, rows, others] = _times(matrices, v)
            by_numbers[:, rows, others + 1 :] = period * bent_columns
            if self.kind == "LPC":
                by_states[:, rows, :n] += s[0] * matrices
                by_numbers[:, rows, others + 1 :] += s[0] * columns
                by_numbers[:, rows, 0] = rates
        shape = u.shape[:-1]
        return Rates(self.values(u, s), *(part.reshape(*shape, *part.shape[1:]) for part in (by_states, by_numbers)))

    def _along(self, x: np.ndarray, p: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the derivatives of ∂f/∂x and ∂f/∂p along vectors."""
        step = DIFFERENCE / (float(np.max(np.abs(v) / self.scale)) or 1.0)
        there, back = x + step * v, x - step * v
        return (
            (self.field.by_states(there, p) - self.field.by_states(back, p)) / (2 * step),
            (self.field.by_parameters(there, p) - self.field.by_parameters(back, p)) / (2 * step),
        )

    def ends(self, first: np.ndarray, last: np.ndarray, s: np.ndarray) -> Ends:
        """Return what closes the cycle, and what brings the vectors back."""
        n, unit = self.field.size, np.eye(self.field.size)
        by_first = -np.eye(self.size)
        by_numbers = np.zeros((self.size, len(s)))
        if self.kind == "PD":
            by_first[n:, n:] = unit
        if self.kind == "NS":
            turn = np.array([[np.cos(s[0]), -np.sin(s[0])], [np.sin(s[0]), np.cos(s[0])]])
            by_first[n:, n:] = -np.kron(turn, unit)
            by_numbers[n:, 0] = -np.kron(np.array([[0.0, -1.0], [1.0, 0.0]]) @ turn, unit) @ first[n:]
        return Ends(last + by_first @ first, EndRates(by_first, np.eye(self.size), by_numbers))

    def integrands(self, u: np.ndarray, s: np.ndarray, reference: np.ndarray, slopes: np.ndarray) -> Integrands:
        """Return the conditions on the phase, on the length of vectors, and on what else leaves them free."""
        (x, *vectors), (x_there, *vectors_there) = self._parts(u), self._parts(reference)
        slope = self._parts(slopes)[0] / self.scale**2
        slope = slope / np.sqrt(np.mean(np.sum((slope * self.scale) ** 2, axis=-1)))
        still = np.zeros_like(x)
        rows = [[slope, *(still for _ in vectors)], [still, *(2 * v / self.scale**2 for v in vectors)]]
        length = sum((np.sum((v / self.scale) ** 2, axis=-1) for v in vectors), -np.ones(u.shape[:-1]))
        by_numbers = np.zeros((*u.shape[:-1], 2 + OTHERS[self.kind], len(s)))
        values = [np.sum(slope * (x - x_there), axis=-1), length]
        if self.kind == "LPC":
            values[1] = length + (s[0] / self.period) ** 2
            by_numbers[..., 1, 0] = 2 * s[0] / self.period**2
            rows.append([still, slope])
            values.append(np.sum(slope * vectors[0], axis=-1))
        if self.kind == "NS":
            one, other = (v / self.scale**2 for v in vectors_there)
            rows.append([still, other, -one])
            values.append(np.sum(other * vectors[0] - one * vectors[1], axis=-1))
        by_states = np.stack([np.concatenate(row, axis=-1) for row in rows], axis=-2)
        return Integrands(np.stack(values, axis=-1), by_states, by_numbers)


def critical_start(
    kind: Kind, cycle: Cycle, field: Field, p: np.ndarray, widths: np.ndarray
) -> tuple[ProfileCurve, Place] | None:
    """Return the curve of special cycles through one of them, and its place there; None if it is not found.

    Args:
        kind: of them.
        cycle: on a curve in one parameter.
        field: with both parameters free.
        p: their values.
        widths: scales of these.
    """
    own = cycle.curve
    vectors, others = _vectors(kind, cycle)
    size = np.sqrt(own.weights @ sum(np.sum((v / own.states) ** 2, axis=-1) for v in vectors))
    problem = Critical(kind, field, own.states, cycle.period)
    profile = np.concatenate([cycle.profile, *(v / size for v in vectors)], axis=-1)
    numbers = np.array([*others, cycle.period, *p])
    if kind == "LPC":
        numbers[0] /= size
    scales = np.array([*(cycle.period if kind == "LPC" else 1.0 for _ in others), cycle.period, *widths])
    states = np.tile(own.states, 1 + len(vectors))
    curve = ProfileCurve(problem, own.mesh, profile, states, scales, finer(own.care))
    z = np.append(profile, numbers)
    for varied in (-1, -2):
        normal = np.zeros_like(z)
        normal[varied] = curve.scale[varied] ** 2
        place = curve.place(z, normal, normal, curve.scale)
        if place is not None:
            return curve, place
    return None


def _vectors(kind: Kind, cycle: Cycle) -> tuple[list[np.ndarray], list[float]]:
    """Return critical vectors at the nodes, and the numbers that belong to them."""
    linear = linear_at(cycle.curve, cycle.place)
    if kind == "LPC":  # the curve in one parameter goes in that direction
        profile, numbers = cycle.curve.split(cycle.place.tangent)
        return [profile], [float(numbers[0])]
    values, vectors = eig(-linear.chain.left, linear.chain.right)
    if kind == "PD":
        start = vectors[:, int(np.argmin(np.abs(values + 1.0)))].real
        return [linear.profile_of(start, -start)], []
    pairs = np.nonzero(values.imag > 1e-12)[0]
    which = pairs[int(np.argmin(np.abs(np.abs(values[pairs]) - 1.0)))]
    start, turn = vectors[:, which], values[which] / abs(values[which])
    found = linear.profile_of(start, turn * start)
    return [found.real, found.imag], [float(np.angle(turn))]


def cycle_of(curve: ProfileCurve, place: Place) -> Cycle:
    """Return the cycle alone of a special cycle with its vectors."""
    problem = curve.problem
    assert isinstance(problem, Critical)
    n, others = problem.field.size, OTHERS[problem.kind]
    profile, numbers = curve.split(place.z)
    x, own = profile[:, :n], numbers[others:]
    plain = ProfileCurve(
        Periodic(problem.field, problem.scale), curve.mesh, x, problem.scale, np.abs(own) + 1.0, curve.care
    )
    z = np.append(x, own)
    return Cycle.of(plain, Place(z, np.zeros_like(z), plain.scale))


def _times(matrices: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    return np.asarray((matrices @ vectors[..., None])[..., 0])
