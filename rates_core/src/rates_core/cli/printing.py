"""What commands print: tables for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import Any


def json_text(data: Any) -> str:
    """Return data as JSON that people can read too."""
    return json.dumps(data, indent=2)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table under its headings, aligned; the last cell of a row may hold several lines."""
    lines = [tuple(headings), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings) - 1)]
    return "\n".join(text for line in lines for text in _row(line, widths))


def _row(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    head = "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=False))
    for left, text in zip(chain([head], repeat(" " * len(head))), cells[-1].splitlines() or [""], strict=False):
        yield f"{left}  {text}".rstrip()
