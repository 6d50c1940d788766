"""Names in files of XPPAUT and in templates of rates."""

from __future__ import annotations

import re
from collections.abc import Collection

_WORDS = frozenset({"t", "and", "or", "not", "if", "else"})


def identifier(name: str, taken: Collection[str]) -> str:
    """Return a name that a variable of a template may have: letters, digits and `_`, none that is taken."""
    plain = re.sub(r"\W", "_", name)
    if not plain.isidentifier():
        plain = f"_{plain}"
    if plain in _WORDS:
        plain = f"{plain}_"
    found, number = plain, 1
    while found in taken:
        number += 1
        found = f"{plain}_{number}"
    return found
