"""What the target of a `CommandSpec` is."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Protocol


class Command(Protocol):
    """A sub-command of `rates`: a class without constructor arguments; only the one that runs is imported."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""

    def execute(self, arguments: Namespace) -> int:
        """Do the work and return the exit code; a `RatesError` becomes a message and exit code 2."""
