"""Each plugin works from its wheel with nothing but core and its own dependencies beside it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Distribution

PROBE = """
import importlib, json, sys
module = importlib.import_module(sys.argv[1])
heavy = sorted({"numpy", "scipy", "pandas", "torch", "jax", "tensorflow"} & set(sys.modules))
from rates_core.plugins import get_manager
statuses = {status.distribution: [status.status, status.reason] for status in get_manager().statuses()}
print(json.dumps({"api": module.rates_api, "heavy": heavy, "statuses": statuses}))
"""


RUN = """
from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate
decay = OperatorTemplate(name="decay", equations="x' = -x", variables={"x": "output(1.0)"})
circuit = CircuitTemplate(name="c", nodes={"p": NodeTemplate(name="n", operators=[decay])})
circuit.run(1.0, 0.1, outputs={"x": "p/decay/x"})
"""


def test_a_plugin_alone_is_active_light_and_fits_the_api(
    plugin: Distribution, core: Distribution, installed: Callable[..., Path], tmp_path: Path
) -> None:
    python = installed(core.wheel, plugin.wheel)
    probe = [str(python), "-c", PROBE, plugin.module]
    report = json.loads(subprocess.run(probe, check=True, capture_output=True, text=True, cwd=tmp_path).stdout)
    status, said = report["statuses"][plugin.settings["project"]["name"]]
    assert status == "active"
    assert not said or " is unavailable: " in said  # what of it needs a tool that a machine need not have
    assert report["heavy"] == []
    assert report["api"] == [1, 0]


def test_core_alone_says_what_a_run_needs(core: Distribution, installed: Callable[..., Path], tmp_path: Path) -> None:
    python = installed(core.wheel)
    done = subprocess.run([str(python), "-c", RUN], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stderr.splitlines()[-1] == (
        "rates_core.errors.PluginError: No backend was chosen. Installed: none. "
        "Choose one with backend=, or pip install rates-numpy."
    )
    listed = subprocess.run([str(python.with_name("rates")), "plugins"], capture_output=True, text=True, check=True)
    assert "rates-core" in listed.stdout
