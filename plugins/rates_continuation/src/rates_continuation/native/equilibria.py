"""Equilibria of a vector field, as a curve in states and a parameter."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen

from rates_continuation.native.curve import Place
from rates_continuation.native.equations import Equations
from rates_continuation.native.latest import Latest
from rates_continuation.native.matrices import Matrix, beside, is_sparse
from rates_continuation.native.rightmost import Rightmost, rightmost
from rates_continuation.sparse_field import matrix_by_states
from rates_continuation.vector_field import Field

SINGLE = 10  # so many states count as one each; of more the mean square does
ROUNDED = 1e-12  # of the largest eigenvalue: a real part that is as small may be rounding, as at a center


class EquilibriumEquations(Equations):
    """f(x, p) = 0 for z = (x, p), with as many free parameters as the field has.

    Args:
        field: whose equilibria are looked for.
    """

    def __init__(self, field: Field) -> None:
        self.field = field
        self._latest: Latest[Matrix] = Latest()

    @property
    def states(self) -> int:
        """Return the number of states, with which z begins."""
        return self.field.size

    def residual(self, z: np.ndarray) -> np.ndarray:
        """Return f."""
        return self.field.rates(z[: self.states], z[self.states :])

    def jacobian(self, z: np.ndarray) -> Matrix:
        """Return ∂f/∂(x, p)."""
        return self._latest.at(z, self._jacobian)

    def _jacobian(self, z: np.ndarray) -> Matrix:
        x, p = z[: self.states], z[self.states :]
        return beside(matrix_by_states(self.field, x, p), self.field.by_parameters(x, p))

    def grown(self, scale: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return scales that have grown with the unknowns."""
        sizes = np.abs(z)
        sizes[: self.states] *= together(self.states)
        return np.asarray(np.maximum(scale, sizes))


def together(states: int) -> float:
    """Return by how much scales of states are larger because these are many: a step is as long as with a few."""
    return max(1.0, float(np.sqrt(states / SINGLE)))


class EquilibriaThere(Equations):
    """f(x) = 0 in x, for given parameters.

    Args:
        field: f.
        p: the parameters.
    """

    def __init__(self, field: Field, p: np.ndarray) -> None:
        self._field, self._p = field, p

    def residual(self, z: np.ndarray) -> np.ndarray:
        """Return f."""
        return self._field.rates(z, self._p)

    def jacobian(self, z: np.ndarray) -> np.ndarray:
        """Return its derivatives by the states."""
        return matrix_by_states(self._field, z, self._p)


@frozen(eq=False)
class Equilibrium:
    """A point of a curve of equilibria.

    Attributes:
        place: on the curve.
        equations: of the curve.
        spectrum: the eigenvalues of ∂f/∂x there, or the rightmost ones.
    """

    place: Place
    equations: EquilibriumEquations
    spectrum: Rightmost

    @classmethod
    def of(cls, equations: EquilibriumEquations, place: Place) -> Equilibrium:
        """Return what there is to know of a place."""
        matrix = equations.jacobian(place.z) if place.jacobian is None else place.jacobian
        spectrum = spectrum_of(matrix[:, : equations.states])
        return cls(evolve(place, jacobian=None), equations, spectrum)  # a matrix for each point would fill memory

    @property
    def eigenvalues(self) -> np.ndarray:
        """Return the eigenvalues, that with the largest real part first."""
        return self.spectrum.values

    @property
    def states(self) -> Matrix:
        """Return ∂f/∂x."""
        return self.equations.jacobian(self.place.z)[:, : self.equations.states]

    @property
    def unstable(self) -> int:
        """Return the number of eigenvalues with a positive real part."""
        return int(np.count_nonzero(is_unstable(self.eigenvalues)))


def is_unstable(eigenvalues: np.ndarray) -> np.ndarray:
    """Tell of each eigenvalue, `[..., eigenvalues]`, whether its real part is positive by more than rounding.

    NaN, where there are fewer of them than in other rows, is not.
    """
    sizes = np.max(np.abs(eigenvalues), axis=-1, keepdims=True, initial=0.0, where=~np.isnan(eigenvalues))
    return np.asarray(eigenvalues.real > ROUNDED * sizes)


def ordered_eigenvalues(matrix: Matrix) -> np.ndarray:
    """Return the eigenvalues of a matrix, that with the largest real part first; NaN for one that is not finite.

    Of a sparse one they are the rightmost ones.
    """
    return spectrum_of(matrix).values


def spectrum_of(matrix: Matrix) -> Rightmost:
    """Return the eigenvalues of a matrix, or the rightmost ones of a sparse one."""
    if is_sparse(matrix):
        return rightmost(matrix)
    if not np.isfinite(matrix).all():
        return Rightmost.of(np.full(len(matrix), np.nan + 0j))
    return Rightmost.of(np.linalg.eigvals(matrix))
