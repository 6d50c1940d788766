"""Discs in which all eigenvalues of a sparse matrix are known, by Arnoldi's method with shift and invert.

References:
    lehoucq1998.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs

from rates_continuation.native.matrices import Factors, Matrix, factorised, shifted

NEAREST = 12  # eigenvalues that are looked for around one shift
PRECISE = 1e-11  # relative accuracy of the distances of eigenvalues from a shift
ROUGH = 1e-2  # relative accuracy of the distance of the next eigenvalue
STEPS = 60  # of Arnoldi's method for the distance of the next eigenvalue
PAUSE = 6  # steps, behind which it is looked at
INSIDE = 0.9  # of that distance: the radius of a disc of which all is known
ROUNDS = 6  # of a disc, in which eigenvalues are found again that are there several times
RESTARTS = 5  # of Arnoldi's method
EXTRA = 16  # vectors of Arnoldi's method besides two for each eigenvalue
SAME = 1e-7  # of the distances from the shift, or of the discs: how far two computations of one eigenvalue differ


@frozen(eq=False)
class Disc:
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


def disc_around(matrix: Matrix, shift: complex, enough: float) -> Disc | None:
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
    return Disc(shift, radius, np.append(upper, mirrored), np.where(beyond.imag < 0, beyond.conj(), beyond))


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
