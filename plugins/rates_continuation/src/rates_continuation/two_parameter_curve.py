"""A curve of special points in two parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from attrs import field, frozen

from rates_continuation.citations import OF_CYCLES, OF_EQUILIBRIA
from rates_continuation.named_points import NamedPoints
from rates_continuation.special import SpecialPoint

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

NAMES = {"LP": "folds", "HB": "Hopf points", "LPC": "folds of cycles", "PD": "period doublings", "NS": "tori",
         "HOM": "homoclinic orbits"}  # fmt: skip


@frozen(eq=False)
class TwoParameterCurve(NamedPoints):
    """Special points of one kind along a curve in two parameters, every one that was computed.

    Attributes:
        kind: `LP`, `HB`, or of cycles `LPC`, `PD`, `NS`: what all its points are.
        parameters: paths of both free parameters.
        states: path of each state.
        p: `[points, 2]`.
        x: `[points, states]`; of cycles the largest values.
        eigenvalues: `[points, states]`, that with the largest real part first; of cycles the multipliers but for that
            which is 1.
        unstable: number of unstable directions at each point, besides those that make it critical.
        omega: imaginary part of the pair on the axis, where all are Hopf points; angular frequency of cycles; else NaN.
        coefficients: of the normal forms: a of folds, the first Lyapunov coefficient of Hopf points; NaN for cycles.
        specials: points of codimension two, in the order of the curve: `CP`, `BT` and `ZH` of folds; `GH`, `BT`, `ZH`
            and `HH` of Hopf points.
        ended: why it ends at its first and its last point; see `branch.REASONS`.
        found: what the engine goes on from.
        cited: what to cite for the model's delays, or for its size.
    """

    kind: str
    parameters: tuple[str, ...]
    states: tuple[str, ...]
    p: np.ndarray
    x: np.ndarray
    eigenvalues: np.ndarray
    unstable: np.ndarray
    omega: np.ndarray
    coefficients: np.ndarray
    specials: tuple[SpecialPoint, ...]
    ended: tuple[str, str]
    found: Any = field(repr=False)
    cited: tuple[str, ...] = field(default=(), repr=False, kw_only=True)

    name: ClassVar[str] = "curve"

    def __repr__(self) -> str:
        kinds = ", ".join(point.kind for point in self.specials) or "none"
        return f"<Curve of {len(self)} {NAMES[self.kind]} in {' and '.join(self.parameters)}; special: {kinds}>"

    @property
    def citations(self) -> tuple[str, ...]:
        """Return what to cite for the methods by which the curve was found."""
        return (OF_EQUILIBRIA if self.kind in ("LP", "HB") else OF_CYCLES) + self.cited

    @property
    def data(self) -> pd.DataFrame:
        """Return all points as a table: parameters and states by path, unstable directions, coefficient, period."""
        import pandas as pd

        table = pd.DataFrame(np.hstack([self.p, self.x]), columns=[*self.parameters, *self.states])
        table["unstable"], table["coefficient"] = self.unstable, self.coefficients
        if self.kind != "LP":
            table["period"] = self.periods
        return table

    @property
    def periods(self) -> np.ndarray:
        """Return the period at each point, of cycles or of small ones around equilibria.

        It is infinite where a double zero eigenvalue ends the curve.
        """
        with np.errstate(divide="ignore"):
            return np.asarray(2 * np.pi / self.omega)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the curve in the plane of both parameters, and special points with their kinds.

        It is thin where other directions are unstable: what is stable does not end there.

        Args:
            ax: to draw into, as those of another curve; a new figure's if None.

        Raises:
            PluginError: Matplotlib is not installed.
        """
        from rates_continuation.pictures.planes import drawn

        return drawn(self, ax)
