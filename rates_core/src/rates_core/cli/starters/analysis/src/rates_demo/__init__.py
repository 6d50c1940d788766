"""The analysis 'demo' of rates.

This module is light: it is imported whenever somebody asks what is installed, so that it imports the standard library
and rates_core only. What does the work is named by its target and imported when it is used.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rates_core import AnalysisSpec, hookimpl
from rates_core.lazy import lazy_names

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


# what does the work is imported when it is asked for
__getattr__ = lazy_names(__name__, dict.fromkeys(__all__, f"{__name__}.analysis"))
