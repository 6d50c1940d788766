"""What a plain word of a model file is: the core schema of YAML 1.2, and nothing beside it.

Readers of YAML 1.1 take `on`, `no` and `y` for truth values, `1e-3` for a string, `010` for 8 and `1:30` for 90.
Here `1e-3` is a number, `010` is 10 and the others are strings.
"""

from __future__ import annotations

import re
from math import inf, nan

from rates_core.errors import ModelFileError

_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **{sign + word: inf for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), nan),
}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_PREFIXED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 250  # characters, also hexadecimal ones: every such integer still fits a float
_STARTS_OF_NUMBERS = frozenset("+-.0123456789")

_SAFE_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_./()-]*")
_WORDS_OF_YAML_1_1 = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def resolve(text: str) -> str | bool | int | float | None:
    """Return the value of a plain (unquoted) scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _STARTS_OF_NUMBERS or len(text) > _LONGEST_NUMBER:
        return text
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _PREFIXED.fullmatch(text):
        return int(text, base=0)
    return float(text) if _FLOAT.fullmatch(text) else text


def write_number(value: float) -> str:
    """Return a float so that readers of YAML 1.1 and 1.2 read back the same value: `0.001`, `1.0e-05`, `.inf`."""
    if value != value:
        return ".nan"
    if value in (inf, -inf):
        return ".inf" if value > 0 else "-.inf"
    text = repr(float(value))
    mantissa, exponent_mark, exponent = text.partition("e")
    if not exponent_mark:
        return text
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}"


def write_text(text: str) -> str:
    """Return a string so that readers of YAML 1.1 and 1.2 read back the same string, in quotes where it needs them."""
    if _SAFE_WORD.fullmatch(text) and text.lower() not in _WORDS_OF_YAML_1_1:
        return text
    return f'"{"".join(map(_escape, text))}"'


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        raise ModelFileError(f"A text holds U+{code:04X}, half of a character; no file in UTF-8 can hold that.")
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
