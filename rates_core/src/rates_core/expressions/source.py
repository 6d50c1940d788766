"""Text of a user that is being read, and the errors that point into it."""

from __future__ import annotations

import unicodedata

from attrs import field, frozen

from rates_core.errors import EquationError

MAX_LENGTH = 20_000

_QUOTED_LENGTH = 160
_EXCERPT_MARGIN = 60


def _visible(text: str) -> str:
    """Return text on one line in which nothing is invisible; what is far too long is cut."""
    kept = text.strip()[: MAX_LENGTH + 1]
    return kept if kept.isascii() and kept.isprintable() else "".join(map(_visible_character, kept))


def _visible_character(character: str) -> str:
    if character.isspace():
        return " "
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character).startswith("C") else character


@frozen
class Source:
    """An equation or expression as the user wrote it, without space around it and on one line.

    Attributes:
        text: what is read; positions count its characters.
        noun: "equation" or "expression", for messages.
        where: what holds the text, for messages, as "operator 'qif', model.yaml:12"; may be empty.

    Raises:
        EquationError: the text is too long.
    """

    text: str = field(converter=_visible)
    noun: str = "expression"
    where: str = ""

    def __attrs_post_init__(self) -> None:
        if len(self.text) > MAX_LENGTH:
            problem = f"More than {MAX_LENGTH} characters"
            raise self.error(problem, 0, 1, "Split the expression into several equations.")

    def error(self, problem: str, start: int, end: int, remedy: str = "") -> EquationError:
        """Return an error that says what is wrong and what to do, above a marked copy of the text."""
        quoted = self.text if len(self.text) <= _QUOTED_LENGTH else self.text[: _QUOTED_LENGTH - 3] + "..."
        place = f" ({self.where})" if self.where else ""
        advice = f" {remedy}" if remedy else ""
        return EquationError(f'{problem} in {self.noun} "{quoted}"{place}.{advice}\n{self._excerpt(start, end)}')

    def _excerpt(self, start: int, end: int) -> str:
        """Return the text, or its part around the place if it is long, over a line of carets."""
        first, last = 0, len(self.text)
        if last > _QUOTED_LENGTH:
            first, last = max(0, start - _EXCERPT_MARGIN), min(last, start + _EXCERPT_MARGIN)
        before = "..." if first > 0 else ""
        after = "..." if last < len(self.text) else ""
        marked = max(1, min(end, last) - start)
        carets = " " * (len(before) + start - first) + "^" * marked
        return f"    {before}{self.text[first:last]}{after}\n    {carets}"


def unusual(text: str) -> str:
    """Return the names of the characters of a short text that are not ASCII, in brackets, for messages."""
    names = [unicodedata.name(character, "unnamed character") for character in text if not character.isascii()]
    return f" ({', '.join(names)})" if 0 < len(names) <= 3 else ""
