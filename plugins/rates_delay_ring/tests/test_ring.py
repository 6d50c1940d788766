"""Discrete delays under fixed steps, against method-of-steps polynomials and exponentials."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

ORDERS = {"euler": 1, "heun": 2, "rk4": 4}


def circuit(equations: list[str], **variables: object) -> CircuitTemplate:
    operator = OperatorTemplate(name="op", equations=equations, variables=variables)
    return CircuitTemplate(name="c", nodes={"p": NodeTemplate(name="n", operators=[operator])})


def end(model: CircuitTemplate, solver: str, h: float, time: float, output: str = "x", history: object = None) -> float:
    """Return the value at a time, which is that of the row there."""
    frame = model.run(time + h, h, solver=solver, outputs={"x": f"p/op/{output}"}, history=history, verbose=False)
    return float(frame["x"].iloc[round(time / h)])


def orders(errors: list[float]) -> list[float]:
    return [math.log2(first / second) for first, second in pairwise(errors)]


LINEAR = {"x": "output(1.0)", "tau": 0.1}
EXACT = 1 - 0.4 + 0.3**2 / 2 - 0.2**3 / 6 + 0.1**4 / 24  # method of steps for x' = -x(t - 0.1), x = 1 before


@pytest.mark.parametrize("solver", ORDERS)
@pytest.mark.parametrize("form", ["past(x, tau)", "x(t - tau)"])
def test_each_method_keeps_its_order_for_delays_that_are_multiples_of_the_step(solver: str, form: str) -> None:
    model = circuit([f"x' = -{form}"], **LINEAR)
    errors = [abs(end(model, solver, h, 0.4) - EXACT) for h in (0.02, 0.01, 0.005)]
    assert orders(errors)[-1] == pytest.approx(ORDERS[solver], abs=0.15)


def exponent(delay: float) -> float:
    """Return λ with λ = -exp(-λ d), so that exp(λ t) solves x' = -x(t - d) from a smooth start."""
    rate = -1.0
    for _ in range(200):
        rate -= (rate + math.exp(-rate * delay)) / (1 - delay * math.exp(-rate * delay))
    return rate


@pytest.mark.parametrize("solver", ORDERS)
@pytest.mark.parametrize("steps", [0.37, 1.0, 1.5, 3.37])
def test_delays_of_any_length_keep_the_order_from_a_smooth_start(solver: str, steps: float) -> None:
    errors = []
    for h in (0.04, 0.02, 0.01):
        delay = steps * h
        rate = exponent(delay)
        model = circuit(["x' = -past(x, tau)"], x="output(1.0)", tau=delay)
        errors.append(abs(end(model, solver, h, 1.0, history=lambda t, r=rate: math.exp(r * t)) - math.exp(rate)))
    assert orders(errors)[-1] > ORDERS[solver] - 0.15


@pytest.mark.parametrize("solver", ORDERS)
def test_the_past_of_a_computed_variable_is_delayed_like_a_state(solver: str) -> None:
    by_variable = circuit(["z = x^2", "x' = -past(z, tau)"], x="output(1.0)", z="variable(0.0)", tau=0.37)
    by_state = circuit(["x' = -past(x, tau)^2"], x="output(1.0)", tau=0.37)
    # both interpolate; squares of interpolants and interpolants of squares differ by the method's error
    assert end(by_variable, solver, 0.01, 1.0) == pytest.approx(end(by_state, solver, 0.01, 1.0), abs=2e-5)


def test_before_the_start_a_variable_has_its_initial_value_unless_history_says_else() -> None:
    model = circuit(["x' = -past(x, tau)"], x="output(2.0)", tau=1.0)
    assert end(model, "euler", 0.1, 0.5) == pytest.approx(2.0 - 0.5 * 2.0)
    assert end(model, "euler", 0.1, 0.5, history=4.0) == pytest.approx(2.0 - 0.5 * 4.0)
    assert end(model, "euler", 0.1, 0.5, history={"p/op/x": 3.0}) == pytest.approx(2.0 - 0.5 * 3.0)


def test_a_history_of_time_is_read_at_its_times() -> None:
    model = circuit(["x' = past(x, tau)"], x="output(0.0)", tau=2.0)
    # x' = (t - 2)^3 up to t = 2: heun integrates it with the trapezoidal rule
    h = 0.01
    grid = np.arange(0, 1 + h / 2, h)
    values = (grid - 2.0) ** 3
    trapezoid = float(np.sum((values[1:] + values[:-1]) / 2) * h)
    assert end(model, "heun", h, 1.0, history=lambda t: t**3) == pytest.approx(trapezoid, abs=1e-12)


def test_two_delays_from_one_source_and_an_undelayed_edge_keep_apart() -> None:
    source = OperatorTemplate(name="s", equations="x' = 1.0", variables={"x": "output(0.0)"})
    sink = OperatorTemplate(name="r", equations="y' = u", variables={"y": "output(0.0)", "u": "input(0.0)"})
    nodes = {"a": NodeTemplate("a", [source]), **{name: NodeTemplate("b", [sink]) for name in ("b", "c", "d")}}
    edges = [
        ("a/s/x", "b/r/u", None, {"weight": 1.0}),
        ("a/s/x", "c/r/u", None, {"weight": 1.0, "delay": 0.3}),
        ("a/s/x", "d/r/u", None, {"weight": 1.0, "delay": 0.5}),
    ]
    frame = CircuitTemplate("net", nodes=nodes, edges=edges).run(
        1.1, 0.1, outputs={name: f"{name}/r/u" for name in ("b", "c", "d")}, verbose=False
    )
    assert frame.iloc[10].tolist() == pytest.approx([1.0, 0.7, 0.5])


def test_connections_with_a_delay_each_equal_single_edges() -> None:
    from rates_core import Connectivity, PopulationTemplate

    operator = OperatorTemplate(
        name="op", equations="x' = -x + tanh(u)", variables={"x": "output(0.5)", "u": "input(0.0)"}
    )
    node = NodeTemplate("n", [operator])
    rng = np.random.default_rng(3)
    weights, delays = rng.normal(size=(4, 4)), rng.choice([0.05, 0.1, 0.137], size=(4, 4))
    start = rng.normal(size=4)
    whole = CircuitTemplate(
        "whole",
        populations={"P": PopulationTemplate("P", node, 4, {"op/x": start})},
        connections=[Connectivity("P/op/x", "P/op/u", weights, delays=delays)],
    ).run(2.0, 0.01, solver="heun", outputs={"x": "P/op/x"}, verbose=False)
    single = CircuitTemplate(
        "single",
        nodes={f"p{i}": node for i in range(4)},
        edges=[
            (f"p{j}/op/x", f"p{i}/op/u", None, {"weight": weights[i, j], "delay": delays[i, j]})
            for i in range(4)
            for j in range(4)
        ],
    )
    single.update_var(node_vars={f"p{i}/op/x": float(start[i]) for i in range(4)})
    frame = single.run(2.0, 0.01, solver="heun", outputs={"x": "all/op/x"}, verbose=False)
    assert whole.to_numpy() == pytest.approx(frame.to_numpy(), abs=1e-13)


@pytest.mark.parametrize("steps", [0.37, 5.0, 7.4])
@pytest.mark.parametrize("solver", ORDERS)
def test_going_on_from_the_end_of_a_run_equals_one_long_run(solver: str, steps: float) -> None:
    h = 0.01
    model = circuit(["x' = 0.5 - past(x, tau)*(1 + x^2) + I"], x="output(1.0)", tau=steps * h, I="input(0.0)").compile(
        step_size=h, solver=solver, outputs={"x": "p/op/x"}, inputs={"p/op/I": np.zeros(200)}
    )
    signal = np.sin(0.1 * np.arange(201))
    long = model.run(simulation_time=2.0, inputs={"p/op/I": signal})
    first = model.run(simulation_time=1.0, inputs={"p/op/I": signal[:101]})
    second = model.run(simulation_time=1.0, inputs={"p/op/I": signal[100:]}, state=first)
    joined = np.concatenate([first["x"], second["x"]])
    assert np.array_equal(joined, long["x"].to_numpy())
    assert np.allclose(second.index, long.index[100:])


def test_an_algebraic_loop_through_delays_asks_for_a_history() -> None:
    from rates_core.errors import ArgumentError

    model = circuit(["z = 0.5*past(z, tau) + 1.0", "x' = z"], x="output(0.0)", z="variable(0.0)", tau=0.1)
    with pytest.raises(ArgumentError) as caught:
        end(model, "euler", 0.1, 0.5)
    assert str(caught.value) == (
        "The delayed variables 'p/op/z' depend on their own past. Say what they were before the start, "
        "for example history={'p/op/z': 0.0}."
    )
    # z: 1 + 0.5·0 = 1, then 1.5, 1.75, 1.875, 1.9375
    assert end(model, "euler", 0.1, 0.5, history={"p/op/z": 0.0}) == pytest.approx(
        0.1 * (1 + 1.5 + 1.75 + 1.875 + 1.9375)
    )


@pytest.mark.parametrize("said", [3.0, {"p/op/x": 3.0}, lambda t: 3.0])
def test_the_past_of_an_expression_is_the_expression_of_the_past(said: object) -> None:
    model = circuit(["x' = past(k*x^2, tau)"], x="output(1.0)", tau=1.0, k=0.5)
    assert end(model, "euler", 0.1, 0.5, history=said) == pytest.approx(1.0 + 0.5 * 0.5 * 9.0)


@pytest.mark.parametrize("solver", ["heun", "rk4"])
def test_a_jump_at_the_start_costs_no_order(solver: str) -> None:
    # x' = -x(t - 1/2) with x = 0 before and 1 at the start: 1, then 1 - (t - 1/2), then a parabola
    model = circuit(["x' = -past(x, tau)"], x="output(1.0)", tau=0.5)
    exact = 1 - 0.75 + 0.25**2 / 2
    assert end(model, solver, 0.05, 1.25, history=0.0) == pytest.approx(exact, abs=1e-3)
    errors = [abs(end(model, solver, h, 1.25, history=0.0) - exact) for h in (0.05, 0.025)]
    assert errors[1] < 1e-12 or math.log2(errors[0] / errors[1]) > ORDERS[solver] - 0.2


def test_a_delayed_input_keeps_the_samples_of_the_run_before() -> None:
    # x' = past(u, 0.05) with u = 1 in the first run and 5 in the second: the first half of the second run reads ones
    model = circuit(["z = u*1.0", "x' = past(z, tau)"], x="output(0.0)", z="variable(0.0)", u="input(0.0)", tau=0.05)
    compiled = model.compile(step_size=0.01, solver="rk4", outputs={"x": "p/op/x"}, inputs={"p/op/u": np.zeros(20)})
    signal = np.concatenate([np.ones(10), np.full(11, 5.0)])
    long = compiled.run(simulation_time=0.2, inputs={"p/op/u": signal})
    first = compiled.run(simulation_time=0.1, inputs={"p/op/u": signal[:11]})
    second = compiled.run(simulation_time=0.1, inputs={"p/op/u": signal[10:]}, state=first)
    assert np.array_equal(np.concatenate([first["x"], second["x"]]), long["x"].to_numpy())


def test_noise_beside_a_delayed_expression_is_no_obstacle_and_delayed_noise_is_refused() -> None:
    from rates_core.errors import UnsupportedFeatureError

    model = circuit(["x' = -past(x^2, tau) + xi"], x="output(1.0)", tau=0.1, xi="noise")
    frame = model.run(0.5, 0.01, outputs={"x": "p/op/x"}, seed=1, verbose=False)
    assert np.isfinite(frame["x"]).all()
    noisy = circuit(["z = x + randn()", "x' = -past(z, tau)"], x="output(1.0)", z="variable(0.0)", tau=0.1)
    with pytest.raises(UnsupportedFeatureError) as caught:
        noisy.run(0.5, 0.01, verbose=False)
    assert str(caught.value) == (
        "'p/op/z' is read with a delay and depends on random numbers at the same instant. "
        "Delay a state instead, or add the noise where the delayed value is used."
    )


def decays(power: int) -> Callable[[float], float]:
    """Return what a chain of so many filters 1/(s + 1) makes of exp(-t)."""
    return lambda t: t**power / math.factorial(power) * math.exp(-t)


EVERY = {"heun": 2, "midpoint": 2, "rk4": 4, "dormand_prince": 5}


@pytest.mark.parametrize("solver", EVERY)
def test_a_jump_at_the_start_that_delayed_states_hand_on_costs_no_order(solver: str) -> None:
    # x = exp(-t) from the start and 0 before; y, z, q filter it, each a delay of 1 later
    model = circuit(
        ["x' = -x", "y' = -y + past(x, tau)", "z' = -z + past(y, tau)", "q' = -q + past(z, tau)"],
        x="output(1.0)", y="variable(0.0)", z="variable(0.0)", q="variable(0.0)", tau=1.0,
    )  # fmt: skip
    assert_order(model, solver, 5.0, decays(3)(2.0), "q", {"p/op/x": 0.0})


@pytest.mark.parametrize("solver", EVERY)
def test_a_jump_that_computed_variables_hand_on_costs_no_order(solver: str) -> None:
    # v is x of two time units ago, by way of w; it jumps from 0 to 1 at t = 2
    model = circuit(
        ["x' = -x", "w = past(x, tau)", "v = past(w, tau)", "y' = -y + v"],
        x="output(1.0)", w="variable(0.0)", v="variable(0.0)", y="variable(0.0)", tau=1.0,
    )  # fmt: skip
    assert_order(model, solver, 4.0, decays(1)(2.0), "y", {"p/op/x": 0.0})


@pytest.mark.parametrize("solver", EVERY)
def test_a_computed_variable_that_jumps_for_ever_costs_no_order(solver: str) -> None:
    # w = 1, 1.5, 1.75, ... on one time unit after the other; y follows it: y(k + 1) = w + (y(k) - w)/e
    model = circuit(["w = 1.0 + 0.5*past(w, tau)", "y' = -y + w"], w="variable(0.0)", y="variable(0.0)", tau=1.0)
    y, w = 0.0, 1.0
    for _ in range(6):
        y, w = w + (y - w) * math.exp(-1.0), 1.0 + 0.5 * w
    assert_order(model, solver, 6.0, y, "y", {"p/op/w": 0.0})


def assert_order(model: CircuitTemplate, solver: str, time: float, exact: float, output: str, history: object) -> None:
    errors = [abs(end(model, solver, h, time, output, history) - exact) for h in (0.1, 0.05, 0.025)]
    assert orders(errors)[-1] > EVERY[solver] - 0.2 or errors[-1] < 1e-11
