"""What was observed of a network, as users of RectiPy know it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rates_pyrates.template import RefusedMemberError
from rates_pyrates.tools.rectipy import TOOL

if TYPE_CHECKING:
    import pandas as pd

_Known: Any = import_module("rates_rnn").Observer


class Observer(_Known):  # type: ignore[misc]
    """Outputs, variables and losses of a run or of a fit; see `rates_rnn.Observer`.

    What was recorded is a list of tensors, one per row.
    """

    @classmethod
    def of(cls, found: Any) -> Self:
        """Return what rates-rnn observed."""
        made = cls.__new__(cls)
        made.__dict__.update(found.__dict__)
        return made

    def __getitem__(self, item: Any) -> Any:
        found = super().__getitem__(item)
        return list(found) if item in self._recordings else found

    @property
    def recorded_state_variables(self) -> list[Any]:
        """Return (node, variable) of what was recorded beside the output."""
        return [name for name in self._recordings if isinstance(name, tuple)]

    @property
    def recordings(self) -> pd.DataFrame:
        """Return all that was recorded as one table, whose columns are what, and the number of the unit."""
        import pandas as pd

        tables = {str(name): self.to_dataframe(name) for name in self._recordings}
        together: pd.DataFrame = pd.concat(tables, axis=1)
        return together

    def save(self, key: str, val: Any) -> None:
        """Keep something under a name."""
        super().save(key, val)

    def to_numpy(self, item: Any = "out") -> np.ndarray:
        """Return what was recorded as an array: a row per time, and a column per unit."""
        found = super().__getitem__(item)
        return np.array(found.detach().cpu().numpy() if hasattr(found, "detach") else found)

    def to_dataframe(self, item: Any = "out") -> pd.DataFrame:
        """Return what was recorded as a table: a row per time, a column per unit."""
        table: pd.DataFrame = super().to_dataframe(item).rename_axis(index=None)
        return table

    def plot(self, y: Any = "out", x: Any = None, ax: Any = None, **options: Any) -> Any:
        """Draw what was recorded over time, or over something else that was."""
        ax = _axes(ax, options)
        if x is None:
            return super().plot(y, ax, **options)
        from matplotlib import pyplot

        axes = pyplot.subplots()[1] if ax is None else ax
        axes.plot(self.to_numpy(x), self.to_numpy(y), **options)
        return axes

    def matshow(self, v: Any, ax: Any = None, shrink: float = 0.6, **options: Any) -> Any:
        """Draw what was recorded as a picture: a row per unit, and time from left to right."""
        return super().matshow(v, _axes(ax, options), shrink, **options)

    def __getattr__(self, name: str) -> Any:
        reason = TOOL.refused.get(f"Observer.{name}")
        if reason is not None:
            raise RefusedMemberError(f"'Observer.{name}' is refused: {reason}")
        raise AttributeError(f"'Observer' has no attribute '{name}'.")


def _axes(given: Any, options: dict[str, Any]) -> Any:
    """Return where to draw: what is given, or a new figure of the size that is among the options of a drawing."""
    size = options.pop("figsize", None)
    if given is not None or size is None:
        return given
    from matplotlib import pyplot

    return pyplot.subplots(figsize=size)[1]
