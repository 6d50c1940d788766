"""Reports as LaTeX documents that need no more than amsmath, geometry, longtable and hyperref."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rates_core.reports.aligned import environment, inline, rows
from rates_core.reports.block import Equations, Formula, Variable
from rates_core.reports.content import Citation
from rates_core.reports.literal import literal
from rates_core.reports.output import Output
from rates_core.reports.quantity import Scalar
from rates_core.reports.symbol import GREEK
from rates_core.reports.tex import TeX, escaped

_LONG = 30  # characters of a cell, without commands, beyond which its column breaks lines
_MARKUP = re.compile(r"\\[A-Za-z]+|[{}$\\]")
_PREAMBLE = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage[margin=2.5cm]{geometry}
\usepackage{amsmath}
\usepackage{longtable}
\usepackage[hidelinks]{hyperref}
\sloppy
\begin{document}
"""
#: Characters that the encodings of the preamble lack, as formulas.
_SIGNS = {
    "…": r"\dots",
    "−": "-",
    "≤": r"\leq",
    "≥": r"\geq",
    "≠": r"\neq",
    "≈": r"\approx",
    "→": r"\to",
    "∞": r"\infty",
}
_CHARACTERS = str.maketrans(
    {sign: rf"\ensuremath{{{command}}}" for sign, command in _SIGNS.items()}
    | {letter: rf"\ensuremath{{\{name}}}" for name, letter in GREEK.items()}
)
_SECTIONS = {1: "section*", 2: "subsection*", 3: "subsubsection*"}


def document(body: str) -> str:
    """Return a whole document around what a report says."""
    return f"{_PREAMBLE}\n{body}\n\\end{{document}}\n"


class LaTeX(Output):
    """Writes LaTeX."""

    def text(self, text: str) -> str:
        """Return escaped text."""
        return escaped(text).translate(_CHARACTERS)

    def name(self, text: str) -> str:
        """Return a name in typewriter letters, that may break after its slashes."""
        return rf"\texttt{{{self.text(text)}}}".replace("/", r"/\allowbreak{}")

    def number(self, number: Scalar) -> str:
        """Return a number in math mode."""
        return f"${literal(number, TeX()).text}$"

    def variable(self, variable: Variable) -> str:
        """Return the symbol, and the name in typewriter letters."""
        return f"${TeX().symbol(variable.symbol)}$ {self.name(variable.name)}"

    def formula(self, formula: Formula) -> str:
        """Return a formula in math mode."""
        return f"${inline(formula, TeX())}$"

    def heading(self, level: int, line: str) -> str:
        """Return a heading without a number."""
        return f"\\{_SECTIONS[level]}{{{line}}}"

    def paragraph(self, line: str) -> str:
        """Return the line."""
        return line

    def item(self, line: str) -> str:
        """Return an item behind a bullet."""
        return rf"\noindent\textbullet\ {line}"

    def equations(self, block: Equations) -> str:
        """Return aligned equations without numbers."""
        return environment("align*", rows(block.equations, block.symbols))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Return a table that may go over several pages."""
        wide = [any(map(_is_long, column)) for column in zip(*rows, strict=True)]
        broken = rf"p{{{0.66 / max(2, sum(wide)):.2f}\linewidth}}"
        kinds = "".join(broken if is_wide else "l" for is_wide in wide)
        lines = [" & ".join(columns) + r" \\ \hline \endhead", *(rf"{' & '.join(row)} \\" for row in rows)]
        return "\n".join([rf"\begin{{longtable}}{{{kinds}}}", *lines, r"\end{longtable}"])

    def references(self, citations: Sequence[Citation]) -> str:
        """Return a list of sources with links."""
        items = (rf"\item[{{[{citation.number}]}}] {self._source(citation)}" for citation in citations)
        return "\n".join([r"\begin{description}", *items, r"\end{description}"])

    def _source(self, citation: Citation) -> str:
        source = citation.source
        identifier = self.text(source.identifier)
        address = source.address.replace("%", r"\%").replace("#", r"\#")
        linked = rf"\href{{{address}}}{{{identifier}}}" if address else identifier
        return " ".join(filter(None, (self.text(source.text), linked)))


def _is_long(cell: str) -> bool:
    return len(_MARKUP.sub("", cell)) > _LONG
