"""Pictures of branches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rates_continuation.branch import Branch
    from rates_continuation.special import SpecialPoint
    from rates_continuation.two_parameter_curve import TwoParameterCurve

MARKS = {
    "LP": "o", "HB": "s", "BP": "D", "LPC": "^", "PD": "v", "NS": "*", "BPC": "P", "??": "x",
    "CP": "<", "BT": "p", "ZH": "h", "GH": ">", "HH": "X", "NSH": "d",
}  # fmt: skip
LINES = {"LP": "tab:blue", "HB": "tab:orange", "LPC": "tab:green", "PD": "tab:purple", "NS": "tab:brown",
         "HOM": "tab:gray"}  # fmt: skip


def drawn(branch: Branch, path: str, ax: Axes | None) -> Axes:
    """Return axes with a branch drawn into them."""
    import matplotlib.pyplot as plt

    axes = plt.subplots()[1] if ax is None else ax
    across, stable = branch.column(branch.parameters[0]), branch.unstable == 0
    for up in branch.drawn(path):
        for begin, end in _parts(stable):
            axes.plot(across[begin:end], up[begin:end], color=branch.color, linestyle="-" if stable[begin] else "--")
    _mark(axes, branch.specials, branch.parameters[0], path)
    return axes


def drawn_in_plane(curve: TwoParameterCurve, ax: Axes | None) -> Axes:
    """Return axes with a curve drawn into them, over both of its parameters."""
    import matplotlib.pyplot as plt

    axes = plt.subplots()[1] if ax is None else ax
    axes.plot(*curve.p.T, color=LINES[curve.kind], label=curve.kind)
    _mark(axes, curve.specials, *curve.parameters)
    labelled = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))  # of several curves, each once
    axes.legend(labelled.values(), labelled.keys())
    return axes


def _mark(axes: Axes, specials: Sequence[SpecialPoint], across: str, up: str) -> None:
    """Draw special points with their kinds, and name the axes."""
    for kind, mark in MARKS.items():
        points = [(point[across], point[up]) for point in specials if point.kind == kind]
        if points:
            axes.plot(*np.transpose(points), mark, color="tab:red", label=kind)
    if specials:
        axes.legend()
    axes.set_xlabel(across)
    axes.set_ylabel(up)


def _parts(stable: np.ndarray) -> list[tuple[int, int]]:
    """Return where parts of one stability begin and end; each goes on to the first point of the next."""
    changes = np.nonzero(np.diff(stable.astype(int)))[0] + 1
    starts = [0, *changes.tolist()]
    ends = [*(place + 1 for place in changes.tolist()), len(stable)]
    return list(zip(starts, ends, strict=True))
