"""Coefficients of normal forms at cycles: how a branch turns round, and whether what begins at other points is stable.

Around a cycle x₀(θ) with the vector v(θ) that a critical multiplier belongs to, a solution is x₀ + ξ v + ½ ξ² h₂ + ...
with θ' = 1 + a ξ² and ξ' = c ξ³ for a period doubling; at a torus ξ is complex, and ξ' = d ξ |ξ|². Terms of one order
make a linear equation w' = A w + g with w(T) = ρ w(0). It has a solution only for g without a component along the
kernel, which gives a, c and d. At a fold θ' = 1 - e ξ + ... and ξ' = b ξ², with v' = A v + e f, where e says how the
frequency changes. So it is at a branch point; at one where b = 0, as where cycles lose a symmetry, θ' = 1 - e ξ + a ξ²
and ξ' = c ξ³.

References:
    kuznetsov2005.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import frozen
from scipy.linalg import eig

from rates_continuation.native.collocation import at_gauss_points, basis
from rates_continuation.native.cycles import Periodic
from rates_continuation.native.floquet import Cycle, linear_at
from rates_continuation.native.linearised import Linearised

FAR = 1e-3  # in scales: distance of points for differences of fourth order
ABSENT = 1e-3  # of the cubic term, at a distance as large as the cycle: a quadratic term below is an error of the mesh
FIRST = np.array([1.0, -8.0, 0.0, 8.0, -1.0]) / 12
SECOND = np.array([-1.0, 16.0, -30.0, 16.0, -1.0]) / 12


def cycle_coefficient(kind: str, cycle: Cycle, measured: np.ndarray) -> float:
    """Return b of a fold, c of a period doubling or of a pitchfork, or the real part of d at a torus; NaN for others.

    The mean of v·v over the period is 1. At a fold v points to larger cycles: these are the stable ones of
    both that meet if b < 0, and all other multipliers lie within the unit circle.

    Args:
        kind: of the special point.
        cycle: there.
        measured: states that count in v·v.
    """
    if kind == "LPC":
        return _Around(cycle, measured).fold()
    if kind == "BPC":
        return _Around(cycle, measured).pitchfork()
    if kind == "PD":
        return _Around(cycle, measured).doubling()
    return _Around(cycle, measured).torus() if kind == "NS" else float("nan")


@frozen(eq=False, slots=False)
class _Around:
    """Linear equations around a cycle, in the model's time; values are those at the Gauss points, `[intervals, 4, n]`.

    Attributes:
        cycle: the cycle.
        measured: states that count in the length of v.
    """

    cycle: Cycle
    measured: np.ndarray

    def fold(self) -> float:
        kernel, v, e = self._through_one
        sign = 1.0 if self._mean(v, self._states - self._states.mean(axis=(0, 1))) >= 0 else -1.0
        return sign * self._share(kernel, self._quadratic(v, e), v)

    def pitchfork(self) -> float:
        kernel, v, e = self._through_one
        squared = self._quadratic(v, e)
        h, alpha = self._beside(2 * squared)
        a = e**2 - 0.5 * alpha
        cubic = (
            self._bilinear(v, h) / 2 + self._trilinear(v) / 6 - a * self._times(self._matrices, v)
            + e * (self._times(self._matrices, h) / 2 + squared)
        )  # fmt: skip
        b, c = (self._share(kernel, term, v) for term in (squared, cubic))
        around = (self._states - self._states.mean(axis=(0, 1)))[..., self.measured]
        return c if abs(b) <= ABSENT * abs(c) * np.sqrt(self._mean(around, around)) else float("nan")

    @cached_property
    def _through_one(self) -> tuple[np.ndarray, np.ndarray, float]:
        """Return what gives components along v, v with v' = A v + e f of length 1, and e, for the multiplier 1."""
        along = self._rates
        left, _, right = np.linalg.svd(self._ends_and_along)
        kernel = left[:, -1]  # the only one: without components of f, and of all that returns to itself
        one, other = ((self._profile(row[:-1], 1.0, row[-1] * along), row[-1]) for row in right[-2:])
        shares = self._mean(other[0], along), -self._mean(one[0], along)  # so that v has no component along the cycle
        v, e = (shares[0] * a + shares[1] * b for a, b in zip(one, other, strict=True))
        size = np.sqrt(self._mean(v[..., self.measured], v[..., self.measured]))
        return kernel, v / size, float(e / size)

    @cached_property
    def _ends_and_along(self) -> np.ndarray:
        """Return the equations of w(0) and α, for the periodic w with w' = A w + α f."""
        return np.concatenate([self._ends(1.0).real, self._closing(self._rates)[2]], axis=1)

    def _quadratic(self, v: np.ndarray, e: float) -> np.ndarray:
        return self._bilinear(v, v) / 2 + e * self._times(self._matrices, v)

    def _beside(self, g: np.ndarray) -> tuple[np.ndarray, float]:
        """Return a periodic solution of w' = A w + g + α f at the Gauss points, and α."""
        left, values, right = np.linalg.svd(self._ends_and_along)
        inside = (left.T @ -self._closing(g)[2][:, 0])[:-1] / values[:-1]
        *start, alpha = right[: len(inside)].T @ inside
        return self._profile(np.array(start), 1.0, g + alpha * self._rates), float(alpha)

    def _share(self, kernel: np.ndarray, term: np.ndarray, v: np.ndarray) -> float:
        return float((self._component(kernel, term) / self._component(kernel, v)).real)

    def _mean(self, v: np.ndarray, w: np.ndarray) -> float:
        """Return the mean of a product over the period."""
        weights = np.diff(self.cycle.curve.mesh)[:, None] * basis().weights
        return float(np.sum(weights * np.sum(v * w, axis=-1)))

    def doubling(self) -> float:
        v, kernel = self._critical(-1.0)
        along = self._rates
        phase = self._left(1.0)
        squared = self._bilinear(v, v)
        a = 0.5 * self._component(phase, squared) / self._component(phase, along)
        h = self._solution(squared - 2 * a * along, 1.0)
        cubic = self._bilinear(v, h) / 2 + self._trilinear(v) / 6 - a * self._times(self._matrices, v)
        return self._share(kernel, cubic, v)

    def torus(self) -> float:
        values = self.cycle.multipliers
        pairs = values[values.imag > 0]
        multiplier = complex(pairs[int(np.argmin(np.abs(np.abs(pairs) - 1.0)))])
        v, kernel = self._critical(multiplier)
        along, phase = self._rates, self._left(1.0)
        mixed = self._bilinear(v, v.conj())
        a = self._component(phase, mixed) / self._component(phase, along)
        still = self._solution(mixed - a * along, 1.0)
        twice = self._solution(self._bilinear(v, v), multiplier**2)
        cubic = (
            self._trilinear(v) / 2 + self._bilinear(v, still) + self._bilinear(v.conj(), twice) / 2
            - a * self._times(self._matrices, v)
        )  # fmt: skip
        return self._share(kernel, cubic, v)

    @cached_property
    def _problem(self) -> Periodic:
        problem = self.cycle.curve.problem
        assert isinstance(problem, Periodic)
        return problem

    @cached_property
    def _linear(self) -> Linearised:
        return linear_at(self.cycle.curve, self.cycle.place)

    @cached_property
    def _states(self) -> np.ndarray:
        return at_gauss_points(self.cycle.profile, basis().values)

    @cached_property
    def _rates(self) -> np.ndarray:
        return self._problem.field.rates(self._states, self.cycle.p)

    @cached_property
    def _matrices(self) -> np.ndarray:
        return self._problem.field.by_states(self._states, self.cycle.p)

    def _times(self, matrices: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        return np.asarray((matrices @ vectors[..., None])[..., 0])

    def _ends(self, multiplier: complex) -> np.ndarray:
        chain = self._linear.chain
        return np.asarray(chain.left + multiplier * chain.right)

    def _left(self, multiplier: complex) -> np.ndarray:
        """Return the vector with which equations on w(0) have no component, for w(T) = multiplier w(0)."""
        return np.asarray(np.linalg.svd(self._ends(multiplier))[0][:, -1])

    def _critical(self, multiplier: complex) -> tuple[np.ndarray, np.ndarray]:
        """Return v at the Gauss points, and the vector that gives components along it."""
        chain = self._linear.chain
        values, vectors = eig(-chain.left, chain.right)
        place = int(np.argmin(np.abs(values - multiplier)))
        start = vectors[:, place] if multiplier.imag else vectors[:, place].real
        profile = self._linear.profile_of(start, values[place] * start)
        v = at_gauss_points(profile, basis().values)
        weights = np.diff(self.cycle.curve.mesh)[:, None] * basis().weights
        size = np.sqrt(np.sum(weights * np.sum(np.abs(v[..., self.measured]) ** 2, axis=-1)))
        return v / size, self._left(multiplier)

    def _closing(self, g: np.ndarray) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
        """Return columns of nodes, and what is left on the equations of w(0), for w' = A w + g."""
        linear = self._linear
        steps = self.cycle.period * np.diff(self.cycle.curve.mesh)[:, None, None]
        columns = linear.inside.solved((steps * g).reshape(len(g), -1, 1))
        size = g.shape[-1]
        levels, last = linear.chain.closing(-columns[:, -size:])
        return columns, levels, last

    def _component(self, left: np.ndarray, g: np.ndarray) -> complex:
        return complex(left.conj() @ self._closing(g)[2][:, 0])

    def _solution(self, g: np.ndarray, multiplier: complex) -> np.ndarray:
        """Return the periodic solution of w' = A w + g at the Gauss points; the smallest at w(0) if there are many."""
        last = self._closing(g)[2]
        left, values, right = np.linalg.svd(self._ends(multiplier))
        if multiplier == 1.0:
            left, values, right = left[:, :-1], values[:-1], right[:-1]
        return self._profile(right.conj().T @ ((left.conj().T @ -last[:, 0]) / values), multiplier, g)

    def _profile(self, start: np.ndarray, multiplier: complex, g: np.ndarray) -> np.ndarray:
        """Return the solution of w' = A w + g from a start to a multiple of it, at the Gauss points."""
        linear = self._linear
        columns, levels, _ = self._closing(g)
        ends = start[:, None], multiplier * start[:, None]
        points = linear.chain.points(*ends, levels)
        inner = (linear.by_first @ points[:-1] + columns)[..., 0]
        nodes = np.concatenate([start[None], inner.reshape(-1, len(start))])
        return at_gauss_points(nodes, basis().values)

    def _bilinear(self, v: np.ndarray, w: np.ndarray) -> np.ndarray:
        """Return B(v, w), of the second derivatives of f."""
        matrices = self._differences(v.real, FIRST, 1)
        if np.iscomplexobj(v):
            matrices = matrices + 1j * self._differences(v.imag, FIRST, 1)
        return self._times(matrices, w)

    def _trilinear(self, v: np.ndarray) -> np.ndarray:
        """Return C(v, conj(v), v), of the third derivatives of f."""
        matrices = self._differences(v.real, SECOND, 2)
        if np.iscomplexobj(v):
            matrices = matrices + self._differences(v.imag, SECOND, 2)
        return self._times(matrices, v)

    def _differences(self, v: np.ndarray, weights: np.ndarray, order: int) -> np.ndarray:
        """Return a derivative of ∂f/∂x along vectors."""
        size = float(np.max(np.abs(v) / self._problem.states))
        found = np.zeros_like(self._matrices)
        if size == 0.0:
            return found
        for number, weight in enumerate(weights):
            if weight:
                x = self._states + (number - 2) * FAR / size * v
                found += weight * self._problem.field.by_states(x, self.cycle.p)
        return found / (FAR / size) ** order
