"""Special points of branches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import field, frozen
from rates_core.errors import UnknownNameError, did_you_mean

from rates_continuation.profile import Profile

KINDS = {
    "LP": "limit point, or fold: the branch turns round",
    "HB": "Hopf point: a branch of cycles begins",
    "BP": "branch point: another branch crosses",
    "LPC": "limit point, or fold, of cycles: the branch turns round",
    "PD": "period doubling: cycles of twice the period begin",
    "NS": "Neimark-Sacker point, or torus: quasiperiodic orbits begin",
    "BPC": "branch point of cycles: another branch of cycles crosses",
    "??": "several eigenvalues cross where they could not be told apart",
}


@frozen(eq=False)
class SpecialPoint:
    """A point of a branch at which the stability changes, or the branch turns round.

    Attributes:
        kind: `LP`, `HB`, `BP`, of cycles `LPC`, `PD`, `NS`, `BPC`, or `??`; see `KINDS`.
        values: of the free parameters and of all states, by path; of a state on a cycle the largest one.
        number: of the point of the branch that comes before it.
        eigenvalues: of the Jacobian; of a cycle the multipliers but for the one that is 1.
        period: of a cycle, or of the small cycles around a Hopf point, in the model's time; NaN for other kinds.
        coefficient: of the normal form: a of a fold, the first Lyapunov coefficient of a Hopf point; else NaN.
        residual: largest rate of change; for a cycle the largest residual of the collocation equations.
        error: estimate of the error, relative to how large the unknowns are; for a cycle by how much the parameter
            differs from that on a coarser mesh.
        profile: of a cycle; else None.

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
    def criticality(self) -> str:
        """Return whether the cycles that begin at a Hopf point are stable: `supercritical`, else `subcritical`."""
        if self.kind != "HB" or self.coefficient != self.coefficient:
            return ""
        return "supercritical" if self.coefficient < 0 else "subcritical"
