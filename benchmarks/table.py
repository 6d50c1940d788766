"""The rows as a Markdown table."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.peers import Done
from benchmarks.row import NONE, Row

HEADINGS = ("work", "limit (C)", "reference", "peers", "ours", "cold", "memory", "ratio", "target", "error", "verdict")


def duration(seconds: float | None) -> str:
    """Spell a time in the unit that suits it."""
    if seconds is None:
        return NONE
    if seconds >= 1.0:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-4 else f"{seconds * 1e6:.3g} µs"


def peer(done: Done) -> str:
    """Spell what a peer did: how long it takes, with what it builds first in brackets, and its error."""
    if done.seconds is None:
        return f"{done.tool}: {done.reason}"
    first = "" if done.again is None else f" ({duration(done.first)} first)"
    error = "" if done.error is None else f", {done.error:.0e}"
    return f"{done.tool}: {duration(done.seconds)}{first}{error}"


def cells(row: Row) -> tuple[str, ...]:
    """Spell one row."""
    return (
        row.work,
        duration(row.limit),
        duration(row.reference),
        "; ".join(map(peer, row.peers)) or NONE,
        duration(row.ours),
        duration(row.cold),
        NONE if row.memory is None else f"{row.memory:.0f} MB",
        NONE if row.ratio is None else f"{row.ratio:.2f}",
        NONE if row.target is None else str(row.target),
        NONE if row.error is None else f"{row.error:.1e}",
        row.verdict,
    )


def line(texts: Iterable[str]) -> str:
    """Spell one line of the table."""
    return "| " + " | ".join(texts) + " |"


def heading() -> str:
    """Spell the lines above the rows."""
    return line(HEADINGS) + "\n" + line("---" if name == "work" else "---:" for name in HEADINGS)
