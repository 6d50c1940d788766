"""Equilibria of a vector field, as a curve in states and a parameter."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen

from rates_continuation.native.curve import Place
from rates_continuation.native.equations import Equations
from rates_continuation.native.latest import Latest
from rates_continuation.native.matrices import Matrix, beside
from rates_continuation.vector_field import Field

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
        return beside(self.field.by_states(x, p), self.field.by_parameters(x, p))


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
        return self._field.by_states(z, self._p)


@frozen(eq=False)
class Equilibrium:
    """A point of a curve of equilibria.

    Attributes:
        place: on the curve.
        equations: of the curve.
        eigenvalues: of ∂f/∂x there, that with the largest real part first.
    """

    place: Place
    equations: EquilibriumEquations
    eigenvalues: np.ndarray

    @classmethod
    def of(cls, equations: EquilibriumEquations, place: Place) -> Equilibrium:
        """Return what there is to know of a place."""
        matrix = equations.jacobian(place.z) if place.jacobian is None else place.jacobian
        eigenvalues = ordered_eigenvalues(matrix[:, : equations.states])
        return cls(evolve(place, jacobian=None), equations, eigenvalues)  # a matrix for each point would fill memory

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


def ordered_eigenvalues(matrix: np.ndarray) -> np.ndarray:
    """Return the eigenvalues of a matrix, that with the largest real part first; NaN for one that is not finite."""
    if not np.isfinite(matrix).all():
        return np.full(len(matrix), np.nan + 0j)
    found = np.linalg.eigvals(matrix)
    return found[np.lexsort((found.imag, -found.real))]
