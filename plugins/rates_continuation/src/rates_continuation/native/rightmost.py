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

from rates_continuation.native.enclosure import Enclosure, Rectangle
from rates_continuation.native.known_disc import SAME, Disc, disc_around
from rates_continuation.native.matrices import Matrix, factorised, is_finite

SMALL = 300  # states, of which all eigenvalues are computed
STABLE = 6  # eigenvalues to the left of the axis that are looked for
MOST = 400  # eigenvalues, and
SHIFTS, FURTHER = 60, 4  # shifts, behind which the search ends; that for stable eigenvalues
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


def rightmost(matrix: Any) -> Rightmost:
    """Return the rightmost eigenvalues of a sparse matrix: all that are unstable, and some behind them."""
    if not is_finite(matrix):
        return Rightmost.of(np.full(1, complex(np.nan, np.nan)))
    if matrix.shape[0] <= SMALL:
        return Rightmost.of(np.linalg.eigvals(matrix.toarray()))
    enclosure, search = Enclosure.of(matrix), _Search(matrix)
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
        self._matrix, self._discs, self.taken = matrix, list[Disc](), 0

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

    def cover(self, region: Rectangle, most: int) -> bool:
        """Find all eigenvalues of a region; tell whether that was possible with so many shifts."""
        while (part := self._open(region)) is not None:
            self.taken += 1
            shift = self._inside(region)
            place = _aside(part.centre, part.size) if shift is None else _aside(shift, FINEST * region.size)
            known = len(self._upper())
            disc = disc_around(self._matrix, place, 0.5 * part.size) if self.taken <= most and known < MOST else None
            if disc is None:
                return False
            self._discs.append(disc)
            if most < SHIFTS and disc.radius < 0.5 * part.size and not len(disc.values):
                return False  # a cluster, in which single eigenvalues are not told apart
        return True

    def _inside(self, region: Rectangle) -> complex | None:
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

    def _open(self, region: Rectangle) -> Rectangle | None:
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
