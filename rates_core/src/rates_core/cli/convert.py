"""`rates convert`: read a model in one format and write it in another."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from rates_core.cli.arguments import FILE, FORMAT, TEMPLATE, add_force, add_json, add_reader
from rates_core.cli.assignments import assigned
from rates_core.cli.files import check_target
from rates_core.cli.printing import json_text
from rates_core.plugins.formats import format_of_source, format_of_target, write
from rates_core.plugins.reading import check_options, read

EPILOG = """\
The format of a file is that of its ending, and where several formats share one that of its content. A source that is no
file is a template of a model file or of a library. What is written holds the template and all that it uses; comments
are not kept.

examples:
  rates convert model_templates.neural_mass_models.jansenrit.JRC jansen_rit.yaml
  rates convert jansen_rit.yaml tidy.yaml"""


class Command:
    """Convert a model file."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare source, target, their formats, `--force` and `--json`."""
        parser.epilog = EPILOG
        parser.add_argument("source", metavar=TEMPLATE, help="a file, or a template as folder.file.Name")
        parser.add_argument("target", metavar=FILE, help="the file that is written")
        add_reader(parser)
        parser.add_argument("--to", dest="writer", metavar=FORMAT, help="format of the target")
        add_force(parser)
        add_json(parser, instead_of="a line")

    def execute(self, arguments: Namespace) -> int:
        """Read, write, and say what was written; a file that is there is kept unless `--force` is given."""
        reader = format_of_source(arguments.source, arguments.reader)
        options = assigned("--from-option", arguments.reader_options)
        check_options(reader, options)
        writer = format_of_target(arguments.target, arguments.writer)
        target = Path(arguments.target)
        check_target(target, "", arguments.force)
        template = read(arguments.source, reader, options)
        write(template, target, writer)
        kind = type(template).__name__
        data = {"source": arguments.source, "from": reader.name, "target": str(target), "to": writer.name}
        line = f"{target}: {kind} '{template.name}' in the format {writer.name}"
        print(json_text({**data, "kind": kind, "name": template.name}) if arguments.json else line)
        return 0
