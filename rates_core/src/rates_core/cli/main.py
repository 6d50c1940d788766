"""The program `rates`: find the sub-command, run it, turn errors into one message."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from traceback import print_exception

from rates_core import __version__
from rates_core.cli.command import Command
from rates_core.cli.parser import CommandParser, command_parser
from rates_core.errors import RatesError
from rates_core.plugins.manager import get_manager
from rates_core.plugins.targets import describe

DEBUG = "RATES_DEBUG"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `rates` with these arguments, or those of the process, and return the exit code."""
    as_python_writes = warnings.formatwarning
    warnings.formatwarning = _warning
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever read the output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("rates: interrupted", file=sys.stderr)
        return 130
    except Exception as error:  # noqa: BLE001  # users get one message, whatever went wrong
        if os.environ.get(DEBUG, "") not in ("", "0"):
            print_exception(error)
        print(_message(error), file=sys.stderr)
        return 2
    finally:
        warnings.formatwarning = as_python_writes


def _run(arguments: list[str]) -> int:
    """Split the arguments at the name of the sub-command, which is the first that is no option, and run it."""
    place = next((index for index, word in enumerate(arguments) if not word.startswith("-")), len(arguments))
    own, rest = arguments[:place], arguments[place:]
    program = Program()
    program.parse_args(own)
    if not rest:
        program.print_help()
        return 0
    spec = get_manager().command(rest[0])
    command: Command = spec.load()()
    return command.execute(command_parser(spec, command).parse_args(rest[1:]))


class Program(CommandParser):
    """The options of `rates` itself; its help lists the sub-commands, so only that loads plugins."""

    def __init__(self) -> None:
        super().__init__("rates", "Simulate and analyse dynamical systems.")
        self.usage = "rates [--help] [--version] COMMAND ..."
        self.add_argument("--version", action="version", version=f"rates {__version__}")

    def format_help(self) -> str:
        """Return the help, with the summaries of all commands; none of them is imported."""
        commands = get_manager().commands()
        width = max(map(len, commands), default=0)
        lines = [f"  {name:<{width}}  {spec.summary}" for name, spec in commands.items()]
        self.epilog = "\n".join(["commands:", *lines, "", "`rates COMMAND --help` explains a command."])
        return super().format_help()


def _message(error: Exception) -> str:
    if isinstance(error, RatesError):
        return f"rates: {error}"
    return f"rates: unexpected {describe(error)}. Set {DEBUG}=1 to see where it was raised."


def _warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """Return a warning as users of the program read it, without a line of Python's."""
    return f"rates: {category.__name__}: {message}\n"


if __name__ == "__main__":
    sys.exit(main())
