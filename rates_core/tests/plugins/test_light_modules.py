"""What an import may cost: the heavy libraries stay out until a target is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HEAVY = {
    "numpy", "pandas", "scipy", "matplotlib", "numba", "torch", "tensorflow", "jax", "sympy", "networkx", "yaml",
}  # fmt: skip


def imported_by(code: str) -> set[str]:
    """Return the top-level modules that a fresh process of this environment holds after the code."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RATES_")}
    process = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False, timeout=60
    )
    assert process.returncode == 0, process.stderr
    return {name.partition(".")[0] for name in json.loads(process.stdout)}


def test_importing_rates_core_imports_nothing_but_the_standard_library():
    before = imported_by("import json")
    added = imported_by("import rates_core") - before
    assert added <= {"rates_core", *sys.stdlib_module_names}


@pytest.mark.parametrize("name", ["Capabilities", "BackendSpec", "UnsupportedFeatureError"])
def test_a_descriptor_or_an_error_needs_neither_pluggy_nor_the_manager(name):
    assert not imported_by(f"from rates_core import {name}") & {"pluggy", *HEAVY}


def test_hookimpl_does_not_load_the_manager():
    code = "from rates_core import hookimpl\nimport sys\nassert 'rates_core.plugins.manager' not in sys.modules"
    assert not imported_by(code) & HEAVY


def test_loading_every_installed_plugin_imports_no_heavy_library():
    code = """
from rates_core.plugins import get_manager
manager = get_manager()
manager.backends()
broken = [status for status in manager.statuses() if status.status in ("broken", "incompatible")]
assert not broken, broken
"""
    assert not imported_by(code) & HEAVY


def test_the_light_modules_of_a_plugin_need_the_standard_library_and_core_only(installation):
    text = "from rates_core.plugins import BackendSpec, Capabilities, Option, SolverSpec, get_manager, hookimpl"
    assert installation.python(text).returncode == 0
