"""The status of an installed distribution, as `rates plugins` shows it."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from attrs import field, frozen

from rates_core.plugins.discovery import Plugin, Status, failed
from rates_core.plugins.kinds import KIND_OF_SPEC, KINDS, Kind
from rates_core.plugins.specs import AnalysisSpec, Spec, TargetSpec
from rates_core.plugins.targets import describe


@frozen
class PluginStatus:
    """What became of one installed distribution.

    Attributes:
        distribution: its name.
        version: its version.
        status: `active`, `broken`, `incompatible`, `disabled`, or `unavailable` (a tool that it needs is missing).
        reason: why it, or what of it, is not active, or an empty text.
        offers: names of what it offers, by kind in the plural ("backends"); fitters and engines apart from analyses.

    Example:
        >>> from rates_core.plugins import get_manager
        >>> {status.distribution: status.status for status in get_manager().statuses()}["rates-numpy"]
        'active'
    """

    distribution: str
    version: str
    status: Status
    reason: str
    offers: Mapping[str, tuple[str, ...]] = field(factory=dict)


def status_of(plugin: Plugin) -> PluginStatus:
    """Return the status of a distribution, after asking the probes of what it offers."""
    probed = _probed(plugin)
    return PluginStatus(plugin.distribution, plugin.version, probed.status, probed.reason, _offers(plugin))


def has_its_tool(spec: TargetSpec) -> bool:
    """Return whether the probe misses nothing; one that raises is no reason to recommend what it is the probe of."""
    return tool_missing(spec) is None


def tool_missing(spec: TargetSpec) -> str | None:
    """Return what the probe misses, in a sentence; a probe that raises says what it raises."""
    try:
        return spec.missing_tool()
    except Exception as error:  # noqa: BLE001  # `status_of` reports it
        return f"{describe(error)}."


def _probed(plugin: Plugin) -> Plugin:
    """Return the plugin as it is, or unavailable for the tools that its probes miss, or broken by a probe.

    Where only some of what it offers misses a tool, it is active, and those are named.
    """
    probed = [spec for spec in plugin.specs if isinstance(spec, TargetSpec) and spec.probe is not None]
    try:
        answers = [(spec, spec.missing_tool()) for spec in probed]
    except Exception as error:  # noqa: BLE001  # `failed` raises it where that is asked for
        return failed(plugin, "broken", error)
    missing = [(spec, answer) for spec, answer in answers if answer]
    if not missing:
        return plugin
    if len(missing) == len(answers):
        reasons = " ".join(dict.fromkeys(answer for _, answer in missing))
        return attrs.evolve(plugin, status="unavailable", reason=reasons)
    named = [
        f"The {KIND_OF_SPEC[type(spec)].singular} '{spec.name}' is unavailable: {answer}" for spec, answer in missing
    ]
    return attrs.evolve(plugin, reason=" ".join(named))


def _offers(plugin: Plugin) -> dict[str, tuple[str, ...]]:
    offers: dict[str, list[str]] = {}
    for kind in KINDS:
        for spec in plugin.specs:
            if type(spec) is kind.spec:
                offers.setdefault(_plural(kind, spec), []).append(spec.name)
    return {plural: tuple(names) for plural, names in offers.items()}


def _plural(kind: Kind, spec: Spec) -> str:
    """Return what a user looks for it under: engines and fitters are none of the analyses that use them."""
    if isinstance(spec, AnalysisSpec) and spec.kind != "analysis":
        return f"{spec.kind}s"
    return kind.plural
