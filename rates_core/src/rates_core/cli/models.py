"""`rates models`: what the installed model libraries hold, and where a model is written."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from rates_core.cli.arguments import TEMPLATE, add_json
from rates_core.cli.printing import json_text, table
from rates_core.errors import UnknownNameError, did_you_mean
from rates_core.plugins.manager import get_manager

if TYPE_CHECKING:
    from rates_core.yaml.catalogue import Catalogue, LibraryModel

CIRCUIT = "CircuitTemplate"
NARROWEST = 30  # columns of a description; a narrower terminal gets whole lines

EPILOG = """\
PATTERN is a part of a name or description, or a name with * and ?; capital letters do not matter.

examples:
  rates models
  rates models kuramoto
  rates models --path model_templates.neural_mass_models.jansenrit.JRC"""


class Command:
    """List the models."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the pattern, `--all`, `--path` and `--json`."""
        parser.epilog = EPILOG
        parser.add_argument("pattern", metavar="PATTERN", nargs="?", default="", help="show what fits this alone")
        parser.add_argument("--all", action="store_true", help="show operators, nodes and edges too, not only circuits")
        parser.add_argument("--path", metavar=TEMPLATE, help="print the file that holds this template")
        add_json(parser)

    def execute(self, arguments: Namespace) -> int:
        """Print the list, or the file; no model is made and no code of a library runs."""
        if arguments.path is not None:
            place = _place(arguments.path)
            print(json_text(place) if arguments.json else place["file"])
            return 0
        from rates_core.yaml.catalogue import read_catalogue

        catalogue = read_catalogue(get_manager().model_libraries().values())
        models = _chosen(catalogue.models, arguments.pattern, arguments.all)
        print(_json(models, catalogue) if arguments.json else _text(models, catalogue, arguments.all))
        return 0


def _place(reference: str) -> dict[str, Any]:
    from rates_core.yaml.files import ModelFiles

    files = ModelFiles(Path.cwd())
    place = files.locate(reference, Path.cwd())
    return {"file": str(place.file), "name": place.name, "line": files.entry(place).location.line}


def _chosen(models: Iterable[LibraryModel], pattern: str, every_kind: bool) -> list[LibraryModel]:
    """Return the models that fit a pattern.

    Raises:
        UnknownNameError: there is none.
    """
    offered = [model for model in models if every_kind or model.kind == CIRCUIT]
    found = [model for model in offered if _fits(model, pattern.casefold())]
    if pattern and not found:
        hint = did_you_mean(pattern, [model.name for model in offered], count=3)
        others = "" if every_kind else " Operators, nodes and edges are searched with --all."
        raise UnknownNameError(f"No model of the installed libraries fits '{pattern}'.{hint}{others}")
    return found


def _fits(model: LibraryModel, pattern: str) -> bool:
    name = model.reference.casefold()
    if set("*?") & set(pattern):
        return fnmatchcase(name, pattern) or fnmatchcase(model.name.casefold(), pattern)
    return pattern in name or pattern in model.description.casefold()


def _json(models: Iterable[LibraryModel], catalogue: Catalogue) -> str:
    listed = [
        {
            "name": model.reference,
            "library": model.library,
            "kind": model.kind,
            "description": model.description,
            "file": str(model.file),
            "line": model.line,
        }
        for model in models
    ]
    return json_text({"models": listed, "faults": list(catalogue.faults)})


def _text(models: Sequence[LibraryModel], catalogue: Catalogue, with_kind: bool) -> str:
    if not models and not catalogue.faults:
        return "No model library is installed. Install one, for example with: pip install rates-models."
    rows = [(model.reference, *([_kind(model)] if with_kind else []), _first_sentence(model)) for model in models]
    headings = ("MODEL", *(["KIND"] if with_kind else []), "DESCRIPTION")
    return "\n".join([table(headings, _fitted(rows)), *(["", *catalogue.faults] if catalogue.faults else [])])


def _kind(model: LibraryModel) -> str:
    return model.kind.removesuffix("Template").lower()


def _first_sentence(model: LibraryModel) -> str:
    first, *_ = model.description.strip().splitlines() or [""]
    return re.split(r"(?<=\.)\s+(?=[A-Z])", first)[0]


def _fitted(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return rows whose descriptions are broken into lines that fit the terminal, if there is one."""
    if not sys.stdout.isatty():
        return rows
    left = sum(max(len(row[column]) + 2 for row in rows) for column in range(len(rows[0]) - 1)) if rows else 0
    width = get_terminal_size().columns - left
    return [(*row[:-1], "\n".join(wrap(row[-1], width))) for row in rows] if width >= NARROWEST else rows
