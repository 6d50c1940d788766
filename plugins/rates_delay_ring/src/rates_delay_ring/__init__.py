"""Discrete delays of rates on the uniform grid of fixed-step methods."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import DelayStrategySpec, hookimpl

rates_api = (1, 0)


@hookimpl
def rates_delay_strategies() -> Iterable[DelayStrategySpec]:
    """Offer the storage on uniform grids."""
    yield DelayStrategySpec(
        name="ring",
        target="rates_delay_ring.storage:RingStorage",
        kind="storage",
        grid="uniform",
        summary="stored samples on the grid of a fixed-step method, interpolated to the method's order",
    )
