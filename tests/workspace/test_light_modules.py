"""The descriptor module of every plugin imports the standard library and core only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest

PUBLIC = ("continuation", "fit", "neuroml", "rnn", "sensitivity", "tvbo", "xppaut")  # that have names of their own
MODULES = sorted(entry.module for entry in entry_points(group="rates.plugins"))
CORE = "from rates_core.plugins import get_manager, hookimpl"


def imported_by(code: str, folder: Path | None = None) -> set[str]:
    """Return the top-level modules that a fresh process holds after the code; those in the folder can be imported."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    path = [*([str(folder)] if folder else []), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RATES_")}
    process = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**environment, "PYTHONPATH": os.pathsep.join(path)},
        check=False,
        timeout=60,
    )
    assert process.returncode == 0, process.stderr
    return set(json.loads(process.stdout))


@pytest.fixture(scope="module")
def light() -> set[str]:
    """Return what a descriptor module may bring: the standard library, and what comes with core's plugins."""
    return imported_by(CORE) | set(sys.stdlib_module_names)


def test_every_plugin_in_the_box_is_looked_at() -> None:
    members = {path.parent.name for path in Path(__file__).parents[2].glob("plugins/*/pyproject.toml")}
    assert {*members, "rates_core.plugins.builtin"} <= set(MODULES)


def test_core_itself_brings_what_its_descriptors_are_made_of(light: set[str]) -> None:
    before = imported_by("pass") | set(sys.stdlib_module_names)
    assert light - before == {"rates_core", "attr", "attrs", "pluggy"}


@pytest.mark.parametrize("module", MODULES)
def test_a_descriptor_module_is_light(module: str, light: set[str]) -> None:
    assert imported_by(f"import {module}") - light <= {module.partition(".")[0]}


@pytest.mark.parametrize("third", ["numpy", "tqdm", "platformdirs"])
def test_a_descriptor_module_that_imports_more_is_found(third: str, light: set[str], tmp_path: Path) -> None:
    (tmp_path / "rates_mine.py").write_text(f"import {third}\n{CORE}\n", encoding="utf-8")
    assert third in imported_by("import rates_mine", tmp_path) - light


@pytest.mark.parametrize("member", PUBLIC)
def test_a_name_that_a_plugin_does_not_have_gets_the_closest_one(member: str) -> None:
    module = import_module(f"rates_{member}")
    name = max(module.__all__, key=len)
    with pytest.raises(AttributeError) as caught:
        getattr(module, f"{name}x")
    assert str(caught.value) == f"module 'rates_{member}' has no attribute '{name}x'. Did you mean '{name}'?"
