"""What a sweep gives: points, what is kept of each, and which of them ended early."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.needed import check_needed
from rates_core.sweeps.quantities import Ended
from rates_core.sweeps.store import Store

if TYPE_CHECKING:
    import pandas as pd


@frozen(eq=False, repr=False)
class SweepResult:
    """The points of a sweep and what is kept of them; values are read when they are asked for.

    Attributes:
        store: where they are.

    Example:
        >>> from rates_core import CircuitTemplate
        >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
        >>> circuit.sweep({"p/vdp_op/mu": [0.0, 1.0]}, 1.0, 0.5, {"z": "p/vdp_op/z"}, reduce="last")
        <SweepResult: 2 of 2 points, z_last>
    """

    store: Store

    def __repr__(self) -> str:
        """Return one line: how much there is of what."""
        names = ", ".join(self.names) or "nothing"
        return f"<SweepResult: {int(self.done.sum())} of {len(self)} points, {names}>"

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.store.done)

    def __getitem__(self, name: str) -> np.ndarray:
        """Return a swept value or what is kept, by name: an array with one entry per point."""
        samples = self.store.content.samples
        return (
            self._swept()[name]
            if isinstance(name, str) and name in samples.names
            else self.store.values(self._checked(name))
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of what is kept."""
        return tuple(quantity.name for quantity in self.store.quantities or ())

    @property
    def times(self) -> np.ndarray:
        """Return the times of rows."""
        return self.store.content.times

    @property
    def done(self) -> np.ndarray:
        """Return for each point whether it was run."""
        return self.store.done.copy()

    @property
    def ended_early(self) -> Mapping[int, Ended]:
        """Return why points ended early, by number; what is kept of them is NaN."""
        return MappingProxyType(dict(sorted(self.store.failures.items())))

    @property
    def table(self) -> pd.DataFrame:
        """Return a table with a row per point and a column per swept value and per number that is kept."""
        import pandas as pd

        numbers = [quantity.name for quantity in self.store.quantities or () if quantity.rows is None]
        columns = {**self._swept(), **{name: self.store.values(name) for name in numbers}}
        return pd.DataFrame(columns, index=pd.RangeIndex(len(self), name="point"))

    def rows(self, name: str) -> pd.DataFrame:
        """Return the rows of all points that were kept of a column, with times as index and a column per point.

        Raises:
            UnknownNameError: no rows are kept by this name.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> result = circuit.sweep({"p/vdp_op/mu": [0.0, 1.0]}, 1.0, 0.5, {"z": "p/vdp_op/z"})
            >>> result.rows("z").iloc[-1].tolist()
            [1.0, 1.5]
        """
        import pandas as pd

        values = self.store.values(self._checked(name, rows=True))
        index = pd.Index(self.times, name="time")
        return pd.DataFrame(values.T, index=index, columns=pd.RangeIndex(len(self), name="point"))

    def to_xarray(self) -> Any:
        """Return an `xarray.Dataset`: a grid has one axis per swept name, other points have the axis `point`.

        Raises:
            ArgumentError: a swept name is that of the axis of rows or of points.
            PluginError: xarray is not installed.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> result = circuit.sweep({"p/vdp_op/mu": [0.0, 1.0]}, 1.0, 0.5, {"z": "p/vdp_op/z"}, reduce="last")
            >>> float(result.to_xarray()["z_last"].sel({"p/vdp_op/mu": 1.0}))
            1.5
        """
        check_needed("A dataset", "xarray", extra="sweeps")
        import xarray as xr

        axes = self.store.content.samples.axes
        lengths = (len(self),) if axes is None else tuple(map(len, axes.values()))
        places = ("point",) if axes is None else tuple(axes)
        swept = {name: ("point", values) for name, values in self._swept().items()} if axes is None else axes
        kept = {}
        for quantity in self.store.quantities or ():
            rows = () if quantity.rows is None else ("time",)
            values = self.store.values(quantity.name)
            kept[quantity.name] = ((*places, *rows), values.reshape(*lengths, *values.shape[1:]))
        times = {"time": self.times} if any(quantity.rows for quantity in self.store.quantities or ()) else {}
        own = {"point", *times} if axes is None else {*times}
        for name in own.intersection(swept):
            raise ArgumentError(f"A dataset has an axis '{name}' of its own. Let paths= call what is swept otherwise.")
        return xr.Dataset(kept, coords={**swept, **times})

    def _swept(self) -> dict[str, np.ndarray]:
        return self.store.content.samples.at(np.arange(len(self)))

    def _checked(self, name: str, rows: bool = False) -> str:
        """Return the name of what is kept.

        Raises:
            UnknownNameError: it is none.
        """
        known = [item.name for item in self.store.quantities or () if not rows or item.rows is not None]
        if not isinstance(name, str) or name not in known:
            what = "rows" if rows else "values"
            raise UnknownNameError(
                f"There are no {what} {shown(name)} in this sweep.{did_you_mean(name, known)} "
                f"It has: {', '.join(known) or 'none'}."
            )
        return name
