"""How curves look that are drawn by the calls of PyCoBi."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from attrs import field, fields, frozen
from rates_core.errors import UnknownNameError, did_you_mean

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@frozen
class Look:
    """Lines by stability, marks of special points, and room around them.

    Attributes:
        ignore: labels of special points that are not drawn.
        custom_bf_styles: `{label: {"marker": ..., "color": ...}}`.
        default_color: of special points that have none.
        default_marker: likewise.
        default_size: of special points, in points.
        line_style_stable: of stable solutions.
        line_style_unstable: of others.
        line_color_stable: of stable solutions.
        line_color_unstable: of others.
        labelpad: points between axes and their names.
        tickpad: points between axes and their numbers.
        axislimpad: room around what is drawn, of its range.
        title_var: a quantity whose value at the first point is the title.
    """

    ignore: Sequence[str] = ()
    custom_bf_styles: Mapping[str, Mapping[str, str]] = field(factory=dict)
    default_color: str = "k"
    default_marker: str = "*"
    default_size: float = 10.0
    line_style_stable: str = "solid"
    line_style_unstable: str = "dotted"
    line_color_stable: str = "k"
    line_color_unstable: str = "gray"
    labelpad: float | None = None
    tickpad: float | None = None
    axislimpad: float = 0.05
    title_var: Any = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> tuple[Self, dict[str, Any]]:
        """Return what arguments say of it, and the others."""
        names = [item.name for item in fields(cls)]
        own = {name: value for name, value in given.items() if name in names and value is not None}
        return cls(**own), {name: value for name, value in given.items() if name not in names}

    def line(self, given: Mapping[str, Any], stable: bool | None) -> dict[str, Any]:
        """Return what arguments say of a line of one solution, for Matplotlib's `plot`.

        Args:
            given: the arguments.
            stable: whether the solution is; None in time.
        """
        end = "unstable" if stable is False else "stable"
        names = {"color": f"line_color_{end}", "linestyle": f"line_style_{end}"}
        return {key: getattr(self, name) for key, name in names.items() if name in given}

    def check_none(self, rest: Mapping[str, Any]) -> None:
        """Raise if there are other arguments.

        Raises:
            UnknownNameError: there are.
        """
        for name in rest:
            known = [item.name for item in fields(type(self))]
            raise UnknownNameError(
                f"There is no argument '{name}'.{did_you_mean(name, known)} It takes: {', '.join(known)}."
            )

    def name(self, axes: Axes, names: Mapping[str, Any]) -> None:
        """Put names at axes, `{"x": name}`, as far from them as is wanted."""
        for which, name in names.items():
            getattr(axes, f"set_{which}label")(str(name), labelpad=self.labelpad)
        if self.tickpad is not None:
            axes.tick_params(axis="both", which="major", pad=self.tickpad)
