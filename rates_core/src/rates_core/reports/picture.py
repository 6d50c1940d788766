"""The structure of a circuit as a picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from rates_core.errors import ArgumentError
from rates_core.files import obstacle, path_of
from rates_core.needed import check_needed
from rates_core.reports.mark import MARK, is_our_picture
from rates_core.reports.sketch import Arrow, Sketch, sketch
from rates_core.switches import switch

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

    from rates_core.templates.circuit import CircuitTemplate

LIBRARIES = ("networkx", "matplotlib")

#: Formats of pictures, and the entry of their metadata that says who made them.
_MARKED = {".png": "Software", ".pdf": "Creator", ".svg": "Creator"}

_EXCITING, _INHIBITING = "firebrick", "royalblue"
_RADIUS = 25.0  # of a vertex in points, which holds a label of three lines
_FONT = 7.0  # size of labels in points
_LOOP_ANGLE = math.radians(30)  # between the outer side of a vertex and the ends of an arrow to itself
_EXTENT = 1.6  # from the centre of a ring of radius 1 to the edge of the picture
_LARGEST = 18.0  # width of a picture in inches
_CROWDED = 40  # vertices or arrows; more vertices are smaller, and labels of more arrows would cover each other


def draw(circuit: CircuitTemplate, path: str | Path | None = None, overwrite: bool = False) -> Figure:
    """Return a figure of a circuit's structure, and write it if a path is given; see `CircuitTemplate.draw`.

    Arrows are red where the weights sum to more than 0 and blue else, dashed where there is a delay, and carry the
    weight, or the number of projections if their weights differ.

    Raises:
        PluginError: networkx or matplotlib is not installed.
        ArgumentError: the file is not ours or cannot be written, or its ending is unknown.
        UnknownNameError: a path of the circuit names what does not exist.
    """
    check_needed("A picture of the structure", *LIBRARIES, extra="pictures")
    if path is not None:
        _check_file(path_of("path", path), switch("overwrite", overwrite))
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = sketch(circuit)
    size = min(5.0 + 0.3 * len(shown.vertices), _LARGEST)
    figure = Figure(figsize=(size, size), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set(xlim=(-_EXTENT, _EXTENT), ylim=(-_EXTENT, _EXTENT), aspect="equal")
    axes.set_title(_plain(circuit.name))
    _draw(shown, axes)
    if path is not None:
        figure.savefig(path, dpi=150, metadata={_MARKED[Path(path).suffix.lower()]: MARK})
    return figure


def _check_file(file: Path, overwrite: bool) -> None:
    if file.suffix.lower() not in _MARKED:
        raise ArgumentError(f"A picture '{file}' must end in {', '.join(_MARKED)}.")
    if (reason := obstacle(file)) is not None:
        raise ArgumentError(f"{reason}.")
    if file.exists() and not overwrite and not is_our_picture(file):
        raise ArgumentError(f"'{file}' exists and was not {MARK}. Choose another name, or remove it.")


def _plain(text: str) -> str:
    """Return text in which Matplotlib sees no formula."""
    return text.replace("$", r"\$")


def _draw(shown: Sketch, axes: Any) -> None:
    import networkx as nx

    vertices = nx.DiGraph()
    vertices.add_nodes_from(shown.vertices)
    scale = min(1.0, _CROWDED / max(1, len(vertices)))
    ring = _Ring(axes, vertices, nx.circular_layout(vertices), scale, len(shown.arrows) <= _CROWDED)
    ring.draw_vertices(shown.vertices)
    ring.draw_between([arrow for arrow in shown.arrows if arrow.source != arrow.target])
    for arrow in shown.arrows:
        if arrow.source == arrow.target:
            ring.draw_loop(arrow)


@frozen
class _Ring:
    """Vertices on a ring, and how large they are.

    Attributes:
        vertices: a `networkx.DiGraph` of them.
        places: where they are.
        scale: their size, 1 if there is room for all.
        is_labelled: whether arrows carry their weights.
    """

    axes: Any
    vertices: Any
    places: Mapping[str, np.ndarray]
    scale: float
    is_labelled: bool

    @property
    def radius(self) -> float:
        """Return the radius of a vertex in points."""
        return _RADIUS * self.scale

    @property
    def style(self) -> dict[str, Any]:
        """Return what networkx has to know of the vertices to draw them, and arrows that end at them."""
        return {"ax": self.axes, "node_size": (2 * self.radius) ** 2}

    def draw_vertices(self, labels: Mapping[str, str]) -> None:
        """Draw all vertices with their labels."""
        import networkx as nx

        look = {"node_color": "whitesmoke", "edgecolors": "dimgray"}
        nx.draw_networkx_nodes(self.vertices, self.places, **look, **self.style)
        shown = {name: _plain(text) for name, text in labels.items()}
        size = _FONT * self.scale
        nx.draw_networkx_labels(self.vertices, self.places, labels=shown, ax=self.axes, font_size=size)

    def draw_between(self, arrows: Sequence[Arrow]) -> None:
        """Draw arrows between different vertices."""
        import networkx as nx

        ends = [(arrow.source, arrow.target) for arrow in arrows]
        self.vertices.add_edges_from(ends)
        style = {**self.style, "connectionstyle": "arc3,rad=0.15"}
        colors, lines = list(map(_color, arrows)), list(map(_line, arrows))
        look = {"edgelist": ends, "edge_color": colors, "style": lines, "arrowsize": 14 * self.scale}
        nx.draw_networkx_edges(self.vertices, self.places, **look, **style)
        if self.is_labelled:
            labels = {"edge_labels": dict(zip(ends, map(_label, arrows), strict=True)), "font_size": _FONT}
            nx.draw_networkx_edge_labels(self.vertices, self.places, rotate=False, **labels, **style)

    def draw_loop(self, arrow: Arrow) -> None:
        """Draw an arrow from a vertex to itself on its outer side; networkx draws none if all lie in a row."""
        from matplotlib.patches import FancyArrowPatch
        from matplotlib.transforms import Affine2D, ScaledTranslation

        x, y = self.places[arrow.source].tolist()
        angle = math.atan2(y, x) if x or y else math.pi / 2
        vertex = ScaledTranslation(x, y, self.axes.transData)
        patch = FancyArrowPatch(
            _at(angle - _LOOP_ANGLE, self.radius),
            _at(angle + _LOOP_ANGLE, self.radius),
            connectionstyle="arc3,rad=2",
            arrowstyle="-|>",
            mutation_scale=14 * self.scale,
            shrinkA=0,
            shrinkB=0,
            color=_color(arrow),
            linestyle=_line(arrow),
            transform=Affine2D().scale(1 / 72) + self.axes.figure.dpi_scale_trans + vertex,
            clip_on=False,
        )
        self.axes.add_patch(patch)
        if self.is_labelled:
            place = {"xytext": _at(angle, 2.3 * self.radius), "textcoords": "offset points"}
            self.axes.annotate(_label(arrow), (x, y), fontsize=_FONT, ha="center", va="center", **place)


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
