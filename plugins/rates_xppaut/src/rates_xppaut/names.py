"""Names in files of XPPAUT and in templates of rates."""

from __future__ import annotations

import re
from collections.abc import Collection

from rates_xppaut.expression_reader import RESERVED

LONGEST = 9  # characters of a name that XPPAUT tells from all others
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


class ShortNames:
    """Names that XPPAUT can take: nine letters, digits and `_`, told apart without their case, none of its words."""

    def __init__(self) -> None:
        self._taken = set(RESERVED)

    def choose(self, wanted: str, longer: str = "", numbered: bool = False) -> str:
        """Return a name that is like the wanted one.

        Args:
            wanted: the name itself, if it can be had.
            longer: what may be added behind it to tell it from others.
            numbered: it is one of several.
        """
        plain = re.sub(r"[^A-Za-z0-9_]", "_", wanted).lstrip("_0123456789") or "v"
        if not numbered and self._take(plain):
            return plain
        added = re.sub(r"[^A-Za-z0-9_]", "_", longer).strip("_")
        if added and self._take(f"{plain}_{added}"):
            return f"{plain}_{added}"
        number = 0
        while True:
            number += 1
            found = f"{plain[: LONGEST - len(str(number))]}{number}"
            if self._take(found):
                return found

    def _take(self, name: str) -> bool:
        free = len(name) <= LONGEST and name.lower() not in self._taken
        self._taken |= {name.lower()} if free else set()
        return free
