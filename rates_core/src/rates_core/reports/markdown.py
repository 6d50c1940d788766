"""Reports in Markdown, with tables and formulas as GitHub, Jupyter and Pandoc read them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rates_core.reports.aligned import aligned, inline
from rates_core.reports.block import Equations, Formula, Variable
from rates_core.reports.content import Citation
from rates_core.reports.output import Output
from rates_core.reports.quantity import Scalar
from rates_core.reports.tex import TeX
from rates_core.templates.value import number_text

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$&])")
_AT_START = re.compile(r"^(\s*)([-+#=]|\d+(?=[.)]))")


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", text)


class Markdown(Output):
    """Writes Markdown."""

    def text(self, text: str) -> str:
        """Return escaped text."""
        return escaped(text)

    def name(self, text: str) -> str:
        """Return a code span, or text where a code span cannot hold it in a table."""
        return escaped(text) if set("`|") & set(text) or text != text.strip() else f"`{text}`"

    def number(self, number: Scalar) -> str:
        """Return the shortest text that reads back as the number."""
        return number_text(number)

    def variable(self, variable: Variable) -> str:
        """Return the symbol, and the name as code."""
        return f"${TeX().symbol(variable.symbol)}$ `{variable.name}`"

    def formula(self, formula: Formula) -> str:
        """Return a formula between dollar signs."""
        return f"${inline(formula, TeX())}$"

    def heading(self, level: int, line: str) -> str:
        """Return a heading."""
        return f"{'#' * level} {line}"

    def paragraph(self, line: str) -> str:
        """Return a line that does not begin like a list, a heading or a rule."""
        return _AT_START.sub(_guarded, line)

    def item(self, line: str) -> str:
        """Return an item."""
        return f"* {self.paragraph(line)}"

    def equations(self, block: Equations) -> str:
        """Return aligned equations as a block of their own."""
        return f"$$\n{aligned(block.equations, block.symbols)}\n$$"

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Return a table."""
        lines = (columns, ["---"] * len(columns), *rows)
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def references(self, citations: Sequence[Citation]) -> str:
        """Return a numbered list with links."""
        return "\n".join(f"{citation.number}. {self._source(citation)}" for citation in citations)

    def _source(self, citation: Citation) -> str:
        source = citation.source
        identifier = escaped(source.identifier)
        linked = f"[{identifier}](<{source.address}>)" if source.address else identifier
        return " ".join(filter(None, (escaped(source.text), linked)))


def _guarded(match: re.Match[str]) -> str:
    space, sign = match.groups()
    return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"
