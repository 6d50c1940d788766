"""Which of the installed delay strategies realises a delay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from rates_core.errors import AmbiguousPluginError, PluginError, UnknownNameError
from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import AUGMENTATION
from rates_core.plugins.specs import DelayStrategySpec

_tested: ContextVar[DelayStrategySpec | None] = ContextVar("tested", default=None)


@contextmanager
def tested(spec: DelayStrategySpec) -> Iterator[None]:
    """Let this strategy realise all delays of its kind, whatever is installed; for the conformance kit alone."""
    token = _tested.set(spec)
    try:
        yield
    finally:
        _tested.reset(token)


def chosen_augmentation() -> DelayStrategySpec:
    """Return the augmentation in the box; without it the only other one.

    Raises:
        UnknownNameError: none is installed; the one in the box is named.
        AmbiguousPluginError: the one in the box is not installed, and several others are.
    """
    return _under_test(AUGMENTATION) or _general(AUGMENTATION, _standing_for(AUGMENTATION))


def chosen_storage(name: str, backend: str) -> DelayStrategySpec:
    """Return the storage that is made for a backend; else the one in the box, and without it the only general one.

    Args:
        name: of the storage in the box: `ring` for fixed steps, `history` for accepted ones.
        backend: which backend runs the model.

    Raises:
        UnknownNameError: none is installed; the one in the box is named.
        AmbiguousPluginError: several are made for the backend, or several could stand for the one in the box.
    """
    chosen = _under_test(name)
    if chosen is not None:
        return chosen
    fitting = _standing_for(name)
    own = [spec for spec in fitting if spec.backends is not None and backend in spec.backends]
    return _only(own, f" made for the backend '{backend}'") if own else _general(name, fitting)


def _under_test(name: str) -> DelayStrategySpec | None:
    """Return the strategy under test, if it does what the one of that name does."""
    spec = _tested.get()
    return spec if spec is not None and spec.stands_for == name else None


def _standing_for(name: str) -> list[DelayStrategySpec]:
    """Return the installed strategies that do what the one of that name does."""
    return [spec for spec in get_manager().delay_strategies().values() if spec.stands_for == name]


def _general(name: str, fitting: Sequence[DelayStrategySpec]) -> DelayStrategySpec:
    """Return the strategy of that name, or the only one for all backends that can stand for it."""
    try:
        return get_manager().delay_strategy(name)
    except AmbiguousPluginError:
        raise
    except (UnknownNameError, PluginError):
        others = [spec for spec in fitting if spec.backends is None]
        if not others:
            raise
        return _only(others, "")


def _only(specs: Sequence[DelayStrategySpec], made: str) -> DelayStrategySpec:
    if len(specs) == 1:
        return specs[0]
    kind = "augmentations" if specs[0].kind == "augment" else "storages of delayed variables"
    listed = ", ".join(f"'{spec.name}' of {spec.distribution}" for spec in specs)
    raise AmbiguousPluginError(
        f"Several {kind}{made} are installed: {listed}. Disable all but one with RATES_DISABLE_PLUGINS."
    )
