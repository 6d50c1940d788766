"""Numbers, names and operators: the pieces that the text of an equation is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from attrs import frozen

from rates_core.expressions.source import Source, unusual

MAX_TOKEN_LENGTH = 200

_PATTERN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?j?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<operator>\*\*|//|<=|>=|==|!=|[-+*/%^<>(),&|])"
)

#: What to write instead of characters that are not in the language.
_REPLACEMENTS: Mapping[str, str] = MappingProxyType({
    "−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=",
    "²": "^2", "³": "^3", "’": "'", "′": "'", "!": "not", "~": "not",
})  # fmt: skip

_REMEDIES: Mapping[str, str] = MappingProxyType({
    "=": "An equation has one '='; equality is tested by '=='.",
    "'": "A derivative stands on the left side only, and every equation is a text of its own.",
    "[": "Write index(x, i) for an element of x.",
    "]": "Write index(x, i) for an element of x.",
    "@": "Write matmul(A, B) or matvec(A, x).",
    "//": "Write floor(a/b).",
    ".": "A name has no parts; declare what you need as a variable.",
})  # fmt: skip

_LARGEST_EXACT_INTEGER = 2**53


@frozen
class Token:
    """A piece of text between two positions."""

    kind: Literal["number", "name", "operator"]
    text: str
    start: int
    end: int


def tokenize(source: Source, start: int = 0) -> list[Token]:
    """Split the text from `start` on into tokens.

    Raises:
        EquationError: a character or number is not in the language.
    """
    tokens: list[Token] = []
    position = start
    while position < len(source.text):
        match = _PATTERN.match(source.text, position)
        if match is None:
            raise _foreign(source, position)
        position = match.end()
        if match.lastgroup != "space" and position - match.start() > MAX_TOKEN_LENGTH:
            problem = f"A name or number of more than {MAX_TOKEN_LENGTH} characters"
            raise source.error(problem, match.start(), position)
        if match.lastgroup == "number":
            _check_number_ends(source, match)
            tokens.append(Token("number", match.group(), match.start(), position))
        elif match.lastgroup == "name":
            _check_name(source, match)
            tokens.append(Token("name", match.group(), match.start(), position))
        elif match.lastgroup == "operator":
            if match.group() == "//":
                raise _foreign(source, match.start(), "//")
            tokens.append(Token("operator", match.group(), match.start(), position))
    return tokens


def number(source: Source, token: Token) -> int | float | complex:
    """Return the value of a number: an integer where it is written as one and is exact in double precision."""
    if token.text.isdigit() and len(token.text) <= 16:
        value = int(token.text)
        return value if value <= _LARGEST_EXACT_INTEGER else float(value)
    imaginary = token.text.endswith("j")
    size = float(token.text[:-1] if imaginary else token.text)
    if size == float("inf"):
        raise source.error(f"Number '{token.text}' is too large for double precision", token.start, token.end)
    return complex(0.0, size) if imaginary else size


def _check_number_ends(source: Source, match: re.Match[str]) -> None:
    """Refuse `2x`, `1_000`, `0x10` and `1.2.3`."""
    rest = source.text[match.end() : match.end() + 1]
    if rest == "." or rest == "_" or rest.isalnum():
        word = re.compile(r"[\w.]*").match(source.text, match.start())
        end = word.end() if word else match.end()
        problem = f"'{source.text[match.start() : end]}' is neither a number nor a name"
        raise source.error(problem, match.start(), end, "Write a product with '*', as in 2*x.")


def _check_name(source: Source, match: re.Match[str]) -> None:
    """Refuse word characters that no name may hold, such as a raised 2."""
    name = match.group()
    if name.isidentifier():
        return
    for length in range(1, len(name) + 1):
        if not name[:length].isidentifier():
            raise _foreign(source, match.start() + length - 1)


def _foreign(source: Source, position: int, text: str = "") -> Exception:
    """Return the error for something that is not in the language."""
    text = text or source.text[position]
    remedy = _REMEDIES.get(text, "")
    if text in _REPLACEMENTS:
        remedy = f"Write {_REPLACEMENTS[text]} instead."
    quote = '"' if text == "'" else "'"
    problem = f"{quote}{text}{quote}{unusual(text)} is not part of the language"
    return source.error(problem, position, position + len(text), remedy)
