"""Sums of slopes that are weighted by rows of a tableau, as text."""

from __future__ import annotations

from collections.abc import Sequence

Terms = Sequence[tuple[float, str]]  # weights, and the slopes that have them


def slopes(row: Sequence[float], form: str = "k{}") -> Terms:
    """Return the slopes that one row of a tableau weights, named by their numbers from 1 on."""
    return [(weight, form.format(stage)) for stage, weight in enumerate(row, 1) if weight]


def weighted(terms: Terms, real: str = "{}") -> str:
    """Return a sum of slopes with their weights, which are written as `real` says."""
    text = ""
    for weight, slope in terms:
        term = slope if abs(weight) == 1 else f"{real.format(repr(abs(weight)))}*{slope}"
        sign = ("-" if weight < 0 else "") if not text else (" - " if weight < 0 else " + ")
        text += sign + term
    return text


def increment(terms: Terms, real: str = "{}") -> str:
    """Return ` + h*(...)`, which moves a state along slopes; nothing where none counts."""
    if not terms:
        return ""
    text = weighted(terms, real)
    return f" + h*{text}" if len(terms) == 1 and terms[0][0] == 1 else f" + h*({text})"


def polynomial(factors: Sequence[float], real: str = "{}") -> str:
    """Return a polynomial of theta without its common first power, by Horner's rule."""
    text = ""
    for factor in reversed(factors):
        written = real.format(repr(factor))
        text = f"{written} + theta*({text})" if text else written
    return f"({text})"
