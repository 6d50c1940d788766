"""The reference pages say what the code says: no name is missing, none is invented, and signatures agree."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from attrs import NOTHING
from rates_core.expressions.functions import ALIASES, CONSTANTS, FOLDED, FUNCTIONS
from rates_core.plugins import Capabilities, Requirements
from rates_core.simulation.compile import CompiledModel
from rates_core.simulation.functions import RunFunction

import rates_core
from rates_core import CircuitTemplate, errors

PAGES = Path(__file__).parents[2] / "docs" / "reference"
LANGUAGE = (PAGES / "language.md").read_text(encoding="utf-8")
PYTHON = (PAGES / "python.md").read_text(encoding="utf-8")

ROW = re.compile(r"^\| `(?P<call>\w+)\((?P<arguments>[^)]*)\)` \|(?P<rest>.*)\|$", re.MULTILINE)
ENTRY = re.compile(r"^\* (?P<calls>`[\w.]+(?:\([^`]*\))?`(?:, `[\w.]+\([^`]*\)`)*):", re.MULTILINE)
CALL = re.compile(r"`(?P<name>[\w.]+)(?:\((?P<arguments>[^`]*)\))?`")

MODULES = ("rates_core", "rates_core.plugins", "rates_core.sweeps", "rates_core.testing")
RETURNED = {"CompiledModel": CompiledModel, "RunFunction": RunFunction}


def section(text: str, heading: str) -> str:
    """Return what stands below a heading of the second level."""
    return re.split(r"^## ", text.partition(f"\n## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


FUNCTION_ROWS = list(ROW.finditer(section(LANGUAGE, "Functions")))


def test_the_language_page_lists_every_function_once() -> None:
    assert sorted(row["call"] for row in FUNCTION_ROWS) == sorted(FUNCTIONS)


@pytest.mark.parametrize("row", [pytest.param(row, id=row["call"]) for row in FUNCTION_ROWS])
def test_a_function_is_listed_with_its_number_of_arguments(row: re.Match[str]) -> None:
    definition, arguments = FUNCTIONS[row["call"]], [part for part in row["arguments"].split(", ") if part]
    assert ("…" in arguments) == (definition.name in FOLDED)
    assert len([argument for argument in arguments if argument != "…"]) == definition.arity[1]


def test_the_language_page_lists_every_other_spelling_beside_its_function() -> None:
    found = {
        spelling: row["call"]
        for row in FUNCTION_ROWS
        for spelling in re.findall(r"`(\w+)`", row["rest"].split("|")[-1])
    }
    assert found == dict(ALIASES)


def test_the_language_page_lists_every_constant() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", section(LANGUAGE, "Constants and time"), re.MULTILINE)
    assert rows == list(CONSTANTS)


def entries() -> dict[str, str | None]:
    """Return what the page on Python lists, with the text between the brackets."""
    calls = [call for entry in ENTRY.finditer(PYTHON) for call in CALL.finditer(entry["calls"])]
    names = [call["name"] for call in calls]
    assert len(names) == len(set(names))
    return {call["name"]: call["arguments"] for call in calls}


ENTRIES = entries()


def public_names() -> set[str]:
    """Return all public names but errors, which have a page of their own, and the version."""
    names = {name for module in MODULES for name in importlib.import_module(module).__all__}
    return names - set(vars(errors)) - {"__version__"}


def target(name: str) -> Any:
    """Return what an entry speaks of."""
    first, _, attribute = name.partition(".")
    owners = [importlib.import_module(module) for module in MODULES]
    value = RETURNED.get(first) or next(getattr(owner, first) for owner in owners if hasattr(owner, first))
    return getattr(value, attribute) if attribute else value


def test_the_page_on_python_lists_every_public_name() -> None:
    assert {name for name in ENTRIES if "." not in name} == public_names() | {"RunFunction"}


def test_the_page_on_python_lists_every_method_of_a_circuit() -> None:
    methods = {name for name, value in inspect.getmembers(CircuitTemplate) if callable(value) and name[0] != "_"}
    assert {name.partition(".")[2] for name in ENTRIES if name.startswith("CircuitTemplate.")} == methods


@pytest.mark.parametrize("name", [name for name, arguments in ENTRIES.items() if arguments is not None])
def test_a_signature_on_the_page_is_that_of_the_code(name: str) -> None:
    parsed = ast.parse(f"def written({ENTRIES[name]}): ...").body[0]
    namespace = {"Capabilities": Capabilities, "Requirements": Requirements}
    code = compile(ast.Module([parsed], []), "page", "exec")
    exec(code, namespace)
    written = inspect.signature(namespace["written"]).parameters.values()
    actual = [item for item in inspect.signature(target(name)).parameters.values() if item.name != "self"]
    assert [(item.name, item.kind) for item in written] == [(item.name, item.kind) for item in actual]
    for ours, real in zip(written, actual, strict=True):
        if real.default is NOTHING:  # made anew for every object
            assert not ours.default or isinstance(ours.default, Capabilities | Requirements)
        else:
            assert ours.default == real.default


def test_every_argument_of_run_is_explained() -> None:
    from rates_core.simulation.choice import IGNORED, STAGES
    from rates_core.simulation.unknown import RUN

    table = section(PYTHON, "Running").partition("| argument of `run` |")[2]
    first_cells = " ".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", first_cells)) == {*RUN, *IGNORED, *STAGES}


def test_the_page_on_errors_lists_every_error_with_the_one_above_it() -> None:
    page = (PAGES / "errors.md").read_text(encoding="utf-8")
    classes = [
        value for value in vars(errors).values() if isinstance(value, type) and value.__module__ == errors.__name__
    ]
    rows = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", page, re.MULTILINE))
    assert rows == {item.__name__: item.__base__.__name__ for item in classes if item.__base__}
    assert set(rows) <= set(rates_core.__all__)
