"""Lines that are short enough to be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

LONGEST = 100
INDENT = "  "
_BREAK = re.compile(r"(?<=[,;] )(?=\S)|(?<= [-+&|] )(?=\S)|(?<= && )(?=\S)|(?<= \|\| )(?=\S)")


def indented(lines: Iterable[str]) -> list[str]:
    """Return lines that stand one level further in."""
    return [INDENT + line if line else line for line in lines]


def wrapped(lines: Iterable[str]) -> list[str]:
    """Return lines of which none is too long, as far as they can be broken; those that are go on behind dots."""
    return [part for line in lines for part in _wrapped(line)]


def _wrapped(line: str) -> list[str]:
    code, mark, comment = line.partition("  % ")
    if len(line) <= LONGEST or line.lstrip().startswith("%"):
        return [line]
    indent = code[: len(code) - len(code.lstrip())]
    parts: list[str] = []
    rest = code.rstrip()
    while len(rest) > LONGEST:
        places = [found.start() for found in _BREAK.finditer(rest, len(indent) + 1) if found.start() < LONGEST]
        if not places:
            break
        place = _outermost(rest, [place for place in places if place > LONGEST // 2] or places)
        parts.append(rest[:place].rstrip() + " ...")
        rest = indent + INDENT * 2 + rest[place:].lstrip()
    parts.append(rest)
    return [f"{indent}% {comment}", *parts] if mark and len(parts) > 1 else [*parts[:-1], parts[-1] + mark + comment]


def _outermost(line: str, places: list[int]) -> int:
    """Return the last of the places that stand in the fewest brackets."""
    return min(
        reversed(places), key=lambda place: sum(map(line[:place].count, "([{")) - sum(map(line[:place].count, ")]}"))
    )


def left_side(names: Sequence[str]) -> str:
    """Return what stands in front of `=` for the values that a function returns."""
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def function_text(head: str, about: Sequence[str], lines: Sequence[str]) -> str:
    """Return the text of a function: its head, what it does, its statements."""
    return "\n".join(
        [*wrapped([f"function {head}"]), *(f"% {line}".rstrip() for line in about), *wrapped(lines), "end"]
    )
