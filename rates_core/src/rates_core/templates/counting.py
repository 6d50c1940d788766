"""Numbers of things in messages."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return e.g. `"1 unit"` or `"4 units"`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def counted_are(number: int, noun: str) -> str:
    """Return e.g. `"1 value is"` or `"4 values are"`."""
    return f"{counted(number, noun)} {'is' if number == 1 else 'are'}"
