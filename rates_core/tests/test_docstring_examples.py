"""Every public function, class and method has an example in its docstring, which runs and gives what it shows.

Errors are shown by what raises them, and properties by the examples of their classes.
"""

from __future__ import annotations

import doctest
import importlib
import tomllib
from inspect import getmodule, isclass, isfunction, ismethod
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from rates_core.simulation.compile import CompiledModel
from rates_core.simulation.functions import RunFunction

import rates_core
from rates_core import CircuitTemplate

MODULES = ("rates_core", "rates_core.plugins", "rates_core.sweeps", "rates_core.testing")
RETURNED = (
    CompiledModel.run,
    CompiledModel.run_many,
    CompiledModel.gradient,
    CompiledModel.sensitivities,
    RunFunction,
)  # public, although nobody imports them
#: Markers that are no functions of ours: what `@hookimpl` does is shown by every plugin.
OTHERS = {"__version__", "hookimpl"}
FINDER = doctest.DocTestFinder(recurse=False, exclude_empty=False)


def public_things() -> dict[str, Any]:
    """Return public functions, classes that are no errors, and methods, by where they are defined."""
    found: dict[str, Any] = {}
    for module in map(importlib.import_module, MODULES):
        for name in set(module.__all__) - OTHERS:
            add(getattr(module, name), found)
    for returned in RETURNED:
        add(returned, found)
    return found


def add(thing: Any, found: dict[str, Any]) -> None:
    """Add a function, or a class and its methods."""
    if isclass(thing) and issubclass(thing, Exception):
        return
    found[thing.__qualname__] = thing
    methods = [getattr(thing, name) for name in dir(thing) if isclass(thing) and not name.startswith("_")]
    found.update((method.__qualname__, method) for method in methods if isfunction(method) or ismethod(method))


THINGS = public_things()


def example_of(thing: Any) -> doctest.DocTest:
    """Return the example of a thing."""
    (test,) = FINDER.find(thing, thing.__qualname__, module=getmodule(thing), globs={})
    return test


def modules_of_core() -> list[str]:
    """Return the names of all modules of core, the public ones that plugins may import among them."""
    return [item.name for item in walk_packages(rates_core.__path__, "rates_core.")]


def examples_in_modules() -> dict[str, doctest.DocTest]:
    """Return every example in the modules of core, by where it stands."""
    finder = doctest.DocTestFinder()
    tests = [test for name in modules_of_core() for test in finder.find(importlib.import_module(name))]
    return {test.name: test for test in tests if test.examples}


def complaints(test: doctest.DocTest) -> str:
    """Return what an example does otherwise than it shows, in words."""
    written: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False).run(test, out=written.append)
    return "".join(written)


@pytest.mark.parametrize("name", sorted(THINGS))
def test_the_example_gives_what_it_shows(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    test = example_of(THINGS[name])
    assert test.examples, f"{name} has no example in its docstring"
    assert isclass(THINGS[name]) or any(f"{name.rpartition('.')[2]}(" in example.source for example in test.examples)
    assert not complaints(test)


def test_examples_of_what_is_not_public_itself_give_what_they_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    known = {f"{thing.__module__}.{thing.__qualname__}" for thing in THINGS.values()}
    examples = examples_in_modules()
    assert len(known & examples.keys()) > 50  # those have tests of their own
    further = {name: test for name, test in examples.items() if name not in known}
    assert not {name: text for name, test in further.items() if (text := complaints(test))}


def test_examples_are_looked_for_in_every_module_that_plugins_may_import() -> None:
    settings = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(settings["tool"]["rates"]["public-modules"]) <= set(modules_of_core())


def test_an_example_that_shows_something_else_is_found() -> None:
    def wrong() -> None:
        """Show a sum.

        >>> 1 + 1
        3
        """

    assert "Expected:\n    3\nGot:\n    2\n" in complaints(example_of(wrong))
    assert {"integrate", "Runnable.run", "CompiledModel.run_many", "Template.from_yaml", "Report"} <= THINGS.keys()
    assert CircuitTemplate.run is THINGS["Runnable.run"]
