"""Arguments that several commands take, each declared once.

The metavar of an argument says what a word may be, in the help and to the completion of shells: `MODEL` (a circuit),
`TEMPLATE` (of any kind), `BACKEND`, `SOLVER`, `STRATEGY` (of delays), `METHOD` and `FORMAT` stand for what is
installed, `FILE` for a path; `BACKEND|SOLVER` is either.
"""

from __future__ import annotations

from argparse import ArgumentParser, _ActionsContainer

MODEL = "MODEL"
TEMPLATE = "TEMPLATE"
BACKEND = "BACKEND"
SOLVER = "SOLVER"
STRATEGY = "STRATEGY"
METHOD = "METHOD"
FORMAT = "FORMAT"
FILE = "FILE"


def add_model(parser: ArgumentParser) -> None:
    """Declare the model."""
    parser.add_argument("model", metavar=MODEL, help="folder.file.Name, a file of any format, library:file/Name, ...")


def add_reader(parser: _ActionsContainer) -> None:
    """Declare `--from` and `--from-option`: how the file is read that a model or template is."""
    parser.add_argument("--from", dest="reader", metavar=FORMAT, help="format of the file")
    parser.add_argument(
        "--from-option",
        dest="reader_options",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="option of the format that is read",
    )


def add_json(parser: _ActionsContainer, instead_of: str = "a table") -> None:
    """Declare `--json`."""
    parser.add_argument("--json", action="store_true", help=f"print JSON for programs instead of {instead_of}")


def add_force(parser: _ActionsContainer) -> None:
    """Declare `--force`."""
    parser.add_argument("--force", action="store_true", help="overwrite files that exist")


def add_step(parser: _ActionsContainer, help: str, required: bool = True) -> None:  # argparse's own word
    """Declare the step."""
    parser.add_argument("--step", "--step-size", type=float, required=required, metavar="H", help=help)


def add_solver(parser: _ActionsContainer, default: str | None = "euler") -> None:
    """Declare the solver; without a default it is that of the file."""
    said = "euler" if default else "that of the file, or euler"
    parser.add_argument("--solver", default=default, metavar=SOLVER, help=f"solver, by default {said}")


def add_backend(parser: _ActionsContainer) -> None:
    """Declare the backend."""
    parser.add_argument("--backend", metavar=BACKEND, help="backend, by default numpy if it is installed")


def add_values(parser: _ActionsContainer) -> None:
    """Declare `--set`."""
    parser.add_argument(
        "--set", action="append", default=[], metavar="PATH=NUMBER", help="value of a parameter or start of a state"
    )


def add_options(parser: _ActionsContainer) -> None:
    """Declare `--option`."""
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="option of solver or backend, as rtol=1e-8",
    )
