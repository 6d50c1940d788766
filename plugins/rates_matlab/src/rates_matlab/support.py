"""Functions that generated files contain where they need them, and how they are taken from their file."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files


@cache
def _texts() -> dict[str, str]:
    """Return the text of each function by its name."""
    found = {}
    for text in files("rates_matlab").joinpath("support.m").read_text(encoding="utf-8").split("\n\n"):
        name = re.match(r"function \w+ = (\w+)\(", text)
        assert name is not None
        found[name[1]] = text.strip("\n")
    return found


def support(used: Collection[str]) -> list[str]:
    """Return the texts of the functions that are used, in the order of the file."""
    return [text for name, text in _texts().items() if name in used]


def support_names() -> frozenset[str]:
    """Return the names of all functions that a file may contain."""
    return frozenset(_texts())
