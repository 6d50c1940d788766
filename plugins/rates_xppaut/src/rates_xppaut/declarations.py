"""What a line of a file declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from attrs import frozen
from rates_core.errors import ModelFileError, did_you_mean

from rates_xppaut.lines import Line

#: What a line may begin with, and the shortest form of each word that XPPAUT takes for it.
_WORDS: Mapping[str, str] = MappingProxyType({
    "parameter": "p", "init": "i", "number": "n", "wiener": "w", "bndry": "b", "global": "g", "only": "on",
    "options": "o", "set": "se", "solve": "so", "special": "sp", "aux": "au", "vector": "vect", "volterra": "v",
    "table": "t", "markov": "ma", "export": "ex", "group": "gr",
})  # fmt: skip
_SPELLED = ("par", "param", "bdry", "volt", "solv", "tabular", *_WORDS)
_EQUATION = re.compile(r"[^\s=/'(]+")
_NAMED = re.compile(r"([^\s=,]+)(?:\s*=\s*([^\s,]*))?[\s,]*")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


@frozen
class Declaration:
    """One statement, taken apart.

    Attributes:
        kind: a word of `_WORDS`, or `comment`, `settings`, `fixed`, `derived`, `state`, `map`, `start`, `integral`,
            `constraint`, `function`.
        name: what it declares, as it is written; empty if it declares several things.
        text: the right side, or what follows the word.
        line: where it stands.
        arguments: of a function.
    """

    kind: str
    name: str
    text: str
    line: Line
    arguments: tuple[str, ...] = ()


def read_declaration(line: Line) -> Declaration:
    """Return what a line declares.

    Raises:
        ModelFileError: it is nothing that XPPAUT knows.
    """
    text = line.text
    if text.startswith(("#", '"')):
        return Declaration("comment", "", text, line)
    if text.startswith("@"):
        return Declaration("settings", "", text[1:], line)
    if re.match(r"0\s*=", text):
        return Declaration("constraint", "", text.partition("=")[2].strip(), line)
    derived = text.startswith("!")
    text = text.removeprefix("!").strip()
    word = _EQUATION.match(text)
    if word is None:
        raise line.error("This is no statement of XPPAUT.")
    rest = text[word.end() :].lstrip()
    if rest.startswith("=") and not rest.startswith("=="):
        return Declaration("derived" if derived else "fixed", word[0], rest[1:].strip(), line)
    if text[word.end() : word.end() + 1] in ("/", "'", "("):
        return _equation(line, word[0], text[word.end() :])
    return _command(line, word[0], rest)


def _equation(line: Line, name: str, rest: str) -> Declaration:
    """Return a differential equation, an initial value, a function, or what has its form."""
    left, equals, right = rest.partition("=")
    left, right = "".join(left.split()).lower(), right.strip()
    if not equals or not right:
        raise line.error("An equation has a right side.")
    if left == "'":
        return Declaration("state", name, right, line)
    if left == "/dt" and name.lower().startswith("d") and len(name) > 1:
        return Declaration("state", name[1:], right, line)
    if left == "(t+1)":
        return Declaration("map", name, right, line)
    if left == "(0)":
        return Declaration("start", name, right, line)
    if left == "(t)" and re.search(r"int\s*[\[{]", right, re.IGNORECASE):
        return Declaration("integral", name, right, line)
    if left.startswith("(") and left.endswith(")"):
        arguments = tuple(left[1:-1].split(","))
        if not all(re.fullmatch(r"[a-z_]\w*", argument) for argument in arguments):
            raise line.error("Arguments of a function are names.")
        return Declaration("function", name, right, line, arguments)
    raise line.error("An equation is written x'=..., dx/dt=..., x(0)=... or f(x)=....")


def _command(line: Line, word: str, rest: str) -> Declaration:
    fitting = [name for name, shortest in _WORDS.items() if word.lower().startswith(shortest)]
    name = max(fitting, key=lambda one: len(_WORDS[one]), default="")
    if not name:
        raise line.error(f"XPPAUT has no statement '{word}'.{did_you_mean(word.lower(), _SPELLED)}")
    if name in ("aux", "solve", "special", "volterra", "vector"):
        left, _, right = rest.partition("=")
        return Declaration(name, left.strip(), right.strip(), line)
    if name in ("table", "markov"):
        left, _, right = rest.partition(" ")
        return Declaration(name, left.strip(), right.strip(), line)
    return Declaration(name, "", rest.strip(), line)


def numbers_of(declaration: Declaration) -> Iterator[tuple[str, float]]:
    """Yield the names and numbers of a list such as `a=1, b=2 c`; a name without a number has 0.

    Raises:
        ModelFileError: a value is no number.
    """
    for name, value in pairs_of(declaration.text):
        if value and not _NUMBER.fullmatch(value):
            raise declaration.line.error(
                f"'{name}={value}' is no number; XPPAUT takes as many of its characters as are one. "
                f"A formula of parameters is written '!{name}=...' on a line of its own, that of a start "
                f"'{name}(0)=...'."
            )
        yield name, float(value or 0.0)


def pairs_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values of a list."""
    for match in _NAMED.finditer(text.strip(" ,")):
        yield match[1], match[2] or ""


def number_of(text: str) -> float | None:
    """Return a number, or None if a text is none."""
    return float(text) if _NUMBER.fullmatch(text.strip()) else None


def whole(text: str, line: Line, what: str) -> int:
    """Return a whole number.

    Raises:
        ModelFileError: it is none.
    """
    try:
        return int(text)
    except ValueError:
        raise ModelFileError(f"{line.where}: {what} is a whole number, not '{text}'.") from None
