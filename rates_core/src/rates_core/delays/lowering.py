"""Realise the delays of a System by the installed strategies."""

from __future__ import annotations

from rates_core.delays.strategy import Augmentation, Storage
from rates_core.plugins import get_manager
from rates_core.system.system import System

AUGMENTATION = "gamma"
STORAGES = {"ring": "ring", "history": "history"}


def lower(system: System, stages: int | None = None) -> System:
    """Return a System in which distributed delays, and with `stages` discrete ones, are chains of states.

    Raises:
        UnknownNameError: the strategy that is needed is not installed.
    """
    if stages is None and all(read.spread is None for read in system.reads):
        return system
    strategy: Augmentation = get_manager().delay_strategy(AUGMENTATION).load()()
    return strategy.lower(system, stages)


def storage(grid: str) -> Storage:
    """Return the storage of past values for a kind of steps: `ring` or `history`.

    Raises:
        UnknownNameError: the strategy is not installed.
    """
    strategy: Storage = get_manager().delay_strategy(STORAGES[grid]).load()()
    return strategy
