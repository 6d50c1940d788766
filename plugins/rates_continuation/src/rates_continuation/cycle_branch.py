"""Branches of cycles."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from attrs import field, frozen
from rates_core.switches import switch

from rates_continuation.branch import Branch
from rates_continuation.citations import OF_CYCLES
from rates_continuation.profile import Profile

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from rates_continuation.special import SpecialPoint


@frozen(eq=False, slots=False, repr=False)
class CycleBranch(Branch):
    """Cycles along a curve, every one that was computed.

    Where a branch of equilibria has states, this one has the largest value that each state takes on the cycle.

    Attributes:
        eigenvalues: Floquet multipliers but for the one that is 1, that with the largest absolute value first;
            with delays the largest ones, and NaN where fewer were found than elsewhere.
        profiles: of the cycles.
        trivial: the multiplier that would be 1 but for the error of the mesh.
    """

    profiles: tuple[Profile, ...] = field(kw_only=True)
    trivial: np.ndarray = field(kw_only=True)

    what: ClassVar[str] = "cycles"

    @property
    def citations(self) -> tuple[str, ...]:
        """Return what to cite for the methods by which the branch was found."""
        return OF_CYCLES + self.cited

    @property
    def multipliers(self) -> np.ndarray:
        """Return the Floquet multipliers but for the one that is 1, `[points, multipliers]`."""
        return self.eigenvalues

    @property
    def unstable(self) -> np.ndarray:
        """Return the number of multipliers outside of the unit circle at each point."""
        return np.asarray(np.count_nonzero(np.abs(self.eigenvalues) > 1, axis=1))

    @property
    def periods(self) -> np.ndarray:
        """Return the period at each point."""
        return np.array([profile.period for profile in self.profiles])

    @cached_property
    def smallest(self) -> np.ndarray:
        """The smallest value that each state takes, `[points, states]`."""
        return np.array([profile.extremes[0] for profile in self.profiles])

    def drawn(self, path: str) -> tuple[np.ndarray, ...]:
        """Return the largest and the smallest values of a state; or the periods.

        Raises:
            UnknownNameError: there is none of that path.
        """
        if path == "period":
            return (self.periods,)
        largest = self.column(path)
        return (largest, self.smallest[:, self.states.index(path)]) if path in self.states else (largest,)

    @property
    def data(self) -> pd.DataFrame:
        """Return all points as a table: parameters, period, extremes of each state, number of unstable directions."""
        import pandas as pd

        names = [*self.parameters, "period", *self.states, *(f"min({path})" for path in self.states)]
        table = pd.DataFrame(np.column_stack([self.p, self.periods, self.x, self.smallest]), columns=names)
        table["unstable"] = self.unstable
        return table

    def plot_profiles(self, path: str, *points: SpecialPoint | int, phase: bool = True, ax: Axes | None = None) -> Axes:
        """Draw a state along some of the cycles.

        Args:
            path: of the state.
            points: special points of the branch, or numbers of points; five along the branch if there are none.
            phase: whether it is drawn over the share of the period that has passed, or over time.
            ax: to draw into; a new figure's if None.

        Raises:
            UnknownNameError: there is no such state.
            ArgumentError: something is no point of the branch.
            PluginError: Matplotlib is not installed.
        """
        from rates_continuation.pictures.profiles import drawn_along

        return drawn_along(self, path, points, switch("phase", phase), ax)
