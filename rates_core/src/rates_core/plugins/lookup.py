"""What to say when a name is asked for that nothing offers, or that two distributions offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rates_core.errors import AmbiguousPluginError, PluginError, RatesError, UnknownNameError, closest
from rates_core.plugins.discovery import DISABLE, Plugin
from rates_core.plugins.kinds import Kind
from rates_core.plugins.known import ALIASES, KNOWN


def unknown_name(kind: Kind, name: str, offered: Sequence[str], plugins: Sequence[Plugin]) -> RatesError:
    """Return the error for a name that no active distribution offers.

    It says which distribution brings the name and why it is not there, or else which names look like it.
    """
    inactive = {plugin.distribution: plugin for plugin in plugins if plugin.status != "active"}
    bringer = inactive.get(KNOWN[kind.singular].get(name, ""))
    if bringer is not None:
        return PluginError(f"The {kind.singular} '{name}' comes with {_explained(bringer)}")
    installed = {plugin.distribution for plugin in plugins}
    known = {name: owner for name, owner in KNOWN[kind.singular].items() if owner not in installed}
    if name in known:
        sentences = [f"The {kind.singular} '{name}' is not installed. Install it with: pip install {known[name]}."]
    else:
        sentences = [f"There is no {kind.singular} '{name}'.", *_suggestions(name, offered, known)]
    names = ", ".join(sorted(offered))
    sentences.append(f"Installed {kind.plural}: {names}." if names else f"No {kind.singular} is installed.")
    if inactive:
        sentences.append(f"Not loaded: {', '.join(f'{p.distribution} ({p.status})' for p in inactive.values())}.")
    return UnknownNameError(" ".join(sentences))


def ambiguous_name(kind: Kind, name: str, owners: Sequence[str]) -> AmbiguousPluginError:
    """Return the error for a name that several distributions offer."""
    return AmbiguousPluginError(
        f"The {kind.singular} '{name}' is offered by {' and by '.join(owners)}. "
        f"Disable one, for example with {DISABLE}={owners[-1]}, or uninstall it."
    )


def _suggestions(name: str, offered: Sequence[str], known: Mapping[str, str]) -> list[str]:
    matches = closest(name, [*offered, *known])
    if not matches and ALIASES.get(name) in (*offered, *known):
        matches = [ALIASES[name]]
    if not matches:
        return []
    texts = [f"'{match}'" if match in offered else f"'{match}' (pip install {known[match]})" for match in matches]
    return [f"Did you mean {' or '.join(texts)}?"]


def _explained(plugin: Plugin) -> str:
    if plugin.status == "disabled":
        return f"{plugin.distribution}, which is disabled. Take it out of {DISABLE} to use it."
    return f"{plugin.distribution}, which is {plugin.status}: {plugin.reason}."
