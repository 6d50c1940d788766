"""How the name of a variable is set as a symbol: a letter with subscripts, wherever the name can be read as one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from attrs import frozen

_SMALL = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi"
_LARGE = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"

#: Names of Greek letters that have a shape of their own, and their characters.
GREEK: Mapping[str, str] = MappingProxyType(
    dict(zip((*_SMALL.split(), "omega", *_LARGE.split()), "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", strict=True))
)
_GREEK_NAMES = {character: name for name, character in GREEK.items()}

_NUMBERED = re.compile(r"(?P<letters>[^\W\d_]+)(?P<digits>[0-9]+)")


@frozen
class Glyph:
    """One piece of a symbol: a letter, the name of a Greek letter, digits, or a word; verbatim text keeps its form."""

    kind: Literal["letter", "greek", "digits", "word", "verbatim"]
    text: str


@frozen
class VariableSymbol:
    """The symbol of a variable: a base with subscripts."""

    base: Glyph
    subscripts: tuple[Glyph, ...] = ()


def symbols_of(names: Iterable[str]) -> Mapping[str, VariableSymbol]:
    """Return the symbols of variables that stand together, each another one.

    Where two names would look the same, as `tau0` and `tau_0`, the later one is set as it is written.
    """
    found: dict[str, VariableSymbol] = {}
    taken: set[VariableSymbol] = set()
    for name in names:
        symbol = symbol_of(name)
        if symbol in taken:
            symbol = VariableSymbol(Glyph("verbatim", name))
        taken.add(symbol)
        found[name] = symbol
    return found


def symbol_of(name: str) -> VariableSymbol:
    """Return the symbol of a name: `tau_e` is a Greek letter with a subscript, `v0` a letter with a digit."""
    parts = name.split("_")
    if not all(parts):
        return VariableSymbol(Glyph("verbatim", name))
    base, *rest = (glyph for part in parts for glyph in _glyphs(part))
    return VariableSymbol(base, tuple(rest))


def _glyphs(part: str) -> list[Glyph]:
    numbered = _NUMBERED.fullmatch(part)
    return [_glyph(text) for text in numbered.groups()] if numbered else [_glyph(part)]


def _glyph(text: str) -> Glyph:
    if text.isascii() and text.isdigit():
        return Glyph("digits", text)
    if text in GREEK or text in _GREEK_NAMES:
        return Glyph("greek", _GREEK_NAMES.get(text, text))
    return Glyph("letter" if len(text) == 1 else "word", text)
