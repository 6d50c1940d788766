"""Discrete delays of rates on the dense output of adaptive methods."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import DelayStrategySpec, hookimpl

rates_api = (1, 0)


@hookimpl
def rates_delay_strategies() -> Iterable[DelayStrategySpec]:
    """Offer the storage on accepted steps."""
    yield DelayStrategySpec(
        name="history",
        target="rates_delay_history.storage:HistoryStorage",
        kind="storage",
        grid="accepted",
        summary="accepted steps as polynomials, for adaptive methods",
    )
