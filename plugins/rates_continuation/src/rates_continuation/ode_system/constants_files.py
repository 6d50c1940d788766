"""Files of constants of Auto-07p, `c.NAME`: names with values, each of which is read, never evaluated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rates_core.errors import ArgumentError, UnknownNameError, UnsupportedFeatureError, did_you_mean, shown

from rates_continuation.ode_system.constants import PRESETS, REFUSED
from rates_continuation.ode_system.settings import ELSEWHERE

BEYOND = 1e10  # in bounds of what is not bounded here: there are none
_NAME = re.compile(r"([A-Za-z]\w*)\s*=")
_EXPONENT = re.compile(r"(?<=[\d.])[dD](?=[+-]?\d)")
_OPEN, _CLOSED, _QUOTES = "[{(", "]})", "'\""


def constants_of(name: str, folder: Path) -> dict[str, Any]:
    """Return the constants of a name: those of a file in a folder, or what the name stands for without one.

    Raises:
        UnknownNameError: there is neither.
        UnsupportedFeatureError: it is that of homoclinic orbits.
        ArgumentError: the file is none that can be read.
    """
    file = folder / f"c.{name}"
    if file.is_file():
        return _meant(_read(file))
    if name in PRESETS:
        return dict(PRESETS[name])
    if name == "hom":
        raise UnsupportedFeatureError(f"c='hom' is not offered by run. {ELSEWHERE[9]}")
    known = [*PRESETS, *sorted(path.name[2:] for path in folder.glob("c.*"))]
    raise UnknownNameError(
        f"There are no constants c={shown(name)}: no file 'c.{name}' in '{folder}'.{did_you_mean(name, known)} Without "
        f"a file there are: {', '.join(PRESETS)}. Or give constants as arguments."
    )


def _read(file: Path) -> dict[str, Any]:
    text = "\n".join(_without_comment(line) for line in file.read_text(encoding="utf-8").splitlines())
    try:
        return {name: _value(value) for name, value in _pairs(text)}
    except ValueError as error:
        raise ArgumentError(
            f"'{file}' is no file of constants that is read here: {error}. Each constant has to be NAME = value, as in "
            "'NMX = 100' or 'UZR = {1: 0.5}'."
        ) from None


def _without_comment(line: str) -> str:
    quote = ""
    for number, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in _QUOTES:
            quote = letter
        elif letter in "#!":
            return line[:number]
    return line


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield names and the texts of their values, which go on to the next name outside of brackets and quotes.

    Raises:
        ValueError: something else stands before a name.
    """
    ends = list(_starts(text))
    if text[: ends[0].start() if ends else len(text)].strip(" ,\n\t"):
        raise ValueError(f"it begins with {shown(text.strip().splitlines()[0].strip())}")
    for number, match in enumerate(ends):
        end = ends[number + 1].start() if number + 1 < len(ends) else len(text)
        yield match[1], text[match.end() : end].strip(" ,\n\t")


def _starts(text: str) -> Iterator[re.Match[str]]:
    depth, quote, place = 0, "", 0
    while place < len(text):
        letter = text[place]
        found = None if depth or quote else _NAME.match(text, place)
        if found is not None:
            yield found
            place = found.end()
            continue
        if quote:
            quote = "" if letter == quote else quote
        elif letter in _QUOTES:
            quote = letter
        depth += 0 if quote else (letter in _OPEN) - (letter in _CLOSED)
        place += 1


def _value(text: str) -> Any:
    """Return a number, a text, a list or a dictionary.

    Raises:
        ValueError: it is none of these.
    """
    if re.fullmatch(r"[A-Za-z_]\w*", text):  # names may stand without quotes
        return text
    try:
        return ast.literal_eval(_EXPONENT.sub("e", text))
    except (SyntaxError, ValueError, TypeError):
        raise ValueError(f"it has the value {shown(text)}") from None


def _meant(constants: Mapping[str, Any]) -> dict[str, Any]:
    """Return constants without those of which nothing is said here and that ask for nothing: files list them all."""
    kept = {name: value for name, value in constants.items() if name not in REFUSED or _asks(name, value)}
    kept.pop("e", None)  # the model is known by other names here
    return kept


def _asks(name: str, value: Any) -> bool:
    if name == "IRS":  # the starting point says where it starts
        return False
    return bool(value) and not (name in ("A0", "A1") and abs(float(value)) >= BEYOND)
