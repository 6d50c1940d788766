"""Curves of homoclinic orbits in two parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen

from rates_continuation.citations import OF_HOMOCLINICS
from rates_continuation.solution_profile import SolutionProfile
from rates_continuation.two_parameter_curve import TwoParameterCurve

if TYPE_CHECKING:
    import pandas as pd


@frozen(eq=False, slots=False, repr=False)
class HomoclinicOrbits(TwoParameterCurve):
    """Orbits from an equilibrium to itself along a curve in two parameters, every one that was computed.

    Its states and eigenvalues are those of the equilibrium; `coefficients` are saddle quantities.

    Attributes:
        profiles: of the orbits, which are cut off near the equilibrium.
    """

    profiles: tuple[SolutionProfile, ...] = field(kw_only=True)

    @property
    def saddle_quantities(self) -> np.ndarray:
        """Return sums of the real parts of the eigenvalues next to the imaginary axis on both sides.

        Where both are real, the cycle that comes to the orbit is attracting along it if this is negative.
        """
        return self.coefficients

    @property
    def citations(self) -> tuple[str, ...]:
        """Return what to cite for the methods by which the curve was found."""
        return OF_HOMOCLINICS

    @property
    def data(self) -> pd.DataFrame:
        """Return all points as a table: parameters and equilibrium by path, unstable directions, saddle quantity."""
        import pandas as pd

        table = pd.DataFrame(np.hstack([self.p, self.x]), columns=[*self.parameters, *self.states])
        table["unstable"], table["saddle_quantity"] = self.unstable, self.coefficients
        return table
