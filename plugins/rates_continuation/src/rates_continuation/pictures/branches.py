"""Branches over their parameter."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from rates_core.errors import UnknownNameError

from rates_continuation.branch import Branch
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.pictures.axes import axes_of, show_legend
from rates_continuation.pictures.labels import label
from rates_continuation.pictures.lines import PERIOD, lines_of, places_of
from rates_continuation.pictures.marks import BLUE, DASHES, mark_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def drawn(branches: Sequence[Branch], path: str, ax: Axes | None) -> Axes:
    """Return axes with branches drawn into them: their special points above all lines.

    Raises:
        UnknownNameError: they have no such state; or none of them has periods.
        PluginError: Matplotlib is not installed.
    """
    axes = axes_of(ax)
    shown = [branch for branch in branches if path != PERIOD or isinstance(branch, CycleBranch)]
    if not shown:
        raise UnknownNameError("There are no periods to draw: no branch is one of cycles.")
    places: dict[str, list[tuple[float, float]]] = {}
    for branch in shown:
        _draw_lines(axes, branch, path)
        for kind, found in places_of(branch, path).items():
            places.setdefault(kind, []).extend(found)
    mark_all(axes, places)
    name_axes(axes, shown[0], path)
    show_legend(axes)
    return axes


def name_axes(axes: Axes, branch: Branch, path: str) -> None:
    """Write the parameter below, and beside what is drawn over it."""
    names = [*branch.parameters, *branch.states]
    axes.set_xlabel(label(branch.parameters[0], names))
    axes.set_ylabel(path if path not in names else label(path, names))


def _draw_lines(axes: Axes, branch: Branch, path: str) -> None:
    cycles = isinstance(branch, CycleBranch)
    color, width = (BLUE, 1.3) if cycles else ("black", 1.8)
    known = branch.eigenvalues.shape[-1] > 0  # without these there is no stability
    for part in chain.from_iterable(lines_of(branch, path)):
        axes.plot(
            *part.points.T, color=color, linewidth=width, linestyle="-" if part.stable else DASHES,
            label=f"{'stable ' if part.stable else 'unstable '}{branch.what}" if known else branch.what,
        )  # fmt: skip
