"""What was observed of a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch
from rates_core.errors import ArgumentError, UnknownNameError
from rates_core.needed import check_needed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rates_rnn.network import Network

Item = str | tuple[str, str]


class Observer:
    """Outputs, variables and losses of a run or of a fit.

    Args:
        times: of rows.
        recordings: tensors `[rows, units]` by name: "out", or (node, variable); with an axis of trials in front, if
            these ran side by side.
        losses: of a fit, one per epoch.
    """

    def __init__(
        self, times: np.ndarray, recordings: Mapping[Item, torch.Tensor], losses: np.ndarray | None = None
    ) -> None:
        self.times, self._recordings = times, dict(recordings)
        self._saved: dict[Item, Any] = {} if losses is None else {"loss": losses}

    def __getitem__(self, item: Item) -> Any:
        """Return what was recorded or saved under a name.

        Raises:
            UnknownNameError: nothing was.
        """
        known = {**self._recordings, **self._saved}
        if item not in known:
            names = ", ".join(map(repr, known)) or "nothing"
            raise UnknownNameError(f"{item!r} was not observed. There is: {names}.")
        return known[item]

    @property
    def recorded_variables(self) -> list[Item]:
        """Return the names of all that was recorded or saved."""
        return [*self._recordings, *self._saved]

    def save(self, key: str, value: Any) -> None:
        """Keep something under a name."""
        self._saved[key] = value

    def to_numpy(self, item: Item = "out") -> np.ndarray:
        """Return what was recorded as an array with memory of its own."""
        value = self[item]
        return np.array(value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else value)

    def to_dataframe(self, item: Item = "out") -> pd.DataFrame:
        """Return what was recorded as a table: a row per time, a column per unit; losses have a row per epoch.

        Trials come one behind the other, with their number in the index.

        Example:
            >>> import numpy as np
            >>> import torch
            >>> from rates_rnn import Observer
            >>> table = Observer(np.array([0.0, 0.1]), {"out": torch.tensor([[1.0, 2.0], [3.0, 4.0]])}).to_dataframe()
            >>> table.loc[0.1].tolist()
            [3.0, 4.0]
        """
        values = self.to_numpy(item)
        if item in self._recordings and values.ndim == 3:
            index = pd.MultiIndex.from_product([range(len(values)), self.times], names=["trial", "time"])
            return pd.DataFrame(values.reshape(-1, values.shape[-1]), index=index)
        if item in self._recordings:
            return pd.DataFrame(values, index=pd.Index(self.times, name="time"))
        return pd.DataFrame(values)

    def plot(self, item: Item = "out", ax: Axes | None = None, **options: Any) -> Axes:
        """Draw what was recorded over time, or losses over epochs.

        Raises:
            PluginError: matplotlib is not installed.
        """
        check_needed("A plot", "matplotlib", extra="plot")
        from matplotlib import pyplot

        axes: Axes = pyplot.subplots()[1] if ax is None else ax
        values, recorded = self.to_numpy(item), item in self._recordings
        lines = np.moveaxis(values, 0, 1).reshape(values.shape[1], -1) if recorded and values.ndim == 3 else values
        axes.plot(self.times if recorded else np.arange(len(values)), lines, **options)
        axes.set_xlabel("time" if recorded else "epoch")
        axes.set_ylabel(item if isinstance(item, str) else "/".join(item))
        return axes

    def matshow(self, item: Item = "out", ax: Axes | None = None, shrink: float = 0.6, **options: Any) -> Axes:
        """Draw what was recorded as a picture: a row per unit, and time from left to right.

        Trials stand one below the other.

        Args:
            item: what was recorded.
            ax: where to draw; a new figure, if left out.
            shrink: length of the bar of colours, of that of the picture.
            options: of `matplotlib.axes.Axes.imshow`.

        Raises:
            PluginError: matplotlib is not installed.
            ArgumentError: it has no times.
        """
        check_needed("A plot", "matplotlib", extra="plot")
        from matplotlib import pyplot

        values = self.to_numpy(item)
        if item not in self._recordings:
            raise ArgumentError(f"{item!r} has no row per time: matshow() draws what was recorded. Use plot().")
        axes: Axes = pyplot.subplots()[1] if ax is None else ax
        rows = np.swapaxes(values, -1, -2).reshape(-1, len(self.times))
        step = self.times[1] - self.times[0] if len(self.times) > 1 else 1.0
        extent = (self.times[0] - step / 2, self.times[-1] + step / 2, len(rows) - 0.5, -0.5)
        image = axes.imshow(rows, **{"aspect": "auto", "interpolation": "nearest", "extent": extent, **options})
        pyplot.colorbar(image, ax=axes, shrink=shrink)
        axes.set_xlabel("time")
        axes.set_ylabel(item if isinstance(item, str) else "/".join(item))
        return axes


def observed_again(network: Network, inputs: Any, losses: np.ndarray, **options: Any) -> Observer:
    """Return the output of a run from the start of a network, which stands there again, with the losses of its fit.

    Args:
        network: that was fitted.
        inputs: as `run` takes them.
        losses: one per epoch.
        options: of `run`.
    """
    network.reset()
    found = network.run(inputs, **options)
    network.reset()
    return Observer(found.times, {"out": found["out"]}, losses)
