"""A report as blocks: what every output language shows, in the same words and order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from rates_core.reports.block import (
    Block,
    Equations,
    Formula,
    Heading,
    Line,
    Name,
    Paragraph,
    References,
    Symbols,
    Table,
    Variable,
)
from rates_core.reports.content import OperatorEntry, ProjectionEntry, Report, Role, TemplateEntry
from rates_core.reports.phrases import amount, cited, end, joined, names, places, reading, settings
from rates_core.templates.event import ParsedEvent

_ROLES: Mapping[Role, str] = MappingProxyType({
    "state": "state, at the start", "computed": "computed", "input": "input, when nothing feeds it",
    "parameter": "parameter", "noise": "white noise", "constant": "constant",
})  # fmt: skip


def outline(report: Report) -> Iterator[Block]:
    """Yield the blocks of a report."""
    title: Line = (Name(report.name), f" ({report.kind})")
    if report.label is not None:
        title = (report.label, f" ({report.kind} ", Name(report.name), ")")
    yield Heading(1, title)
    yield from _prose(report.text, cited(report.cited))
    if report.operators:
        yield Heading(2, ("Equations",))
    for operator in report.operators:
        yield from _operator(operator)
    if report.templates or report.projections:
        yield Heading(2, ("Structure",))
    for template in report.templates:
        yield Paragraph(_template(template), is_item=True)
    if report.projections:
        yield _projections(report.projections)
    if report.citations:
        yield Heading(2, ("References",))
        yield References(report.citations)


def _prose(text: str, behind: Line = ()) -> Iterator[Block]:
    """Yield the paragraphs of a text, with something behind the last one."""
    paragraphs = [paragraph for paragraph in text.split("\n\n") if paragraph]
    yield from (Paragraph((paragraph,)) for paragraph in paragraphs[:-1])
    if paragraphs or behind:
        yield Paragraph((*paragraphs[-1:], *behind))


def _operator(operator: OperatorEntry) -> Iterator[Block]:
    yield Heading(3, (Name(operator.name), *cited(operator.cited)))
    used = _used(operator)
    if used:
        yield Paragraph(used)
    yield from _prose(operator.text)
    symbols = operator.symbols
    if operator.equations:
        yield Equations(operator.equations, symbols)
    for event in operator.events:
        yield Paragraph(_event(event, symbols))
    if operator.variables:
        yield _variables(operator, symbols)


def _used(operator: OperatorEntry) -> Line:
    """Say which nodes and edges have an operator."""
    parts: list[Line] = []
    if operator.users.paths:
        parts.append(("In ", *places(operator.users)))
    if operator.edges:
        parts.append(("on edges " if parts else "On edges ", *names(operator.edges)))
    return (*joined(parts, ", "), ".") if parts else ()


def _event(event: ParsedEvent, symbols: Symbols) -> Line:
    """Say when an event happens, and what it does."""
    done: list[Line] = [(Formula(value, symbols, target=name),) for name, value in event.set.items()]
    if event.emit is not None:
        done.append(("a pulse of integral 1 in ", Variable(event.emit, symbols[event.emit])))
    return ("When ", Formula(event.when, symbols, is_condition=True), ": ", *joined(done, ", "), ".")


def _variables(operator: OperatorEntry, symbols: Symbols) -> Table:
    """Return the table of variables; the column of units is there if one has a unit."""
    cells: dict[str, list[Line]] = {
        "variable": [(Variable(item.name, symbols[item.name]),) for item in operator.variables],
        "value": [settings(item.settings) for item in operator.variables],
        "unit": [(item.unit,) if item.unit else () for item in operator.variables],
        "meaning": [(_ROLES[item.role],) for item in operator.variables],
    }
    return _table(cells)


def _table(cells: Mapping[str, Sequence[Line]]) -> Table:
    """Return a table of those columns in which something stands."""
    filled = {name: column for name, column in cells.items() if any(column)}
    return Table(tuple(filled), tuple(zip(*filled.values(), strict=True)))


def _template(template: TemplateEntry) -> Line:
    """Say where a template is used, what it is made of and what it is."""
    noun = "circuit" if template.kind == "circuit" else "unit"
    where = (": ", *places(template.members, noun)) if template.members.paths else ()
    parts: list[Line] = [(f"{template.kind} ", Name(template.name), *where)]
    if template.operators:
        parts.append(("operators ", *joined(((Name(name),) for name in template.operators), ", ")))
    for join in template.joins:
        parts.append((Name(join.target), " = ", *joined(((Name(source),) for source in join.sources), " + ")))
    text = (". " + template.text.replace("\n\n", " "),) if template.text else (".",)
    return (*joined(parts, "; "), *text, *cited(template.cited))


def _projections(projections: Sequence[ProjectionEntry]) -> Table:
    """Return the table of projections."""
    columns: Mapping[str, Callable[[ProjectionEntry], Line]] = {
        "from": lambda item: end(item.source),
        "to": lambda item: (*end(item.target), ", inside each circuit") if item.inside else end(item.target),
        "connections": lambda item: (item.count,),
        "weight": lambda item: amount(item.weight),
        "delay": lambda item: () if item.delay is None else amount(item.delay),
        "spread": lambda item: () if item.spread is None else amount(item.spread),
        "edge": lambda item: () if item.template is None else (Name(item.template),),
        "where": lambda item: joined(map(reading, item.readings), ", "),
    }
    cells = {name: [cell(item) for item in projections] for name, cell in columns.items()}
    if all(item.count == 1 for item in projections):
        del cells["connections"]
    return _table(cells)
