"""`rates plugins`: what is installed, in which state, and what it offers."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence

from rates_core.cli.arguments import add_json
from rates_core.cli.main import DEBUG
from rates_core.cli.printing import json_text, table
from rates_core.errors import did_you_mean
from rates_core.plugins.discovery import DISABLE, STRICT, disabled_distributions
from rates_core.plugins.hookspecs import API
from rates_core.plugins.manager import get_manager
from rates_core.plugins.status import PluginStatus

EPILOG = """\
example:
  rates plugins --json"""


class Command:
    """List the installed distributions that offer something to rates."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare `--json`."""
        parser.epilog = EPILOG
        add_json(parser)

    def execute(self, arguments: Namespace) -> int:
        """Print the list; a plugin that is broken is shown, not an error."""
        statuses = get_manager().statuses()
        notes = list(_notes(statuses))
        print(_json(statuses, notes) if arguments.json else _table(statuses, notes))
        return 0


def _json(statuses: Sequence[PluginStatus], notes: list[str]) -> str:
    plugins = [
        {
            "distribution": status.distribution,
            "version": status.version,
            "status": status.status,
            "reason": status.reason,
            "offers": dict(status.offers),
        }
        for status in statuses
    ]
    return json_text({"rates_api": API, "plugins": plugins, "notes": notes})


def _table(statuses: Sequence[PluginStatus], notes: list[str]) -> str:
    rows = [(status.distribution, status.version, status.status, "\n".join(_details(status))) for status in statuses]
    listed = table(("DISTRIBUTION", "VERSION", "STATUS", "OFFERS"), rows)
    return "\n".join([listed, *([""] if notes else []), *notes])


def _details(status: PluginStatus) -> list[str]:
    """Return the reason, if there is one, and a line for each kind that is offered."""
    offers = [f"{kind}: {', '.join(names)}" for kind, names in status.offers.items()]
    return [status.reason, *offers] if status.reason else offers


def _notes(statuses: Sequence[PluginStatus]) -> Iterator[str]:
    """Yield what is worth a sentence: ambiguous names, a misspelt `RATES_DISABLE_PLUGINS`, where to see tracebacks."""
    owners: dict[tuple[str, str], list[str]] = {}
    for status in statuses:
        for kind, names in status.offers.items():
            for name in names:
                owners.setdefault((kind, name), []).append(status.distribution)
    for (kind, name), offering in owners.items():
        if len(offering) > 1:
            yield f"Among the {kind}, '{name}' is offered by {' and by '.join(offering)}; disable one with {DISABLE}."
    installed = [status.distribution for status in statuses]
    for name in disabled_distributions():
        if name not in installed:
            yield f"{DISABLE} names '{name}', which is not installed.{did_you_mean(name, installed)}"
    if any(status.status == "broken" for status in statuses):
        yield f"Set {STRICT}=1 and {DEBUG}=1 to see the traceback of what is broken."
