"""The languages that reports are written in, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from attrs import frozen

from rates_core.errors import RatesError, UnknownNameError, did_you_mean, shown
from rates_core.reports import html, latex
from rates_core.reports.aligned import aligned
from rates_core.reports.build import report_of
from rates_core.reports.content import Report
from rates_core.reports.data import as_json
from rates_core.reports.mark import MARK
from rates_core.reports.markdown import Markdown
from rates_core.reports.outline import outline
from rates_core.reports.text import Text
from rates_core.templates.template import Template


@frozen
class Format:
    """A language of reports.

    Attributes:
        suffixes: endings of the names of its files, the usual one first.
        head: what a file begins with, so that it is known as ours; empty where the report itself says so.
        write: writes a report.
    """

    suffixes: tuple[str, ...]
    head: str
    write: Callable[[Report], str]


FORMATS: Mapping[str, Format] = MappingProxyType({
    "text": Format((".txt",), f"({MARK})\n\n", lambda report: Text().blocks(outline(report))),
    "markdown": Format((".md",), f"<!-- {MARK} -->\n\n", lambda report: Markdown().blocks(outline(report))),
    "latex": Format((".tex",), f"% {MARK}\n", lambda report: latex.document(latex.LaTeX().blocks(outline(report)))),
    "html": Format(
        (".html", ".htm"),
        f"<!-- {MARK} -->\n",
        lambda report: html.document(report.name, html.HTML().blocks(outline(report))),
    ),
    "json": Format((".json",), "", as_json),
})  # fmt: skip


def format_named(name: str) -> Format:
    """Return the format of that name.

    Raises:
        UnknownNameError: there is none; the closest name is given.
    """
    if not isinstance(name, str) or name not in FORMATS:
        raise UnknownNameError(
            f"There is no format {shown(name)} of reports.{did_you_mean(name, FORMATS)} Formats: {', '.join(FORMATS)}."
        )
    return FORMATS[name]


def write(template: Template, name: str) -> str:
    """Return the report of a template in a language.

    Raises:
        UnknownNameError: there is no such format, or a path of a circuit names what does not exist.
        TemplateError: an equation is malformed.
    """
    return format_named(name).write(report_of(template))


def notebook_html(template: Template) -> str | None:
    """Return the report as a notebook shows it; None, so that it shows the plain text, if there is none."""
    try:
        return html.HTML().blocks(outline(report_of(template)))
    except RatesError:
        return None


def notebook_latex(template: Template) -> str | None:
    """Return the equations as a notebook shows them; None if there are none."""
    try:
        operators = report_of(template).operators
    except RatesError:
        return None
    parts = [aligned(operator.equations, operator.symbols) for operator in operators if operator.equations]
    return "\n".join(f"$$\n{part}\n$$" for part in parts) or None
