"""What one side cannot hold of the other, item by item."""

from __future__ import annotations

from attrs import define, field, frozen
from rates_core.errors import OmissionWarning, warn


@frozen
class Omission:
    """One thing that was left out.

    Attributes:
        what: the key of a file, or a sentence of its own.
        kind: what it belongs to, as "parameter"; nothing for a sentence that needs none.
        name: whose it is.
    """

    what: str
    kind: str
    name: str


@define
class Omissions:
    """Everything that was left out, in its order."""

    items: list[Omission] = field(factory=list)

    def add(self, what: str, kind: str, name: str) -> None:
        """Add one thing."""
        self.items.append(Omission(what, kind, name))

    def lines(self) -> list[str]:
        """Return a line for each kind of thing, with the names of those it is left out of."""
        found: dict[tuple[str, str], list[str]] = {}
        for item in self.items:
            found.setdefault((item.what, item.kind), []).append(item.name)
        return [_line(what, kind, names) for (what, kind), names in found.items()]

    def report(self, beginning: str) -> None:
        """Warn of everything, if there is anything."""
        if self.items:
            warn("\n  ".join([beginning, *self.lines()]), OmissionWarning)


def _line(what: str, kind: str, names: list[str]) -> str:
    named = [name for name in names if name]
    if not kind:
        return what
    plural = f"{kind}s" if len(named) > 1 else kind
    return f"{what}: {plural} {', '.join(named)}" if named else f"{what}: {kind}"
