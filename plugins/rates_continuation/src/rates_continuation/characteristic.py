"""Roots of models with delays at an equilibrium: λ with Δ(λ) v = 0, which has exponentials of λ.

For states x, and what is read late, r = s(t - τ) with s = C x + E r, the linear equations are x' = A x + B r. So
Δ(λ) (x, r) = (λ x - A x - B r, r - exp(-λ τ) (C x + E r)).
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property

import numpy as np
from attrs import frozen

from rates_continuation.chebyshev import differentiation
from rates_continuation.native.equilibria import ordered_eigenvalues

ITERATIONS = 8
CONVERGED = 1e-13  # size of a correction, relative to |λ| and to 1 over the longest delay
ROUNDED = 1e-7  # likewise, at which corrections that do not shrink any more are rounding: at a double root
BESIDE = (0.0, 1e-14, 1e-11, 1e-8)  # likewise: how far from a number Δ is looked at, until it is not singular
NEAR = 1e-2  # likewise: so far is an eigenvalue of the nodes from the root that it stands for
GROWTH = 100.0  # exp(-λ τ) is at most the exponential of this
MORE = 3  # times the number of nodes is doubled
LARGEST = 600  # matrix whose eigenvalues are looked at then
MOST_WORK = 2e7  # along the imaginary axis: number of points, times the number of states and reads to the power of 3
FINEST = 6  # times the intervals on it are halved
TURN = 1.0  # of det Δ between two points, in radians


@frozen(eq=False)
class Characteristic:
    """Δ at an equilibrium.

    Attributes:
        states: A.
        by_reads: B.
        sources: C.
        own: E.
        delays: τ of each read.
    """

    states: np.ndarray
    by_reads: np.ndarray
    sources: np.ndarray
    own: np.ndarray
    delays: np.ndarray

    @classmethod
    def of(cls, matrix: np.ndarray, shown: np.ndarray, pasts: np.ndarray) -> Characteristic:
        """Return it from the Jacobian with the states that `PastNodes` adds.

        Their equations are u_1' = (D_10 s + D_11 u_1 + ...)/τ: their rows say what τ and s are.

        Args:
            matrix: the Jacobian.
            shown: which states are those of the model.
            pasts: which ones stand for what was at the nodes of each delay, `[reads, nodes]`.
        """
        weights, first, last = differentiation(pasts.shape[1])[1], pasts[:, 0], pasts[:, -1]
        delays = weights[2] / matrix[first, pasts[:, 1]]
        rows = matrix[first] * delays[:, None]
        rows[np.arange(len(first))[:, None], pasts] -= weights[1:]
        rows /= weights[0]
        return cls(matrix[np.ix_(shown, shown)], matrix[np.ix_(shown, last)], rows[:, shown], rows[:, last], delays)

    @property
    def longest(self) -> float:
        """Return the longest delay."""
        return float(np.max(self.delays))

    @property
    def rates(self) -> np.ndarray:
        """Return the absolute values of the eigenvalues of A; none if it is not finite."""
        return np.abs(np.linalg.eigvals(self.states)) if np.isfinite(self.states).all() else np.zeros(0)

    def at(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return Δ and its derivative, `[values, size, size]`."""
        count, reads = len(self.states), len(self.delays)
        found = np.zeros((len(values), count + reads, count + reads), dtype=complex)
        slopes = np.zeros_like(found)
        late = np.exp(-values[:, None] * self.delays)[..., None]
        later = self.delays[:, None] * late
        found[:, :count, :count] = values[:, None, None] * np.eye(count) - self.states
        found[:, :count, count:] = -self.by_reads
        found[:, count:, :count], slopes[:, count:, :count] = -late * self.sources, later * self.sources
        found[:, count:, count:], slopes[:, count:, count:] = np.eye(reads) - late * self.own, later * self.own
        slopes[:, :count, :count] = np.eye(count)
        return found, slopes

    def roots_near(self, guesses: np.ndarray) -> np.ndarray:
        """Return the root near each of some numbers; NaN where there is none.

        Each step solves Δ(λ) v = μ Δ'(λ) v for the smallest μ, which goes to double roots as fast as to others.

        References:
            ruhe1973, algorithm 3.
        """
        found = np.array(guesses, dtype=complex)
        found[-found.real * self.longest > GROWTH] = np.nan
        last, active = np.full(len(found), np.inf), np.flatnonzero(np.isfinite(found))
        for _ in range(ITERATIONS):
            if not len(active):
                break
            step = self._step(found[active])
            found[active] -= step
            last[active] = np.abs(step) / self._size(found[active])
            strayed = ~(np.abs(found[active] - guesses[active]) < NEAR * self._size(guesses[active]))
            last[active[strayed]] = np.inf
            active = active[~strayed & (last[active] > CONVERGED)]
        found[~(last < ROUNDED)] = np.nan
        return found

    def _size(self, values: np.ndarray) -> np.ndarray:
        return np.asarray(np.abs(values) + 1.0 / self.longest)

    def _step(self, values: np.ndarray) -> np.ndarray:
        """Return what is to be subtracted from each number; NaN if Δ is singular there and beside."""
        for beside in BESIDE:
            there = values + beside * self._size(values)
            matrix, slope = self.at(there)
            with suppress(np.linalg.LinAlgError):  # one of them is a root to the last digit
                found = np.linalg.eigvals(np.linalg.solve(matrix, slope))
                largest = np.take_along_axis(found, np.argmax(np.abs(found), axis=1)[:, None], axis=1)[:, 0]
                return np.asarray(values - there + 1.0 / largest)
        return np.full(len(values), complex(np.nan, np.nan))

    def rightmost(self, nodes: int, least: int) -> np.ndarray:
        """Return roots from the right, all of those with a positive real part among them where their number is known.

        Args:
            nodes: of each delay: eigenvalues with so many are where roots are looked for, or with more.
            least: number of roots, if there are so many before the first eigenvalue that stands for no root.
        """
        found = self._rightmost(nodes, least)
        for _ in range(MORE):
            unstable = int(np.count_nonzero(found.real > 0))
            if self.unstable in (None, unstable) or self.unstable == unstable == self._count(finer=8):
                break
            nodes *= 2
            if len(self.states) + nodes * len(self.delays) > LARGEST:
                break
            found = self._rightmost(nodes, max(least, self.unstable + 2))
        return found

    def _rightmost(self, nodes: int, most: int) -> np.ndarray:
        eigenvalues = ordered_eigenvalues(self.with_nodes(nodes))[:most]
        found = self.roots_near(eigenvalues)
        wrong = np.flatnonzero(np.isnan(found))
        found = found[: wrong[0]] if len(wrong) else found
        found = found[np.lexsort((found.imag, -found.real))]
        alone = len(found) and found[-1].imag < 0  # its conjugate comes behind it
        return found[:-1] if alone else found

    def with_nodes(self, nodes: int) -> np.ndarray:
        """Return the Jacobian with states at so many nodes of each delay."""
        matrix, count, reads = differentiation(nodes)[1:], len(self.states), len(self.delays)
        size = count + nodes * reads
        found = np.zeros((size, size))
        found[:count, :count] = self.states
        for number, delay in enumerate(self.delays.tolist()):
            own = count + nodes * number + np.arange(nodes)
            lasts = count + nodes * np.arange(1, reads + 1) - 1
            found[:count, own[-1]] = self.by_reads[:, number]
            found[np.ix_(own, own)] += matrix[:, 1:] / delay
            found[np.ix_(own, np.arange(count))] += np.outer(matrix[:, 0] / delay, self.sources[number])
            found[np.ix_(own, lasts)] += np.outer(matrix[:, 0] / delay, self.own[number])
        return found

    @cached_property
    def unstable(self) -> int | None:
        """The number of roots with a positive real part, by how often det Δ turns round 0 along the imaginary axis.

        It is None where that is not told apart: a root is next to the axis, or the axis would have to be followed far.
        """
        return self._count()

    def _count(self, finer: int = 1) -> int | None:
        size = self._bound
        fine = min(size, 1.0 / self.longest) / (4 * finer)
        points = 8 * size / fine if fine > 0 else np.inf
        if not points * (len(self.states) + len(self.delays)) ** 3 <= MOST_WORK:
            return None
        omega = np.linspace(0.0, 8 * size, int(points) + 2)
        phases = self._phases(omega, size)
        for _ in range(FINEST):
            turns = _turned(np.diff(phases))
            wide = np.flatnonzero(np.abs(turns) > TURN)
            if not len(wide):
                return round(-float(np.sum(turns) + _turned(-phases[-1:])[0]) / np.pi)
            more = (omega[wide] + omega[wide + 1]) / 2
            omega, phases = np.insert(omega, wide + 1, more), np.insert(phases, wide + 1, self._phases(more, size))
        return None

    @property
    def _bound(self) -> float:
        """Return a number that no |λ| of a root with a positive real part exceeds: a norm of A + B (C + ...)."""
        reached, reads = np.abs(self.sources), np.abs(self.sources)
        for _ in range(len(self.delays)):  # slots that depend on other reads
            reads = np.abs(self.own) @ reads
            if not reads.any():
                break
            reached = reached + reads
        return float(np.max(np.sum(np.abs(self.states) + np.abs(self.by_reads) @ reached, axis=1), initial=0.0))

    def _phases(self, omega: np.ndarray, size: float) -> np.ndarray:
        """Return the argument of det Δ(iω)/(size + iω)^states, which comes to 0."""
        signs = np.linalg.slogdet(self.at(1j * omega)[0])[0]
        return np.asarray(np.angle(signs * np.exp(-1j * len(self.states) * np.angle(size + 1j * omega))))


def _turned(angles: np.ndarray) -> np.ndarray:
    return np.asarray((angles + np.pi) % (2 * np.pi) - np.pi)
