"""Reports as HTML with formulas in MathML: no script and no library is needed to see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from rates_core.reports.aligned import inline
from rates_core.reports.block import Block, Equations, Formula, Variable
from rates_core.reports.content import Citation
from rates_core.reports.mathml import MathML, element
from rates_core.reports.notation import formula, left_side
from rates_core.reports.output import Output
from rates_core.reports.quantity import Scalar
from rates_core.templates.value import number_text

_STYLE = (
    ".rates-report td, .rates-report th {text-align: left; padding: 0.1em 0.8em 0.1em 0; vertical-align: baseline}"
    " .rates-report math[display=block] {margin: 0.7em 0}"
)


def document(title: str, body: str) -> str:
    """Return a whole page around a report."""
    head = element("head", '<meta charset="utf-8">', element("title", escape(title)))
    return f"<!DOCTYPE html>\n{element('html', head, element('body', body), lang='en')}\n"


class HTML(Output):
    """Writes HTML."""

    def blocks(self, blocks: Iterable[Block]) -> str:
        """Return one element that holds all blocks and their style."""
        inside = (element("style", _STYLE), *map(self.block, blocks))
        return element("div", "\n".join(inside), **{"class": "rates-report"})

    def text(self, text: str) -> str:
        """Return escaped text."""
        return escape(text, quote=False)

    def name(self, text: str) -> str:
        """Return a name as code."""
        return element("code", escape(text, quote=False))

    def number(self, number: Scalar) -> str:
        """Return the shortest text that reads back as the number."""
        return number_text(number)

    def variable(self, variable: Variable) -> str:
        """Return the symbol, and the name as code."""
        return f"{element('math', MathML().symbol(variable.symbol))} {self.name(variable.name)}"

    def formula(self, formula: Formula) -> str:
        """Return a formula inside a line."""
        return element("math", inline(formula, MathML()))

    def heading(self, level: int, line: str) -> str:
        """Return a heading; the title is one of the second level, since a page around it has its own."""
        return element(f"h{level + 1}", line)

    def paragraph(self, line: str) -> str:
        """Return a paragraph."""
        return element("p", line)

    def item(self, line: str) -> str:
        """Return a list of one item."""
        return element("ul", element("li", line))

    def equations(self, block: Equations) -> str:
        """Return equations whose equals signs are below each other."""
        writer = MathML()
        rows = (
            element(
                "mtr",
                element("mtd", left_side(equation, writer, block.symbols), style="text-align: right"),
                element("mtd", writer.sign("equal")),
                element("mtd", formula(equation.expression, writer, block.symbols), style="text-align: left"),
            )
            for equation in block.equations
        )
        return element("math", element("mtable", *rows, displaystyle="true"), display="block")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Return a table."""
        head = element("tr", *(element("th", column) for column in columns))
        body = (element("tr", *(element("td", cell) for cell in row)) for row in rows)
        return element("table", element("thead", head), element("tbody", *body))

    def references(self, citations: Sequence[Citation]) -> str:
        """Return a numbered list with links."""
        return element("ol", *(element("li", self._source(citation)) for citation in citations))

    def _source(self, citation: Citation) -> str:
        source = citation.source
        identifier = self.text(source.identifier)
        linked = element("a", identifier, href=source.address) if source.address else identifier
        return " ".join(filter(None, (self.text(source.text), linked)))
