"""Eigenvalues and Floquet multipliers: in the complex plane, and along a branch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from rates_core.errors import ArgumentError

from rates_continuation.branch import Branch
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.pictures.axes import axes_of, show_legend
from rates_continuation.pictures.branches import name_axes
from rates_continuation.pictures.marks import BLUE, GREEN, MARKS, ORANGE, PURPLE, RED, SKY, mark_all
from rates_continuation.pictures.points import names_of, shown_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLORS = ("black", RED, BLUE, GREEN, ORANGE, PURPLE, SKY)
SYMBOLS = ("o", "s", "^", "D", "v", "P", "X")
ROOM = 0.2  # of the largest eigenvalue, on all sides of 0
LEAST, MOST = 1e-4, 1e4  # multipliers that are told from 0 and from infinity in a picture, and from errors of a mesh


def drawn(branch: Branch, points: Sequence[Any], ax: Axes | None) -> Axes:
    """Return axes with the eigenvalues or multipliers of some points drawn into them.

    Raises:
        ArgumentError: something is no point of the branch, or none is given and it has no special ones.
        PluginError: Matplotlib is not installed.
    """
    chosen = shown_of(branch, points or branch.specials)
    if not chosen:
        raise ArgumentError("The branch has no special points; give numbers of points whose eigenvalues are drawn.")
    axes, cycles = axes_of(ax), isinstance(branch, CycleBranch)
    for number, (point, name) in enumerate(zip(chosen, names_of(branch, chosen), strict=True)):
        color = COLORS[number % len(COLORS)]
        symbol = MARKS[point.kind].symbol if point.kind in MARKS else SYMBOLS[number % len(SYMBOLS)]
        axes.plot(
            point.eigenvalues.real, point.eigenvalues.imag, symbol, markeredgecolor=color, label=name,
            fillstyle="none", markersize=6.0 + number % 3, zorder=3, color=color,
        )  # fmt: skip
    _draw_border(axes, cycles)
    if not cycles:
        _widen(axes, max(float(np.nanmax(np.abs(point.eigenvalues))) for point in chosen))
    axes.set_xlabel("real part")
    axes.set_ylabel("imaginary part")
    show_legend(axes, above=True)
    return axes


def _widen(axes: Axes, size: float) -> None:
    """Show what is next to the imaginary axis as being there, and not by how much it misses that by rounding."""
    axes.update_datalim([(-ROOM * size, -ROOM * size), (ROOM * size, ROOM * size)])
    axes.autoscale_view()


def _draw_border(axes: Axes, cycles: bool) -> None:
    """Draw what parts stable from unstable: the unit circle, or the imaginary axis."""
    axes.axhline(0.0, color="grey", linewidth=0.5)
    axes.axvline(0.0, color="grey", linewidth=0.5 if cycles else 1.2)
    if cycles:
        angles = np.linspace(0.0, 2 * np.pi, 201)
        axes.plot(np.cos(angles), np.sin(angles), color="grey", linewidth=1.2)
        axes.set_aspect("equal", adjustable="datalim")


def drawn_along(branch: Branch, ax: Axes | None) -> Axes:
    """Return axes with the real parts of eigenvalues, or the absolute values of multipliers, drawn into them.

    Raises:
        PluginError: Matplotlib is not installed.
    """
    axes, cycles = axes_of(ax), isinstance(branch, CycleBranch)
    sizes = np.abs(branch.eigenvalues)
    values = np.where((sizes < LEAST) | (sizes > MOST), np.nan, sizes) if cycles else branch.eigenvalues.real
    color = BLUE if cycles else "black"
    axes.axhline(1.0 if cycles else 0.0, color="grey", linewidth=0.8)
    axes.plot(branch.p[:, 0], values, color=color, linewidth=1.0)
    places: dict[str, list[tuple[float, float]]] = {}
    for point in branch.specials:
        places.setdefault(point.kind, []).append((point[branch.parameters[0]], 1.0 if cycles else 0.0))
    mark_all(axes, places)
    if cycles:
        axes.set_yscale("log")
    name_axes(axes, branch, "absolute Floquet multipliers" if cycles else "real parts of eigenvalues")
    show_legend(axes)
    return axes
