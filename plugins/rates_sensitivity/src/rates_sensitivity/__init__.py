"""Sensitivity analysis of models of rates: Sobol indices and Morris effects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rates_core.lazy import lazy_names
from rates_core.plugins import AnalysisSpec, hookimpl

if TYPE_CHECKING:
    from rates_sensitivity.indices import morris_effects, sobol_indices
    from rates_sensitivity.result import Sensitivity

__all__ = ["Sensitivity", "morris_effects", "sobol_indices"]

rates_api = (1, 0)


@hookimpl
def rates_analyses() -> Iterable[AnalysisSpec]:
    """Offer both methods."""
    target = "rates_sensitivity.indices"
    yield AnalysisSpec("sobol_indices", f"{target}:sobol_indices", summary="Shares of variance that parameters explain")
    yield AnalysisSpec("morris_effects", f"{target}:morris_effects", summary="Elementary effects: which parameters act")


__getattr__ = lazy_names(
    __name__,
    {
        "Sensitivity": "rates_sensitivity.result",
        "morris_effects": "rates_sensitivity.indices",
        "sobol_indices": "rates_sensitivity.indices",
    },
)
