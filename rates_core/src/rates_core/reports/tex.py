"""Formulas in LaTeX, as amsmath, MathJax and KaTeX read them; all but conditionals, as Matplotlib reads them too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from rates_core.reports.symbol import Glyph, VariableSymbol
from rates_core.reports.writer import Fence, Sign, Writer

_SIGNS: Mapping[Sign, str] = MappingProxyType({
    "plus": "+", "minus": "-", "times": r"\,", "dot": r"\cdot",
    "less": "<", "less_equal": r"\leq", "greater": ">", "greater_equal": r"\geq", "equal": "=", "not_equal": r"\neq",
    "and": r"\wedge", "or": r"\vee", "not": r"\neg", "comma": ",", "colon": ":",
})  # fmt: skip

_FENCES: Mapping[Fence, tuple[str, str]] = MappingProxyType({
    "round": ("(", ")"), "square": ("[", "]"), "bar": ("|", "|"),
    "floor": (r"\lfloor", r"\rfloor"), "ceiling": (r"\lceil", r"\rceil"),
})  # fmt: skip

_CONSTANTS = MappingProxyType(
    {"pi": r"\pi", "E": r"\mathrm{e}", "I": r"\mathrm{i}", "inf": r"\infty", "nan": r"\mathrm{NaN}"}
)

_OWN_COMMANDS = frozenset({
    "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "exp", "ln", "log", "min", "max",
})  # fmt: skip

#: Characters that mean something else to TeX, in text.
_ESCAPES = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
})  # fmt: skip


def escaped(text: str) -> str:
    """Return text that LaTeX sets as it stands here."""
    return text.translate(_ESCAPES)


class TeX(Writer):
    """Writes formulas for the math mode of LaTeX."""

    def symbol(self, symbol: VariableSymbol) -> str:
        """Return a base with its subscripts, separated by commas."""
        return _with_subscripts(_glyph(symbol.base), symbol)

    def derivative(self, symbol: VariableSymbol) -> str:
        """Return the base under a dot, with its subscripts."""
        return _with_subscripts(rf"\dot{{{_glyph(symbol.base)}}}", symbol)

    def constant(self, name: Literal["pi", "E", "I", "inf", "nan"]) -> str:
        """Return the command of a constant."""
        return _CONSTANTS[name]

    def digits(self, text: str) -> str:
        """Return the digits as they are."""
        return text

    def scientific(self, mantissa: str, exponent: str) -> str:
        """Return a number times a power of ten."""
        power = f"10^{{{exponent}}}"
        return rf"{mantissa} \times {power}" if mantissa else power

    def sign(self, name: Sign) -> str:
        """Return the character or command of an operator."""
        return _SIGNS[name]

    def function(self, name: str) -> str:
        """Return the command of a function, or its name as an operator."""
        return rf"\{name}" if name in _OWN_COMMANDS else rf"\operatorname{{{escaped(name)}}}"

    def row(self, *parts: str) -> str:
        """Return parts with spaces between, which TeX does not see."""
        return " ".join(parts)

    def fenced(self, fence: Fence, inside: str) -> str:
        """Return something between delimiters that grow with it."""
        left, right = _FENCES[fence]
        return rf"\left{left} {inside} \right{right}" if inside else rf"\left{left}\right{right}"

    def fraction(self, above: str, below: str) -> str:
        """Return a fraction."""
        return rf"\frac{{{above}}}{{{below}}}"

    def power(self, base: str, exponent: str) -> str:
        """Return a base with a raised exponent."""
        return f"{base}^{{{exponent}}}"

    def lowered(self, base: str, content: str) -> str:
        """Return a base, which may have a subscript already, with a subscript."""
        return f"{{{base}}}_{{{content}}}"

    def root(self, inside: str) -> str:
        """Return a square root."""
        return rf"\sqrt{{{inside}}}"

    def overlined(self, inside: str) -> str:
        """Return something under a line."""
        return rf"\overline{{{inside}}}"

    def cases(self, rows: Sequence[tuple[str, str | None]]) -> str:
        """Return the environment of cases."""
        lines = r" \\ ".join(rf"{value} & {_condition(condition)}" for value, condition in rows)
        return rf"\begin{{cases}} {lines} \end{{cases}}"


def _condition(condition: str | None) -> str:
    return r"\text{otherwise}" if condition is None else rf"\text{{if }} {condition}"


def _with_subscripts(base: str, symbol: VariableSymbol) -> str:
    return f"{base}_{{{','.join(map(_glyph, symbol.subscripts))}}}" if symbol.subscripts else base


def _glyph(glyph: Glyph) -> str:
    text = escaped(glyph.text)
    match glyph.kind:
        case "greek":
            return f"\\{glyph.text}"
        case "verbatim":
            return rf"\mathtt{{{text}}}" if glyph.text.isascii() else rf"\text{{{text}}}"
        case "word" | "letter" if not glyph.text.isascii():
            return rf"\text{{{text}}}"
        case "word":
            return rf"\mathrm{{{text}}}"
        case _:
            return text
