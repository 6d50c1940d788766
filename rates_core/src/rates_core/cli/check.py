"""`rates check`: test a backend or a solver against what it claims."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from rates_core.cli.arguments import BACKEND, SOLVER, add_json
from rates_core.cli.printing import json_text
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean
from rates_core.plugins.discovery import DISABLE
from rates_core.plugins.known import KNOWN
from rates_core.plugins.manager import get_manager

if TYPE_CHECKING:
    from rates_core.testing import Report

EPILOG = """\
examples:
  rates check numpy
  rates check rk4 --family orders"""


class Command:
    """Run the conformance kit."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the name, and how much is run and printed."""
        add = parser.add_argument
        add("name", metavar=f"{BACKEND}|{SOLVER}", help="an installed backend or solver")
        parser.epilog = EPILOG
        add("--backend", metavar=BACKEND, help="backend a solver is tested on, by default numpy if it is installed")
        add("--family", action="append", metavar="NAME", help="family of cases that is run, by default all")
        add("--exhaustive", action="store_true", help="run the cases too that cost much and add little")
        add_json(parser, instead_of="a line and the failures")

    def execute(self, arguments: Namespace) -> int:
        """Run the cases, print what came of them, and return 1 if one failed."""
        report = _report(arguments)
        print(json_text(report.as_data()) if arguments.json else report)
        return 0 if report.ok else 1


def _report(arguments: Namespace) -> Report:
    from rates_core.testing import check_backend, check_solver

    name = arguments.name
    if _is_solver(name):
        if arguments.exhaustive:
            raise ArgumentError(f"'{name}' is a solver, all of whose cases are run; --exhaustive is for backends.")
        return check_solver(name, backend=arguments.backend, families=arguments.family)
    if arguments.backend:
        raise ArgumentError(f"'{name}' is a backend; --backend says what a solver is tested on.")
    return check_backend(name, families=arguments.family, exhaustive=arguments.exhaustive)


def _is_solver(name: str) -> bool:
    """Tell whether a name is that of a solver, and not of a backend.

    Raises:
        ArgumentError: it is both.
        UnknownNameError: it is neither.
        PluginError: its distribution is installed and cannot be used.
    """
    manager = get_manager()
    backends, solvers = manager.backends(), manager.solvers()
    if name in backends and name in solvers:
        raise ArgumentError(f"'{name}' is both a backend and a solver; disable one with {DISABLE}.")
    if name not in backends and name not in solvers:
        for kind, find in (("backend", manager.backend), ("solver", manager.solver)):
            with nullcontext() if name in KNOWN[kind] else suppress(UnknownNameError):
                find(name)  # raises, and knows best what to do about a name that is ambiguous or not installed
        known = [*backends, *solvers]
        raise UnknownNameError(
            f"There is no backend or solver '{name}'.{did_you_mean(name, known)} "
            f"Backends: {', '.join(backends) or 'none'}. Solvers: {', '.join(solvers) or 'none'}."
        )
    return name in solvers
