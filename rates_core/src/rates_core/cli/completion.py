"""`rates completion`: the script that teaches a shell to complete command lines of `rates`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence

from rates_core.cli.shells import SCRIPTS
from rates_core.errors import ArgumentError

EPILOG = """\
Commands, options, models of libraries, backends, solvers and formats are completed, those of plugins too.

examples:
  rates completion bash > ~/.local/share/bash-completion/completions/rates
  rates completion zsh > ~/.zfunc/_rates
  rates completion fish > ~/.config/fish/completions/rates.fish"""

Candidates = Sequence[tuple[str, str]]


class Command:
    """Print the script of a shell, or what may come next."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the shell and `--candidates`."""
        parser.usage, parser.epilog = "rates completion SHELL", EPILOG
        parser.add_argument("shell", metavar="SHELL", nargs="?", choices=SCRIPTS, help="bash, zsh or fish")
        parser.add_argument(
            "--candidates",
            nargs="+",
            metavar=("SHELL", "+WORD"),
            help="print what the last WORD may become, in the form that SHELL reads; the scripts call this",
        )

    def execute(self, arguments: Namespace) -> int:
        """Print what was asked for."""
        if arguments.candidates is None and arguments.shell is None:
            raise ArgumentError(f"Name a shell: {', '.join(SCRIPTS)}.")
        if arguments.candidates is None:
            print(SCRIPTS[arguments.shell], end="")
            return 0
        shell, *words = arguments.candidates
        if shell not in ANSWERS:
            raise ArgumentError(f"--candidates is for {', '.join(SCRIPTS)}, not for '{shell}'.")
        for line in ANSWERS[shell]([word.removeprefix("+") for word in words]):
            print(line)
        return 0


def _bash(words: Sequence[str]) -> list[str]:
    """Return words for bash, which takes a word apart at = and : and completes the last part of it."""
    whole: list[str] = []
    glue = False
    for word in words:
        joins = word in ("=", ":", "::")
        if whole and (joins or glue):
            whole[-1] += word
        else:
            whole.append(word)
        glue = joins
    begun = whole[-1] if whole else ""
    start = 1 + max(begun.rfind("="), begun.rfind(":"))
    return [word[start:] for word, _ in _found(whole)]


def _zsh(words: Sequence[str]) -> list[str]:
    return [f"{_escaped(word)}:{text}" for word, text in _found(words)]


def _escaped(word: str) -> str:
    return word.replace(":", "\\:")


def _fish(words: Sequence[str]) -> list[str]:
    return [f"{word}\t{text}" for word, text in _found(words)]


def _found(words: Sequence[str]) -> Candidates:
    from rates_core.cli.candidates import candidates
    from rates_core.cli.main import Program

    return candidates(words, Program())


ANSWERS: Mapping[str, Callable[[Sequence[str]], list[str]]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
