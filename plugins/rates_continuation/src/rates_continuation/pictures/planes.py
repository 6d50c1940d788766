"""Curves of special points in the plane of two parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_continuation.pictures.axes import axes_of, show_legend
from rates_continuation.pictures.labels import label
from rates_continuation.pictures.lines import special_numbers, stability
from rates_continuation.pictures.marks import BLUE, GREEN, ORANGE, PURPLE, SKY, mark_all
from rates_continuation.pictures.parts import parts_of
from rates_continuation.pictures.smooth import Knots
from rates_continuation.two_parameter_curve import NAMES, TwoParameterCurve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

THICK, THIN = 1.8, 0.8
LOOKS: Mapping[str, tuple[str, Any]] = {
    "LP": ("black", "-"),
    "HB": (BLUE, (0, (5.0, 1.5))),
    "HOM": (SKY, "-"),
    "LPC": (GREEN, (0, (5.0, 1.5, 1.0, 1.5))),
    "PD": (PURPLE, (0, (1.0, 1.0))),
    "NS": (ORANGE, (0, (3.0, 1.2, 1.0, 1.2, 1.0, 1.2))),
}


def drawn(curve: TwoParameterCurve, ax: Axes | None) -> Axes:
    """Return axes with a curve drawn into them, thin where it ends nothing that is stable.

    Raises:
        PluginError: Matplotlib is not installed.
    """
    axes = axes_of(ax)
    places: dict[str, list[tuple[float, float]]] = {}
    for point in curve.specials:
        first, second = (point[path] for path in curve.parameters)
        places.setdefault(point.kind, []).append((first, second))
    color, style = LOOKS[curve.kind]
    if len(curve) > 1:
        numbers = [point.number + 1 for point in curve.specials]
        own = np.array([[point[path] for path in curve.parameters] for point in curve.specials]).reshape(-1, 2)
        knots = Knots.through(np.insert(curve.p, numbers, own, axis=0), special_numbers(curve.specials))
        for part in parts_of(knots, stability(curve.unstable == 0, curve.specials)):
            width = THICK if part.stable else THIN
            axes.plot(*part.points.T, color=color, linestyle=style, linewidth=width, label=NAMES[curve.kind])
    mark_all(axes, places)
    axes.set_xlabel(label(curve.parameters[0], curve.parameters))
    axes.set_ylabel(label(curve.parameters[1], curve.parameters))
    show_legend(axes)
    _widen_legend(axes)
    return axes


def _widen_legend(axes: Axes) -> None:
    """Give lines one width in the legend, of either width as they are in the plane."""
    from matplotlib.lines import Line2D

    legend = axes.get_legend()
    for handle in () if legend is None else legend.legend_handles:
        if isinstance(handle, Line2D) and handle.get_label() in NAMES.values():
            handle.set_linewidth(THICK)
