"""States along cycles, over time or over phase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.pictures.axes import axes_of, show_legend
from rates_continuation.pictures.labels import label
from rates_continuation.pictures.marks import BLUE, GREEN, ORANGE, PURPLE, RED, SKY
from rates_continuation.pictures.points import names_of, shown_of
from rates_continuation.profile import Profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FINE = 12  # points of an interval of the mesh
FEW = 5  # cycles of a branch
LIGHTEST = 0.85  # of the colours of a map that goes from dark to light
COLORS = ("black", BLUE, RED, GREEN, PURPLE, ORANGE, SKY)
STYLES = ("-", "--", "-.", ":")


def drawn(profile: Profile, paths: Sequence[str], phase: bool, ax: Axes | None) -> Axes:
    """Return axes with states of a cycle drawn into them.

    Raises:
        UnknownNameError: there is no such state.
        PluginError: Matplotlib is not installed.
    """
    axes = axes_of(ax)
    for number, path in enumerate(paths or profile.states):
        axes.plot(
            *_line(profile, path, phase), color=COLORS[number % len(COLORS)], linestyle=STYLES[number % len(STYLES)],
            label=label(path, profile.states),
        )  # fmt: skip
    _name(axes, phase)
    show_legend(axes, above=True)
    return axes


def drawn_along(branch: CycleBranch, path: str, points: Sequence[Any], phase: bool, ax: Axes | None) -> Axes:
    """Return axes with a state along some cycles of a branch drawn into them, the first one darkest.

    Raises:
        UnknownNameError: there is no such state.
        ArgumentError: something is no point of the branch.
        PluginError: Matplotlib is not installed.
    """
    axes = axes_of(ax)
    import matplotlib as mpl

    chosen = shown_of(branch, points or np.unique(np.linspace(0, len(branch) - 1, FEW).astype(int)).tolist())
    colors = mpl.colormaps["viridis"](np.linspace(0.0, LIGHTEST, len(chosen)))
    for number, (point, color, name) in enumerate(zip(chosen, colors, names_of(branch, chosen), strict=True)):
        if point.profile is not None:
            axes.plot(
                *_line(point.profile, path, phase), color=color, linestyle=STYLES[number % len(STYLES)],
                label=name,
            )  # fmt: skip
    axes.set_ylabel(label(path, branch.states))
    _name(axes, phase)
    show_legend(axes, above=True)
    return axes


def _line(profile: Profile, path: str, phase: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return times, or phases, and the values of a state: of the polynomials between the nodes too."""
    profile[path]  # raises for what is no state
    mesh = profile.mesh
    shares = np.append((mesh[:-1, None] + np.diff(mesh)[:, None] * np.arange(FINE) / FINE).ravel(), 1.0)
    values = profile.at(shares * profile.period)[:, profile.states.index(path)]
    return (shares if phase else shares * profile.period), values


def _name(axes: Axes, phase: bool) -> None:
    axes.set_xlabel("phase" if phase else "time")
