"""Write docs/reference/command_line.md: what the parsers of the commands in the box say of themselves."""

from __future__ import annotations

from argparse import Action
from collections.abc import Iterator
from pathlib import Path

from rates_core.cli.parser import CommandParser, actions_of, command_parser
from rates_core.plugins.builtin import rates_commands
from rates_core.plugins.specs import CommandSpec

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "command_line.md"

INTRODUCTION = """\
<!-- Written by tools/write_command_line.py from the parsers; a test holds it to that. -->
# The program `rates`

`rates COMMAND --help` says what this page says of a command. Commands of plugins join the ones here; `rates --help`
lists all.

| code | meaning |
|---|---|
| 0 | done |
| 1 | done, and something that was tested failed (`rates check`) |
| 2 | refused or failed; one message on the standard error output says what and what to do |
| 130 | interrupted; what a run had recorded by then is kept in the files that it was to write |

`RATES_DEBUG=1` shows where an error was raised. `RATES_DISABLE_PLUGINS` names distributions that are left alone,
`RATES_STRICT_PLUGINS=1` makes a plugin that is broken an error.

A model is named as `folder.file.Name`, `./folder/file.yaml`, `/folder/file/Name` or `library:file/Name`. A file stands
for the one circuit in it that is no part of another.

With `--json` a command prints one JSON object for programs:

"""

#: What the JSON objects hold; a test compares it with what the commands print.
KEYS = {
    "backends": "`backends`; with `--for` also `model`",
    "check": "`kind`, `name`, `ok`, `line`, `counts`, `cases`",
    "convert": "`source`, `from`, `target`, `to`, `kind`, `name`",
    "export": "`files`; of a file `function`, `backend`, `language`, `arguments`, `parameters`, `states`, `notes`",
    "models": "`models`, `faults`; with `--path` `file`, `name`, `line`",
    "new": "`kind`, `name`, `distribution`, `folder`, `files`, `next`",
    "plugins": "`rates_api`, `plugins`, `notes`",
    "run": "`model`, `rows`, `start`, `end`, `last`, `files`, `from_file`",
    "show": "`generator`, `kind`, `name`, `label`, `text`, `cited`, `operators`, `templates`, `projections`, "
    "`citations`",
    "solvers": "`solvers`",
}

#: Why the examples of a command are not executed where those of documents are.
NOT_RUN = {"check": "it takes minutes", "completion": "it writes into the home of the reader"}


def page() -> str:
    """Return the text of the page."""
    keys = ["| command | keys |", "|---|---|", *(f"| `rates {name}` | {text} |" for name, text in KEYS.items())]
    commands = sorted(rates_commands(), key=lambda spec: spec.name)
    sections = ["\n".join(_section(spec)) for spec in commands]
    return INTRODUCTION + "\n".join(keys) + "\n\n" + "\n\n".join(sections) + "\n"


def _section(spec: CommandSpec) -> Iterator[str]:
    parser = command_parser(spec, spec.load()())
    prose, _, examples = (parser.epilog or "").replace("examples:", "example:").partition("example:\n")
    yield from (f"## rates {spec.name}", "", f"{spec.summary}.", "", f"    {_usage(parser)}", "")
    yield from ("| argument | |", "|---|---|")
    yield from (_row(action) for action in actions_of(parser) if action.dest != "help")
    if prose.strip():
        yield from ("", prose.strip())
    yield ""
    if spec.name in NOT_RUN:
        yield f"<!-- not run: {NOT_RUN[spec.name]} -->"
    yield from ("```sh", *(line.removeprefix("  ") for line in examples.splitlines()), "```")


def _usage(parser: CommandParser) -> str:
    """Return how the command is called; argparse's own line differs between versions of Python."""
    needed = [action for action in actions_of(parser) if action.required or not action.option_strings]
    return " ".join([parser.prog, *(_in_usage(action) for action in needed), "[OPTION ...]"])


def _in_usage(action: Action) -> str:
    text = " ".join([*action.option_strings[:1], str(action.metavar)])
    return f"[{text}]" if action.nargs == "?" else text


def _row(action: Action) -> str:
    metavar = " ".join(action.metavar) + " ..." if isinstance(action.metavar, tuple) else action.metavar
    value = f" {metavar}" if metavar and action.nargs != 0 else ""
    names = ", ".join(f"`{text}{value}`" for text in action.option_strings) or f"`{metavar}`"
    cell = names.replace("|", "\\|")
    return f"| {cell} | {action.help} |"


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
