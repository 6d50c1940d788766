"""Several equations below each other in LaTeX, and expressions in a line in any language."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.expressions.equation import Equation
from rates_core.reports.block import Formula, Symbols
from rates_core.reports.notation import condition, formula, left_side
from rates_core.reports.symbol import symbol_of
from rates_core.reports.tex import TeX
from rates_core.reports.writer import Writer


def aligned(equations: Iterable[Equation], symbols: Symbols) -> str:
    """Return equations whose equals signs are below each other, for math mode."""
    return environment("aligned", rows(equations, symbols))


def environment(name: str, lines: Iterable[str]) -> str:
    """Return an environment of lines, with line breaks between them."""
    inside = " \\\\\n".join(lines)
    return f"\\begin{{{name}}}\n{inside}\n\\end{{{name}}}"


def rows(equations: Iterable[Equation], symbols: Symbols) -> list[str]:
    """Return a row for each equation, with a mark for alignment before the equals sign."""
    tex = TeX()
    return [
        f"{left_side(equation, tex, symbols)} &= {formula(equation.expression, tex, symbols)}" for equation in equations
    ]


def inline(item: Formula, writer: Writer) -> str:
    """Return an expression in a line, with what it is the value of."""
    if item.is_condition:
        return condition(item.expression, writer, item.symbols)
    text = formula(item.expression, writer, item.symbols)
    if not item.target:
        return text
    symbol = writer.symbol(item.symbols.get(item.target) or symbol_of(item.target))
    return writer.row(symbol, writer.sign("equal"), text)
