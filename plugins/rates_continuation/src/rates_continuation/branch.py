"""A branch: the points of one curve of solutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from attrs import field, frozen

from rates_continuation.citations import OF_EQUILIBRIA
from rates_continuation.named_points import NamedPoints
from rates_continuation.native.equilibria import is_unstable
from rates_continuation.special import SpecialPoint

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

REASONS = {
    "bound": "the parameter reached its bound",
    "closed": "the branch came back to its start",
    "left": "a state left its bounds",
    "infinity": "a state grew a thousandfold while the parameter stayed: the branch goes to infinity, as at a pole",
    "stalled": "no step was small enough: the corrector did not converge",
    "BT": "0 is a double eigenvalue: Hopf points and homoclinic orbits end, and neutral saddles begin",
    "steps": "there were as many steps as were asked for",
    "interrupted": "Ctrl-C was pressed",
    "hopf": "cycles shrank to an equilibrium, at a Hopf point",
    "doubled": "cycles of half the period are there, at a period doubling",
    "crossing": "another branch of cycles is there, at a branch point",
    "orbit": "the cycle that a run led to",
    "homoclinic": "the period grows without end: cycles come to an orbit from an equilibrium to itself",
    "saddle-node": "an eigenvalue of the equilibrium of homoclinic orbits comes to 0, as at a fold",
    "shilnikov-hopf": "a pair of eigenvalues of the equilibrium of homoclinic orbits comes to the imaginary axis",
    "passing": "homoclinic orbits come to pass their equilibrium on the way: two of them, one behind the other",
    "shrunk": "homoclinic orbits shrank to their equilibrium",
    "period": "the period became longer than was asked for",
}


@frozen(eq=False, slots=False)
class Branch(NamedPoints):
    """Equilibria along a curve, every one that was computed.

    Attributes:
        parameters: paths of the free parameters; the first one is varied.
        states: path of each state.
        p: `[points, parameters]`.
        x: `[points, states]`.
        eigenvalues: `[points, states]`, that with the largest real part first; of large models all that are unstable
            and some others, with delays the rightmost roots, and NaN where fewer were found than elsewhere.
        specials: in the order of the branch.
        ended: why it ends at its first and its last point; see `REASONS`.
        found: what the engine goes on from.
        cited: what to cite for the model's delays, for its size, and for the engine.
    """

    parameters: tuple[str, ...]
    states: tuple[str, ...]
    p: np.ndarray
    x: np.ndarray
    eigenvalues: np.ndarray
    specials: tuple[SpecialPoint, ...]
    ended: tuple[str, str]
    found: Any = field(repr=False)
    cited: tuple[str, ...] = field(default=(), repr=False, kw_only=True)

    name: ClassVar[str] = "branch"

    what: ClassVar[str] = "equilibria"

    def __repr__(self) -> str:
        kinds = ", ".join(point.kind for point in self.specials) or "none"
        way = self.parameters[0]
        if len(self):
            way += f" from {self.p[0, 0]:.6g} to {self.p[-1, 0]:.6g}"
        return f"<Branch of {len(self)} {self.what}, {way}; special: {kinds}>"

    @property
    def unstable(self) -> np.ndarray:
        """Return the number of unstable directions at each point."""
        return np.asarray(np.count_nonzero(is_unstable(self.eigenvalues), axis=1))

    @property
    def citations(self) -> tuple[str, ...]:
        """Return what to cite for the methods by which the branch was found."""
        return OF_EQUILIBRIA + self.cited

    @property
    def data(self) -> pd.DataFrame:
        """Return all points as a table: parameters and states by path, then the number of unstable directions."""
        import pandas as pd

        table = pd.DataFrame(np.hstack([self.p, self.x]), columns=[*self.parameters, *self.states])
        table["unstable"] = self.unstable
        return table

    def plot(self, path: str, ax: Axes | None = None) -> Axes:
        """Draw a state over the parameter: stable parts solid, unstable ones dashed, special points with their kinds.

        Of cycles the largest and the smallest value are drawn.

        Args:
            path: of a state; of cycles also `period`.
            ax: to draw into; a new figure's if None.

        Raises:
            UnknownNameError: the branch has no such state.
            PluginError: Matplotlib is not installed.
        """
        from rates_continuation.pictures.branches import drawn

        return drawn([self], path, ax)

    def plot_spectrum(self, *points: SpecialPoint | int, ax: Axes | None = None) -> Axes:
        """Draw eigenvalues in the complex plane with its imaginary axis; of cycles multipliers with the unit circle.

        Args:
            points: special points of the branch, or numbers of points; all special ones if there are none.
            ax: to draw into; a new figure's if None.

        Raises:
            ArgumentError: something is no point of the branch.
            PluginError: Matplotlib is not installed.
        """
        from rates_continuation.pictures.spectra import drawn

        return drawn(self, points, ax)

    def plot_stability(self, ax: Axes | None = None) -> Axes:
        """Draw the real parts of all eigenvalues over the parameter; of cycles the absolute values of multipliers.

        Args:
            ax: to draw into; a new figure's if None.

        Raises:
            PluginError: Matplotlib is not installed.
        """
        from rates_continuation.pictures.spectra import drawn_along

        return drawn_along(self, ax)
