"""What every output language has to say for each block and each part of a line."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from rates_core.reports.block import (
    Block,
    Cited,
    Equations,
    Formula,
    Heading,
    Line,
    Name,
    Paragraph,
    References,
    Span,
    Table,
    Variable,
)
from rates_core.reports.content import Citation
from rates_core.reports.quantity import Scalar


class Output(ABC):
    """Writes blocks as text of one language; abstract."""

    def blocks(self, blocks: Iterable[Block]) -> str:
        """Return blocks, with an empty line between them."""
        return "\n\n".join(map(self.block, blocks)) + "\n"

    def block(self, block: Block) -> str:
        """Return one block."""
        match block:
            case Heading(level, line):
                return self.heading(level, self.line(line))
            case Paragraph(line, is_item):
                return self.item(self.line(line)) if is_item else self.paragraph(self.line(line))
            case Equations():
                return self.equations(block)
            case Table(columns, rows):
                return self.table(columns, [[self.line(cell) for cell in row] for row in rows])
            case References(citations):
                return self.references(citations)

    def line(self, line: Line) -> str:
        """Return a line."""
        return "".join(map(self.span, line))

    def span(self, span: Span) -> str:
        """Return a part of a line."""
        match span:
            case str():
                return self.text(span)
            case Name(text):
                return self.name(text)
            case Variable():
                return self.variable(span)
            case Formula():
                return self.formula(span)
            case Cited(numbers):
                return self.text(f"[{', '.join(map(str, numbers))}]")
            case _:
                return self.number(span)

    @abstractmethod
    def text(self, text: str) -> str:
        """Return plain text so that it is shown as it is."""

    @abstractmethod
    def name(self, text: str) -> str:
        """Return a name as code."""

    @abstractmethod
    def number(self, number: Scalar) -> str:
        """Return a number."""

    @abstractmethod
    def variable(self, variable: Variable) -> str:
        """Return the symbol and the name of a variable."""

    @abstractmethod
    def formula(self, formula: Formula) -> str:
        """Return an expression inside a line."""

    @abstractmethod
    def heading(self, level: int, line: str) -> str:
        """Return a heading."""

    @abstractmethod
    def paragraph(self, line: str) -> str:
        """Return a paragraph."""

    @abstractmethod
    def item(self, line: str) -> str:
        """Return an item of a list."""

    @abstractmethod
    def equations(self, block: Equations) -> str:
        """Return equations, one below the other."""

    @abstractmethod
    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Return a table whose cells are written."""

    @abstractmethod
    def references(self, citations: Sequence[Citation]) -> str:
        """Return the list of sources."""
