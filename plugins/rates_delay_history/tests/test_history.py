"""Discrete delays under accepted steps, against method-of-steps polynomials and exponentials."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

ADAPTIVE = ["scipy", "dopri5"]
STRICT = {"rtol": 1e-10, "atol": 1e-12}


def circuit(equations: list[str], **variables: object) -> CircuitTemplate:
    operator = OperatorTemplate(name="op", equations=equations, variables=variables)
    return CircuitTemplate(name="c", nodes={"p": NodeTemplate(name="n", operators=[operator])})


def value(model: CircuitTemplate, solver: str, time: float, history: object = None, **options: object) -> float:
    """Return x at a time."""
    frame = model.run(
        1.001 * time, time / 1000, solver=solver, outputs={"x": "p/op/x"}, history=history, verbose=False,
        **{**STRICT, **options},
    )  # fmt: skip
    return float(frame["x"].iloc[1000])


@pytest.mark.parametrize("solver", ADAPTIVE)
def test_a_linear_delay_equation_follows_the_method_of_steps(solver: str) -> None:
    model = circuit(["x' = -past(x, tau)"], x="output(1.0)", tau=0.1)
    exact = 1 - 0.4 + 0.3**2 / 2 - 0.2**3 / 6 + 0.1**4 / 24
    assert value(model, solver, 0.4) == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize("solver", ADAPTIVE)
def test_a_delay_shorter_than_the_natural_step_is_honoured(solver: str) -> None:
    # λ = -exp(-λ d) with d = 0.01
    rate = -1.0
    for _ in range(100):
        rate = -math.exp(-rate * 0.01)
    model = circuit(["x' = -past(x, tau)"], x="output(1.0)", tau=0.01)
    found = value(model, solver, 1.0, history=lambda t: math.exp(rate * t), rtol=1e-8, atol=1e-10)
    assert found == pytest.approx(math.exp(rate), abs=1e-7)


@pytest.mark.parametrize("solver", ADAPTIVE)
def test_computed_variables_and_nested_delays_have_a_past_too(solver: str) -> None:
    # z = x², its past two delays ago is 1 until t = 0.2, so that x falls like 1 - t there
    model = circuit(["z = x^2", "x' = -past(past(z, tau), tau)"], x="output(1.0)", z="variable(0.0)", tau=0.1)
    # from 0.2 to 0.4: x' = -(1 - (t - 0.2))²
    exact = 0.8 - (1 - (1 - 0.15) ** 3) / 3
    assert value(model, solver, 0.35) == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize("solver", ADAPTIVE)
def test_the_dense_solution_is_as_good_between_rows_as_on_them(solver: str) -> None:
    model = circuit(["x' = -past(x, tau)"], x="output(1.0)", tau=1.0)
    frame = model.run(
        2.0, 1e-3, sampling_step_size=0.0137, solver=solver, outputs={"x": "p/op/x"}, verbose=False, **STRICT
    )
    t = frame.index.to_numpy()
    exact = np.where(t <= 1, 1 - t, 1 - t + (t - 1) ** 2 / 2)
    assert frame["x"].to_numpy() == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize("solver", ADAPTIVE)
def test_going_on_from_the_end_of_a_run_equals_one_long_run_within_tolerance(solver: str) -> None:
    model = circuit(["x' = 1 - past(x, tau)*(1 + x^2)"], x="output(1.0)", tau=0.37).compile(
        step_size=0.01, solver=solver, outputs={"x": "p/op/x"}, **STRICT
    )
    long, first = model.run(simulation_time=2.0), model.run(simulation_time=1.0)
    second = model.run(simulation_time=1.0, state=first)
    joined = np.concatenate([first["x"], second["x"]])
    assert joined == pytest.approx(long["x"].to_numpy(), abs=1e-8)


@pytest.mark.parametrize("solver", ADAPTIVE)
def test_connections_with_a_delay_each_are_read_one_by_one(solver: str) -> None:
    from rates_core import Connectivity, PopulationTemplate

    source = OperatorTemplate(name="s", equations="x' = 1.0", variables={"x": "output(0.0)"})
    sink = OperatorTemplate(name="r", equations="y' = u - y*0", variables={"y": "output(0.0)", "u": "input(0.0)"})
    delays = np.array([[0.1, 0.2], [0.3, 0.0 + 0.4], [0.5, 0.25]])
    weights = np.array([[1.0, 2.0], [0.5, 1.0], [1.0, 1.0]])
    network = CircuitTemplate(
        "c",
        populations={
            "P": PopulationTemplate("P", NodeTemplate("p", [source]), 2, {"s/x": [0.0, 1.0]}),
            "Q": PopulationTemplate("Q", NodeTemplate("q", [sink]), 3),
        },
        connections=[Connectivity("P/s/x", "Q/r/u", weights, delays=delays)],
    )
    frame = network.run(1.01, 0.01, solver=solver, outputs={"u": "Q/r/u"}, verbose=False, **STRICT)
    expected = (weights * (np.array([0.0, 1.0]) + 1.0 - delays)).sum(axis=1)
    assert frame.iloc[100].to_numpy() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("solver", ADAPTIVE)
def test_a_delayed_input_keeps_the_samples_of_the_run_before(solver: str) -> None:
    # x' = z(t - 0.5) with z = u: 0 until t = 1 and 1 after it, so that x(2) = 0.5 however the run is cut
    model = circuit(["z = u*1.0", "x' = past(z, tau)"], x="output(0.0)", z="variable(0.0)", u="input(0.0)", tau=0.5)
    compiled = model.compile(
        step_size=0.01, solver=solver, outputs={"x": "p/op/x"}, inputs={"p/op/u": np.zeros(200)}, **STRICT
    )
    signal = np.concatenate([np.zeros(100), np.ones(101)])
    long = compiled.run(simulation_time=2.0, inputs={"p/op/u": signal})
    first = compiled.run(simulation_time=1.0, inputs={"p/op/u": signal[:101]})
    second = compiled.run(simulation_time=1.0, inputs={"p/op/u": signal[100:]}, state=first)
    assert second["x"].iloc[-1] == pytest.approx(long["x"].iloc[-1], abs=1e-6)
