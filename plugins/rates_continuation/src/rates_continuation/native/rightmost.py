"""The rightmost eigenvalues of a sparse matrix, and whether all of them are known.

All unstable eigenvalues lie in a rectangle, by the discs of Gershgorin and by those of the symmetric and of the
antisymmetric part, for states in units that make rows and columns alike. Arnoldi's method with shift and invert finds
the eigenvalues that are nearest to a shift; what is left of the inverse when their subspace is taken out says how far
the next one is, to about a tenth, so that all within a disc are known, however often one is there. Discs are added
until they cover the rectangle, and a strip to its left with some stable eigenvalues. At the end the sign of the
determinant has to be that of the real ones.

References:
    lehoucq1998.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from attrs import frozen
from scipy.sparse import csc_array
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs

from rates_continuation.native.matrices import (
    Factors,
    Matrix,
    factorised,
    is_finite,
    row_sums,
    shifted,
    with_columns,
    with_rows,
)

SMALL = 300  # states, of which all eigenvalues are computed
STABLE = 6  # eigenvalues to the left of the axis that are looked for
NEAREST = 12  # eigenvalues that are looked for around one shift
MOST = 400  # eigenvalues, and
SHIFTS, FURTHER = 60, 4  # shifts, behind which the search ends; that for stable eigenvalues
SWEEPS = 12  # of balancing
PRECISE = 1e-11  # relative accuracy of the distances of eigenvalues from a shift
ROUGH = 1e-2  # relative accuracy of the distance of the next eigenvalue
STEPS = 60  # of Arnoldi's method for the distance of the next eigenvalue
PAUSE = 6  # steps, behind which it is looked at
INSIDE = 0.9  # of that distance: the radius of a disc of which all is known
ROUNDS = 6  # of a disc, in which eigenvalues are found again that are there several times
RESTARTS = 5  # of Arnoldi's method
EXTRA = 16  # vectors of Arnoldi's method besides two for each eigenvalue
SAME = 1e-7  # of the distances from the shift, or of the discs: how far two computations of one eigenvalue differ
FINEST = 1e-3  # of the rectangle: smallest part of it that is looked at
MARGIN = 1e-3  # of where eigenvalues end: how far beyond, or beside, is looked at
ASIDE = 0.0137  # of a part: so far beside its middle the shift lies, which may be an eigenvalue


@frozen(eq=False)
class Rightmost:
    """Eigenvalues with the largest real parts.

    Attributes:
        values: in order; behind the first ones of which all are known, some others.
        known: how many of them are the rightmost for certain; among others there may be more.
        certain: whether all that are unstable are known.
    """

    values: np.ndarray
    known: int
    certain: bool

    @classmethod
    def of(cls, values: np.ndarray) -> Rightmost:
        """Return all eigenvalues of a matrix."""
        return cls(in_order(values), len(values), not np.isnan(values).any())


@frozen(eq=False)
class _Disc:
    """Where all eigenvalues are known.

    Attributes:
        shift: in the middle.
        radius: of the disc.
        values: of it and of its mirror image, that have no negative imaginary part.
        beyond: about where others are near it.
    """

    shift: complex
    radius: float
    values: np.ndarray
    beyond: np.ndarray

    def covers(self, corners: np.ndarray) -> bool:
        """Tell whether the disc or its mirror image has all of some points; and so what lies between them."""
        centres = (self.shift, self.shift.conjugate())
        return any(bool(np.all(np.abs(corners - centre) <= self.radius)) for centre in centres)

    def has(self, values: np.ndarray) -> np.ndarray:
        """Tell of numbers whether they lie in the disc or in its mirror image."""
        near = np.minimum(np.abs(values - self.shift), np.abs(values - self.shift.conjugate()))
        return np.asarray(near <= self.radius)


@frozen
class _Rectangle:
    """Numbers from `left` to `right`, with imaginary parts from `low` to `high`."""

    left: float
    right: float
    low: float
    high: float

    @property
    def corners(self) -> np.ndarray:
        return np.array([complex(x, y) for x in (self.left, self.right) for y in (self.low, self.high)])

    @property
    def centre(self) -> complex:
        return complex(0.5 * (self.left + self.right), 0.5 * (self.low + self.high))

    @property
    def size(self) -> float:
        return float(np.hypot(self.right - self.left, self.high - self.low))

    def halves(self) -> tuple[_Rectangle, _Rectangle]:
        middle = self.centre
        if self.right - self.left > self.high - self.low:
            return (
                _Rectangle(self.left, middle.real, self.low, self.high),
                _Rectangle(middle.real, self.right, self.low, self.high),
            )
        return (
            _Rectangle(self.left, self.right, self.low, middle.imag),
            _Rectangle(self.left, self.right, middle.imag, self.high),
        )


@frozen(eq=False)
class _Enclosure:
    """Where eigenvalues of a matrix can be.

    Attributes:
        right: of none is the real part larger.
        high: of none is the imaginary part larger.
        centres: of Gershgorin's discs.
        radii: of these.
    """

    right: float
    high: float
    centres: np.ndarray
    radii: np.ndarray

    @classmethod
    def of(cls, matrix: Any) -> _Enclosure:
        own: Any = balanced(matrix)
        other = own.T.tocsc()
        diagonal = own.diagonal()
        radii = row_sums(own) - np.abs(diagonal)
        symmetric, antisymmetric = 0.5 * (own + other), 0.5 * (own - other)
        right = float(np.max(diagonal + row_sums(symmetric.tocsc()) - np.abs(diagonal)))
        high = float(np.max(row_sums(antisymmetric.tocsc())))
        return cls(min(right, float(np.max(diagonal + radii))), high, diagonal, radii)

    def right_of(self, left: float) -> _Rectangle:
        """Return where the eigenvalues are that have a positive imaginary part and a larger real part."""
        reach = self.centres + self.radii >= left
        if not reach.any():
            return _Rectangle(left, left, 0.0, 0.0)
        below = np.maximum(0.0, left - self.centres[reach])
        high = float(np.sqrt(np.max(self.radii[reach] ** 2 - below**2)))
        return _Rectangle(left, max(left, self.right), 0.0, min(self.high, high))


def rightmost(matrix: Any) -> Rightmost:
    """Return the rightmost eigenvalues of a sparse matrix: all that are unstable, and some behind them."""
    if not is_finite(matrix):
        return Rightmost.of(np.full(1, complex(np.nan, np.nan)))
    if matrix.shape[0] <= SMALL:
        return Rightmost.of(np.linalg.eigvals(matrix.toarray()))
    enclosure, search = _Enclosure.of(matrix), _Search(matrix)
    left = min(0.0, enclosure.right) - MARGIN * abs(enclosure.right)
    certain, known = search.cover(enclosure.right_of(left), SHIFTS), 0
    covered, search.taken = certain, 0
    while covered:
        values = search.known(left)
        known = len(values)
        if np.count_nonzero(values.real < 0) >= STABLE:
            break
        left = search.further(left)
        covered = search.cover(enclosure.right_of(left), FURTHER)
    values = in_order(search.known(-np.inf))
    return Rightmost(values, known, certain and _has_sign(matrix, values))


def in_order(values: np.ndarray) -> np.ndarray:
    """Return eigenvalues, that with the largest real part first."""
    return np.asarray(values[np.lexsort((values.imag, -values.real))])


def _has_sign(matrix: Matrix, known: np.ndarray) -> bool:
    """Tell whether the determinant of -A has the sign that belongs to the positive eigenvalues."""
    factors = factorised(-matrix)
    odd = np.count_nonzero((known.imag == 0) & (known.real > 0)) % 2 == 1
    return factors is None or odd == (factors.sign() < 0)


class _Search:
    """Eigenvalues of a matrix, and where all of them are known.

    Args:
        matrix: sparse.

    Attributes:
        taken: number of shifts.
    """

    def __init__(self, matrix: Matrix) -> None:
        self._matrix, self._discs, self.taken = matrix, list[_Disc](), 0

    def known(self, left: float) -> np.ndarray:
        """Return all eigenvalues that were found with a larger real part."""
        upper = self._upper()
        upper = upper[upper.real >= left]
        return np.append(upper, upper[upper.imag > 0].conj())

    def further(self, left: float) -> float:
        """Return to where a region may be extended to have more eigenvalues."""
        upper = np.concatenate([self._upper(), *(disc.beyond for disc in self._discs)])
        upper = upper[upper.real < 0]
        stable = np.sort(np.append(upper, upper[upper.imag > 0]).real)[::-1]  # each may be there several times
        later = stable[stable < left * (1 + SAME)]
        if len(later):
            return float(later[min(STABLE, len(later)) - 1] * (1 + SAME))
        return left - max(abs(left), max((disc.radius for disc in self._discs), default=0.0))

    def cover(self, region: _Rectangle, most: int) -> bool:
        """Find all eigenvalues of a region; tell whether that was possible with so many shifts."""
        while (part := self._open(region)) is not None:
            self.taken += 1
            shift = self._inside(region)
            place = _aside(part.centre, part.size) if shift is None else _aside(shift, FINEST * region.size)
            known = len(self._upper())
            disc = _disc(self._matrix, place, 0.5 * part.size) if self.taken <= most and known < MOST else None
            if disc is None:
                return False
            self._discs.append(disc)
            if most < SHIFTS and disc.radius < 0.5 * part.size and not len(disc.values):
                return False  # a cluster, in which single eigenvalues are not told apart
        return True

    def _inside(self, region: _Rectangle) -> complex | None:
        """Return about where an eigenvalue is in a region, but in none of the discs; None if none is known."""
        beyond = np.concatenate([np.zeros(0, dtype=complex), *(disc.beyond for disc in self._discs)])
        for disc in self._discs:
            beyond = beyond[~disc.has(beyond)]
        beyond = beyond[beyond.real >= region.left]
        return None if not len(beyond) else complex(beyond[np.argmax(beyond.real)])

    def _upper(self) -> np.ndarray:
        """Return what was found with no negative imaginary part, each once."""
        known = np.zeros(0, dtype=complex)
        for number, disc in enumerate(self._discs):
            new = disc.values
            for other in self._discs[:number]:
                new = new[~other.has(new)]
            known = np.append(known, new)
        return known

    def _open(self, region: _Rectangle) -> _Rectangle | None:
        """Return a part of a region that no disc covers, a large one; None if there is none."""
        parts, least = deque([region]), FINEST * region.size
        while parts:
            part = parts.popleft()
            if any(disc.covers(part.corners) for disc in self._discs):
                continue
            if part.size <= least or not any(disc.has(np.array([part.centre]))[0] for disc in self._discs):
                return part
            parts.extend(part.halves())
        return None


def _aside(place: complex, size: float) -> complex:
    """Return a shift next to a place, which may be an eigenvalue."""
    beside = ASIDE * max(size, MARGIN * abs(place)) or ASIDE
    return place + beside if place.imag == 0 else place + beside * (1 + 1j)


def _disc(matrix: Matrix, shift: complex, enough: float) -> _Disc | None:
    """Return a disc around a shift with all eigenvalues in it; None if they are not found.

    Args:
        matrix: sparse.
        shift: in the middle.
        enough: radius of a disc that need not be made larger, if there is no eigenvalue in it.
    """
    own = shift.real if shift.imag == 0 else shift
    factors = factorised(shifted(matrix, own))
    if factors is None:
        return None
    basis, inverses = np.zeros((matrix.shape[0], 0)), np.zeros(0, dtype=complex)
    following, reached = _next(factors, basis, own), np.inf
    for _ in range(0 if INSIDE / abs(following) >= enough else ROUNDS):
        found = _largest(factors, basis, own, NEAREST, PRECISE)
        if not len(found[0]):
            break
        inverses, basis = np.append(inverses, found[0]), np.linalg.qr(np.hstack([basis, found[1]]))[0]
        following, reached = _next(factors, basis, own), min(reached, float(np.max(1 / np.abs(found[0]))))
        if (1 + ROUGH) / abs(following) >= reached:
            break
    distances, radius = 1 / np.abs(inverses), INSIDE / abs(following)
    while np.any(np.abs(distances / radius - 1) < SAME):
        radius *= 1 - 10 * SAME
    values = own + 1 / inverses
    real = np.abs(values.imag) < SAME * distances
    values = np.where(real, values.real, values)
    inside = distances < radius
    upper, lower = values[inside & (values.imag >= 0)], values[inside & (values.imag < 0)].conj()
    mirrored = lower[np.abs(lower - own) >= radius]
    beyond = np.append(values[~inside], own + 1 / following)
    return _Disc(shift, radius, np.append(upper, mirrored), np.where(beyond.imag < 0, beyond.conj(), beyond))


def _next(factors: Factors, basis: np.ndarray, shift: complex) -> complex:
    """Return about what the largest eigenvalue of the inverse is without a subspace, by Arnoldi's method alone."""
    size, real = len(basis), not isinstance(shift, complex)
    start = np.random.default_rng(1).standard_normal(size) * (1.0 if real else 1.0 + 0j)
    vectors = np.zeros((size, STEPS + 1), dtype=start.dtype, order="F")
    small = np.zeros((STEPS + 1, STEPS), dtype=start.dtype)
    vector, last = _without(basis, start), 0.0 + 0j
    vectors[:, 0] = vector / np.linalg.norm(vector)
    for number in range(STEPS):
        vector, known = _without(basis, factors.solved(vectors[:, number])), vectors[:, : number + 1]
        for _ in range(2):  # once more, for what rounding leaves
            shares = known.conj().T @ vector
            vector, small[: number + 1, number] = vector - known @ shares, small[: number + 1, number] + shares
        length = float(np.linalg.norm(vector))
        if number % PAUSE == PAUSE - 1 or length == 0.0:
            values = np.linalg.eigvals(small[: number + 1, : number + 1])
            found = complex(values[np.argmax(np.abs(values))])
            if abs(abs(found) - abs(last)) < ROUGH * abs(found) or length == 0.0:
                return found
            last = found
        small[number + 1, number] = length
        vectors[:, number + 1] = vector / length
    return last


def _without(basis: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Return a vector without what lies in a subspace."""
    return np.asarray(vector - basis @ (basis.conj().T @ vector))


def _largest(
    factors: Factors, basis: np.ndarray, shift: complex, count: int, tolerance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest eigenvalues of the inverse without a subspace, and vectors that span what belongs to them.

    They may be fewer than are wanted, where many are next to each other.

    Args:
        factors: of A - shift.
        basis: of the subspace, orthonormal.
        shift: real or complex, as the vectors are.
        count: number of eigenvalues; with a shift that is real conjugate ones come together.
        tolerance: relative.
    """
    size, real = len(basis), not isinstance(shift, complex)

    operator = LinearOperator(
        (size, size), matvec=lambda vector: _without(basis, factors.solved(_without(basis, vector.ravel()))),
        dtype=float if real else complex,
    )  # fmt: skip
    start = _without(basis, np.random.default_rng(0).standard_normal(size) * (1.0 if real else 1.0 + 0j))
    try:
        values, vectors = eigs(
            operator, count, which="LM", v0=start, ncv=2 * count + EXTRA, maxiter=RESTARTS, tol=tolerance
        )
    except ArpackNoConvergence as stopped:
        values, vectors = stopped.eigenvalues, stopped.eigenvectors
    if not real:
        return values, vectors
    alone = values.imag != 0
    for other in range(len(values)):
        alone[other] &= not np.any(np.abs(values - values[other].conj()) < SAME * np.abs(values[other]))
    whole = np.append(values, values[alone].conj())
    return whole, _real_basis(values, vectors)


def _real_basis(values: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Return real vectors that span the same as complex ones and their conjugates."""
    upper, own = vectors[:, values.imag > 0], vectors[:, values.imag == 0].real
    lone = [
        vector for value, vector in zip(values, vectors.T, strict=True)
        if value.imag < 0 and not np.any(np.abs(values - value.conj()) < SAME * np.abs(value))
    ]  # fmt: skip
    pairs = np.column_stack([upper, *lone]) if lone else upper
    return np.hstack([own, pairs.real, pairs.imag])


def balanced(matrix: Matrix) -> Matrix:
    """Return a sparse matrix in units of states that make rows and columns alike."""
    diagonal = matrix.diagonal()
    places = np.arange(len(diagonal))
    own = csc_array((diagonal, (places, places)), shape=matrix.shape)
    outside = matrix - own
    for _ in range(SWEEPS):
        rows, columns = row_sums(outside), np.asarray(abs(outside).sum(axis=0)).ravel()
        both = (rows > 0) & (columns > 0)
        sizes = np.ones(len(rows))
        sizes[both] = (rows[both] / columns[both]) ** 0.25  # all at once: half of what each alone would take
        outside = with_columns(with_rows(outside, 1 / sizes), sizes)
    return (outside + own).tocsc()
