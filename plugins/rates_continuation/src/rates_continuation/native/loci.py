"""Curves of folds and of Hopf points of equilibria in two parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np
from attrs import evolve, frozen

from rates_continuation.native.curve import ImplicitCurve, Place
from rates_continuation.native.equations import Equations
from rates_continuation.native.equilibria import is_unstable, ordered_eigenvalues
from rates_continuation.native.fold import FoldEquations
from rates_continuation.native.invariant import Pair
from rates_continuation.native.neutral import NeutralEquations
from rates_continuation.native.normal_forms import lyapunov_of, second_form

BENT, CUBIC = 1e-10, 1e-8  # of the largest eigenvalue: differences that give less are rounding, in scales


class LocusCurve(ImplicitCurve):
    """Critical equilibria in z = (x, both parameters).

    Args:
        equations: of folds, or of neutral pairs.
    """

    def __init__(self, equations: FoldEquations | NeutralEquations) -> None:
        super().__init__(equations)
        self.own = equations

    def carried_on(self, place: Place) -> tuple[LocusCurve, Place]:
        """Return the curve with borders that suit the place, and scales that have grown with the unknowns."""
        return LocusCurve(self.own.renewed(place.z)), super().carried_on(place)[1]

    def point(self, place: Place) -> LocusPoint:
        """Return what there is to know of a place."""
        if isinstance(self.own, FoldEquations):
            return FoldPoint(place, self, self.own)
        return NeutralPoint(place, self, self.own)


@frozen(eq=False)
class LocusPoint(ABC):
    """A point of a curve of critical equilibria.

    Attributes:
        place: on the curve.
        curve: with which it was found.
    """

    place: Place
    curve: LocusCurve

    @property
    def field_equations(self) -> Equations:
        """Return f = 0."""
        return self.curve.own.equations

    @cached_property
    def states(self) -> np.ndarray:
        """The derivative ∂f/∂x."""
        return self.field_equations.jacobian(self.place.z)[:, : self.curve.own.states]

    @cached_property
    def eigenvalues(self) -> np.ndarray:
        """The eigenvalues of ∂f/∂x, that with the largest real part first."""
        return ordered_eigenvalues(self.states)

    @cached_property
    def others(self) -> np.ndarray:
        """The eigenvalues but for those that make the point critical, that with the largest real part first."""
        left = self.eigenvalues
        for value in self.critical:
            left = np.delete(left, np.argmin(np.abs(left - value)))
        return left

    @property
    def unstable(self) -> int:
        """Return the number of other eigenvalues with a positive real part."""
        return int(np.count_nonzero(is_unstable(self.others)))

    @property
    @abstractmethod
    def critical(self) -> np.ndarray:
        """Return the eigenvalues that make the point critical."""

    @property
    @abstractmethod
    def omega(self) -> float:
        """Return the imaginary part of the critical eigenvalue; NaN where it is real."""

    @property
    @abstractmethod
    def coefficient(self) -> float:
        """Return the coefficient of the normal form."""

    @property
    def is_saddle(self) -> bool:
        """Tell whether the point is a neutral saddle."""
        return False

    @property
    @abstractmethod
    def rounding(self) -> float:
        """Return below which `nonlinear` is rounding."""

    @property
    @abstractmethod
    def nonlinear(self) -> float:
        """Return the test function that has higher derivatives of f: 0 at a cusp, or at a generalised Hopf point."""

    @property
    @abstractmethod
    def double(self) -> float:
        """Return the test function that is 0 where 0 is a double eigenvalue."""

    def tests(self) -> np.ndarray:
        """Return values of test functions, which change their sign at points of codimension two."""
        nonlinear = self.nonlinear if abs(self.nonlinear) > self.rounding else 0.0
        return np.array([nonlinear, self.double, *self.others.real])

    def turned(self) -> LocusPoint:
        """Return the point of the curve in its other direction."""
        return evolve(self, place=evolve(self.place, tangent=-self.place.tangent))


@frozen(eq=False)
class FoldPoint(LocusPoint):
    """A fold.

    Attributes:
        fold: the equations that it solves.
    """

    fold: FoldEquations

    @property
    def critical(self) -> np.ndarray:
        """Return 0."""
        return np.zeros(1)

    @property
    def omega(self) -> float:
        """Return NaN."""
        return float("nan")

    @cached_property
    def vectors(self) -> tuple[np.ndarray, np.ndarray]:
        """The null vectors from the left and from the right, of length 1 in scales."""
        return self.fold.vectors(self.place.z, self.fold.scale)

    def facing(self, other: FoldPoint) -> tuple[float, float]:
        """Return the cosines between the null vectors of two points, from the left and from the right."""
        scale = self.fold.scale[: self.fold.states]
        (left, right), (left_there, right_there) = self.vectors, other.vectors
        pairs = ((left * scale, left_there * scale), (right / scale, right_there / scale))
        cosines = [float(one @ two / np.linalg.norm(one) / np.linalg.norm(two)) for one, two in pairs]
        return cosines[0], cosines[1]

    @property
    def double(self) -> float:
        """Return w·v."""
        left, right = self.vectors
        return float(left @ right)

    @cached_property
    def nonlinear(self) -> float:
        """w·B(v, v)/2, which is 0 where the fold has no quadratic term."""
        left, right = self.vectors
        return 0.5 * float(left @ second_form(self.field_equations, self.place.z, right, self.fold.scale) @ right)

    @property
    def coefficient(self) -> float:
        """Return a of the normal form, for w·v = 1 and v·v = 1."""
        length = self.double * float(np.linalg.norm(self.vectors[1]))
        return self.nonlinear / length if length else float("nan")

    @property
    def rounding(self) -> float:
        """Return below which `nonlinear` is rounding."""
        return BENT * float(np.max(np.abs(self.eigenvalues)))


@frozen(eq=False)
class NeutralPoint(LocusPoint):
    """A Hopf point, or a neutral saddle.

    Attributes:
        neutral: the equations that it solves.
    """

    neutral: NeutralEquations

    @cached_property
    def pair(self) -> Pair:
        """The invariant subspace of the critical eigenvalues."""
        found = self.neutral.pair(self.place.z)
        assert found is not None  # the place has been found with it
        return found

    @property
    def critical(self) -> np.ndarray:
        """Return the pair of eigenvalues."""
        return np.linalg.eigvals(self.pair.small)

    @property
    def omega(self) -> float:
        """Return the imaginary part of the pair; NaN for a neutral saddle."""
        square = self.pair.determinant
        return float(np.sqrt(square)) if square > 0 else float("nan")

    @cached_property
    def coefficient(self) -> float:
        """The first Lyapunov coefficient; NaN for a neutral saddle."""
        omega, small = self.omega, self.pair.small
        if not omega > 0:
            return float("nan")
        right = self.pair.right @ _eigenvector(small, 1j * omega)
        left = self.pair.left @ _eigenvector(small.T, -1j * omega)
        return lyapunov_of(self.field_equations, self.place.z, omega, right, left, self.neutral.scale)

    @property
    def nonlinear(self) -> float:
        """Return the first Lyapunov coefficient."""
        return self.coefficient

    @property
    def double(self) -> float:
        """Return the product of both eigenvalues, ω²."""
        return self.pair.determinant

    @property
    def is_saddle(self) -> bool:
        """Tell whether both eigenvalues are real."""
        return not self.omega > 0

    @property
    def rounding(self) -> float:
        """Return below which `nonlinear` is rounding."""
        right, scale = self.pair.right, self.neutral.scale[: self.neutral.states]
        size = float(np.max(np.linalg.norm(right, axis=1) / scale) / np.linalg.norm(right, 2))
        return CUBIC * size**2 * float(np.max(np.abs(self.eigenvalues))) / self.omega


def _eigenvector(matrix: np.ndarray, value: complex) -> np.ndarray:
    """Return the eigenvector of a matrix of size 2."""
    values, vectors = np.linalg.eig(matrix)
    return np.asarray(vectors[:, np.argmin(np.abs(values - value))])
