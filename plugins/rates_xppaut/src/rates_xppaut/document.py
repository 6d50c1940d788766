"""Files of XPPAUT: what they say, and what files look like that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from rates_core.errors import ModelFileError

from rates_xppaut.declarations import Declaration, read_declaration, whole
from rates_xppaut.lines import Line, statements
from rates_xppaut.omissions import Omissions

_SIGNS = re.compile(r"^\s*(?:\w+'\s*=|d\w+/dt\s*=|\w+\(t(?:\+1)?\)\s*=|(?:p|par|param|init|aux)\s+\w)", re.I | re.M)
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")  # \x1a ends texts of MS-DOS
_OTHERS = (
    ("<sbml", "SBML"), ("<neuroml", "NeuroML"), ("<Lems", "LEMS"), ("<?xml", "XML"),
)  # fmt: skip


def text_of(path: str | Path) -> str:
    """Return the text of a file.

    Raises:
        ModelFileError: it cannot be read, or is no text.
    """
    file = Path(path)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{file} cannot be read: {error.strerror}.") from None
    if _NO_TEXT.search(content):
        raise ModelFileError(f"{file} is no file of XPPAUT: it holds bytes that are no text.")
    return content.decode("utf-8", errors="replace")


def is_xppaut(path: str | Path) -> bool:
    """Tell whether a file is one of XPPAUT's; a file that cannot be read is none."""
    try:
        text = text_of(path)
    except ModelFileError:
        return False
    return not _resemblance(text) and _SIGNS.search(text) is not None


def declarations_of(path: str | Path, omissions: Omissions) -> list[Declaration]:
    """Return what a file says, statement by statement.

    Raises:
        ModelFileError: it cannot be read, a statement is malformed, or it looks like a file of another kind.
    """
    text = text_of(path)
    if other := _resemblance(text):
        raise ModelFileError(f"{path} is no file of XPPAUT. It looks like {other}.")
    if re.match(r"\s*[1-9]", text.partition("\n")[0]):
        raise ModelFileError(
            f"{path} begins with a number of equations, as files of XPPAUT once did. 'xppaut -convert' makes a file of "
            "today of it."
        )
    lines = statements(text, str(path))
    return [read_declaration(line) for line in _without_tables(lines, omissions)]


def _without_tables(lines: Iterator[Line], omissions: Omissions) -> Iterator[Line]:
    """Yield lines, and refuse Markov processes, whose rates stand on lines below them."""
    for line in lines:
        if re.match(r"#include\b", line.text):
            raise line.error("Files that include others are not read; put their lines in its place.")
        found = re.match(r"(ma|gr)\w*\s+(\w+)\s+(\w+)", line.text, re.IGNORECASE)
        if found is None:
            yield line
            continue
        kind = "Markov process" if found[1].lower() == "ma" else "group"
        for _ in range(whole(found[3], line, f"The number of states of a {kind}")):
            next(lines, None)
        omissions.refuse(f"{line.where}: {line.text}: rates has no {kind}; '{found[2]}' jumps at random times.")


def _resemblance(text: str) -> str:
    """Return which other kind of file a text looks like; empty if it looks like none."""
    start = text[:4096].lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return next((name for word, name in _OTHERS if word in start), "XML")
    if start.startswith(("{", "%YAML")) or re.search(r"^\s+base:\s*\w+Template", text, re.MULTILINE):
        return "a model file of rates (or PyRates): read it as the format 'yaml'"
    if re.search(r"^(state_variables|parameters|dynamics|network|components)\s*:", text, re.MULTILINE):
        return "a file of TVBO: read it as the format 'tvbo'"
    return ""
