"""What a sensitivity analysis gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from attrs import frozen
from rates_core.errors import UnknownNameError, did_you_mean
from rates_core.sweeps import SweepResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BARS = {"sobol": (("S1", "S1_conf"), ("ST", "ST_conf")), "morris": (("mu_star", "mu_star_conf"), ("sigma", None))}
LABELS = {"S1": "alone", "ST": "with others", "mu_star": "mean size of effects", "sigma": "their spread"}


@frozen(eq=False, repr=False)
class Sensitivity:
    """Indices of parameters.

    Attributes:
        method: `"sobol"` or `"morris"`.
        table: a row for each number that is looked at and each parameter.
        pairs: a row for each number and each pair of parameters, if that was asked for.
        sweep: all points, and the numbers at them.
    """

    method: str
    table: pd.DataFrame
    pairs: pd.DataFrame | None
    sweep: SweepResult

    def __repr__(self) -> str:
        """Return one line: method, numbers and parameters."""
        quantities, parameters = (list(dict.fromkeys(self.table.index.get_level_values(level))) for level in (0, 1))
        return f"<Sensitivity, {self.method}: {', '.join(quantities)} of {', '.join(parameters)}>"

    def __getitem__(self, quantity: str) -> pd.DataFrame:
        """Return the table of one number, with parameters as index.

        Raises:
            UnknownNameError: there is no such number.
        """
        known = list(dict.fromkeys(self.table.index.get_level_values(0)))
        if quantity not in known:
            raise UnknownNameError(f"There is no number '{quantity}'.{did_you_mean(str(quantity), known)}")
        return pd.DataFrame(self.table.xs(quantity, level="quantity"))

    def plot(self, quantity: str | None = None, ax: Axes | None = None) -> Axes:
        """Draw the indices of one number as bars with their intervals; the first one by default."""
        from matplotlib import pyplot as plt

        name = self.table.index[0][0] if quantity is None else quantity
        table = self[name]
        axes = plt.subplots(figsize=(1.5 + 1.2 * len(table), 3.5), layout="constrained")[1] if ax is None else ax
        for place, (column, interval) in enumerate(BARS[self.method]):
            axes.bar(
                [number + 0.4 * place - 0.2 for number in range(len(table))],
                table[column],
                width=0.38,
                yerr=None if interval is None else table[interval],
                label=LABELS[column],
            )
        axes.set_xticks(range(len(table)), list(table.index))
        axes.set_ylabel("share of the variance" if self.method == "sobol" else "effect over the whole range")
        axes.set_title(name)
        axes.legend()
        return axes
