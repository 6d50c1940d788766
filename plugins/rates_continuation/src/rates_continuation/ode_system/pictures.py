"""Pictures of curves, by the calls of PyCoBi."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.switches import switch

from rates_continuation.bounds import count
from rates_continuation.ode_system.legends import show_legend
from rates_continuation.ode_system.look import Look
from rates_continuation.ode_system.names import Names
from rates_continuation.ode_system.solutions import END, REGULAR, Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure

#: marker and colour of each kind of special points
STYLES: Mapping[str, tuple[str, str]] = {
    "LP": ("v", "tab:gray"), "HB": ("o", "tab:green"), "BP": ("D", "tab:blue"), "PD": ("h", "tab:purple"),
    "TR": ("X", "tab:brown"), "UZ": ("s", "tab:olive"), "CP": ("d", "tab:purple"), "GH": ("o", "tab:red"),
    "BT": ("s", "tab:red"), "ZH": ("^", "tab:red"), "HH": ("P", "tab:red"), "??": ("x", "black"),
}  # fmt: skip
HIDDEN = (REGULAR, END, "MX")
PANEL = (5.0, 4.0)  # inches of axes in a grid


class Pictures(ABC):
    """What draws the curves of a system."""

    @abstractmethod
    def get_continuation(self, key_or_name: Curve | str | int) -> Curve:
        """Return a curve by its name or number."""

    @abstractmethod
    def extract(self, keys: Sequence[Any], cont: Any, point: Any = None) -> tuple[Any, dict[Any, str]]:
        """Return columns of a table, and under which name each of them was found."""

    @property
    @abstractmethod
    def names(self) -> Names:
        """Return what parameters and states are called."""

    def update_bifurcation_style(self, bf_type: str, marker: str | None = None, color: str | None = None) -> None:
        """Draw a kind of special points otherwise from now on.

        Args:
            bf_type: label, such as `HB`.
            marker: of Matplotlib.
            color: of Matplotlib.
        """
        old = self._style(bf_type)
        self.__dict__.setdefault("_styles", {})[bf_type] = (marker or old[0], color or old[1])

    def plot_continuation(
        self,
        x: Any,
        y: Any,
        cont: Curve | str | int,
        ax: Axes | None = None,
        force_axis_lim_update: bool = False,
        bifurcation_legend: bool = True,
        get_stability: bool = True,
        **kwargs: Any,
    ) -> Any:
        """Draw a quantity of a curve over another one: of cycles the smallest and largest values.

        Args:
            x: name of what goes across.
            y: name of what goes up.
            cont: the curve.
            ax: to draw into; a new figure's if None.
            force_axis_lim_update: fit the limits to this curve, whatever is drawn already.
            bifurcation_legend: name the kinds of special points in a legend.
            get_stability: tell stable solutions from others.
            kwargs: how it looks, see `Look`; others are for Matplotlib's `LineCollection`.

        Returns:
            The lines.

        Raises:
            UnknownNameError: there is no such curve or quantity.
        """
        axes, curve, (look, rest) = _axes(ax), self.get_continuation(cont), Look.of(kwargs)
        across, up = self._columns(x, curve), self._columns(y, curve)
        stable = [True if not get_stability or item.stable is None else item.stable for item in curve.solutions]
        lines = _lines(stable, across, up, look, rest)
        axes.add_collection(lines, autolim=False)
        _fit(axes, [across, up], force_axis_lim_update, look.axislimpad)
        look.name(axes, {"x": x, "y": y})
        if look.title_var is not None:
            axes.set_title(f"{look.title_var} = {self._columns(look.title_var, curve)[0][0]:g}")
        self._mark(axes, [label for label, _ in curve.labels], across, up, look)
        if bifurcation_legend:
            show_legend(axes)
        return lines

    def plot_continuation_grid(
        self,
        plots: Sequence[Mapping[str, Any]],
        ncols: int = 2,
        figsize: tuple[float, float] | None = None,
        sharex: bool = False,
        sharey: bool = False,
        **shared_kwargs: Any,
    ) -> tuple[Figure, list[Axes], list[Any]]:
        """Draw several curves, each into axes of its own.

        Args:
            plots: for each of the axes `x`, `y` and `cont` of `plot_continuation`, and what else that takes; and
                `title`, and `panel_label`, which stands above, at the left.
            ncols: number of axes side by side.
            figsize: of the figure, in inches.
            sharex: whether all have the same limits across.
            sharey: likewise upwards.
            shared_kwargs: for all of them, unless one has its own.

        Returns:
            The figure, its axes and the lines in each.

        Raises:
            ArgumentError: there are none, or one does not say what is drawn.
        """
        import matplotlib.pyplot as plt

        columns = min(count("ncols", ncols), max(1, len(plots)))
        rows = -(-len(_specified(plots)) // columns)
        figure, table = plt.subplots(
            rows, columns, figsize=figsize or (PANEL[0] * columns, PANEL[1] * rows), squeeze=False,
            sharex=switch("sharex", sharex), sharey=switch("sharey", sharey), layout="constrained",
        )  # fmt: skip
        panels = list(table.flat)
        lines = [self._panel(axes, {**shared_kwargs, **plot}) for axes, plot in zip(panels, plots, strict=False)]
        for empty in panels[len(plots) :]:
            empty.remove()
        return figure, panels[: len(plots)], lines

    def _panel(self, axes: Axes, plot: dict[str, Any]) -> Any:
        title, label = plot.pop("title", None), plot.pop("panel_label", None)
        lines = self.plot_continuation(ax=axes, **plot)
        if title is not None:
            axes.set_title(title)
        if label is not None:
            axes.set_title(label, loc="left", fontweight="bold")
        return lines

    def plot_bifurcation_points(
        self, solution_types: Any, x_vals: Any, y_vals: Any, ax: Axes, **kwargs: Any
    ) -> tuple[list[Any], list[str]]:
        """Mark special points where they are.

        Args:
            solution_types: label of each solution.
            x_vals: where they are across, a column of a table, or two of them.
            y_vals: likewise upwards.
            ax: to draw into.
            kwargs: how they look, see `Look`.

        Returns:
            Marks and labels as a legend has them.

        Raises:
            UnknownNameError: there is no such argument.
        """
        look, rest = Look.of(kwargs)
        look.check_none(rest)
        across, up = (np.atleast_2d(np.asarray(values, dtype=float).T) for values in (x_vals, y_vals))
        self._mark(ax, [str(label) for label in np.ravel(solution_types)], across, up, look)
        marks, labels = ax.get_legend_handles_labels()
        return list(marks), list(labels)

    def plot_trajectory(
        self,
        variables: Sequence[Any],
        cont: Curve | str | int,
        point: str | int | None = None,
        ax: Any = None,
        force_axis_lim_update: bool = False,
        cutoff: float | None = None,
        colorbar: bool = False,
        colorbar_label: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Draw a run in time, or a cycle, in the space of two or three states.

        Args:
            variables: names of two or three states.
            cont: the curve.
            point: of cycles: which one.
            ax: to draw into; a new figure's if None.
            force_axis_lim_update: fit the limits to this trajectory, whatever is drawn already.
            cutoff: time from the start that is left out.
            colorbar: must be False: a line has one colour.
            colorbar_label: of that.
            kwargs: how it looks, see `Look`; others are for Matplotlib's `plot`.

        Returns:
            The line.

        Raises:
            UnknownNameError: there is no such curve, point or state.
            ArgumentError: these are not two or three states, or there is nothing that goes on in time.
            UnsupportedFeatureError: a colour bar is asked for.
        """
        if colorbar or colorbar_label is not None:
            raise UnsupportedFeatureError(
                "colorbar= is not offered: a trajectory has one colour here. ode.get_solution(cont, point) has the "
                "times and states to draw one by Matplotlib's scatter(..., c=times)."
            )
        paths = [self.names.column(key, self.names.states) for key in variables]
        if len(paths) not in (2, 3):
            raise ArgumentError(f"variables must name two or three states; it names {len(paths)}.")
        curve = self.get_continuation(cont)
        times, values = self._in_time(paths, curve, point)
        values = values[times >= (cutoff or 0.0)]
        axes, (look, rest) = _axes(ax, "3d" if len(paths) == 3 else None), Look.of(kwargs)
        stable = None if point is None else curve.solutions[curve.index(point)].stable
        (line,) = axes.plot(*values.T, **{**look.line(kwargs, stable), **rest})
        if len(paths) == 2:
            _fit(axes, list(values.T[:, None]), force_axis_lim_update, look.axislimpad)
        look.name(axes, dict(zip("xyz", variables, strict=False)))
        return line

    def plot_timeseries(
        self,
        var: Any,
        cont: Curve | str | int,
        points: Sequence[str | int] | None = None,
        ax: Axes | None = None,
        linespecs: Sequence[Mapping[str, Any]] | None = None,
        **kwargs: Any,
    ) -> Axes:
        """Draw a state over time: of a run, or of some cycles.

        Args:
            var: name of the state.
            cont: the curve.
            points: of cycles: which ones; those with a label if None.
            ax: to draw into; a new figure's if None.
            linespecs: arguments of Matplotlib's `plot` for each line.
            kwargs: for all lines, and how they look, see `Look`.

        Returns:
            The axes.

        Raises:
            UnknownNameError: there is no such curve, point or state.
        """
        axes: Axes = _axes(ax)
        look, rest = Look.of(kwargs)
        curve, path = self.get_continuation(cont), self.names.column(var, self.names.states)
        labelled = [number for number, (label, _) in enumerate(curve.labels, start=1) if label != REGULAR]
        wanted: Sequence[Any] = [None] if curve.what == "time" else labelled if points is None else points
        for number, point in enumerate(wanted):
            times, values = self._in_time([path], curve, point)
            own = linespecs[number] if linespecs else {}
            stable = None if point is None else curve.solutions[curve.index(point)].stable
            said = {"label": None if point is None else str(point), **look.line(kwargs, stable)}
            axes.plot(times, values[:, 0], **{**said, **rest, **own})
        look.name(axes, {"x": "t", "y": var})
        return axes

    def _in_time(self, paths: Sequence[str], curve: Curve, point: str | int | None) -> tuple[np.ndarray, np.ndarray]:
        """Return times and values of states of a run or of a cycle."""
        if curve.what == "time":
            values = [[item.states[path] for path in paths] for item in curve.solutions]
            return np.array([item.time for item in curve.solutions]), np.array(values)
        if not curve.solutions or curve.solutions[0].profile is None:
            raise ArgumentError(f"There is no time in {curve!r}. Choose a run in time, or cycles.")
        if point is None:
            raise ArgumentError(f"point= must say which cycle of {curve!r} is drawn, such as 'LP1' or a number.")
        profile = curve.solutions[curve.index(point)].profile
        assert profile is not None
        return profile.times, np.column_stack([profile[path] for path in paths])

    def _columns(self, key: Any, curve: Curve) -> np.ndarray:
        """Return the columns of a quantity, `[columns, points]`."""
        table, found = self.extract([key], curve)
        values = np.atleast_2d(table[found[key]].to_numpy(dtype=float).T)
        return values if len(values) < 3 else np.array([values.min(axis=0), values.max(axis=0)])

    def _mark(self, axes: Axes, kinds: Sequence[str], across: np.ndarray, up: np.ndarray, look: Look) -> None:
        for kind in dict.fromkeys(kinds):
            if kind in HIDDEN or kind in look.ignore:
                continue
            at = [number for number, label in enumerate(kinds) if label == kind]
            marker, color = self._style(kind, (look.default_marker, look.default_color))
            own = look.custom_bf_styles.get(kind, {})
            for number, (one, other) in enumerate(_together(across, up)):
                axes.scatter(
                    one[at], other[at], marker=own.get("marker", marker), c=own.get("color", color),
                    s=look.default_size**2, zorder=3, label=kind if number == 0 else None,
                )  # fmt: skip

    def _style(self, kind: str, default: tuple[str, str] = ("*", "k")) -> tuple[str, str]:
        known: Mapping[str, tuple[str, str]] = {**STYLES, **self.__dict__.get("_styles", {})}
        return known.get(kind, default)


def _axes(ax: Any, projection: str | None = None) -> Any:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.figure().add_subplot(projection=projection)


def _specified(plots: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return plots of a grid.

    Raises:
        ArgumentError: there are none, or one does not say what is drawn.
    """
    for plot in plots:
        missing = [name for name in ("x", "y", "cont") if name not in plot]
        if missing:
            raise ArgumentError(f"Each of plots must name x, y and cont; one has no {' and no '.join(missing)}.")
    if not plots:
        raise ArgumentError("plots must have a dictionary for each of the axes, with x, y and cont; it has none.")
    return plots


def _together(across: np.ndarray, up: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return what is drawn over what: each column of one over that of the other, or over its only one."""
    count = max(len(across), len(up))
    return [(across[min(k, len(across) - 1)], up[min(k, len(up) - 1)]) for k in range(count)]


def _lines(
    stable: Sequence[bool], across: np.ndarray, up: np.ndarray, look: Look, rest: Mapping[str, Any]
) -> LineCollection:
    """Return a curve in pieces of one stability each."""
    from matplotlib.collections import LineCollection

    firm = [first and last for first, last in pairwise(stable)]
    parts, drawn = _parts(firm), _together(across, up)
    pieces = [np.column_stack(pair)[begin : end + 1] for pair in drawn for begin, end in parts]
    firm = [firm[begin] for begin, _ in parts] * len(drawn)
    colors = [look.line_color_stable if item else look.line_color_unstable for item in firm]
    styles = [look.line_style_stable if item else look.line_style_unstable for item in firm]
    return LineCollection(pieces, **{"colors": colors, "linestyles": styles, **rest})


def _parts(firm: Sequence[bool]) -> list[tuple[int, int]]:
    """Return where parts of one stability begin and end, in steps from point to point."""
    changes = [number for number, (one, other) in enumerate(pairwise(firm), start=1) if one != other]
    return list(zip([0, *changes], [*changes, len(firm)], strict=True)) if firm else []


def _fit(axes: Axes, data: Sequence[np.ndarray], force: bool, padding: float) -> None:
    """Widen the limits of axes so that they hold what was drawn; forget others if that is asked for."""
    empty = len(axes.collections) + len(axes.lines) <= 1
    for name, values in zip("xy", data, strict=True):
        least, most = float(np.nanmin(values)), float(np.nanmax(values))
        room = padding * ((most - least) or 1.0)
        low, high = (np.inf, -np.inf) if empty or force else getattr(axes, f"get_{name}lim")()
        getattr(axes, f"set_{name}lim")(min(low, least - room), max(high, most + room))
