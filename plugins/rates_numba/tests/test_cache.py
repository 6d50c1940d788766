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

SWEEPS = """
import json, sys
import numpy as np
from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

def swept(equation, solver, **more):
    variables = {"x": "output(1.0)", "k": 1.0, **more.pop("variables", {})}
    circuit = CircuitTemplate("one", {"p": NodeTemplate("n", [OperatorTemplate("op", equation, variables)])})
    model = circuit.compile(backend="numba", solver=solver, simulation_time=1.0, step_size=0.01, **more)
    points = [{"p/op/k": float(k) * float(sys.argv[1])} for k in range(3)]
    return [float(part.recorded[0][:, -1].sum()) for part in model.run_many(points)]

fed = {"variables": {"u": "input(0.0)"}, "inputs": {"p/op/u": np.ones(101)}}
ends = [
    swept("x' = -k*x + u", "dopri5", **fed), swept("x' = -k*x + u", "rk4", **fed),
    swept("x' = -k*past(x, 0.1)", "dopri5"), swept("x' = -k*past(x, 0.1)", "rk4"),
]
modules = [module for name, module in sys.modules.items() if name.startswith("rates_generated_")]
loops = [getattr(module, name) for module in modules for name in ("pair_many", "loop_many", "pair", "loop")
         if hasattr(module, name)]
print(json.dumps({
    "hits": sum(sum(function.stats.cache_hits.values()) for function in loops),
    "misses": sum(sum(function.stats.cache_misses.values()) for function in loops),
    "end": sum(map(sum, ends)),
}))
"""


def run(folder: Path, number: float, program: str = PROGRAM) -> dict[str, float]:
    environment = os.environ | {"RATES_CACHE_DIR": str(folder / "cache")}
    work = folder / "work"
    work.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", program, str(number)],
        cwd=work, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
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


def test_loops_over_points_and_with_delays_are_compiled_once_too(tmp_path: Path) -> None:
    first, again, other = (run(tmp_path, number, SWEEPS) for number in (1.0, 1.0, 0.5))
    # a sweep with inputs runs one loop over points, in which others are compiled; with delays each point runs its own
    assert first["misses"] == 6
    assert (again["hits"], again["misses"]) == (4, 0)
    assert (other["hits"], other["misses"]) == (4, 0)
    assert again["end"] == first["end"] != other["end"]


def test_a_module_is_kept_by_its_content() -> None:
    first, other = load_module("value = 1\n"), load_module("value = 2\n")
    assert (first.value, other.value) == (1, 2)
    assert load_module("value = 1\n") is first


def test_a_module_that_was_cut_short_is_written_again() -> None:
    load_module("value = 3\n")
    (path,) = [path for path in cache_directory().glob("*.py") if path.read_text() == "value = 3\n"]
    path.write_text("val")
    from rates_numba import compiled

    compiled._modules.clear()
    assert load_module("value = 3\n").value == 3
