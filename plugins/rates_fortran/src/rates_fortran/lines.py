"""Lines that are short enough for Fortran."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 110  # the language allows 132
INDENT = "  "
_BREAK = re.compile(r"(?<=[ ,])(?=\S)|(?<=[^*(])(?=\*(?!\*))(?<!\*)")


def wrapped(lines: Iterable[str]) -> list[str]:
    """Return lines of which none is too long; those that are go on behind an ampersand."""
    return [part for line in lines for part in _wrapped(line)]


def _wrapped(line: str) -> list[str]:
    if len(line) <= LONGEST or line.lstrip().startswith("!"):
        return [line]
    code, mark, comment = line.partition("  ! ")
    indent = code[: len(code) - len(code.lstrip())]
    parts: list[str] = []
    rest = code.rstrip()
    while len(rest) > LONGEST:
        first = len(rest) - len(rest.lstrip()) + 1
        places = [found.start() for found in _BREAK.finditer(rest, first) if found.start() < LONGEST]
        if not places:
            break
        place = _outermost(rest, [place for place in places if place > LONGEST // 2] or places)
        parts.append(rest[:place].rstrip() + " &")
        rest = indent + INDENT * 2 + rest[place:].lstrip()
    parts.append(rest)
    if mark and len(parts) == 1 and len(line) <= 132:
        return [line]
    return [f"{indent}! {comment}", *parts] if mark else parts


def _outermost(line: str, places: list[int]) -> int:
    """Return the last of the places that stand in the fewest brackets."""
    return min(reversed(places), key=lambda place: line.count("(", 0, place) - line.count(")", 0, place))
