"""What is left out of a file or a template because the other side has no place for it."""

from __future__ import annotations

from attrs import define, field
from rates_core.errors import OmissionWarning, warn


@define
class Omissions:
    """What was left out: whose it is, by what it is."""

    found: dict[str, list[str]] = field(factory=dict)

    def add(self, what: str, whose: str = "") -> None:
        """Add one thing."""
        names = self.found.setdefault(what, [])
        if whose and whose not in names:
            names.append(whose)

    def report(self, beginning: str) -> None:
        """Warn of everything, if there is anything."""
        if self.found:
            lines = [what + (f": {', '.join(names)}" if names else "") for what, names in self.found.items()]
            warn("\n  ".join([beginning, *lines]), OmissionWarning)
