"""`rates check`: test a backend, a solver or a delay strategy against what it claims."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Collection, Mapping
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, NoReturn

from rates_core.cli.arguments import BACKEND, SOLVER, STRATEGY, add_json
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
  rates check rk4 --family orders
  rates check gamma"""


class Command:
    """Run the conformance kit."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the name, and how much is run and printed."""
        add = parser.add_argument
        add("name", metavar=f"{BACKEND}|{SOLVER}|{STRATEGY}", help="an installed backend, solver or delay strategy")
        parser.epilog = EPILOG
        add("--backend", metavar=BACKEND, help="backend that others are tested on, by default numpy if it is installed")
        add("--family", action="append", metavar="NAME", help="family of cases that is run, by default all")
        add("--exhaustive", action="store_true", help="run the cases too that cost much and add little")
        add_json(parser, instead_of="a line and the failures")

    def execute(self, arguments: Namespace) -> int:
        """Run the cases, print what came of them, and return 1 if one failed."""
        report = _report(arguments)
        print(json_text(report.as_data()) if arguments.json else report)
        return 0 if report.ok else 1


def _report(arguments: Namespace) -> Report:
    from rates_core.testing import check_backend, check_delay_strategy, check_solver

    name, kind = arguments.name, _kind(arguments.name)
    if kind == "backend":
        if arguments.backend:
            raise ArgumentError(f"'{name}' is a backend; --backend says what others are tested on.")
        return check_backend(name, families=arguments.family, exhaustive=arguments.exhaustive)
    if arguments.exhaustive:
        raise ArgumentError(f"'{name}' is a {kind}, all of whose cases are run; --exhaustive is for backends.")
    check = check_solver if kind == "solver" else check_delay_strategy
    return check(name, backend=arguments.backend, families=arguments.family)


def _kind(name: str) -> str:
    """Return what a name is the name of: "backend", "solver" or "delay strategy".

    Raises:
        ArgumentError: it is several of these, or of another kind.
        UnknownNameError: it is none of them.
        PluginError: its distribution is installed and cannot be used.
    """
    manager = get_manager()
    offers: dict[str, Collection[str]] = {
        "backend": manager.backends(), "solver": manager.solvers(), "delay strategy": manager.delay_strategies()
    }  # fmt: skip
    found = [kind for kind, names in offers.items() if name in names]
    if len(found) > 1:
        raise ArgumentError(f"'{name}' is both a {' and a '.join(found)}; disable one with {DISABLE}.")
    return found[0] if found else _unknown(name, offers)


def _unknown(name: str, offers: Mapping[str, Collection[str]]) -> NoReturn:
    manager = get_manager()
    finders = (manager.backend, manager.solver, manager.delay_strategy)
    for kind, find in zip(offers, finders, strict=True):
        with nullcontext() if name in KNOWN[kind] else suppress(UnknownNameError):
            find(name)  # raises, and knows best what to do about a name that is ambiguous or not installed
    if name in manager.analyses():
        raise ArgumentError(f"'{name}' is an analysis: only its own tests know what it should find.")
    known = [offered for names in offers.values() for offered in names]
    listed = {"Backends": "backend", "Solvers": "solver", "Delay strategies": "delay strategy"}
    raise UnknownNameError(
        f"There is no backend, solver or delay strategy '{name}'.{did_you_mean(name, known)} "
        + " ".join(f"{title}: {', '.join(offers[kind]) or 'none'}." for title, kind in listed.items())
    )
