"""`rates show`: report what a model is, and draw its structure."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from rates_core.cli.arguments import FILE, TEMPLATE, add_force, add_json, add_reader
from rates_core.cli.files import check_graph, check_report
from rates_core.cli.sources import template_of
from rates_core.errors import ArgumentError
from rates_core.files import replace

if TYPE_CHECKING:
    from rates_core.templates.template import Template

LANGUAGES = ("text", "markdown", "latex", "html", "json")

EPILOG = """\
A report holds equations, values and units of all variables, what is connected to what, and sources.

examples:
  rates show model_templates.neural_mass_models.qif.qif
  rates show model_templates.neural_mass_models.jansenrit.JRC --output jansen_rit.tex --graph jansen_rit.pdf"""


class Command:
    """Report equations, parameters, structure and sources of a template of any kind."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the template, the language and the files."""
        parser.epilog = EPILOG
        add = parser.add_argument
        add("template", metavar=TEMPLATE, help="folder.file.Name, a file of any format, library:file/Name, ...")
        add_reader(parser)
        languages = f"{', '.join(LANGUAGES)}; by default that of the ending of --output, else text"
        add("--format", choices=LANGUAGES, metavar="LANGUAGE", help=languages)
        add("--output", metavar=FILE, help="write the report to a file; one that was written before is replaced")
        add("--graph", metavar=FILE, help="draw the structure of a circuit into a .png, .pdf or .svg file")
        add_force(parser)
        add_json(parser, instead_of="text; as --format json")

    def execute(self, arguments: Namespace) -> int:
        """Print or write the report; nothing is written before all is checked."""
        from rates_core.reports.build import report_of
        from rates_core.reports.formats import format_named

        check_report(arguments.output, arguments.force)
        check_graph(arguments.graph, arguments.force)
        language = format_named(_language(arguments))
        template = template_of(arguments.template, arguments)
        report = report_of(template)
        text = language.write(report)
        if arguments.graph is not None:
            _draw(template, arguments)
        if arguments.output is None:
            print(text, end="")
        else:
            replace(Path(arguments.output), (language.head + text).encode())
            print(f"{arguments.output}: report of the {report.kind} '{report.name}'")
        return 0


def _draw(template: Template, arguments: Namespace) -> None:
    from rates_core.templates.circuit import CircuitTemplate

    if not isinstance(template, CircuitTemplate):
        kind = type(template).__name__
        raise ArgumentError(f"--graph draws circuits, and '{arguments.template}' is of the kind {kind}.")
    template.draw(arguments.graph, overwrite=arguments.force)


def _language(arguments: Namespace) -> str:
    """Return the name of the language that is asked for.

    Raises:
        ArgumentError: two are.
    """
    from rates_core.reports.formats import FORMATS

    asked: str | None = arguments.format
    if arguments.json:
        if asked not in (None, "json"):
            raise ArgumentError(f"--json and --format {asked} ask for two languages; leave one out.")
        return "json"
    if asked is not None or arguments.output is None:
        return asked or "text"
    suffix = Path(arguments.output).suffix.lower()
    return next((name for name, item in FORMATS.items() if suffix in item.suffixes), "text")
