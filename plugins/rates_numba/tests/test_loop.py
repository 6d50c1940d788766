"""The loop is native code: what runs in Python does not depend on the number of steps, and numbers are NumPy's."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from rates_core.programs.carry import Carry
from rates_core.simulation.draws import Draws

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

LIBRARY = "model_templates."
NODE = NodeTemplate(
    "unit", [OperatorTemplate("op", "x' = (u - x)/tau + 0.1*sin(3*t)", {"x": "output(0.3)", "tau": 0.5, "u": "input"})]
)
RANDOM = np.random.default_rng(7)


def ring(size: int, **connection: Any) -> CircuitTemplate:
    weights = RANDOM.normal(size=(size, size))
    return CircuitTemplate(
        "ring",
        populations={"p": PopulationTemplate("p", NODE, size)},
        connections=[Connectivity("p/op/x", "p/op/u", weights / size, **connection)],
    )


def calls_of(model: CircuitTemplate, steps: int) -> Counter[str]:
    """Return how often functions of Python are called in one loop of so many steps."""
    compiled = model.compile(backend="numba", simulation_time=1.0, step_size=1e-2, solver="heun")
    kernel = compiled.program.bind({item.path: item.value for item in compiled.system.parameters})
    carry, draws = Carry(0, 0.0, np.zeros(compiled.system.width)), Draws(compiled.system, 0)
    kernel.loop(carry, [], draws.tables(0, 1, 1e-2), 1e-2, 1, 1)  # compiles
    counts: Counter[str] = Counter()

    def count(frame: Any, event: str, argument: Any) -> None:
        if event == "call":
            counts[frame.f_code.co_qualname] += 1

    tables = draws.tables(0, steps, 1e-2)
    sys.setprofile(count)
    try:
        kernel.loop(carry, [], tables, 1e-2, steps, 1)
    finally:
        sys.setprofile(None)
    return counts


def test_the_number_of_calls_does_not_depend_on_the_number_of_steps() -> None:
    assert calls_of(ring(10), 100) == calls_of(ring(10), 10_000)


DELAYS = {
    "none": None,
    "one": 0.05,
    "multiples": RANDOM.integers(1, 20, (12, 12)) * 1e-2,
    "off the grid": RANDOM.uniform(0.02, 0.2, (12, 12)),
}


def ways() -> Iterator[Any]:
    """Yield method, delays and steps per row; the fast tier has each of them.

    Every combination is a loop of its own, which is compiled.
    """
    for place, (name, delays) in enumerate(DELAYS.items()):
        for number, solver in enumerate(("rk4", "heun", "euler")):
            for stride in (1, 7):
                fast = number == place % 3 and stride == (1, 7)[place % 2]
                marks = [] if fast else [pytest.mark.exhaustive]
                yield pytest.param(solver, delays, stride, id=f"{solver}-{name}-{stride}", marks=marks)


@pytest.mark.parametrize(("solver", "delays", "stride"), list(ways()))
def test_a_network_runs_as_with_numpy(solver: str, delays: Any, stride: int) -> None:
    model = ring(12, delays=delays)
    settings = {"simulation_time": 1.4, "step_size": 1e-2, "sampling_step_size": stride * 1e-2, "solver": solver}
    native, plain = (model.run(backend=name, verbose=False, **settings) for name in ("numba", "numpy"))
    # sums over 12 connections differ in their order
    assert np.allclose(native, plain, rtol=1e-12, atol=1e-13)


def test_a_run_goes_on_from_within_the_first_delays() -> None:
    model = ring(12, delays=RANDOM.uniform(0.02, 0.2, (12, 12)))
    compiled = model.compile(backend="numba", simulation_time=0.6, step_size=1e-2, solver="rk4")
    whole, first = compiled.run(), compiled.run(simulation_time=0.1)
    rest = compiled.run(simulation_time=0.5, state=first)
    assert np.array_equal(np.concatenate([first, rest]), whole)


MODELS = [
    "neural_mass_models.qif.qif_sfa", "neural_mass_models.jansenrit.JRC", "neural_mass_models.qif.qif_sd",
    "neural_mass_models.wilsoncowan.WC", "oscillators.kuramoto.kmo", "neural_mass_models.theta.kmo_theta",
    "oscillators.stuartlandau.sl", "neural_mass_models.ik.ik_theta",
]  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_the_library_runs_as_with_numpy(name: str) -> None:
    model = CircuitTemplate.from_yaml(LIBRARY + name)
    native, plain = (
        model.run(0.5, 1e-3, solver="rk4", backend=backend, verbose=False) for backend in ("numba", "numpy")
    )
    assert np.allclose(native, plain, rtol=1e-10, atol=1e-12)
