"""A solution by the names that Auto-07p's own objects have for what is in it."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen

from rates_continuation.ode_system.names import PERIOD, TIME, Names
from rates_continuation.ode_system.solutions import Solution


@frozen(eq=False)
class Parameters:
    """Values of parameters by name, path or number.

    Attributes:
        solution: whose they are.
        names: of a model.
    """

    solution: Solution
    names: Names

    def __getitem__(self, key: Any) -> float:
        """Return a value.

        Raises:
            UnknownNameError: there is no such parameter.
        """
        path = self.names.parameter(key)
        reserved = {PERIOD: self.solution.period, TIME: self.solution.time}
        known = {**self.names.values, **self.solution.parameters, **reserved}
        return float(known[path])

    def __call__(self, key: Any) -> float:
        """Return a value, as `PAR(4)` does."""
        return self[key]


@frozen(eq=False)
class NamedSolution:
    """A solution: `solution["r"]` has the values of a state over times, `solution["t"]` these, in periods.

    Attributes:
        data: the solution.
        names: of a model.
    """

    data: Solution
    names: Names

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return the values of a state, one of an equilibrium; or with `t` the times, from 0 to 1.

        Raises:
            UnknownNameError: there is no such state.
        """
        profile = self.data.profile
        if key == TIME:
            return np.zeros(1) if profile is None else profile.times / profile.period
        path = self.names.column(key, self.names.states)
        return np.array([self.data.states[path]]) if profile is None else np.array(profile[path])

    @property
    def PAR(self) -> Parameters:  # noqa: N802 a name of Auto-07p
        """Return the parameters."""
        return Parameters(self.data, self.names)

    @property
    def coordnames(self) -> tuple[str, ...]:
        """Return the names of all states: what tables call them."""
        return tuple(map(self.names.shown, self.names.states))

    @property
    def indepvararray(self) -> np.ndarray:
        """Return the times, from 0 to 1."""
        return self[TIME]

    @property
    def coordarray(self) -> np.ndarray:
        """Return the values of all states, `[states, times]`."""
        return np.array([self[path] for path in self.coordnames])
