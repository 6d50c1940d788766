"""The example that fits an exported folder with BlackBoxOptim.jl."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from rates_julia.probe import command

from rates_core import CircuitTemplate

SCRIPT = Path(__file__).parents[3] / "examples" / "fit_in_julia.jl"

#: Stands in for the package where that cannot be had: golden-section search in place of differential evolution.
STAND_IN = """\
module BlackBoxOptim

export bboptimize, best_candidate, best_fitness

function bboptimize(loss; SearchRange, NumDimensions, MaxSteps, TraceMode)
    @assert NumDimensions == 1 && TraceMode in (:silent, :compact, :verbose) && MaxSteps > 0
    grid = range(SearchRange...; length=19)
    best = argmin([loss([each]) for each in grid])
    low, high = grid[max(best - 1, 1)], grid[min(best + 1, 19)]
    share = (sqrt(5) - 1)/2
    for _ in 1:60
        left, right = high - share*(high - low), low + share*(high - low)
        loss([left]) < loss([right]) ? (high = right) : (low = left)
    end
    return [(low + high)/2], loss([(low + high)/2])
end

best_candidate(result) = result[1]
best_fitness(result) = result[2]

end
"""


def has_package(julia: tuple[str, ...]) -> bool:
    asked = subprocess.run([*julia, "-e", "using BlackBoxOptim"], capture_output=True, check=False)
    return asked.returncode == 0


def test_the_parameter_of_a_trace_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    julia = command()
    assert julia is not None
    if not has_package(julia):
        (tmp_path / "BlackBoxOptim.jl").write_text(STAND_IN, encoding="utf-8")
        monkeypatch.setenv("JULIA_LOAD_PATH", f"{tmp_path}:@stdlib")
    circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
    circuit.compile(backend="julia", solver="heun", step_size=0.01, simulation_time=20.0).to_file(tmp_path / "vdp")
    done = subprocess.run([*julia, str(SCRIPT), "vdp"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("mu = 2.5, loss = ")
    assert float(done.stdout.rpartition(" = ")[2]) < 1e-6
