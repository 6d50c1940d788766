"""The states along a cycle."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen
from rates_core.errors import UnknownNameError, did_you_mean
from rates_core.switches import switch

from rates_continuation.native.collocation import DEGREE, interpolated, node_times

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

FINE = 16  # times an interval of the mesh: where extremes are looked for


@frozen(eq=False, slots=False)
class Profile:
    """A cycle in time.

    Attributes:
        states: path of each state.
        period: in the model's time.
        mesh: ends of the intervals of polynomials of degree 4, from 0 to 1.
        values: at the nodes of these, `[nodes, states]`.
    """

    states: tuple[str, ...]
    period: float
    mesh: np.ndarray
    values: np.ndarray

    def at(self, times: np.ndarray) -> np.ndarray:
        """Return the states at some times, `[times, states]`; the cycle is repeated."""
        return interpolated(self.mesh, self.values, np.mod(np.asarray(times) / self.period, 1.0), DEGREE)

    @property
    def times(self) -> np.ndarray:
        """Return the times of the nodes."""
        return self.period * node_times(self.mesh, DEGREE)

    @property
    def data(self) -> pd.DataFrame:
        """Return the states at the nodes as a table over time."""
        import pandas as pd

        return pd.DataFrame(self.values, columns=list(self.states), index=pd.Index(self.times, name="time"))

    @cached_property
    def extremes(self) -> tuple[np.ndarray, np.ndarray]:
        """The smallest and the largest value of each state."""
        width = np.diff(self.mesh)[:, None] * np.arange(FINE) / FINE
        times = (self.mesh[:-1, None] + width).ravel()
        fine = interpolated(self.mesh, self.values, times, DEGREE)
        return -_largest(times, -fine), _largest(times, fine)

    def __getitem__(self, path: str) -> np.ndarray:
        """Return a state at the nodes.

        Raises:
            UnknownNameError: there is none of that path.
        """
        if path not in self.states:
            raise UnknownNameError(f"The cycle has no state {path!r}.{did_you_mean(str(path), self.states)} "
                                   f"It has: {', '.join(self.states)}.")  # fmt: skip
        return np.asarray(self.values[:, self.states.index(path)])

    def plot(self, *paths: str, phase: bool = False, ax: Axes | None = None) -> Axes:
        """Draw states over time.

        Args:
            paths: of the states; all if there are none.
            phase: whether they are drawn over the share of the period that has passed.
            ax: to draw into; a new figure's if None.

        Raises:
            UnknownNameError: there is no such state.
            PluginError: Matplotlib is not installed.
        """
        from rates_continuation.pictures.profiles import drawn

        return drawn(self, paths, switch("phase", phase), ax)


def _largest(times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the largest value of each column, between rows too: the top of the parabola through the three at it."""
    top = np.argmax(values, axis=0)
    columns = np.arange(values.shape[1])
    before, behind = (top - 1) % len(times), (top + 1) % len(times)
    one, other = -((times[top] - times[before]) % 1.0), (times[behind] - times[top]) % 1.0
    here = values[top, columns]
    low, high = values[before, columns] - here, values[behind, columns] - here  # of a parabola a t + b t^2
    b = (low / one - high / other) / (one - other)
    a = low / one - b * one
    with np.errstate(all="ignore"):
        return np.asarray(here - np.where(b < 0, a * a / (4 * b), 0.0))
