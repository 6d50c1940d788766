"""Realise the delays of a System by the installed strategies."""

from __future__ import annotations

from rates_core.delays.strategy import Augmentation, Storage
from rates_core.errors import AmbiguousPluginError, ArgumentError
from rates_core.plugins import get_manager
from rates_core.plugins.specs import DelayStrategySpec
from rates_core.system.system import System

AUGMENTATION = "gamma"
GRIDS = {"ring": "uniform", "history": "accepted"}  # what each storage in the box has its samples on


def lower(system: System, stages: int | None = None) -> System:
    """Return a System in which distributed delays, and with `stages` discrete ones, are chains of states.

    Raises:
        UnknownNameError: the strategy that is needed is not installed.
        ArgumentError: stages are given, but there is no discrete delay.
    """
    if stages is not None and all(read.spread is not None for read in system.reads):
        raise ArgumentError("delay_approximation= was given, but the model has no discrete delays.")
    if stages is None and all(read.spread is None for read in system.reads):
        return system
    strategy: Augmentation = get_manager().delay_strategy(AUGMENTATION).load()()
    return strategy.lower(system, stages)


def storage(name: str, backend: str) -> Storage:
    """Return the storage of past values for a kind of steps: one made for the backend, else the one in the box.

    Args:
        name: of the storage in the box: `ring` for fixed steps, `history` for accepted ones.
        backend: which backend runs the model.

    Raises:
        UnknownNameError: none is installed.
        AmbiguousPluginError: several are made for the backend.
    """
    manager = get_manager()
    own = [
        spec
        for spec in manager.delay_strategies().values()
        if spec.kind == "storage"
        and spec.grid == GRIDS[name]
        and spec.backends is not None
        and backend in spec.backends
    ]
    if len(own) > 1:
        raise AmbiguousPluginError(_ambiguous(own, backend))
    strategy: Storage = (own[0] if own else manager.delay_strategy(name)).load()()
    return strategy


def _ambiguous(specs: list[DelayStrategySpec], backend: str) -> str:
    listed = ", ".join(f"'{spec.name}' of {spec.distribution}" for spec in specs)
    return (
        f"Several installed storages of delayed variables are made for the backend '{backend}': {listed}. "
        "Disable all but one with RATES_DISABLE_PLUGINS."
    )
