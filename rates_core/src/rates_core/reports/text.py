"""Reports as plain text, whose equations can be read back."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from rates_core.expressions.text import to_text
from rates_core.reports.block import Equations, Formula, Variable
from rates_core.reports.content import Citation
from rates_core.reports.output import Output
from rates_core.reports.quantity import Scalar
from rates_core.templates.value import number_text

WIDTH = 100
_LINES = {1: "=", 2: "-"}


class Text(Output):
    """Writes plain text; equations are in the language of models."""

    def text(self, text: str) -> str:
        """Return the text."""
        return text

    def name(self, text: str) -> str:
        """Return the name."""
        return text

    def number(self, number: Scalar) -> str:
        """Return the shortest text that reads back as the number."""
        return number_text(number)

    def variable(self, variable: Variable) -> str:
        """Return the name."""
        return variable.name

    def formula(self, formula: Formula) -> str:
        """Return the expression in the language of models."""
        target = f"{formula.target} = " if formula.target else ""
        return f"{target}{to_text(formula.expression)}"

    def heading(self, level: int, line: str) -> str:
        """Return the title over a line; those of the third level have none."""
        return f"{line}\n{_LINES[level] * len(line)}" if level in _LINES else line

    def paragraph(self, line: str) -> str:
        """Return lines of at most `WIDTH` characters."""
        return _filled(line, "")

    def item(self, line: str) -> str:
        """Return the lines behind an asterisk."""
        return _filled(line, "* ", "  ")

    def equations(self, block: Equations) -> str:
        """Return an indented line for each equation."""
        return "\n".join(
            f"    {equation.target}{_PRIMES[equation.kind]} = {to_text(equation.expression)}"
            for equation in block.equations
        )

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Return columns of equal width under a line."""
        widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
        lines = (columns, ["-" * width for width in widths], *rows)
        return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)

    def references(self, citations: Sequence[Citation]) -> str:
        """Return the sources, each with its number and identifier."""
        return "\n".join(
            _filled(" ".join(filter(None, (citation.source.text, citation.source.identifier))), f"[{citation.number}] ")
            for citation in citations
        )


_PRIMES = {"differential": "'", "algebraic": ""}


def _filled(text: str, first: str, rest: str | None = None) -> str:
    indent = " " * len(first) if rest is None else rest
    return fill(
        text, WIDTH, initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
