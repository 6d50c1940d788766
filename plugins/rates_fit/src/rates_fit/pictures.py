"""Pictures of fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from rates_fit.result import FitResult


def drawn(result: FitResult) -> Figure:
    """Draw a panel for each experiment, and one for the loss."""
    from matplotlib import pyplot as plt

    cases = result.problem.cases
    figure, axes = plt.subplots(1, len(cases) + 1, figsize=(3.6 * (len(cases) + 1), 3.2), layout="constrained")
    for case, panel in zip(cases, axes, strict=False):
        table = result.simulated.loc[case.name]
        for number, column in enumerate(case.observed.columns):
            name = "/".join(map(str, column)) if isinstance(column, tuple) else str(column)
            order = np.argsort(case.observed.times, kind="stable")
            panel.plot(case.observed.times, table["data"][column], ".", color=f"C{number}", ms=4)
            simulated = table["simulated"][column].to_numpy()
            panel.plot(case.observed.times[order], simulated[order], color=f"C{number}", label=name.strip("/"))
        panel.set_title(case.name)
        panel.set_xlabel("time")
        panel.legend(fontsize="small")
    losses = result.history["loss"].to_numpy()
    axes[-1].semilogy(np.arange(1, len(losses) + 1), np.where(losses > 0, losses, np.nan), ".-", color="black")
    axes[-1].set_xlabel("evaluation")
    axes[-1].set_ylabel("loss")
    return figure
