"""Nothing in the box is offered without the kit: each backend, solver and delay strategy has its line in some suite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = {"rates_backends": "backend_tests", "rates_solvers": "solver_tests", "rates_delay_strategies": "delay_tests"}


def suites() -> Iterator[Path]:
    """Yield the files of tests of all members."""
    for member in ("rates_core", "plugins/*"):
        yield from ROOT.glob(f"{member}/tests/**/test_*.py")


CALLED = {
    (function, name)
    for path in suites()
    for function, name in re.findall(r"(\w+_tests)\(\"(\w+)\"", path.read_text(encoding="utf-8"))
}


def offered() -> Iterator[tuple[str, str]]:
    """Yield the line that each offer should have; the light modules need no library."""
    modules = [path.parent.name for path in sorted(ROOT.glob("plugins/*/src/*/__init__.py"))]
    for module in ("rates_core.plugins.builtin", *modules):
        for hook, function in LINES.items():
            for spec in getattr(import_module(module), hook, tuple)():
                yield function, spec.name


@pytest.mark.parametrize(("function", "name"), [pytest.param(*line, id=f"{line[0]}-{line[1]}") for line in offered()])
def test_what_is_offered_goes_through_the_kit(function: str, name: str) -> None:
    assert (function, name) in CALLED
