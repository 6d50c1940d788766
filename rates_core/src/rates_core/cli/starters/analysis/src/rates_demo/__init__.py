"""The analysis 'demo' of rates.

This module is light: it is imported whenever somebody asks what is installed, so that it imports the standard library
and rates_core only. What does the work is named by its target and imported when it is used.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rates_core import AnalysisSpec, hookimpl

if TYPE_CHECKING:
    from rates_demo.analysis import Rest, analyse

__all__ = ["Rest", "analyse"]

rates_api = (1, 0)


@hookimpl
def rates_analyses() -> Iterable[AnalysisSpec]:
    """Offer the analysis."""
    yield AnalysisSpec(
        "demo",
        "rates_demo.analysis:analyse",
        summary="A fixed point and its stability",
    )


def __getattr__(name: str) -> Any:
    """Import what does the work when it is asked for."""
    if name in __all__:
        from rates_demo import analysis

        return getattr(analysis, name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
