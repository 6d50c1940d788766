"""The blocks that reports are shown in: headings, paragraphs, equations, tables, and what stands in their lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from rates_core.expressions.equation import Equation
from rates_core.expressions.tree import Expression
from rates_core.reports.content import Citation
from rates_core.reports.quantity import Scalar
from rates_core.reports.symbol import VariableSymbol

Symbols = Mapping[str, VariableSymbol]


@frozen
class Name:
    """A name as it stands in a model or a path: set as code."""

    text: str


@frozen
class Variable:
    """A variable: set as its symbol, with its name."""

    name: str
    symbol: VariableSymbol


@frozen
class Formula:
    """An expression in a line; `target` is what it is the new value of, `is_condition` that it is true or false."""

    expression: Expression
    symbols: Symbols
    target: str = ""
    is_condition: bool = False


@frozen
class Cited:
    """Numbers of sources."""

    numbers: tuple[int, ...]


Span = str | Scalar | Name | Variable | Formula | Cited
Line = tuple[Span, ...]


@frozen
class Heading:
    """The title of a report (level 1), of a section or of a part of one."""

    level: Literal[1, 2, 3]
    line: Line


@frozen
class Paragraph:
    """Prose; `is_item` where several stand in a list."""

    line: Line
    is_item: bool = False


@frozen
class Equations:
    """The equations of an operator."""

    equations: tuple[Equation, ...]
    symbols: Symbols


@frozen
class Table:
    """Rows of cells under the names of columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]


@frozen
class References:
    """The list of sources."""

    citations: tuple[Citation, ...]


Block = Heading | Paragraph | Equations | Table | References
