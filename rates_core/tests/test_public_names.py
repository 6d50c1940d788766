"""What `rates_core` and `rates_core.plugins` offer, and that offering it costs nothing."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
from pathlib import Path

import pytest
import rates_core.plugins
import rates_core.sweeps

import rates_core
from rates_core import errors

PACKAGES = {"rates_core": rates_core, "rates_core.plugins": rates_core.plugins, "rates_core.sweeps": rates_core.sweeps}

PROMISED = {
    "OperatorTemplate", "NodeTemplate", "EdgeTemplate", "CircuitTemplate", "PopulationTemplate", "Connectivity",
    "integrate", "grid_search", "clear", "clear_frontend_caches",
    "hookimpl", "Capabilities",
    "BackendSpec", "SolverSpec", "DelayStrategySpec", "AnalysisSpec", "ExecutorSpec", "ModelLibrarySpec", "FormatSpec",
    "CommandSpec",
}  # fmt: skip


def for_type_checkers(package: str) -> dict[str, str]:
    """Return the names that a package imports under `TYPE_CHECKING`, with their modules."""
    tree = ast.parse(Path(PACKAGES[package].__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    return {alias.name: node.module for node in block.body for alias in node.names}


def test_the_promised_names_and_every_error_are_public():
    every_error = {
        name
        for name, value in vars(errors).items()
        if getattr(value, "__module__", "") == "rates_core.errors" and isinstance(value, type)
    }
    assert set(rates_core.__all__) == {*PROMISED, *every_error, "__version__"}


@pytest.mark.parametrize("package", PACKAGES)
def test_type_checkers_see_the_names_that_a_process_sees(package):
    module = PACKAGES[package]
    assert for_type_checkers(package) == module._NAMES
    assert set(module.__all__) - {"__version__"} == set(module._NAMES)


def test_a_list_of_names_shows_those_that_are_public_and_no_others():
    importlib.import_module("rates_core.simulation.compile")  # what was imported becomes an attribute too
    modules = {"errors", "plugins", "sweeps", "testing"}
    assert dir(rates_core) == sorted({*rates_core.__all__, *modules})
    assert dir(rates_core.plugins) == sorted(rates_core.plugins.__all__)
    importlib.import_module("rates_core.sweeps.analysis")
    assert dir(rates_core.sweeps) == sorted(rates_core.sweeps.__all__)
    assert dir(importlib.import_module("rates_core.testing")) == sorted(rates_core.testing.__all__)


@pytest.mark.parametrize(
    ("package", "name"), [(package, name) for package, module in PACKAGES.items() for name in module._NAMES]
)
def test_every_public_name_can_be_imported(package, name):
    module = PACKAGES[package]
    value = getattr(module, name)
    assert value is getattr(importlib.import_module(module._NAMES[name]), name)
    assert vars(module)[name] is value


@pytest.mark.parametrize("name", ["errors", "plugins", "sweeps", "testing"])
def test_a_public_module_is_an_attribute(name):
    assert getattr(rates_core, name) is importlib.import_module(f"rates_core.{name}")
    assert name in dir(rates_core)


def test_a_name_that_is_not_there_is_an_error_with_the_closest():
    with pytest.raises(AttributeError) as caught:
        rates_core.CircuitTemplat  # noqa: B018
    assert str(caught.value) == "module 'rates_core' has no attribute 'CircuitTemplat'. Did you mean 'CircuitTemplate'?"
    assert caught.value.name == "CircuitTemplat"


def test_the_version_is_that_of_the_distribution():
    assert rates_core.__version__ == importlib.metadata.version("rates-core")
