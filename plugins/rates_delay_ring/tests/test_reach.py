"""Samples are kept as far back as computed variables read them that are read late themselves, inside steps too."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.delays.strategy import UniformHistory
from rates_core.errors import UnsupportedFeatureError
from rates_core.plugins import get_manager
from rates_core.reference import Interpreter
from rates_core.simulation.execution import RunRequest, prepared
from rates_delay_ring.reach import oldest_read

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

STEPS, H = 80, 0.1
TWICE = ["x' = -past(z, a) - 0.3*x", "z = tanh(past(x, b)) + 0.2*x"]
THRICE = [TWICE[0], "z = tanh(past(w, b)) + 0.2*x", "w = past(x, d) + 0.1*x"]
CIRCLE = [TWICE[0], "z = 0.5*past(z, b) + 0.2*x + 0.1*past(z, d)"]


@pytest.mark.parametrize(
    ("equations", "history"), [(TWICE, None), (THRICE, None), (CIRCLE, 1.0)], ids=["twice", "thrice", "circle"]
)
@pytest.mark.parametrize("delays", [(2.0, 1.8, 1.7), (1.0, 0.7, 0.9), (0.37, 0.7, 0.5)])
@pytest.mark.parametrize("solver", ["heun", "rk4"])
def test_what_is_delayed_again_is_as_the_oracle_says(
    equations: list[str], history: float | None, delays: tuple[float, ...], solver: str
) -> None:
    text = " ".join(equations)
    variables = {name: "variable(0.0)" for name in "zw" if f"{name} = " in text}
    lengths = {name: delay for name, delay in zip("abd", delays, strict=True) if f", {name})" in text}
    operator = OperatorTemplate("op", equations, {"x": "output(0.4)", **variables, **lengths})
    model = CircuitTemplate("c", nodes={"p": NodeTemplate("n", [operator])})
    found = model.run(STEPS * H, H, solver=solver, outputs={"x": "p/op/x"}, history=history, verbose=False)["x"]
    oracle = Interpreter(model).run(
        STEPS * H, H, get_manager().solver(solver).load(), outputs=["p/op/x"], history=history
    )
    np.testing.assert_allclose(found, oracle.values["p/op/x"], rtol=0, atol=1e-14)


def test_a_circle_goes_on_where_a_run_ended() -> None:
    variables = {"x": "output(0.4)", "z": "variable(0.0)", "a": 2.0, "b": 1.8, "d": 1.7}
    operator = OperatorTemplate("op", CIRCLE, variables)
    model = CircuitTemplate("c", nodes={"p": NodeTemplate("n", [operator])})
    options = {"solver": "rk4", "outputs": {"x": "p/op/x"}, "verbose": False}
    whole = model.run(10.0, H, history=1.0, **options)["x"].to_numpy()
    first = model.run(6.0, H, history=1.0, **options)
    then = model.run(4.0, H, state=first.attrs["state"], **options)["x"].to_numpy()
    np.testing.assert_array_equal(np.concatenate([first["x"].to_numpy(), then]), whole)


def test_steps_that_are_looked_into_lead_on_to_earlier_ones() -> None:
    assert oldest_read(100, 10, [3, 99, 100]) == 89
    assert oldest_read(100, 10, [3, 75, 84, 91, 100]) == 65
    assert oldest_read(100, 10, []) == 90


def test_reads_of_a_past_that_is_no_constant_are_not_resolved() -> None:
    operator = OperatorTemplate("op", "x' = -past(x, a)", {"x": "output(0.4)", "a": 0.3})
    model = CircuitTemplate("c", nodes={"p": NodeTemplate("n", [operator])}).compile(step_size=H, simulation_time=1.0)
    request = RunRequest(
        simulation_time=1.0, step_size=H, sampling_step_size=None, cutoff=0.0, inputs=None, parameters={}, initial={},
        history=lambda t: 0.4 + t, state=None, seed=None, verbose=False, stop_on_nonfinite=True,
    )  # fmt: skip
    history = prepared(model, request).carry.history
    assert isinstance(history, UniformHistory)
    with pytest.raises(UnsupportedFeatureError) as caught:
        history.resolved(0, 0.0, False)
    assert str(caught.value) == (
        "Derivatives of runs follow delayed values that lie on samples or between them. Here the past is no constant."
    )
