"""The delay strategy 'demo' of rates.

This module is light: it is imported whenever somebody asks what is installed, so that it imports the standard library
and rates_core only. What does the work is named by its target and imported when it is used.
"""

from __future__ import annotations

from collections.abc import Iterable

from rates_core import DelayStrategySpec, hookimpl

rates_api = (1, 0)


@hookimpl
def rates_delay_strategies() -> Iterable[DelayStrategySpec]:
    """Offer the strategy."""
    yield DelayStrategySpec(
        "demo",
        "rates_demo.strategy:DemoStrategy",
        kind="augment",
        summary="spread delays as chains of stages, one chain for each delayed read",
    )
