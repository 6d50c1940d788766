"""The parser of a sub-command, made in one way for running it, completing it and writing its page."""

from __future__ import annotations

from argparse import Action, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import Any

from rates_core.cli.command import Command
from rates_core.errors import closest
from rates_core.plugins.specs import CommandSpec


class CommandParser(ArgumentParser):
    """Parse the arguments of a sub-command; a wrong option is an error that names the closest one."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(
            prog=prog, description=description, formatter_class=RawDescriptionHelpFormatter, allow_abbrev=False
        )

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Namespace:  # type: ignore[override]
        """Return the arguments; an option that does not exist ends the program with code 2."""
        arguments: Namespace
        arguments, others = self.parse_known_args(args, namespace)
        if others:
            self.error(f"unrecognized arguments: {' '.join(others)}{self._hint(others)}")
        return arguments

    def _hint(self, words: Sequence[str]) -> str:
        """Return the option that may have been meant by the first word that looks like one, as a sentence."""
        wrong = next((word.partition("=")[0] for word in words if word.startswith("-")), "")
        known = {text.lstrip("-"): text for text in option_strings(self)}
        return "".join(f". Did you mean '{known[name]}'?" for name in closest(wrong.lstrip("-"), known, count=1))


def command_parser(spec: CommandSpec, command: Command) -> CommandParser:
    """Return the parser of a command, with the arguments that it declares."""
    parser = CommandParser(f"rates {spec.name}", f"{spec.summary}.")
    command.add_arguments(parser)
    return parser


def actions_of(parser: ArgumentParser) -> list[Action]:
    """Return what a parser takes, in the order of declaration."""
    return list(parser._actions)  # argparse has no public list, and has had this one since its beginning


def option_strings(parser: ArgumentParser) -> list[str]:
    """Return all options of a parser as they are typed."""
    return [text for action in actions_of(parser) for text in action.option_strings]
