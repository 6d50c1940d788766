"""Legends where they hide least of curves, of which Matplotlib does not know where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLACES = {
    "upper right": (1.0, 1.0), "upper left": (0.0, 1.0), "lower right": (1.0, 0.0), "lower left": (0.0, 0.0),
    "center right": (1.0, 0.5), "center left": (0.0, 0.5),
}  # fmt: skip
SIZE = (0.3, 0.35)  # of a legend, of the axes
FINE = 50  # points on each piece of a line


def show_legend(axes: Axes) -> None:
    """Name what is marked, each kind once, where least of all curves goes through."""
    handles, names = axes.get_legend_handles_labels()
    if names:
        once = dict(zip(names, handles, strict=True))
        axes.legend(once.values(), once.keys(), loc=_emptiest(axes))


def _emptiest(axes: Axes) -> Any:
    from matplotlib.collections import LineCollection

    pieces = [
        np.asarray(piece) for lines in axes.collections if isinstance(lines, LineCollection)
        for piece in lines.get_segments()
    ]  # fmt: skip
    limits = np.array([axes.get_xlim(), axes.get_ylim()]).T
    at = (np.vstack([_fine(piece) for piece in pieces]) - limits[0]) / (limits[1] - limits[0])
    within = {name: int(np.all(np.abs(at - place) < SIZE, axis=1).sum()) for name, place in PLACES.items()}
    return min(within, key=lambda name: within[name])


def _fine(piece: np.ndarray) -> np.ndarray:
    """Return points along a piece of a line, between its points too."""
    shares = np.linspace(0.0, len(piece) - 1, FINE * len(piece))
    return np.column_stack([np.interp(shares, np.arange(len(piece)), column) for column in piece.T])
