"""Realise the delays of a System by the installed strategies."""

from __future__ import annotations

from rates_core.delays.choice import chosen_augmentation, chosen_storage
from rates_core.delays.strategy import Augmentation, Storage
from rates_core.errors import ArgumentError
from rates_core.system.system import System


def lower(system: System, stages: int | None = None) -> System:
    """Return a System in which distributed delays, and with `stages` discrete ones, are chains of states.

    Raises:
        UnknownNameError: no strategy that can do it is installed.
        AmbiguousPluginError: several are, and none is the one in the box.
        ArgumentError: stages are given, but there is no discrete delay.
    """
    if stages is not None and all(read.spread is not None for read in system.reads):
        raise ArgumentError("delay_approximation= was given, but the model has no discrete delays.")
    if stages is None and all(read.spread is None for read in system.reads):
        return system
    strategy: Augmentation = chosen_augmentation().load()()
    return strategy.lower(system, stages)


def storage(name: str, backend: str) -> Storage:
    """Return the storage of past values for a kind of steps, as `chosen_storage` chooses it.

    Args:
        name: of the storage in the box: `ring` for fixed steps, `history` for accepted ones.
        backend: which backend runs the model.

    Raises:
        UnknownNameError: none is installed.
        AmbiguousPluginError: several could be meant.
    """
    strategy: Storage = chosen_storage(name, backend).load()()
    return strategy
