"""The structure of a circuit as a picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rates_core.reports.needed import check_needed
from rates_core.reports.sketch import Arrow, Sketch, sketch

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    from matplotlib.figure import Figure

    from rates_core.templates.circuit import CircuitTemplate

Places = Mapping[str, "np.ndarray"]

LIBRARIES = ("networkx", "matplotlib")

_EXCITING, _INHIBITING = "firebrick", "royalblue"
_NODE_SIZE = 2600  # area of a vertex in points, which holds a label of three lines
_NODE_RADIUS = _NODE_SIZE**0.5 / 2
_LOOP_ANGLE = math.radians(30)
_EXTENT = 1.6  # from the centre of a ring of radius 1 to the edge of the picture
_LABELLED = 40  # arrows that carry their weights; labels of more would cover each other


def draw(circuit: CircuitTemplate, path: str | Path | None = None) -> Figure:
    """Return a figure of a circuit's structure, and write it if a path is given.

    Arrows are red where the weights sum to more than 0 and blue else, dashed where there is a delay, and carry the
    weight, or the number of projections if their weights differ.

    Raises:
        PluginError: networkx or matplotlib is not installed.
        UnknownNameError: a path of the circuit names what does not exist.
    """
    check_needed("A picture of the structure", *LIBRARIES)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = sketch(circuit)
    size = 5.0 + 0.3 * len(shown.vertices)
    figure = Figure(figsize=(size, size), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set(xlim=(-_EXTENT, _EXTENT), ylim=(-_EXTENT, _EXTENT), aspect="equal")
    axes.set_title(circuit.name)
    _draw(shown, axes)
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def _draw(shown: Sketch, axes: Any) -> None:
    import networkx as nx

    vertices = nx.DiGraph()
    vertices.add_nodes_from(shown.vertices)
    places = nx.circular_layout(vertices)
    nodes = {"ax": axes, "node_size": _NODE_SIZE}
    nx.draw_networkx_nodes(vertices, places, node_color="whitesmoke", edgecolors="dimgray", **nodes)
    nx.draw_networkx_labels(vertices, places, labels=dict(shown.vertices), ax=axes, font_size=7)
    between = [arrow for arrow in shown.arrows if arrow.source != arrow.target]
    labelled = len(shown.arrows) <= _LABELLED
    _draw_between(vertices, places, between, nodes, labelled)
    for arrow in shown.arrows:
        if arrow.source == arrow.target:
            _draw_loop(arrow, places[arrow.source], axes, labelled)


def _draw_between(
    vertices: nx.DiGraph, places: Places, arrows: Sequence[Arrow], nodes: Mapping[str, Any], labelled: bool
) -> None:
    import networkx as nx

    ends = [(arrow.source, arrow.target) for arrow in arrows]
    style = {**nodes, "connectionstyle": "arc3,rad=0.15"}
    vertices.add_edges_from(ends)
    nx.draw_networkx_edges(
        vertices,
        places,
        edgelist=ends,
        edge_color=list(map(_color, arrows)),
        style=list(map(_line, arrows)),
        arrowsize=14,
        **style,
    )
    if labelled:
        labels = dict(zip(ends, map(_label, arrows), strict=True))
        nx.draw_networkx_edge_labels(vertices, places, edge_labels=labels, font_size=7, rotate=False, **style)


def _draw_loop(arrow: Arrow, place: np.ndarray, axes: Any, labelled: bool) -> None:
    """Draw an arrow from a vertex to itself, on its outer side; networkx draws none where all vertices lie in a row."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.transforms import Affine2D, ScaledTranslation

    angle = math.atan2(place[1], place[0]) if place.any() else math.pi / 2
    points = (
        Affine2D().scale(1 / 72) + axes.figure.dpi_scale_trans + ScaledTranslation(place[0], place[1], axes.transData)
    )
    patch = FancyArrowPatch(
        _at(angle - _LOOP_ANGLE, _NODE_RADIUS),
        _at(angle + _LOOP_ANGLE, _NODE_RADIUS),
        connectionstyle="arc3,rad=2",
        arrowstyle="-|>",
        mutation_scale=14,
        shrinkA=0,
        shrinkB=0,
        color=_color(arrow),
        linestyle=_line(arrow),
        transform=points,
        clip_on=False,
    )
    axes.add_patch(patch)
    if labelled:
        place_of_label = {"xytext": _at(angle, 2.3 * _NODE_RADIUS), "textcoords": "offset points"}
        axes.annotate(_label(arrow), place, fontsize=7, ha="center", va="center", **place_of_label)


def _at(angle: float, distance: float) -> tuple[float, float]:
    return distance * math.cos(angle), distance * math.sin(angle)


def _color(arrow: Arrow) -> str:
    return _EXCITING if arrow.total > 0 else _INHIBITING


def _line(arrow: Arrow) -> str:
    return "dashed" if arrow.is_delayed else "solid"


def _label(arrow: Arrow) -> str:
    number = "" if arrow.weight is None else f"{arrow.weight:.4g}"
    times = f"{arrow.count}×" if arrow.count > 1 else ""
    return " ".join(filter(None, (times, number)))
