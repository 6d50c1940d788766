"""Lines of generated text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

LONGEST = 110
INDENT = "    "
_BREAK = re.compile(r"(?<=[,(] )(?=\S)|(?<=, )(?=\S)|(?<= [-+] )(?=\S)|(?<=\()(?=\S)")


def inner(lines: Iterable[str]) -> list[str]:
    """Return lines one level further in."""
    return [INDENT + line for line in lines]


def wrapped(lines: Iterable[str]) -> list[str]:
    """Return lines of which none is longer than it has to be; they are broken where Julia knows that they go on."""
    return [part for line in lines for part in _wrapped(line)]


def documented(lines: Iterable[str]) -> list[str]:
    """Return lines of prose, none of them too long; those of a list go on behind its mark."""
    return [part for line in lines for part in _filled(line)]


def _filled(line: str) -> list[str]:
    behind = "  " if line.startswith("* ") else ""
    return textwrap.wrap(line, LONGEST, subsequent_indent=behind, break_long_words=False, break_on_hyphens=False) or [
        ""
    ]


def _wrapped(line: str) -> list[str]:
    if len(line) <= LONGEST or line.lstrip().startswith(("#", '"')):
        return [line]
    code, mark, comment = line.partition("  # ")
    indent = code[: len(code) - len(code.lstrip())]
    parts: list[str] = []
    rest, depth = code.rstrip(), 0
    while len(rest) > LONGEST:
        places = [found.start() for found in _BREAK.finditer(rest, len(indent) + 1) if found.start() < LONGEST]
        # a line goes on where a bracket is open, or behind an operator
        places = [place for place in places if depth + _open(rest[:place]) > 0 or rest[:place].endswith((" + ", " - "))]
        if not places:
            break
        place = min(reversed(places), key=lambda at: _open(rest[:at]) - at / (4 * LONGEST))
        depth += _open(rest[:place])
        parts.append(rest[:place].rstrip())
        rest = indent + INDENT + rest[place:].lstrip()
    parts.append(rest)
    return [f"{indent}# {comment}", *parts] if mark else parts


def _open(text: str) -> int:
    return text.count("(") + text.count("[") - text.count(")") - text.count("]")
