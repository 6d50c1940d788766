"""Embedded pairs run in the module's own loop: the steps that core takes with NumPy, and the same refusals."""

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
from rates_core.programs.pair import Span, Status, StepControl
from rates_core.simulation.arguments import arguments_of
from rates_core.simulation.points import Point

from rates_core import CircuitTemplate, NodeTemplate, NonFiniteError, OperatorTemplate, PopulationTemplate

BACKEND = "tf"
RATES = np.linspace(0.1, 3.0, 23)

# Wanted: rows of x' = -2 x from x = 0.5, as the docstring of `travelled` says.
ALONE = """
import sys
sys.modules["rates_core"] = None  # importing it is an error now
import tensorflow as tf
namespace = {}
exec(open("module.py").read(), namespace)
real = lambda value: tf.constant(value, tf.float64)
one = lambda value: tf.constant([[value]], tf.int64)
times = real([0.0, 0.5, 1.0, float("inf")])
run = namespace["pair"](real(2.0))
t, y, _, steps, status, due, (x,) = run(
    real([[0.0]]), real([[0.5]]), real([[float("nan")]]), one(0), one(1), real([[1.0]]), real([[-float("inf")]]),
    real([[float("inf")]]), real([1e-10]), real([1e-12]), real(float("inf")), real(float("nan")), times, one(0),
    (tf.zeros((1, 4), tf.float64),), one(1000), (), real(0.0), real(1.0),
)
print(*(v.numpy().item() for v in (t, status, due)), *(round(v, 9) for v in x[0, :3].numpy().tolist()))
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


def refusal(compiled: Any, kind: type[Exception], **parameters: float) -> tuple[str, int]:
    with pytest.raises(kind) as caught:
        compiled.run(parameters={f"p/op/{name}": value for name, value in parameters.items()})
    return str(caught.value), len(caught.value.result)  # type: ignore[attr-defined]


@pytest.fixture
def _in_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let core evaluate nothing."""

    def never(*_: Any) -> None:
        raise AssertionError("a step was taken by core")

    monkeypatch.setattr(ArrayKernel, "rhs", never)
    monkeypatch.setattr(ArrayKernel, "observe", never)


@pytest.mark.usefixtures("_in_the_module")
@pytest.mark.parametrize("solver", ["dopri5", pytest.param("dop853", marks=pytest.mark.exhaustive)])
def test_a_network_goes_where_it_goes_with_numpy(solver: str) -> None:
    columns = np.where(np.arange(301)[:, None] < 100, [1.0, 2.0, 3.0], [0.5, -1.0, 0.0])
    options: dict[str, Any] = {"simulation_time": 3.0, "step_size": 0.01, "solver": solver, "rtol": 1e-8, "atol": 1e-10}
    outputs = {"x": "p/op/x", "z": "q/op/z"}
    found = [
        network().compile(backend=name, inputs={"p/op/u": columns}, outputs=outputs, **options).run().to_numpy()
        for name in (BACKEND, "numpy")
    ]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12, atol=1e-12)


def oscillator(backend: str, **options: Any) -> Any:
    circuit = model("x' = y", "y' = (1 - x^2)*y - x", x="output(1.0)", y="variable(0.0)")
    return circuit.compile(backend=backend, solver="bosh3", simulation_time=20.0, step_size=0.1, **options)


def test_as_many_steps_are_taken_as_with_numpy() -> None:
    compiled = oscillator(BACKEND)
    kernel = compiled.program.bind(arguments_of(compiled.system, {}))
    control = StepControl(np.full(2, 1e-6), np.full(2, 1e-9), math.inf, None)
    span = Span(20.0, -math.inf, math.inf, fresh=True)
    reached = kernel.pair_loop([], 0.0, 0.1).advance(0.0, np.array([1.0, 0.0]), None, span, control, np.zeros(0), 9999)
    assert reached.status is Status.DONE
    oscillator("numpy", max_steps=reached.steps).run()
    with pytest.raises(SimulationError):
        oscillator("numpy", max_steps=reached.steps - 1).run()


def test_a_failure_is_said_as_with_numpy() -> None:
    cases: list[tuple[type[Exception], Mapping[str, float]]] = [
        (SimulationError, {"c": 1.0, "s": 1.05}),
        (NonFiniteError, {"c": -1.0, "s": 4.0}),
        (SimulationError, {"c": 1.0, "s": -1.0}),
    ]
    ours, plain = failing(BACKEND), failing("numpy")
    for kind, parameters in cases:
        assert refusal(ours, kind, **parameters) == refusal(plain, kind, **parameters)
    text, rows = refusal(ours, SimulationError, k=1.0)  # x = 1/(1 - t)
    assert text.partition("t = ")[0] == refusal(plain, SimulationError, k=1.0)[0].partition("t = ")[0]
    assert float(text.partition("t = ")[2].partition(":")[0]) == pytest.approx(1.0, abs=1e-3)
    assert rows in (10, 11)  # whether the row at 1 is reached is a matter of rounding
    bounded = failing(BACKEND, max_steps=4, max_step=0.1), failing("numpy", max_steps=4, max_step=0.1)
    said = [refusal(compiled, SimulationError) for compiled in bounded]
    assert said[0] == said[1]
    assert said[0][0].startswith("Solver 'dopri5' took max_steps=4 steps to t = ")


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


def test_a_run_goes_on_with_its_step(fed: Any) -> None:
    inputs = {"p/op/u": np.zeros(51)}
    long = fed.run(parameters={"p/op/k": 1.0}, inputs=inputs)
    first = fed.run(simulation_time=2.0, parameters={"p/op/k": 1.0}, inputs=inputs)
    rest = fed.run(simulation_time=3.0, parameters={"p/op/k": 1.0}, inputs=inputs, state=first)
    np.testing.assert_allclose(np.concatenate([first, rest]), long, rtol=0, atol=1e-9)


def test_a_module_takes_its_steps_without_rates(tmp_path: Path) -> None:
    compiled = model("x' = -k*x", x="output(0.5)", k=2.0).compile(backend=BACKEND, solver="dopri5")
    compiled.program.to_file(tmp_path / "module.py")
    done = subprocess.run([sys.executable, "-c", ALONE], cwd=tmp_path, capture_output=True, text=True, check=False)
    wanted = (round(0.5 * math.exp(-2 * t), 9) for t in (0.0, 0.5, 1.0))
    assert done.stdout.split() == ["1.0", "1", "3", *map(str, wanted)], done.stderr
