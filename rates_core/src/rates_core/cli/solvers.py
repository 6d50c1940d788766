"""`rates solvers`: the installed solvers, what they claim and what they can be told."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from math import isfinite
from typing import Any

from rates_core.cli.arguments import SOLVER, add_json
from rates_core.cli.printing import json_text, table
from rates_core.plugins.manager import get_manager
from rates_core.plugins.specs import Option, SolverSpec

HEADINGS = ("SOLVER", "ORDER", "STEPS", "STIFF", "DELAYS", "NOISE", "EVENTS", "FROM", "SUMMARY")
NOISES = {"": "no", "additive": "additive", "multiplicative": "any"}

EPILOG = """\
ORDER is that of convergence; a solver of several methods has that of its method. NOISE is "additive" where the strength
of noise must not depend on the state.

examples:
  rates solvers
  rates solvers heun"""


class Command:
    """List the solvers."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the name and `--json`."""
        parser.epilog = EPILOG
        parser.add_argument("name", metavar=SOLVER, nargs="?", help="show this one alone, with its options")
        add_json(parser)

    def execute(self, arguments: Namespace) -> int:
        """Print the list, or one solver; nothing of a solver is imported."""
        manager, name = get_manager(), arguments.name
        solvers = list(manager.solvers().values()) if name is None else [manager.solver(name)]
        if arguments.json:
            print(json_text({"solvers": [_data(spec) for spec in solvers]}))
        elif name is not None:
            print("\n".join(_page(solvers[0])))
        else:
            print(table(HEADINGS, map(_cells, solvers)))
        return 0


def _cells(spec: SolverSpec) -> list[str]:
    return [
        spec.name,
        "-" if spec.order is None else str(spec.order),
        "adaptive" if spec.adaptive else "fixed",
        _word(spec.stiff),
        _word(bool(spec.delays)),
        NOISES[spec.noise],
        _word(spec.events),
        spec.distribution,
        spec.summary,
    ]


def _page(spec: SolverSpec) -> Iterator[str]:
    """Yield the lines of one solver: its claims, its methods and its options with their defaults."""
    yield f"{spec.name}: {spec.summary}"
    for heading, cell in zip(HEADINGS[1:-1], _cells(spec)[1:-1], strict=True):
        yield f"  {heading.lower()}: {cell}"
    for what, names in (("methods", spec.methods), ("backends", spec.backends), ("references", spec.references)):
        if names:
            yield f"  {what}: {', '.join(names)}"
    for option in spec.options:
        yield f"  --option {option.name}={str(option.default).lower()}: {option.summary}"


def _word(claim: bool) -> str:
    return "yes" if claim else "no"


def option_data(option: Option) -> dict[str, Any]:
    """Return an option as JSON carries it; a default that is no number, text or constant is its text."""
    default = option.default
    plain = (
        default is None or isinstance(default, (bool, int, str)) or (isinstance(default, float) and isfinite(default))
    )
    return {"name": option.name, "default": default if plain else repr(default), "summary": option.summary}


def _data(spec: SolverSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "summary": spec.summary,
        "distribution": spec.distribution,
        "order": spec.order,
        "adaptive": spec.adaptive,
        "stiff": spec.stiff,
        "delays": sorted(spec.delays),
        "noise": spec.noise,
        "events": spec.events,
        "methods": list(spec.methods),
        "backends": None if spec.backends is None else list(spec.backends),
        "options": [option_data(option) for option in spec.options],
        "references": list(spec.references),
    }
