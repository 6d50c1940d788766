"""What was compiled once is loaded by every later process, and nothing is written but into the cache directory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rates_numba.compiled import cache_directory, load_module

PROGRAM = """
import json, sys
import numpy as np
from rates_core import CircuitTemplate

model = CircuitTemplate.from_yaml("model_templates.neural_mass_models.qif.qif")
compiled = model.compile(
    backend="numba", simulation_time=1.0, step_size=1e-2, inputs={"p/qif_op/I_ext": np.ones(101)},
    outputs={"r": "p/qif_op/r"}, solver="heun",
)
result = compiled.run(parameters={"p/qif_op/eta": float(sys.argv[1])})
module = sys.modules[next(name for name in sys.modules if name.startswith("rates_generated_"))]
functions = [module.prepare, module.loop]
print(json.dumps({
    "hits": sum(sum(function.stats.cache_hits.values()) for function in functions),
    "misses": sum(sum(function.stats.cache_misses.values()) for function in functions),
    "end": float(result["r"].iloc[-1]),
}))
"""


def run(folder: Path, eta: float) -> dict[str, float]:
    environment = os.environ | {"RATES_CACHE_DIR": str(folder / "cache")}
    work = folder / "work"
    work.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(eta)], cwd=work, env=environment, capture_output=True, text=True, check=True
    )
    assert not list(work.iterdir())
    found: dict[str, float] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, float]]:
    """Return what three processes say: the first one compiles, the last one has another parameter."""
    folder = tmp_path_factory.mktemp("processes")
    return [run(folder, eta) for eta in (-5.0, -5.0, -4.0)]


def test_the_first_process_compiles(processes: list[dict[str, float]]) -> None:
    assert processes[0]["misses"] == 2


def test_a_second_process_compiles_nothing(processes: list[dict[str, float]]) -> None:
    assert (processes[1]["hits"], processes[1]["misses"]) == (2, 0)
    assert processes[1]["end"] == processes[0]["end"]


def test_another_parameter_compiles_nothing_and_gives_other_numbers(processes: list[dict[str, float]]) -> None:
    assert (processes[2]["hits"], processes[2]["misses"]) == (2, 0)
    assert processes[2]["end"] != processes[0]["end"]


def test_a_module_is_kept_by_its_content() -> None:
    first, other = load_module("value = 1\n"), load_module("value = 2\n")
    assert (first.value, other.value) == (1, 2)
    assert load_module("value = 1\n") is first


def test_a_module_that_was_cut_short_is_written_again() -> None:
    load_module("value = 3\n")
    (path,) = [path for path in cache_directory().glob("*.py") if "3" in path.read_text()]
    path.write_text("val")
    from rates_numba import compiled

    compiled._modules.clear()
    assert load_module("value = 3\n").value == 3
