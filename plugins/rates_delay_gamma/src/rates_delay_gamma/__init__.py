"""Gamma-distributed delays of rates by the linear chain."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import DelayStrategySpec, hookimpl

rates_api = (1, 0)


@hookimpl
def rates_delay_strategies() -> Iterable[DelayStrategySpec]:
    """Offer the linear chain."""
    yield DelayStrategySpec(
        name="gamma",
        target="rates_delay_gamma.chain:GammaChain",
        kind="augment",
        summary="gamma kernels (mean delay, standard deviation spread) as chains of first-order stages",
    )
