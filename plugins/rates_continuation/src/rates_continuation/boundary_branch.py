"""Branches of solutions of boundary value problems."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen

from rates_continuation.branch import Branch
from rates_continuation.citations import OF_BOUNDARY_VALUES
from rates_continuation.solution_profile import SolutionProfile

if TYPE_CHECKING:
    import pandas as pd


@frozen(eq=False, slots=False, repr=False)
class BoundaryBranch(Branch):
    """Solutions of a boundary value problem along a curve, every one that was computed.

    Its first parameter is the one that varies; behind it stand those that conditions leave free, among which
    `interval` is the length. Where a branch of equilibria has states, this one has the largest value that each takes.
    There is no stability of such solutions: `eigenvalues` is empty.

    Attributes:
        profiles: of the solutions.
    """

    profiles: tuple[SolutionProfile, ...] = field(kw_only=True)

    what = "solutions of boundary values"

    @property
    def citations(self) -> tuple[str, ...]:
        """Return what to cite for the methods by which the branch was found."""
        return OF_BOUNDARY_VALUES

    @cached_property
    def smallest(self) -> np.ndarray:
        """The smallest value that each state takes, `[points, states]`."""
        return np.array([profile.extremes[0] for profile in self.profiles])

    @property
    def unstable(self) -> np.ndarray:
        """Return 0 for each point: there is no stability."""
        return np.zeros(len(self), dtype=int)

    def drawn(self, path: str) -> tuple[np.ndarray, ...]:
        """Return the largest and the smallest values of a state.

        Raises:
            UnknownNameError: there is none of that path.
        """
        largest = self.column(path)
        return (largest, self.smallest[:, self.states.index(path)]) if path in self.states else (largest,)

    @property
    def data(self) -> pd.DataFrame:
        """Return all points as a table: parameters, and the largest and the smallest value of each state."""
        import pandas as pd

        names = [*self.parameters, *self.states, *(f"min({path})" for path in self.states)]
        return pd.DataFrame(np.column_stack([self.p, self.x, self.smallest]), columns=names)
