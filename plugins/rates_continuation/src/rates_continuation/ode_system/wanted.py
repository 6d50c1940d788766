"""What the table of a curve shows."""

from __future__ import annotations

from attrs import frozen


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
