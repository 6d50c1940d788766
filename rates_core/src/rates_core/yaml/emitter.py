"""Plain data as YAML text that readers of YAML 1.1 and 1.2 read alike.

Mappings and lists are written in lines of their own; a tuple, and an `Inline` mapping, in one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rates_core.templates.value import number_text
from rates_core.yaml.scalars import write_number, write_text

LONGEST_KEY = 1000  # characters; YAML allows 1024 for one without a mark that it is a key

_STEP = "  "


class Inline(dict[str, Any]):
    """A mapping that is written in one line."""


def block(value: Any, indent: str = "") -> Iterator[str]:
    """Yield the lines of a mapping or a list."""
    if isinstance(value, dict):
        for key, entry in value.items():
            *marked, head = _key_lines(key)
            yield from (indent + line for line in marked)
            yield from _headed(indent + head, entry, indent + _STEP)
    else:
        for item in value:
            lines = _headed(f"{indent}-", item, indent + _STEP)
            if _is_block(item):
                next(lines)
                first = next(lines)
                yield f"{indent}- {first.lstrip()}"
            yield from lines


def inline(value: Any) -> str:
    """Return a value in one line."""
    if isinstance(value, dict):
        entries = (" ".join((*_key_lines(key), inline(entry))) for key, entry in value.items())
        return f"{{{', '.join(entries)}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(inline, value))}]"
    if value is None:
        return "null"
    if isinstance(value, str):
        return write_text(value)
    if isinstance(value, complex):
        return write_text(number_text(value))
    return str(value) if isinstance(value, int) else write_number(value)


def _headed(head: str, value: Any, indent: str) -> Iterator[str]:
    if _is_block(value):
        yield head
        yield from block(value, indent)
    elif isinstance(value, str) and _is_prose(value):
        yield f"{head} |-"
        yield from (indent + line if line else "" for line in value.split("\n"))
    else:
        yield f"{head} {inline(value)}"


def _is_block(value: Any) -> bool:
    return bool(value) and isinstance(value, (dict, list)) and not isinstance(value, Inline)


def _is_prose(text: str) -> bool:
    """Return whether a text has several lines that can be written as they are."""
    lines = text.split("\n")
    return len(lines) > 1 and all(map(str.isprintable, lines)) and not text[0].isspace() and bool(lines[-1].strip())


def _key_lines(key: str) -> list[str]:
    """Return a key with its colon, which stands behind a long one in a line of its own."""
    text = write_text(key)
    return [f"{text}:"] if len(text) <= LONGEST_KEY else [f"? {text}", ":"]
