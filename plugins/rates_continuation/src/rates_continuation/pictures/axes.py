"""What pictures are drawn into, and their legends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rates_core.needed import check_needed

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

SIZE = (5.2, 3.7)  # inches
UNSTABLE = "un"  # before "stable"


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


def show_legend(axes: Axes, above: bool = False) -> None:
    """Name what is drawn, each once: lines, of these stable ones before others of a kind, then symbols.

    Args:
        axes: that have it.
        above: whether it stands above them, where it hides nothing, and not where most room is.
    """
    handles, names = axes.get_legend_handles_labels()
    once = dict(zip(reversed(names), reversed(handles), strict=True))  # the first of equal ones
    kinds = list(dict.fromkeys(name.removeprefix(UNSTABLE) for name in names))
    order = sorted(
        dict.fromkeys(names),
        key=lambda name: (_is_symbol(once[name]), kinds.index(name.removeprefix(UNSTABLE)), name.startswith(UNSTABLE)),
    )
    if order:
        place: dict[str, Any] = {"framealpha": 0.85}
        if above:
            place = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": 2, "frameon": False}
        axes.legend([once[name] for name in order], order, fontsize="small", **place)


def _is_symbol(drawn: Artist) -> bool:
    from matplotlib.lines import Line2D

    return isinstance(drawn, Line2D) and drawn.get_linestyle() == "None"
