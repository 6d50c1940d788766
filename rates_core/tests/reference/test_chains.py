from __future__ import annotations

import math

import pytest
from rates_core.errors import CyclicEquationsError, UnknownNameError
from rates_core.reference import EULER, RK4, Interpreter
from rates_core.templates.node import EdgeTemplate
from rates_core.templates.operator import OperatorTemplate


@pytest.fixture
def kernel(node, circuit):
    """Make a model whose variable b/op/z is a/op/x behind a gamma kernel."""

    def make(delay, spread, source=("x' = 0",), weight=1.0, template=None, **options):
        nodes = {
            "a": node([*source, "q = x^2"], x="output(1.0)", q="variable"),
            "b": node(["z = u"], z="variable", u="input"),
        }
        attributes = {"delay": delay, "spread": spread, "weight": weight}
        return Interpreter(circuit(nodes, edges=[("a/op/x", "b/op/u", template, attributes)]), **options)

    return make


def erlang(order, rate, t):
    """Return the response of a chain to a unit step at 0: the distribution function of its delay."""
    return 1.0 - math.exp(-rate * t) * sum((rate * t) ** k / math.factorial(k) for k in range(order))


@pytest.mark.parametrize(
    ("delay", "spread", "order"),
    [(2.0, 2.0, 1), (2.0, 1.0, 4), (3.0, 1.0, 9), (1.0, 2.0, 1), (1.0, 1 / math.sqrt(2.6), 3), (10.0, 3.0, 11)],
)
def test_the_order_of_a_chain_is_the_squared_ratio_of_mean_and_deviation(kernel, delay, spread, order):
    assert len(kernel(delay, spread).state_paths) == 1 + order


def test_a_spread_of_zero_is_a_discrete_delay(kernel):
    for spread in (0.0, None):
        model = kernel(0.3, spread, source=("x' = 1",))
        assert model.state_paths == ("a/op/x",)
        assert model.run(1.0, 0.1, EULER, outputs=["b/op/z"])["b/op/z"][5] == pytest.approx(1.2)


def test_a_chain_obeys_its_equations(kernel):
    # mean 2, deviation 1: n = 4 and a = n/m = 2
    model = kernel(2.0, 1.0)
    chain = [f"a/op/x->b/op/u[0]/chain/{k}" for k in (1, 2, 3, 4)]
    assert model.state_paths == ("a/op/x", *chain)
    state = {"a/op/x": 10.0, **dict(zip(chain, (1.0, 2.0, 4.0, 8.0), strict=True))}
    assert list(model.derivative(0.0, state).values()) == [0.0, 18.0, -2.0, -4.0, -8.0]
    assert model.value("b/op/z", 0.0, state) == 8.0


@pytest.mark.parametrize(("delay", "spread", "order"), [(2.0, 1.0, 4), (1.0, 1.0, 1), (1.0, 5.0, 1), (1.5, 0.5, 9)])
def test_the_step_response_of_a_chain_is_the_distribution_of_its_delay(kernel, delay, spread, order):
    run = kernel(delay, spread, weight=3.0).run(4.0, 0.02, RK4, outputs=["b/op/z"], history=0.0)
    expected = [3.0 * erlang(order, order / delay, t) for t in run.times]
    # RK4: (a h)^4 t / 120 with a h <= 0.12
    assert run["b/op/z"] == pytest.approx(expected, abs=2e-5)


def test_a_line_comes_out_late_by_the_mean(kernel):
    # x = 1 + t with the past 1 + t: the mean of 1 + t - age; the chain starts with k/a missing
    model = kernel(2.0, 1.0, source=("x' = 1",))
    initial = model.initial_state(history=lambda t: 1.0 + t)
    assert list(initial.values()) == pytest.approx([1.0, 0.5, 0.0, -0.5, -1.0], abs=1e-12)
    run = model.run(1.0, 0.1, EULER, outputs=["b/op/z"], history={"a/op/x": lambda t: 1.0 + t})
    assert run["b/op/z"] == pytest.approx([1.0 + t - 2.0 for t in run.times], abs=1e-12)


def test_a_chain_starts_where_a_constant_past_left_it(kernel):
    model = kernel(2.0, 1.0)
    assert set(model.initial_state().values()) == {1.0}
    assert list(model.initial_state(history=7.0).values()) == [1.0, 7.0, 7.0, 7.0, 7.0]
    assert list(model.initial_state(parameters={"a/op/x": 5.0}).values()) == [5.0] * 5


def test_the_chain_of_an_algebraic_source_starts_at_its_value_at_the_start(node, circuit):
    nodes = {
        "a": node(["q = k^2 + w + t"], q="output", w="input", k=3.0),
        "b": node(["z = u"], z="variable", u="input"),
    }
    edges = [("a/op/q", "b/op/u", None, {"delay": 1.0, "spread": 1.0})]
    model = Interpreter(circuit(nodes, edges=edges))
    run = model.run(0.5, 0.5, EULER, inputs={"a/op/w": [100.0]}, outputs=["b/op/z"])
    assert run["b/op/z"] == [109.0]
    assert model.initial_state(inputs={"a/op/w": 1.0}) == {"a/op/q->b/op/u[0]/chain/1": 10.0}


def test_chains_in_a_loop_without_a_state_ask_for_a_history(node, circuit):
    unit = node(["z = u"], z="output", u="input")
    edges = [("p/op/z", "p/op/u", None, {"delay": 1.0, "spread": 1.0})]
    model = Interpreter(circuit({"p": unit}, edges=edges))
    with pytest.raises(CyclicEquationsError) as error:
        model.initial_state()
    loop = "p/op/z->p/op/u[0]/chain/1"
    assert str(error.value) == (
        f"These values depend on each other in a circle: {loop} -> p/op/z -> p/op/u -> {loop}. "
        "The past of one of them is needed: give history=."
    )
    assert model.initial_state(history=2.0) == {loop: 2.0}


def test_the_chain_stands_before_the_operators_of_an_edge_and_the_weight_after(kernel):
    square = EdgeTemplate("e", [OperatorTemplate("eo", ["m = pre^2"], {"m": "output", "pre": "input"})])
    model = kernel(1.0, 1.0, weight=3.0, template=square)
    state = {"a/op/x": 10.0, "a/op/x->b/op/u[0]/chain/1": 2.0}
    assert model.value("b/op/z", 0.0, state) == 12.0


def test_a_chain_keeps_its_order_when_its_delay_changes(kernel):
    model = kernel(2.0, 1.0)
    state = dict.fromkeys(model.state_paths, 0.0) | {"a/op/x": 1.0}
    slopes = model.derivative(0.0, state, parameters={"a/op/x->b/op/u[0]/delay": 8.0})
    assert slopes["a/op/x->b/op/u[0]/chain/1"] == 0.5
    with pytest.raises(UnknownNameError, match="No variable has the path"):
        model.derivative(0.0, state, parameters={"a/op/x->b/op/u[0]/spread": 8.0})


def test_chains_take_the_place_of_discrete_delays(kernel, node, circuit):
    run = kernel(2.0, None, delay_approximation=5).run(3.0, 0.02, RK4, outputs=["b/op/z"], history=0.0)
    assert run["b/op/z"] == pytest.approx([erlang(5, 2.5, t) for t in run.times], abs=1e-6)
    past = node(["x' = 0", "z = past(x^2, 2)"], x="variable(3.0)", z="variable")
    model = Interpreter(circuit({"p": past}), delay_approximation=5)
    assert len(model.state_paths) == 6
    run = model.run(3.0, 0.02, RK4, outputs=["p/op/z"])
    assert set(run["p/op/z"]) == {9.0}
    run = model.run(3.0, 0.02, RK4, outputs=["p/op/z"], history=1.0)
    assert run["p/op/z"] == pytest.approx([1.0 + 8.0 * erlang(5, 2.5, t) for t in run.times], abs=1e-5)


def test_a_nested_delay_becomes_one_chain(node, circuit):
    nested = node(["x' = 0", "z = past(past(x, 1), 2)"], x="variable(1.0)", z="variable")
    model = Interpreter(circuit({"p": nested}), delay_approximation=2)
    assert len(model.state_paths) == 3
    rates = model.derivative(0.0, dict.fromkeys(model.state_paths, 0.0) | {"p/op/x": 1.0})
    assert sorted(rates.values()) == [0.0, 0.0, pytest.approx(2 / 3)]
