"""Pictures of branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rates_continuation.branch import Branch

MARKS = {"LP": "o", "HB": "s", "BP": "D", "LPC": "^", "PD": "v", "NS": "*", "BPC": "P", "??": "x"}


def drawn(branch: Branch, path: str, ax: Axes | None) -> Axes:
    """Return axes with a branch drawn into them."""
    import matplotlib.pyplot as plt

    axes = plt.subplots()[1] if ax is None else ax
    across, stable = branch.column(branch.parameters[0]), branch.unstable == 0
    for up in branch.drawn(path):
        for begin, end in _parts(stable):
            axes.plot(across[begin:end], up[begin:end], color=branch.color, linestyle="-" if stable[begin] else "--")
    for kind, mark in MARKS.items():
        points = [(point[branch.parameters[0]], point[path]) for point in branch.special(kind)]
        if points:
            axes.plot(*np.transpose(points), mark, color="tab:red", label=kind)
    if branch.specials:
        axes.legend()
    axes.set_xlabel(branch.parameters[0])
    axes.set_ylabel(path)
    return axes


def _parts(stable: np.ndarray) -> list[tuple[int, int]]:
    """Return where parts of one stability begin and end; each goes on to the first point of the next."""
    changes = np.nonzero(np.diff(stable.astype(int)))[0] + 1
    starts = [0, *changes.tolist()]
    ends = [*(place + 1 for place in changes.tolist()), len(stable)]
    return list(zip(starts, ends, strict=True))
