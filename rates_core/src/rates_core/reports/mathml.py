"""Formulas in MathML, which browsers and notebooks show without any library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Literal

from rates_core.reports.symbol import GREEK, Glyph, VariableSymbol
from rates_core.reports.writer import Fence, Sign, Writer

_SIGNS: Mapping[Sign, str] = MappingProxyType({
    "plus": "+", "minus": "−", "times": "\N{INVISIBLE TIMES}", "dot": "·",
    "less": "<", "less_equal": "≤", "greater": ">", "greater_equal": "≥", "equal": "=", "not_equal": "≠",
    "and": "∧", "or": "∨", "not": "¬", "comma": ",", "colon": ":",
})  # fmt: skip

_FENCES: Mapping[Fence, tuple[str, str]] = MappingProxyType(
    {"round": ("(", ")"), "square": ("[", "]"), "bar": ("|", "|"), "floor": ("⌊", "⌋"), "ceiling": ("⌈", "⌉")}
)

_CONSTANTS = MappingProxyType({"pi": "π", "E": "e", "I": "i", "inf": "∞", "nan": "NaN"})


def element(name: str, *content: str, **attributes: str) -> str:
    """Return an element of MathML or HTML around what is one already."""
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(content)}</{name}>"


def _operator(text: str, **attributes: str) -> str:
    return element("mo", escape(text), **attributes)


class MathML(Writer):
    """Writes formulas as elements of MathML."""

    def symbol(self, symbol: VariableSymbol) -> str:
        """Return a base with its subscripts, separated by commas."""
        return _with_subscripts(_glyph(symbol.base), symbol)

    def derivative(self, symbol: VariableSymbol) -> str:
        """Return the base under a dot, with its subscripts."""
        return _with_subscripts(element("mover", _glyph(symbol.base), _operator("˙"), accent="true"), symbol)

    def constant(self, name: Literal["pi", "E", "I", "inf", "nan"]) -> str:
        """Return an upright letter."""
        return element("mi", _CONSTANTS[name], mathvariant="normal")

    def digits(self, text: str) -> str:
        """Return a number."""
        return element("mn", text)

    def scientific(self, mantissa: str, exponent: str) -> str:
        """Return a number times a power of ten."""
        sign, size = ("", exponent) if not exponent.startswith("-") else (_operator("−"), exponent[1:])
        power = self.power(self.digits("10"), f"{sign}{self.digits(size)}")
        return self.row(self.digits(mantissa), _operator("×"), power) if mantissa else power

    def sign(self, name: Sign) -> str:
        """Return an operator."""
        return _operator(_SIGNS[name])

    def function(self, name: str) -> str:
        """Return the name of a function; one letter alone would be set as a variable."""
        return element("mi", escape(name), mathvariant="normal")

    def row(self, *parts: str) -> str:
        """Return parts as one element."""
        return element("mrow", *parts)

    def fenced(self, fence: Fence, inside: str) -> str:
        """Return something between delimiters that grow with it."""
        left, right = _FENCES[fence]
        return self.row(_operator(left, fence="true"), inside, _operator(right, fence="true"))

    def fraction(self, above: str, below: str) -> str:
        """Return a fraction."""
        return element("mfrac", self.row(above), self.row(below))

    def power(self, base: str, exponent: str) -> str:
        """Return a base with a raised exponent."""
        return element("msup", self.row(base), self.row(exponent))

    def lowered(self, base: str, content: str) -> str:
        """Return a base with a subscript."""
        return element("msub", self.row(base), self.row(content))

    def root(self, inside: str) -> str:
        """Return a square root."""
        return element("msqrt", inside)

    def overlined(self, inside: str) -> str:
        """Return something under a line."""
        return element("mover", self.row(inside), _operator("¯"), accent="true")

    def cases(self, rows: Sequence[tuple[str, str | None]]) -> str:
        """Return a table behind a brace."""
        lines = (
            element("mtr", element("mtd", value), element("mtd", _condition(condition))) for value, condition in rows
        )
        return self.row(_operator("{", fence="true"), element("mtable", *lines, columnalign="left"))


def _condition(condition: str | None) -> str:
    if condition is None:
        return element("mtext", "otherwise")
    return element("mrow", element("mtext", "if\N{NO-BREAK SPACE}"), condition)


def _with_subscripts(base: str, symbol: VariableSymbol) -> str:
    if not symbol.subscripts:
        return base
    return element("msub", base, element("mrow", _operator(",").join(map(_glyph, symbol.subscripts))))


def _glyph(glyph: Glyph) -> str:
    match glyph.kind:
        case "greek":
            return element("mi", GREEK[glyph.text])
        case "digits":
            return element("mn", glyph.text)
        case "verbatim":
            return element("mi", escape(glyph.text), mathvariant="monospace")
        case _:
            return element("mi", escape(glyph.text))
