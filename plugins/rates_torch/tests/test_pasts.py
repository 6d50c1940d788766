"""Points with delays run together: their pasts lie side by side, whatever each of them reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.programs.arrays.batch import ArrayBatch

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

STEP = 0.05


def late(equations: str | list[str], **variables: Any) -> CircuitTemplate:
    """Return a single unit."""
    return CircuitTemplate("late", {"p": NodeTemplate("node", [OperatorTemplate("op", equations, variables)])})


def network() -> CircuitTemplate:
    """Return units that read a computed variable of each other after 1 to 7 steps."""
    generator = np.random.default_rng(0)
    operator = OperatorTemplate(
        "op",
        ["x' = -x + tanh(k*u)", "s = x^2 - 0.1*x"],
        {"x": "variable(0.3)", "s": "output", "u": "input(0.0)", "k": 1.0},
    )
    return CircuitTemplate(
        "network",
        populations={"p": PopulationTemplate("p", NodeTemplate("node", [operator]), 9)},
        connections=[
            Connectivity(
                "p/op/s", "p/op/u", generator.normal(size=(9, 9)), delays=STEP * generator.integers(1, 8, (9, 9))
            )
        ],
    )


MODELS = {
    "delays of whole steps that differ": (
        late("x' = -past(x, tau)", x="output(1.0)", tau=0.3), ["p/op/x"],
        [{"p/op/tau": STEP * steps} for steps in (4, 11, 30)],
    ),
    "delays between steps that differ": (
        late("x' = -past(x, tau)", x="output(1.0)", tau=0.3), ["p/op/x"],
        [{"p/op/tau": tau} for tau in (0.333, 0.777, 1.011)],
    ),
    "a computed variable that units read": (network(), ["p/op/x", "p/op/s"], [{"p/op/k": k} for k in (0.5, 1.0, 2.0)]),
    "a past that points share": (
        late(["x' = past(z, 0.2) - k*x", "z = sin(t)"], x="output(0.0)", z="variable", k=1.0), ["p/op/x"],
        [{"p/op/k": k} for k in (0.5, 1.0, 2.0)],
    ),
    "complex numbers": (
        late("z' = (0.5*I - k)*past(z, 0.15)", z="output(1.0+0.5j)", k=1.0), ["p/op/z"],
        [{"p/op/k": k} for k in (0.5, 1.0, 2.0)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("solver", ["euler", "rk4"])
@pytest.mark.parametrize("what", MODELS)
def test_points_with_delays_give_what_runs_of_each_give(what: str, solver: str) -> None:
    template, outputs, points = MODELS[what]
    model = template.compile(
        backend="torch",
        solver=solver,
        step_size=STEP,
        sampling_step_size=3 * STEP,
        simulation_time=45.0,
        outputs=outputs,
    )
    found = {number: part.frame(number) for part in model.run_many(points) for number in part.numbers}
    for number, point in enumerate(points):
        wanted = model.run(parameters=point).to_numpy()
        np.testing.assert_allclose(found[number].to_numpy(), wanted, rtol=1e-12, atol=1e-12)


def test_points_whose_delays_are_whole_steps_take_all_of_them_together(monkeypatch: pytest.MonkeyPatch) -> None:
    def alone(*_: Any) -> Any:
        raise AssertionError("points ran one by one")

    monkeypatch.setattr(ArrayBatch, "one_by_one", alone)
    template, outputs, points = MODELS["delays of whole steps that differ"]
    model = template.compile(backend="torch", step_size=STEP, simulation_time=45.0, outputs=outputs)
    (part,) = model.run_many(points)
    # while the past is constant, x falls in a line
    times = np.asarray(part.times)
    for number, point in enumerate(points):
        early = times <= point["p/op/tau"]
        np.testing.assert_allclose(part.recorded[0][number][early], 1.0 - times[early], rtol=0, atol=1e-13)
