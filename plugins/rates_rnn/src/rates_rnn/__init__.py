"""Recurrent networks of models of rates, as modules of PyTorch that learn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rates_core.lazy import lazy_names
from rates_core.plugins import AnalysisSpec, hookimpl

if TYPE_CHECKING:
    from rates_rnn.network import Network
    from rates_rnn.observer import Observer
    from rates_rnn.trainer import Trainer

__all__ = ["Network", "Observer", "Trainer"]

rates_api = (1, 0)


@hookimpl
def rates_analyses() -> Iterable[AnalysisSpec]:
    """Offer networks."""
    yield AnalysisSpec("rnn", "rates_rnn.network:Network", summary="Recurrent networks of rate neurons that learn")


__getattr__ = lazy_names(__name__, {name: f"{__name__}.{name.lower()}" for name in __all__})
