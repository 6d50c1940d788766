"""Solutions along a curve with the labels that Auto-07p would give them, and the curves that are known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from attrs import field, frozen
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown

from rates_continuation.branch import Branch
from rates_continuation.ode_system.wanted import Wanted
from rates_continuation.profile import Profile
from rates_continuation.special import SpecialPoint
from rates_continuation.two_parameter_curve import TwoParameterCurve

What = Literal["time", "equilibria", "cycles", "curve"]
REGULAR, END, FAILED = "RG", "EP", "MX"
#: what Auto-07p calls special points; all others have one name
LABELS = {"LPC": "LP", "NS": "TR", "BPC": "BP"}
#: what PyCoBi's curves have, and what to use here
OF_CURVES = {
    "summary": "A curve has no summary: ode.get_summary(curve) is its table.",
    "auto_solution": "There are no objects of Auto-07p: curve.solutions has all solutions, curve.branch their branch.",
    "pycobi_key": "The number of a curve is curve.key.",
    "branch_id": "Branches have no numbers of Auto-07p: curve.key is that of the run.",
    "icps": "Parameters are known by their paths: curve.free has those that vary.",
}
_LABEL = re.compile(r"^(\D+?)(\d*)$")


@frozen(eq=False)
class Solution:
    """One solution.

    Attributes:
        label: `EP` at ends, `RG` if there is nothing special, else the kind of a special point as Auto-07p has it.
        parameters: values that are not those of the model, by path.
        states: by path; on cycles the largest values.
        smallest: likewise, on cycles; else None.
        eigenvalues: of an equilibrium; of a cycle the multipliers but for the one that is 1; empty in time.
        stable: whether it is; None in time.
        period: of a cycle, or of small ones around a Hopf point; else NaN.
        time: in a run; else NaN.
        profile: of a cycle; else None.
        special: the special point that it is; None if it is none, or comes from a file.
    """

    label: str
    parameters: Mapping[str, float]
    states: Mapping[str, float]
    smallest: Mapping[str, float] | None = None
    eigenvalues: np.ndarray = field(factory=lambda: np.zeros(0, complex))
    stable: bool | None = None
    period: float = float("nan")
    time: float = float("nan")
    profile: Profile | None = None
    special: SpecialPoint | None = None


@frozen(eq=False)
class Curve:
    """Solutions that were computed by one run.

    Attributes:
        key: number of the run, from 0.
        name: that it was given, or empty.
        what: it is of.
        free: paths of the parameters that vary; of a run in time none.
        solutions: in order.
        constants: of Auto-07p with which it was computed.
        kind: of a curve of special points, of which all are; else empty.
        branch: as rates-continuation has it; None in time and from a file.
        wanted: what its table shows.
        parts: curves that were merged into it.
    """

    key: int
    name: str
    what: What
    free: tuple[str, ...]
    solutions: Sequence[Solution]
    constants: Mapping[str, Any] = field(repr=False)
    kind: str = ""
    branch: Branch | TwoParameterCurve | None = field(default=None, repr=False)
    wanted: Wanted = field(factory=Wanted, repr=False)
    parts: tuple[Curve, ...] = field(default=(), repr=False)

    def __getattr__(self, name: str) -> Any:
        """Say what to use in place of what PyCoBi's curves have.

        Raises:
            AttributeError: always.
        """
        raise AttributeError(OF_CURVES.get(name, f"A curve has no '{name}'."))

    def __repr__(self) -> str:
        along = f" in {' and '.join(self.free)}" if self.free else ""
        labels = ", ".join(f"{label}{count}" for label, count in self.labels if label not in (REGULAR, END)) or "none"
        what = self.kind or {"time": "a run"}.get(self.what, self.what)
        return f"<Curve {self.key}, {self.name!r}: {len(self.solutions)} points of {what}{along}; special: {labels}>"

    def part_with(self, solution: Solution) -> Curve:
        """Return the curve on which a solution was computed: this one, or one that was merged into it."""
        return next((part for part in self.parts if any(each is solution for each in part.solutions)), self)

    @property
    def labels(self) -> list[tuple[str, int]]:
        """Return the label of each solution, and which of its kind it is."""
        counts, found = dict[str, int](), list[tuple[str, int]]()
        for solution in self.solutions:
            counts[solution.label] = counts.get(solution.label, 0) + 1
            found.append((solution.label, counts[solution.label]))
        return found

    def index(self, point: Any) -> int:
        """Return which solution a label or a number, from 1, stands for.

        Raises:
            UnknownNameError: there is none of that label.
            ArgumentError: there are fewer, or it is no label.
        """
        if isinstance(point, (int, np.integer)) and not isinstance(point, bool):
            if not 1 <= int(point) <= len(self.solutions):
                raise ArgumentError(
                    f"Points of {self._called} have numbers from 1 to {len(self.solutions)}; {point} is none of them."
                )
            return int(point) - 1
        match = _LABEL.match(point) if isinstance(point, str) else None
        if match is None:
            raise ArgumentError(
                f"A point is named by its label, such as 'HB1', or by its number; it is {shown(point)}."
            )
        label, number = match[1], int(match[2] or 1)
        if label == END and number in (1, 2):  # ends are ends, whatever else they are
            return 0 if number == 1 else len(self.solutions) - 1
        if (label, number) not in self.labels:
            known = [f"{kind}{count}" for kind, count in self.labels if kind != REGULAR]
            raise UnknownNameError(f"There is no point {point!r} on {self._called}.{did_you_mean(point, known)} "
                                   f"It has: {', '.join(known)}.")  # fmt: skip
        return self.labels.index((label, number))

    @property
    def _called(self) -> str:
        return f"the curve '{self.name}'" if self.name else f"curve {self.key}"
