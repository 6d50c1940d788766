"""Points of curves of profiles."""

from __future__ import annotations

from typing import Generic, Self, TypeVar

import numpy as np
from attrs import evolve, frozen

from rates_continuation.native.boundary import ProfileCurve
from rates_continuation.native.curve import Place

AnyCurve = TypeVar("AnyCurve", bound=ProfileCurve)


@frozen(eq=False, slots=False)
class ProfilePoint(Generic[AnyCurve]):
    """A point of a curve of profiles.

    Attributes:
        curve: on whose mesh it lies.
        place: on the curve.
    """

    curve: AnyCurve
    place: Place

    @property
    def profile(self) -> np.ndarray:
        """Return the states at the nodes of the mesh."""
        return self.curve.split(self.place.z)[0]

    @property
    def numbers(self) -> np.ndarray:
        """Return the free numbers, that which is varied last."""
        return self.curve.split(self.place.z)[1]

    def turned(self) -> Self:
        """Return the point of the curve in its other direction."""
        return evolve(self, place=evolve(self.place, tangent=-self.place.tangent))
