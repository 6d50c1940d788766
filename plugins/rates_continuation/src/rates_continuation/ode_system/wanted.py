"""What the table of a curve shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from attrs import frozen
from rates_core.switches import switch

from rates_continuation.ode_system.names import Names


@frozen
class Wanted:
    """What a table shows beside labels and parameters.

    Attributes:
        variables: paths of states; None for all.
        params: paths of parameters; None for all.
        stability: whether solutions are stable.
        period: the period of all that has one; of cycles it is always shown.
        timeseries: the times of the values of cycles.
        eigenvalues: of equilibria; multipliers of cycles.
        lyapunov: growth rates of small changes.
        reduced: whether cycles are shown by the smallest and largest value of each state, or by values over time.
    """

    variables: tuple[str, ...] | None = None
    params: tuple[str, ...] | None = None
    stability: bool = True
    period: bool = False
    timeseries: bool = False
    eigenvalues: bool = False
    lyapunov: bool = False
    reduced: bool = True

    @classmethod
    def of(
        cls, names: Names, variables: Sequence[Any] | None, params: Sequence[Any] | None, switches: Mapping[str, Any]
    ) -> Self:
        """Return what is wanted, by the names that PyCoBi's switches have.

        Args:
            names: of a model.
            variables: states by any of their names; None for all.
            params: parameters likewise.
            switches: `get_stability` and others.

        Raises:
            UnknownNameError: there is no such state or parameter.
            ArgumentError: a switch is neither True nor False.
        """
        states = None if variables is None else tuple(names.column(key, names.states) for key in variables)
        paths = None if params is None else tuple(map(names.parameter, params))
        return cls(states, paths, **{SWITCHES[name]: switch(name, value) for name, value in switches.items()})


SWITCHES: Mapping[str, str] = {
    "get_stability": "stability", "get_period": "period", "get_timeseries": "timeseries",
    "get_eigenvals": "eigenvalues", "get_lyapunov_exp": "lyapunov", "reduce_limit_cycle": "reduced",
}  # fmt: skip
