"""The linear equations of a profile and a few numbers: collocation, conditions on ends and on integrals.

The profile inside of intervals follows from its values at their ends, these from both ends of the whole by a chain. A
few equations are left, for the ends and the numbers.

References:
    doedel1991; ascher1995.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from attrs import frozen

from rates_continuation.native.boundary_problem import EndRates, Integrands
from rates_continuation.native.collocation import DEGREE, at_gauss_points, basis
from rates_continuation.native.condensation import Chain
from rates_continuation.native.inside import Inside
from rates_continuation.native.matrices import solved

if TYPE_CHECKING:
    from rates_continuation.native.boundary import ProfileCurve

SMALL = 12  # states, for which blocks of equations are made faster by products than one by one


def summed(parts: np.ndarray) -> np.ndarray:
    """Return what belongs to nodes from what belongs to nodes of intervals, `[intervals, degree + 1, ...]`."""
    count, nodes = parts.shape[:2]
    found = np.zeros((count * (nodes - 1) + 1, *parts.shape[2:]))
    found[:-1] = parts[:, :-1].reshape(count * (nodes - 1), *parts.shape[2:])
    found[nodes - 1 :: nodes - 1] += parts[:, -1]
    return found


@frozen(eq=False)
class Residual:
    """By how much a profile and numbers miss what has to hold.

    Attributes:
        inside: at the Gauss points, `[intervals, degree * states]`.
        ends: conditions on both ends.
        integrals: conditions on integrals.
    """

    inside: np.ndarray
    ends: np.ndarray
    integrals: np.ndarray


@frozen(eq=False)
class Linearised:
    """The linear equations of a step of Newton's method.

    Attributes:
        residual: where it was made.
        inside: equations of intervals, for their nodes but for the first.
        by_first: these nodes by the first one of the interval.
        by_numbers: and by the numbers.
        chain: of intervals.
        ends: derivatives of conditions on both ends.
        rows: conditions on integrals, by z.
    """

    residual: Residual
    inside: Inside
    by_first: np.ndarray
    by_numbers: np.ndarray
    chain: Chain
    ends: EndRates
    rows: np.ndarray

    @classmethod
    def of(cls, curve: ProfileCurve, z: np.ndarray, near: Linearised | None = None) -> Linearised:
        """Return the equations of a curve at z, for which those of a place near to it may be known."""
        profile, s = curve.split(z)
        widths, size = curve.widths, curve.problem.size
        x, slopes = values_and_slopes(profile)
        count, rows, steps = len(x), DEGREE * size, widths[:, None, None, None]
        found, ends = curve.problem.rates(x, s), curve.problem.ends(profile[0], profile[-1], s)
        integrals, by_all = curve.integrals(profile, x, s), curve.integrals_by_all(x, s)
        matrix = _inside(steps * found.by_states)
        inside = Inside.of(matrix[..., size:], None if near is None else near.inside)
        right = np.empty((count, rows, size + len(s)))
        np.negative(matrix[..., :size], out=right[..., :size])
        np.multiply(steps, found.by_numbers, out=right.reshape(count, DEGREE, size, -1)[..., size:])
        by_first, by_numbers = np.split(inside.solved(right), [size], axis=-1)
        chain = Chain.of(-by_first[:, -size:])
        residual = Residual(missed(slopes, widths, found.values), ends.values, integrals)
        return cls(residual, inside, by_first, by_numbers, chain, ends.rates, by_all)

    def plane(self, row: np.ndarray) -> Plane | None:
        """Return the solutions of which the product with a row is given; None if there are no single ones."""
        free = self.free
        matrix = np.vstack([free.left, row @ free.whole])
        inverse = solved(matrix, np.eye(len(matrix)))
        return None if inverse is None else Plane(self, row, inverse)

    def step(self, residual: Residual, row: np.ndarray, right: float) -> np.ndarray | None:
        """Return the step that makes up for a residual and has a given product with a row; None if there is none."""
        plane = self.plane(row)
        return None if plane is None else plane.step(residual, right)

    def profile_of(self, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """Return the profile that goes from one value to another while the numbers stay, `[nodes, states]`."""
        none = np.zeros((len(self.by_first), len(first), 1))
        ends = first[:, None], last[:, None]
        points = self.chain.points(*ends, self.chain.closing(none)[0])
        inner = (self.by_first @ points[:-1])[..., 0]
        return np.concatenate([first[None], inner.reshape(-1, len(first))])

    def kernel(self, count: int) -> np.ndarray:
        """Return vectors along which nothing changes, where there are more of them than one, `[count, unknowns]`."""
        vectors = np.linalg.svd(self.free.left)[2][-count:]
        return np.asarray(vectors @ self.free.whole.T)

    @cached_property
    def free(self) -> Solutions:
        """What solves the equations inside of intervals and on the ends without a residual, column by column."""
        apart, by_numbers, _ = self.ends.solved
        count, rows, own = self.by_numbers.shape
        columns = np.zeros((count, rows, apart.shape[1] + own))
        columns[..., apart.shape[1] :] = self.by_numbers
        return self._solutions(np.hstack([apart, by_numbers]), columns, np.eye(own, columns.shape[2], apart.shape[1]))

    def particular(self, residual: Residual) -> Solutions:
        """Return what makes up for a residual inside of intervals and on the ends, while the numbers stay."""
        ends = self.ends.solved[2] @ residual.ends
        columns = self.inside.solved(-residual.inside[..., None])
        made = self._solutions(ends[:, None], columns, np.zeros((self.by_numbers.shape[-1], 1)))
        left = made.left[:, 0]
        left[len(left) - len(residual.integrals) :] += residual.integrals
        return Solutions(made.whole[:, 0], left)

    def _solutions(self, ends: np.ndarray, columns: np.ndarray, numbers: np.ndarray) -> Solutions:
        """Return profiles between given ends, column by column.

        Args:
            ends: both, one below the other.
            columns: what the equations inside of intervals make of the numbers, or of a residual.
            numbers: behind the profiles.
        """
        size, wide = self.by_first.shape[-1], ends.shape[1]
        levels, last = self.chain.closing(-columns[:, -size:])
        points = self.chain.points(ends[:size], ends[size:], levels)
        whole = np.empty((size + columns.shape[0] * columns.shape[1] + len(numbers), wide))
        inner = whole[size : len(whole) - len(numbers)].reshape(columns.shape)
        whole[:size], whole[len(whole) - len(numbers) :] = points[0], numbers
        np.matmul(self.by_first, points[:-1], out=inner)
        inner += columns
        closing = self.chain.left @ points[0] + self.chain.right @ points[-1] + last
        return Solutions(whole, np.concatenate([closing, self.rows @ whole]))


@frozen(eq=False)
class Plane:
    """The solutions of linear equations of which the product with a row is given.

    Attributes:
        linear: the equations.
        row: of as many numbers as there are unknowns.
        inverse: of the equations that are left and of the row, by solutions without a residual.
    """

    linear: Linearised
    row: np.ndarray
    inverse: np.ndarray

    def step(self, residual: Residual, right: float) -> np.ndarray:
        """Return the step that makes up for a residual and has a given product with the row."""
        made = self.linear.particular(residual)
        left = np.append(made.left, self.row @ made.whole - right)
        return np.asarray(made.whole - self.linear.free.whole @ (self.inverse @ left))

    def direction(self) -> np.ndarray:
        """Return the vector along which nothing changes but the product with the row, which is 1."""
        return np.asarray(self.linear.free.whole @ self.inverse[:, -1])


class Solutions(NamedTuple):
    """Profiles and numbers that solve some of the equations, and by how much they miss the others.

    Attributes:
        whole: profile and numbers.
        left: of the equation that closes the chain, and of the conditions on integrals.
    """

    whole: np.ndarray
    left: np.ndarray


def values_and_slopes(profile: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a profile at the Gauss points and its slopes in units of intervals, `[intervals, degree, states]`."""
    found = at_gauss_points(profile, basis().both)
    return found[:, :DEGREE], found[:, DEGREE:]


def missed(slopes: np.ndarray, widths: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Return the residual at the Gauss points, `[intervals, degree * states]`."""
    return np.asarray((slopes - widths[:, None, None] * rates).reshape(len(widths), -1))


@cache
def _spread(size: int) -> np.ndarray:
    """Return what spreads derivatives by states over nodes, `[degree, states, (degree + 1) * states]`."""
    return np.asarray(np.einsum("gp,ij->gipj", -basis().values, np.eye(size))).reshape(DEGREE, size, -1)


@cache
def _of_slopes(size: int) -> np.ndarray:
    """Return the rows of the equations that belong to slopes, `[degree * states, (degree + 1) * states]`."""
    return np.kron(basis().slopes, np.eye(size))


def _inside(by_states: np.ndarray) -> np.ndarray:
    """Return the equations inside of intervals by the nodes of these, `[intervals, rows, (degree + 1) * states]`.

    Args:
        by_states: derivatives of the rates times the width of intervals, `[intervals, degree, states, states]`.
    """
    count, _, size, _ = by_states.shape
    if size <= SMALL:
        spread = np.asarray(by_states @ _spread(size)).reshape(count, DEGREE * size, -1)
        spread += _of_slopes(size)
        return spread
    matrix = -basis().values[:, None, :, None] * by_states[:, :, :, None, :]  # row: point, state; column: node, state
    np.einsum("kgipi->kgip", matrix)[...] += basis().slopes[:, None]
    return np.asarray(matrix.reshape(count, DEGREE * size, -1))


@frozen(eq=False)
class Integrals:
    """Conditions on integrals.

    Attributes:
        found: what has these integrals, at the Gauss points.
        weights: of these, `[points]`.
    """

    found: Integrands
    weights: np.ndarray

    @classmethod
    def of(cls, curve: ProfileCurve, x: np.ndarray, s: np.ndarray) -> Integrals:
        """Return them for states at the Gauss points."""
        weights = (np.diff(curve.mesh)[:, None] * basis().weights).ravel()
        return cls(curve.problem.integrands(x, s, *curve.reference_at_gauss_points), weights)

    @property
    def values(self) -> np.ndarray:
        """Return the integrals."""
        values = self.found.values
        return np.asarray(self.weights @ values.reshape(len(self.weights), values.shape[-1]))

    @property
    def by_all(self) -> np.ndarray:
        """Return their derivatives by the profile and the numbers, `[conditions, unknowns]`."""
        count, nodes, conditions, size = self.found.by_states.shape
        weighted = self.weights.reshape(count, nodes, 1) * self.found.by_states.reshape(count, nodes, conditions * size)
        parts = summed(basis().values.T @ weighted)
        by_nodes = parts.reshape(len(parts), conditions, size).swapaxes(0, 1).reshape(conditions, len(parts) * size)
        numbers = self.found.by_numbers.shape[-1]
        by_numbers = self.weights @ self.found.by_numbers.reshape(count * nodes, conditions * numbers)
        return np.hstack([by_nodes, by_numbers.reshape(conditions, numbers)])
