"""Pictures of curves, by the calls of PyCoBi."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from rates_core.errors import ArgumentError

from rates_continuation.ode_system.names import Names
from rates_continuation.ode_system.solutions import END, REGULAR, Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: marker and colour of each kind of special points
STYLES: Mapping[str, tuple[str, str]] = {
    "LP": ("v", "tab:gray"), "HB": ("o", "tab:green"), "BP": ("D", "tab:blue"), "PD": ("h", "tab:purple"),
    "TR": ("X", "tab:brown"), "UZ": ("s", "tab:olive"), "CP": ("d", "tab:purple"), "GH": ("o", "tab:red"),
    "BT": ("s", "tab:red"), "ZH": ("^", "tab:red"), "HH": ("P", "tab:red"), "??": ("x", "black"),
}  # fmt: skip
HIDDEN = (REGULAR, END, "MX")
PADDING = 0.05  # of the range of what is drawn


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
        ignore: Sequence[str] = (),
        custom_bf_styles: Mapping[str, Mapping[str, str]] | None = None,
        default_color: str = "k",
        default_marker: str = "*",
        default_size: float = 50.0,
        line_style_stable: str = "solid",
        line_style_unstable: str = "dotted",
        line_color_stable: str = "k",
        line_color_unstable: str = "gray",
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
            ignore: labels of special points that are not drawn.
            custom_bf_styles: `{label: {"marker": ..., "color": ...}}`.
            default_color: of special points that have none.
            default_marker: likewise.
            default_size: of special points, in square points.
            line_style_stable: of stable solutions.
            line_style_unstable: of others.
            line_color_stable: of stable solutions.
            line_color_unstable: of others.
            kwargs: of Matplotlib's `LineCollection`.

        Returns:
            The lines.

        Raises:
            UnknownNameError: there is no such curve or quantity.
        """
        from matplotlib.collections import LineCollection

        axes, curve = _axes(ax), self.get_continuation(cont)
        across, up = self._columns(x, curve), self._columns(y, curve)
        firm = [True if not get_stability or item.stable is None else item.stable for item in curve.solutions]
        firm = [first and last for first, last in pairwise(firm)]
        parts, drawn = _parts(firm), _together(across, up)
        pieces = [np.column_stack(pair)[begin : end + 1] for pair in drawn for begin, end in parts]
        firm = [firm[begin] for begin, _ in parts] * len(drawn)
        kwargs.setdefault("colors", [line_color_stable if item else line_color_unstable for item in firm])
        kwargs.setdefault("linestyles", [line_style_stable if item else line_style_unstable for item in firm])
        lines = LineCollection(pieces, **kwargs)
        axes.add_collection(lines, autolim=False)
        _fit(axes, [across, up], force_axis_lim_update)
        axes.set_xlabel(str(x))
        axes.set_ylabel(str(y))
        default = (default_marker, default_color)
        self._mark(axes, curve, across, up, ignore, custom_bf_styles or {}, default, default_size)
        if bifurcation_legend and axes.get_legend_handles_labels()[0]:
            handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
            axes.legend(handles.values(), handles.keys())
        return lines

    def plot_trajectory(
        self,
        variables: Sequence[Any],
        cont: Curve | str | int,
        point: str | int | None = None,
        ax: Any = None,
        force_axis_lim_update: bool = False,
        cutoff: float | None = None,
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
            kwargs: of Matplotlib's `plot`.

        Returns:
            The line.

        Raises:
            UnknownNameError: there is no such curve, point or state.
            ArgumentError: these are not two or three states, or there is nothing that goes on in time.
        """
        paths = [self.names.column(key, self.names.states) for key in variables]
        if len(paths) not in (2, 3):
            raise ArgumentError(f"variables must name two or three states; it names {len(paths)}.")
        times, values = self._in_time(paths, self.get_continuation(cont), point)
        values = values[times >= (cutoff or 0.0)]
        axes = _axes(ax, "3d" if len(paths) == 3 else None)
        (line,) = axes.plot(*values.T, **kwargs)
        if len(paths) == 2:
            _fit(axes, list(values.T[:, None]), force_axis_lim_update)
        for name, key in zip("xyz", variables, strict=False):
            getattr(axes, f"set_{name}label")(str(key))
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
            kwargs: for all lines.

        Returns:
            The axes.

        Raises:
            UnknownNameError: there is no such curve, point or state.
        """
        axes: Axes = _axes(ax)
        curve, path = self.get_continuation(cont), self.names.column(var, self.names.states)
        labelled = [number for number, (label, _) in enumerate(curve.labels, start=1) if label != REGULAR]
        wanted: Sequence[Any] = [None] if curve.what == "time" else labelled if points is None else points
        for number, point in enumerate(wanted):
            times, values = self._in_time([path], curve, point)
            own = linespecs[number] if linespecs else {}
            axes.plot(times, values[:, 0], **{"label": None if point is None else str(point), **kwargs, **own})
        axes.set_xlabel("t")
        axes.set_ylabel(str(var))
        return axes

    def _in_time(self, paths: Sequence[str], curve: Curve, point: str | int | None) -> tuple[np.ndarray, np.ndarray]:
        """Return times and values of states of a run or of a cycle."""
        if curve.what == "time":
            values = [[item.states[path] for path in paths] for item in curve.solutions]
            return np.array([item.time for item in curve.solutions]), np.array(values)
        if curve.what != "cycles":
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

    def _mark(
        self, axes: Axes, curve: Curve, across: np.ndarray, up: np.ndarray, ignore: Sequence[str],
        styles: Mapping[str, Mapping[str, str]], default: tuple[str, str], size: float,
    ) -> None:  # fmt: skip
        kinds = [label for label, _ in curve.labels]
        for kind in dict.fromkeys(kinds):
            if kind in HIDDEN or kind in ignore:
                continue
            at = [number for number, label in enumerate(kinds) if label == kind]
            (marker, color), own = self._style(kind, default), styles.get(kind, {})
            for number, (one, other) in enumerate(_together(across, up)):
                axes.scatter(
                    one[at], other[at], marker=own.get("marker", marker), c=own.get("color", color), s=size, zorder=3,
                    label=kind if number == 0 else None,
                )  # fmt: skip

    def _style(self, kind: str, default: tuple[str, str] = ("*", "k")) -> tuple[str, str]:
        known: Mapping[str, tuple[str, str]] = {**STYLES, **self.__dict__.get("_styles", {})}
        return known.get(kind, default)


def _axes(ax: Any, projection: str | None = None) -> Any:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.figure().add_subplot(projection=projection)


def _together(across: np.ndarray, up: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return what is drawn over what: each column of one over that of the other, or over its only one."""
    count = max(len(across), len(up))
    return [(across[min(k, len(across) - 1)], up[min(k, len(up) - 1)]) for k in range(count)]


def _parts(firm: Sequence[bool]) -> list[tuple[int, int]]:
    """Return where parts of one stability begin and end, in steps from point to point."""
    changes = [number for number, (one, other) in enumerate(pairwise(firm), start=1) if one != other]
    return list(zip([0, *changes], [*changes, len(firm)], strict=True)) if firm else []


def _fit(axes: Axes, data: Sequence[np.ndarray], force: bool) -> None:
    """Widen the limits of axes so that they hold what was drawn; forget others if that is asked for."""
    empty = len(axes.collections) + len(axes.lines) <= 1
    for name, values in zip("xy", data, strict=True):
        least, most = float(np.nanmin(values)), float(np.nanmax(values))
        room = PADDING * ((most - least) or 1.0)
        low, high = (np.inf, -np.inf) if empty or force else getattr(axes, f"get_{name}lim")()
        getattr(axes, f"set_{name}lim")(min(low, least - room), max(high, most + room))
