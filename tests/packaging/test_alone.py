"""Each plugin works from its wheel with nothing but core and its own dependencies beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Distribution

PROBE = """
import importlib, json, sys
module = importlib.import_module(sys.argv[1])
heavy = sorted({"numpy", "scipy", "pandas", "torch", "jax"} & set(sys.modules))
from rates_core.plugins import get_manager
statuses = {status.distribution: [status.status, status.reason] for status in get_manager().statuses()}
print(json.dumps({"api": module.rates_api, "heavy": heavy, "statuses": statuses}))
"""


@pytest.fixture
def report(plugin: Distribution, wheel_folder: Path, tmp_path: Path) -> dict:
    """Install the plugin beside core into an environment of its own and ask there what it offers."""
    python = tmp_path / "alone" / "bin" / "python"
    quick = os.environ | {"UV_COMPILE_BYTECODE": "0"}
    (core,) = wheel_folder.glob("rates_core-*.whl")
    install = ["uv", "pip", "install", "--quiet", "--python", str(python), str(core), str(plugin.wheel)]
    subprocess.run(["uv", "venv", "--quiet", "--python", sys.executable, str(tmp_path / "alone")], check=True)
    if subprocess.run(install, check=False, env=quick).returncode != 0:
        subprocess.run([*install, "--offline"], check=True, env=quick)
    subprocess.run(["uv", "pip", "check", "--quiet", "--python", str(python)], check=True)
    done = subprocess.run(
        [str(python), "-c", PROBE, plugin.module], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    return json.loads(done.stdout)


def test_a_plugin_alone_is_active_light_and_fits_the_api(plugin: Distribution, report: dict) -> None:
    assert report["statuses"][plugin.settings["project"]["name"]] == ["active", ""]
    assert report["heavy"] == []
    assert report["api"] == [1, 0]
