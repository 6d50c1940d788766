"""Sensitivity analysis of models of rates: Sobol indices and Morris effects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

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


def __getattr__(name: str) -> Any:
    if name == "Sensitivity":
        from rates_sensitivity.result import Sensitivity

        return Sensitivity
    if name in __all__:
        from rates_sensitivity import indices

        return getattr(indices, name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
