"""`rates new`: write the package of a plugin, to be edited from there."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from keyword import iskeyword
from pathlib import Path
from shlex import quote
from typing import Any

from attrs import frozen

from rates_core.cli.arguments import FILE, add_json
from rates_core.cli.printing import json_text
from rates_core.errors import ArgumentError
from rates_core.files import whole_folder
from rates_core.plugins.kinds import KIND_OF_HOOK, Kind
from rates_core.plugins.known import DISTRIBUTIONS, KNOWN
from rates_core.plugins.manager import get_manager

EPILOG = """\
What is written is whole: it can be installed, does something, and passes its own tests. A folder that is there already
is left alone.

examples:
  rates new backend tapes
  rates new solver kutta"""

#: The packages as they are for the name "demo".
STARTERS = Path(__file__).with_name("starters")
KINDS = {
    "backend": KIND_OF_HOOK["rates_backends"],
    "solver": KIND_OF_HOOK["rates_solvers"],
    "delay": KIND_OF_HOOK["rates_delay_strategies"],
    "analysis": KIND_OF_HOOK["rates_analyses"],
}


class Command:
    """Write a plugin."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare kind, name and place."""
        parser.epilog = EPILOG
        parser.add_argument("kind", metavar="KIND", choices=[*KINDS], help=f"what it offers: {', '.join(KINDS)}")
        parser.add_argument("name", metavar="NAME", help="what users call it; the distribution is rates-NAME")
        parser.add_argument("--into", default=".", metavar=FILE, help="folder for the package, by default this one")
        add_json(parser, instead_of="what was written and what to do with it")

    def execute(self, arguments: Namespace) -> int:
        """Write the package and say what may be done with it; nothing is written before all is checked."""
        starter = Starter(arguments.kind, arguments.name)
        folder = starter.write(Path(arguments.into))
        files = sorted(str(path) for path in folder.rglob("*") if path.is_file())
        data: dict[str, Any] = {
            "kind": starter.kind.singular,
            "name": starter.name,
            "distribution": starter.distribution,
            "folder": str(folder),
            "files": files,
            "next": starter.advice(folder),
        }
        print(json_text(data) if arguments.json else "\n".join(_lines(data)))
        return 0


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    yield f"{data['distribution']}: the {data['kind']} '{data['name']}'"
    yield from (f"  {file}" for file in data["files"])
    yield from ("", "To try it:", "", *(f"  {line}" for line in data["next"]))


@frozen
class Starter:
    """A package to begin with.

    Attributes:
        word: what the user calls its kind.
        name: of what it offers.
    """

    word: str
    name: str

    @property
    def kind(self) -> Kind:
        """Return what it offers."""
        return KINDS[self.word]

    @property
    def distribution(self) -> str:
        """Return the name of the distribution, which is that of its folder too."""
        return f"rates-{self.name.replace('_', '-')}"

    def advice(self, folder: Path) -> list[str]:
        """Return commands that install and test it."""
        place = os.path.join(os.curdir, folder)  # which pip does not look up as a name
        commands = [f"pip install --editable {quote(f'{place}[test]')}", f"pytest {quote(str(folder))}"]
        return commands if self.word == "analysis" else [*commands, f"rates check {self.name}"]

    def write(self, place: Path) -> Path:
        """Write the package into a folder and return its own.

        Raises:
            ArgumentError: the name cannot be taken, there is no such folder, or something of that name is in it.
        """
        self.check_name()
        if not place.is_dir():
            raise ArgumentError(f"There is no folder '{place}'. Make it, or name another one with --into.")
        folder = place / self.distribution
        if os.path.lexists(folder):
            raise ArgumentError(
                f"'{folder}' exists; it is left alone. Choose another name, or another folder with --into."
            )
        try:
            with whole_folder(folder) as new:
                self._fill(new)
        except OSError as error:
            raise ArgumentError(f"'{folder}' cannot be written: {error.strerror}.") from error
        return folder

    def _fill(self, folder: Path) -> None:
        source = STARTERS / self.word
        for file in sorted(source.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                path = folder / self.named(str(file.relative_to(source)))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(self.named(file.read_text(encoding="utf-8")), encoding="utf-8")

    def named(self, text: str) -> str:
        """Return text that speaks of "demo" with this name in its place."""
        words = {
            "rates-demo": self.distribution,
            "Demo": "".join(part.capitalize() for part in self.name.split("_")),
            "demo": self.name,
        }
        return re.sub("rates-demo|Demo|demo", lambda match: words[match[0]], text)

    def check_name(self) -> None:
        """Raise an `ArgumentError` unless the name is free and can be that of a module."""
        a_kind = f"{'an' if self.kind.singular[0] in 'aeiou' else 'a'} {self.kind.singular}"
        if not re.fullmatch("[a-z][a-z0-9]*(_[a-z0-9]+)*", self.name) or iskeyword(self.name):
            raise ArgumentError(
                f"'{self.name}' cannot be the name of {a_kind}: it may hold small letters and digits, with "
                f"single _ between them, begins with a letter, and is no word of Python.{_near(self.name)}"
            )
        owner = self._owner()
        if owner is not None:
            raise ArgumentError(f"'{self.name}' is {a_kind} of {owner}. Choose another name.")
        if self.distribution in DISTRIBUTIONS:
            raise ArgumentError(f"{self.distribution} is a distribution of rates itself. Choose another name.")
        if _is_installed(self.distribution):
            raise ArgumentError(f"A distribution {self.distribution} is installed. Choose another name.")

    def _owner(self) -> str | None:
        """Return who offers something of this kind and name, or None."""
        known = KNOWN[self.kind.singular].get(self.name)
        if known is not None:
            return known
        offered = getattr(get_manager(), self.kind.hook.removeprefix("rates_"))()
        return offered[self.name].distribution if self.name in offered else None


def _near(name: str) -> str:
    """Return a sentence with a name that would do, made of a wrong one, if there is any."""
    made = re.sub(r"[\W_]+", "_", name.lower(), flags=re.ASCII).strip("_").lstrip("0123456789_")
    made = f"my_{made}" if iskeyword(made) else made
    return f" '{made}' would do." if made else ""


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
