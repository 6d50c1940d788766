"""Special points of branches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen
from rates_core.errors import UnknownNameError, did_you_mean

from rates_continuation.native.equilibria import ROUNDED
from rates_continuation.profile import Profile

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "LP": "limit point, or fold: the branch turns round",
    "HB": "Hopf point: a branch of cycles begins",
    "BP": "branch point: another branch crosses",
    "LPC": "limit point, or fold, of cycles: the branch turns round",
    "PD": "period doubling: cycles of twice the period begin",
    "NS": "Neimark-Sacker point, or torus: quasiperiodic orbits begin",
    "BPC": "branch point of cycles: another branch of cycles crosses",
    "??": "several eigenvalues come to the axis at one place, as in symmetric networks; or it could not be told",
    "CP": "cusp: two folds meet",
    "BT": "Bogdanov-Takens point: 0 is a double eigenvalue; a curve of Hopf points begins at one of folds",
    "ZH": "zero-Hopf point: 0 and a pair of eigenvalues on the imaginary axis",
    "GH": "generalised Hopf point: the first Lyapunov coefficient is 0; a curve of folds of cycles begins",
    "HH": "double Hopf point: two pairs of eigenvalues on the imaginary axis",
    "NSH": "neutral saddle of homoclinic orbits: the saddle quantity is 0; the stability of cycles changes",
    "UZ": "a point at which a quantity has a value that was asked for",
}

#: how many eigenvalues, or multipliers, are on the axis, or on the circle, at a point of a kind
CRITICAL = {
    "LP": 1, "BP": 1, "HB": 2, "LPC": 1, "BPC": 1, "PD": 1, "NS": 2, "CP": 1, "BT": 2, "ZH": 3, "GH": 2, "HH": 4,
}  # fmt: skip


SAME = 10.0  # times the distance of the nearest eigenvalue to the axis: where all are near, those which are as near
NEXT = 1e-3  # of the largest eigenvalue: what is nearer to the axis at a place that is known to 1e-7 goes to it


@frozen(eq=False)
class SpecialPoint:
    """A point of a branch at which the stability changes, or the branch turns round; or of a curve of such points.

    Attributes:
        kind: `LP`, `HB`, `BP`, of cycles `LPC`, `PD`, `NS`, `BPC`, or `??`; on curves in two parameters `CP`, `BT`,
            `ZH`, `GH`, `HH`, `NSH`; see `KINDS`.
        values: of the free parameters and of all states, by path; of a state on a cycle the largest one.
        number: of the point of the branch that comes before it.
        eigenvalues: of the Jacobian, the rightmost ones of a large model or roots of one with delays; of a cycle the
            multipliers but for the one that is 1.
        period: of a cycle, or of the small cycles around a Hopf point, in the model's time; NaN for kinds that have
            none.
        coefficient: of the normal form: a of a fold, c of a cusp, the first Lyapunov coefficient of a Hopf point; b of
            a fold of cycles, which is negative if the larger ones of the cycles that meet are more stable; c of a
            period doubling or of a pitchfork, at which a symmetry is lost, the real part of d at a torus; else NaN, as
            at branch points without a symmetry.
        residual: largest rate of change; for a cycle the largest residual of the collocation equations.
        error: estimate of the error, relative to how large the unknowns are; for a cycle by how much the parameter
            differs from that on a coarser mesh.
        profile: of a cycle; else None.
        states: number of states, where it is not that of eigenvalues; else None.

    Example:
        `point["p/qif_op/eta"]` is the value of a parameter or state there.
    """

    kind: str
    values: Mapping[str, float]
    number: int
    eigenvalues: np.ndarray
    period: float
    coefficient: float
    residual: float
    error: float
    found: Any = field(repr=False)  # what the engine goes on from
    profile: Profile | None = field(default=None, repr=False)
    states: int | None = field(default=None, repr=False)

    @property
    def parameters(self) -> list[str]:
        """Return the paths of the free parameters."""
        states = len(self.eigenvalues) if self.states is None else self.states
        return list(self.values)[: len(self.values) - states]

    def __getitem__(self, path: str) -> float:
        """Return the value of a free parameter or of a state.

        Raises:
            UnknownNameError: there is none of that path.
        """
        if path not in self.values:
            raise UnknownNameError(
                f"A special point has no value {path!r}.{did_you_mean(str(path), self.values)} "
                f"It has: {', '.join(self.values)}."
            )
        return self.values[path]

    @property
    def unstable(self) -> int | None:
        """Return the number of unstable directions besides those that are critical; None for boundary values.

        At a point of kind `??` it is not known which are critical: those count that grow.
        """
        values = self.eigenvalues[~np.isnan(self.eigenvalues)]
        if not len(values):
            return None
        with np.errstate(divide="ignore"):
            rates = values.real if self.profile is None or self.kind == "NSH" else np.log(np.abs(values))
        others = np.argsort(np.abs(rates), kind="stable")[CRITICAL.get(self.kind, 0) :]
        return int(np.count_nonzero(rates[others] > ROUNDED * np.max(np.abs(values))))

    @property
    def meaning(self) -> str:
        """Return what the kind means; of an equilibrium of kind `??` which eigenvalues come to the imaginary axis."""
        values = self.eigenvalues[~np.isnan(self.eigenvalues)]
        if self.kind != "??" or self.profile is not None or not len(values):
            return KINDS[self.kind]
        rates = np.abs(values.real)
        on_axis = values[rates <= max(NEXT * float(np.max(np.abs(values))), SAME * float(np.min(rates)))]
        names = ["0" if value.imag == 0 else f"±{value.imag:.3g}i" for value in on_axis if value.imag >= 0]
        return f"eigenvalues on the imaginary axis: {', '.join(names)}; what happens could not be told"

    @property
    def criticality(self) -> str:
        """Return whether what begins at a point is as stable as its branch was: `supercritical`, else `subcritical`.

        It is empty for points where nothing begins, or on one side something stable and on the other one not.
        """
        if self.kind not in ("HB", "BP", "PD", "NS", "BPC") or self.coefficient != self.coefficient:
            return ""
        return "supercritical" if self.coefficient < 0 else "subcritical"


def of_kind(specials: Sequence[SpecialPoint], kind: str) -> list[SpecialPoint]:
    """Return the special points of a kind.

    Raises:
        UnknownNameError: there is no such kind.
    """
    if kind not in KINDS:
        raise UnknownNameError(f"There are no points of kind {kind!r}.{did_you_mean(str(kind), KINDS)} "
                               f"Kinds: {', '.join(KINDS)}.")  # fmt: skip
    return [point for point in specials if point.kind == kind]


def table_of(specials: Sequence[SpecialPoint], paths: Sequence[str]) -> pd.DataFrame:
    """Return special points as a table.

    Args:
        specials: these.
        paths: of their values.
    """
    import pandas as pd

    rows = [
        {
            "kind": point.kind, **point.values, "period": point.period, "unstable": point.unstable, "criticality":
            point.criticality, "coefficient": point.coefficient, "residual": point.residual, "error": point.error,
        }
        for point in specials
    ]  # fmt: skip
    names = ["kind", *paths, "period", "unstable", "criticality", "coefficient", "residual", "error"]
    return pd.DataFrame(rows, columns=names).astype({"unstable": "Int64"})
