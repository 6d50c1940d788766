"""Discovery: installed distributions that carry an entry point of ours, and what each of them offers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, EntryPoint, entry_points
from typing import Literal, cast

import attrs
import pluggy
from attrs import frozen

from rates_core.errors import PluginError, did_you_mean
from rates_core.plugins import hookspecs
from rates_core.plugins.hookspecs import API
from rates_core.plugins.kinds import KIND_OF_HOOK, Kind
from rates_core.plugins.specs import Spec
from rates_core.plugins.targets import describe

DISABLE = "RATES_DISABLE_PLUGINS"
STRICT = "RATES_STRICT_PLUGINS"

Status = Literal["active", "broken", "incompatible", "disabled", "unavailable"]


@frozen
class Plugin:
    """One installed distribution that offers something to rates.

    Attributes:
        distribution: its name, which is its identity.
        version: its version.
        status: what became of it.
        reason: why it is not active, in one line, or an empty text.
        specs: what it offers; nothing unless it is active.
    """

    distribution: str
    version: str
    status: Status = "active"
    reason: str = ""
    specs: tuple[Spec, ...] = ()


def canonical(distribution: str) -> str:
    """Return the one spelling of a distribution's name, as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", distribution.strip()).lower()


def disabled_distributions() -> list[str]:
    """Return the names in `RATES_DISABLE_PLUGINS`, in their canonical spelling."""
    return [canonical(name) for name in os.environ.get(DISABLE, "").split(",") if name.strip()]


def load_plugins() -> list[Plugin]:
    """Import every plugin that is not disabled and collect what it offers, in the order of distribution names.

    A plugin that fails does not keep another from loading; with `RATES_STRICT_PLUGINS` its error is raised.
    """
    hooks = pluggy.PluginManager(hookspecs.PROJECT)
    hooks.add_hookspecs(hookspecs)
    disabled = disabled_distributions()
    return [_load(name, points, hooks, disabled) for name, points in sorted(_installed().items())]


def _installed() -> dict[str, list[EntryPoint]]:
    """Return the entry points of each distribution; one scan of what is installed."""
    found: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=hookspecs.GROUP):
        found.setdefault(canonical(_distribution(point).name), []).append(point)
    return found


def _distribution(point: EntryPoint) -> Distribution:
    assert point.dist is not None  # true of every entry point that a scan returns
    return point.dist


def _load(name: str, points: list[EntryPoint], hooks: pluggy.PluginManager, disabled: list[str]) -> Plugin:
    plugin = Plugin(name, _distribution(points[0]).version)
    if name in disabled:
        return attrs.evolve(plugin, status="disabled", reason=f"named by {DISABLE}")
    try:
        modules = [point.load() for point in sorted(points)]
        for module in modules:
            _check_api(name, getattr(module, "rates_api", None))
        specs = [spec for module in modules for spec in _collect(name, module, hooks)]
        _refuse_repeated(specs)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # `failed` raises it where that is asked for
        return failed(plugin, "incompatible" if isinstance(error, _MisfitError) else "broken", error)
    return attrs.evolve(plugin, specs=tuple(specs))


def failed(plugin: Plugin, status: Status, error: BaseException) -> Plugin:
    """Return the plugin with the reason of its failure; with `RATES_STRICT_PLUGINS`, raise it."""
    reason = describe(error)
    if os.environ.get(STRICT, "") not in ("", "0"):
        raise PluginError(f"The plugin {plugin.distribution} is {status}: {reason}.") from error
    return attrs.evolve(plugin, status=status, reason=reason, specs=())


class _MisfitError(PluginError):
    """The `rates_api` of a plugin does not fit."""


def _check_api(name: str, api: object) -> None:
    """Refuse a plugin whose `rates_api` has another major number than ours, or a higher minor one."""
    if api is None:
        raise _MisfitError(f"its module declares no rates_api; this rates-core has {API}")
    if not (isinstance(api, tuple) and len(api) == 2 and all(type(number) is int for number in api)):
        raise _MisfitError(f"its rates_api is {api!r}; it must be two integers such as {API}")
    if api[0] != API[0] or api[1] > API[1]:
        older = name if api < API else "rates-core"
        raise _MisfitError(f"its rates_api is {api}, this rates-core has {API}; upgrade {older}")


def _collect(distribution: str, module: object, hooks: pluggy.PluginManager) -> Iterator[Spec]:
    """Call the hooks of one module, each by itself, and yield what they offer."""
    hooks.register(module)
    for caller in hooks.get_hookcallers(module) or ():
        kind = KIND_OF_HOOK.get(caller.name)
        if kind is None:
            hint = did_you_mean(caller.name, KIND_OF_HOOK)
            raise PluginError(f"it implements '{caller.name}', which is no hook of rates.{hint}")
        for implementation in caller.get_hookimpls():
            if implementation.plugin is module:
                offered = cast("Iterable[object]", implementation.function())
                yield from (_checked(spec, kind, distribution) for spec in offered)


def _checked(spec: object, kind: Kind, distribution: str) -> Spec:
    if type(spec) is not kind.spec:
        raise PluginError(f"its hook '{kind.hook}' yields {spec!r}, which is no {kind.spec.__name__}")
    return attrs.evolve(spec, distribution=distribution)


def _refuse_repeated(specs: list[Spec]) -> None:
    seen: set[tuple[type[Spec], str]] = set()
    for spec in specs:
        if (type(spec), spec.name) in seen:
            raise PluginError(f"it offers two of {type(spec).__name__} named '{spec.name}'")
        seen.add((type(spec), spec.name))
