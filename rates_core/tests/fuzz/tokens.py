"""What edits of equations mean, written again: on lists of tokens, one character at a time, without expressions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

PAIRS = ("**", "<=", ">=", "==", "!=")


class NoMatchError(Exception):
    """A piece that is to be replaced or removed stands nowhere."""


def split(text: str) -> list[str]:
    """Return the tokens of a text, with `**` as `^`."""
    found: list[str] = []
    place = 0
    while place < len(text):
        end = _end(text, place)
        if not text[place].isspace():
            found.append("^" if text[place:end] == "**" else text[place:end])
        place = end
    return found


def _end(text: str, place: int) -> int:
    """Return where the token ends that begins at a place."""
    character, following = text[place], text[place + 1 : place + 2]
    if character.isalpha() or character == "_":
        return _while(text, place, lambda c: c.isalnum() or c == "_")
    if _digit(character) or (character == "." and _digit(following)):
        return _end_of_number(text, place)
    return place + 2 if character + following in PAIRS else place + 1


def _end_of_number(text: str, place: int) -> int:
    end = _while(text, place, _digit)
    if text[end : end + 1] == ".":
        end = _while(text, end + 1, _digit)
    power = end + 2 if text[end + 1 : end + 2] in ("+", "-") else end + 1
    if text[end : end + 1] in ("e", "E") and _digit(text[power : power + 1]):
        end = _while(text, power, _digit)
    return end + 1 if text[end : end + 1] == "j" else end


def _digit(character: str) -> bool:
    return character != "" and character in "0123456789"


def _while(text: str, place: int, belongs: Any) -> int:
    while place < len(text) and belongs(text[place]):
        place += 1
    return place


def edited(equations: Sequence[str], edits: Mapping[str, Any]) -> list[list[str]]:
    """Return the tokens of edited equations.

    Raises:
        NoMatchError: a piece matches nothing.
    """
    found = [split(equation) for equation in equations]
    found = _replaced(found, {old: split(new) for old, new in edits.get("replace", {}).items()})
    found = _replaced(found, {old: [] for old in _listed(edits.get("remove"))})
    for text in _listed(edits.get("append")):
        found = [equation + split(text) for equation in found]
    for text in _listed(edits.get("prepend")):
        found = [_prepended(equation, split(text)) for equation in found]
    return found + [split(text) for text in _listed(edits.get("add"))]


def _listed(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else list(given or ())


def _replaced(equations: list[list[str]], pieces: Mapping[str, list[str]]) -> list[list[str]]:
    order = sorted(pieces, key=lambda old: -len(_whole(split(old))))
    missing = set(pieces)
    results = []
    for equation in equations:
        tokens, result = _whole(equation), []
        while tokens:
            old = next((old for old in order if tokens[: len(_whole(split(old)))] == _whole(split(old))), None)
            missing.discard(old)
            result += tokens[:1] if old is None else pieces[old]
            tokens = tokens[1 if old is None else len(_whole(split(old))) :]
        results.append([part for token in result for part in (("d", "/", "dt") if token == "d/dt" else (token,))])
    if missing:
        raise NoMatchError
    return [result for result in results if result] if pieces else results


def _whole(tokens: list[str]) -> list[str]:
    """Return tokens of which a leading `d/dt` is one."""
    return ["d/dt", *tokens[3:]] if tokens[:3] == ["d", "/", "dt"] else tokens


def _prepended(equation: list[str], text: list[str]) -> list[str]:
    """Put tokens in front of the right side; what belongs to a left side, in front of all."""
    if "=" in text or text[:3] == ["d", "/", "dt"] or "=" not in equation:
        return text + equation
    place = equation.index("=") + 1
    return equation[:place] + text + equation[place:]


def names(texts: Iterable[str]) -> set[str]:
    """Return the names in equations, those of a leading `d/dt` aside."""
    tokens = [token for text in texts for token in _whole(split(text))]
    return {token for token in tokens if (token[0].isalpha() or token[0] == "_") and token != "d/dt"}
