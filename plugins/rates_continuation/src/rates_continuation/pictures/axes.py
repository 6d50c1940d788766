"""What pictures are drawn into, and their legends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rates_core.needed import check_needed

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

SIZE = (5.2, 3.7)  # inches


def axes_of(ax: Axes | None) -> Axes:
    """Return axes to draw into: those that are given, or those of a new figure.

    Raises:
        PluginError: Matplotlib is not installed.
    """
    check_needed("A picture", "matplotlib", extra="pictures")
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=SIZE, layout="constrained")[1]


def show_legend(axes: Axes) -> None:
    """Name what is drawn, each once: lines, then symbols."""
    handles, names = axes.get_legend_handles_labels()
    once = dict(zip(reversed(names), reversed(handles), strict=True))  # the first of equal ones
    order = sorted(dict.fromkeys(names), key=lambda name: _is_symbol(once[name]))
    if order:
        axes.legend([once[name] for name in order], order, fontsize="small", framealpha=0.85)


def _is_symbol(drawn: Artist) -> bool:
    from matplotlib.lines import Line2D

    return isinstance(drawn, Line2D) and drawn.get_linestyle() == "None"
