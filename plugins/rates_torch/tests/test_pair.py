"""Embedded pairs take many points side by side in the module's own loop, by the steps that core takes with NumPy."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_core.errors import SimulationError
from rates_core.programs.arrays.kernel import ArrayKernel
from rates_core.programs.arrays.travel import ArrayPair, ArrayPairBatch
from rates_core.programs.pair import Reached, Span, Status, StepControl
from rates_core.simulation.arguments import arguments_of
from rates_core.simulation.points import Point

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

BACKEND = "torch"
RATES = np.linspace(0.1, 3.0, 23)

# Wanted: rows of x' = -2 x from x = 0.5, as the docstring of `travelled` says.
ALONE = """
import sys
sys.modules["rates_core"] = None  # importing it is an error now
import torch
namespace = {}
exec(open("module.py").read(), namespace)
real = lambda value: torch.tensor(value, dtype=torch.float64)
one = lambda value: torch.tensor([[value]])
times = real([0.0, 0.5, 1.0, float("inf")])
run = namespace["pair"](real(2.0))
t, y, _, steps, status, due, (x,) = run(
    real([[0.0]]), real([[0.5]]), real([[float("nan")]]), one(0), one(1), real([[1.0]]), real([[-float("inf")]]),
    real([[float("inf")]]), real([1e-10]), real([1e-12]), real(float("inf")), real(float("nan")), times, one(0),
    (torch.zeros(1, 4, dtype=torch.float64),), one(1000), (), real(0.0), real(1.0),
)
print(t.item(), status.item(), due.item(), *(round(value, 9) for value in x[0, :3].tolist()))
"""


def model(*equations: str, **variables: Any) -> CircuitTemplate:
    return CircuitTemplate("one", {"p": NodeTemplate("n", [OperatorTemplate("op", list(equations), variables)])})


def network() -> CircuitTemplate:
    """Return units with a clock and inputs of their own, one that turns, and what is computed from them."""
    unit = NodeTemplate(
        "unit", [OperatorTemplate("op", "x' = -x + tanh(u) + 0.5*sin(t)", {"x": "output(0.2)", "u": "input(0.0)"})]
    )
    turning = NodeTemplate(
        "turning", [OperatorTemplate("op", ["z' = (-0.1 + 2.0*I)*z + u", "w = abs(z)"],
                                     {"z": "variable(1.0+0.0j)", "w": "output", "u": "input(0.0)"})]
    )  # fmt: skip
    return CircuitTemplate(
        "net",
        nodes={"q": turning},
        populations={"p": PopulationTemplate("p", unit, 3)},
        edges=[("q/op/w", "p[1]/op/u", None, {"weight": 0.5}), ("p[0]/op/x", "q/op/u")],
    )


def failing(backend: str, **options: Any) -> Any:
    """Compile x' = k x² + c √(s - t), which becomes infinite or undefined, with z = log(x)."""
    variables = {"x": "output(1.0)", "k": 0.0, "c": 0.0, "s": 1e9, "z": "variable"}
    circuit = model("x' = k*x^2 + c*sqrt(s - t)", "z = log(x)", **variables)
    outputs = ["p/op/x", "p/op/z"]
    settings: dict[str, Any] = {
        "simulation_time": 3.0,
        "step_size": 0.1,
        "solver": "dopri5",
        "outputs": outputs,
        **options,
    }
    return circuit.compile(backend=backend, **settings)


def reached(compiled: Any, y: list[float], end: float, **parameters: float) -> Reached:
    """Return where the loop leads from a state at time 0."""
    arguments = arguments_of(compiled.system, {f"p/op/{name}": value for name, value in parameters.items()})
    program = compiled.program
    loop = ArrayPair(ArrayPairBatch(program, program.function("pair", arguments), [], 0.0, 0.1))
    control = StepControl(np.full(len(y), 1e-6), np.full(len(y), 1e-9), math.inf, None)
    span = Span(end, -math.inf, math.inf, fresh=True)
    return loop.advance(0.0, np.array(y), None, span, control, np.zeros(0), 9999)


@pytest.fixture
def _in_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let core evaluate nothing."""

    def never(*_: Any) -> None:
        raise AssertionError("a step was taken by core")

    monkeypatch.setattr(ArrayKernel, "rhs", never)
    monkeypatch.setattr(ArrayKernel, "observe", never)


@pytest.mark.usefixtures("_in_the_module")
@pytest.mark.parametrize("solver", ["dopri5", "dop853"])
def test_a_network_goes_where_it_goes_with_numpy(solver: str) -> None:
    columns = np.where(np.arange(301)[:, None] < 100, [1.0, 2.0, 3.0], [0.5, -1.0, 0.0])
    options: dict[str, Any] = {"simulation_time": 3.0, "step_size": 0.01, "solver": solver, "rtol": 1e-8, "atol": 1e-10}
    outputs = {"x": "p/op/x", "z": "q/op/z"}
    ours, plain = (
        network().compile(backend=name, inputs={"p/op/u": columns}, outputs=outputs, **options)
        for name in (BACKEND, "numpy")
    )
    (found,) = ours.run_many([Point({}), Point({})])
    for number in range(2):
        np.testing.assert_allclose(found.frame(number), plain.run(), rtol=1e-12, atol=1e-12)


def oscillator(backend: str, **options: Any) -> Any:
    circuit = model("x' = y", "y' = (1 - x^2)*y - x", x="output(1.0)", y="variable(0.0)")
    return circuit.compile(backend=backend, solver="bosh3", simulation_time=20.0, step_size=0.1, **options)


def test_as_many_steps_are_taken_as_with_numpy() -> None:
    end = reached(oscillator(BACKEND), [1.0, 0.0], 20.0)
    assert (end.status, end.time) == (Status.DONE, 20.0)
    oscillator("numpy", max_steps=end.steps).run()
    with pytest.raises(SimulationError):
        oscillator("numpy", max_steps=end.steps - 1).run()


@pytest.mark.parametrize(
    ("parameters", "status", "time"),
    [
        ({"c": 1.0, "s": 1.05}, Status.UNDEFINED, 1.05),
        ({"c": 1.0, "s": -1.0}, Status.BAD_DERIVATIVE, 0.0),
        ({"k": 1.0}, Status.TOO_SMALL, 1.0),  # x = 1/(1 - t)
        ({}, Status.DONE, 3.0),
    ],
)
def test_the_loop_says_how_it_ended(parameters: Mapping[str, float], status: Status, time: float) -> None:
    end = reached(failing(BACKEND), [1.0], 3.0, **parameters)
    assert end.status is status
    assert end.time == pytest.approx(time, abs=1e-3)


@pytest.fixture(scope="module")
def fed() -> Any:
    return model("x' = u - k*x", x="output(1.0)", u="input(0.0)", k=0.0).compile(
        backend=BACKEND, solver="dopri5", simulation_time=5.0, step_size=0.1, inputs={"p/op/u": np.zeros(51)},
        rtol=1e-10, atol=1e-12,
    )  # fmt: skip


@pytest.mark.usefixtures("_in_the_module")
def test_points_have_steps_and_inputs_of_their_own(fed: Any) -> None:
    steps = [np.where(np.arange(51) < 5 + 3 * number, 0.0, 1.0) for number in range(4)]
    (found,) = fed.run_many([Point({}, inputs={"p/op/u": step}) for step in steps])
    for number in range(4):  # the input is linear from sample to sample, and so the integral is exact
        jump = 0.1 * (5 + 3 * number)
        wanted = 1.0 + np.maximum(0.0, found.times - jump) + 0.05 * (found.times > jump - 0.05)
        np.testing.assert_allclose(found.recorded[0][number], wanted, rtol=0, atol=1e-12)
    (decays,) = fed.run_many([{"p/op/k": float(rate)} for rate in RATES], inputs={"p/op/u": np.zeros(51)})
    np.testing.assert_allclose(decays.recorded[0], np.exp(-RATES[:, None] * decays.times), rtol=0, atol=1e-9)


def test_a_point_that_becomes_infinite_says_when_and_the_others_reach_the_end() -> None:
    growing = failing(BACKEND, simulation_time=0.9)
    (grown,) = growing.run_many([{"p/op/k": float(rate)} for rate in RATES])  # x = 1/(1 - k t)
    late = [number for number, rate in enumerate(RATES) if rate > 1 / 0.9]
    assert sorted(grown.failures) == late
    first = [number for number in range(len(RATES)) if number not in late]
    wanted = 1 / (1 - RATES[first, None] * grown.times)
    np.testing.assert_allclose(grown.recorded[0][first], wanted, rtol=1e-3)


def test_a_module_takes_its_steps_without_rates(tmp_path: Path) -> None:
    compiled = model("x' = -k*x", x="output(0.5)", k=2.0).compile(backend=BACKEND, solver="dopri5")
    compiled.program.to_file(tmp_path / "module.py")
    done = subprocess.run([sys.executable, "-c", ALONE], cwd=tmp_path, capture_output=True, text=True, check=False)
    wanted = (round(0.5 * math.exp(-2 * t), 9) for t in (0.0, 0.5, 1.0))
    assert done.stdout.split() == ["1.0", "1", "3", *map(str, wanted)], done.stderr
