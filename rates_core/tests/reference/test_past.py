from __future__ import annotations

import cmath
import math

import pytest
from rates_core.errors import ArgumentError, CyclicEquationsError, UnknownNameError
from rates_core.reference import EULER, HEUN, RK4, Interpreter
from rates_core.reference.past import convolution
from rates_core.templates.population import PopulationTemplate


def before(model, path, history=None, inputs=None, time=0.5):
    """Return the first row and the rows up to a delay of one unit of time."""
    return model.run(time, 0.1, EULER, inputs, outputs=[path], history=history)[path]


def test_a_state_had_its_initial_value(single):
    model = single(["x' = 1", "z = past(x, 1)"], x="variable(3.0)", z="variable")
    assert before(model, "p/op/z") == [3.0] * 5


def test_an_algebraic_variable_had_its_value_at_the_start(single):
    # x^2 + u(0) + t at t = 0, whatever follows
    model = single(["x' = 1", "q = x^2 + u + t", "z = past(q, 1)"], x="variable(3.0)", q="variable", z="variable",
                   u="input")  # fmt: skip
    assert before(model, "p/op/z", inputs={"p/op/u": [10.0, 20.0, 30.0, 40.0, 50.0]}) == [19.0] * 5


def test_an_input_had_its_first_sample(single):
    model = single(["z = past(u, 0.3)"], z="variable", u="input")
    inputs = {"p/op/u": [10.0, 20.0, 30.0, 40.0, 50.0]}
    assert before(model, "p/op/z", inputs=inputs) == [10.0, 10.0, 10.0, 10.0, 20.0]


def test_an_algebraic_variable_of_delayed_ones_had_its_value_at_the_start(single):
    model = single(["x' = 1", "q = 2*past(x, 1)", "z = past(q, 1) + 1"], x="variable(3.0)", q="variable", z="variable")
    assert before(model, "p/op/z") == [7.0] * 5
    # q's own past stays its value at 0, which is twice x at -1
    assert before(model, "p/op/z", {"p/op/x": lambda t: 5.0 * t}) == [-9.0] * 5
    assert before(model, "p/op/z", {"p/op/q": 8.0}) == [9.0] * 5


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (4.0, [4.0] * 5),
        (lambda t: 10.0 * t, [-10.0, -9.0, -8.0, -7.0, -6.0]),
        ({"p/op/x": 5}, [5.0] * 5),
        ({"all/op/x": lambda t: t}, [-1.0, -0.9, -0.8, -0.7, -0.6]),
        ({}, [3.0] * 5),
    ],
)
def test_history_says_what_was_before(single, history, expected):
    model = single(["x' = 1", "z = past(x, 1)"], x="variable(3.0)", z="variable")
    assert before(model, "p/op/z", history) == pytest.approx(expected)


def test_at_the_start_itself_a_variable_has_its_initial_value(single):
    model = single(["x' = 0", "z = past(x, 0.2)"], x="variable(3.0)", z="variable")
    assert before(model, "p/op/z", 4.0) == [4.0, 4.0, 3.0, 3.0, 3.0]


def test_a_step_before_the_start_reads_the_history_at_its_stages(single):
    # x' = t - 1 by Simpson's rule, which is exact
    model = single(["x' = past(x, 1)"], x="variable(3.0)")
    run = model.run(1.0, 0.25, RK4, history=lambda t: t)
    assert run["p/op/x"] == pytest.approx([3.0 + t**2 / 2 - t for t in run.times])


def test_delays_of_a_delayed_value_reach_twice_as_far_back(single):
    model = single(["x' = 0", "z = past(past(x, 1), 2)"], x="variable", z="variable")
    assert model.value("p/op/z", 0.0, {"p/op/x": 0.0}, history=lambda t: t) == -3.0


def test_an_expression_of_the_past_is_the_expression_of_past_values(single):
    model = single(["x' = 0", "z = past(x^2 + k + t, 1)"], x="variable(3.0)", z="variable", k=100.0)
    state = {"p/op/x": 3.0}
    assert model.value("p/op/z", 5.0, state, history=lambda t: 2.0 * t) == 64.0 + 100.0 + 4.0
    # nothing is said of x: the value at the start
    assert model.value("p/op/z", 5.0, state) == 9.0 + 100.0 + 5.0


def test_a_delay_within_a_past_expression_reaches_further_back(single):
    model = single(["x' = 0", "z = past(x + 10*past(x, 1), 2)"], x="variable", z="variable")
    assert model.value("p/op/z", 0.0, {"p/op/x": 5.0}, history=lambda t: t) == -32.0
    assert model.value("p/op/z", 0.0, {"p/op/x": 5.0}) == 55.0


def test_each_unit_has_its_own_past(circuit, node):
    unit = node(["x' = 0", "z = past(x, 1)"], x="variable", z="variable")
    model = Interpreter(circuit(populations={"p": PopulationTemplate("p", unit, 3)}))
    run = model.run(0.2, 0.1, HEUN, outputs=["p/op/z"], history={"p/op/x": [1.0, 2.0, 3.0], "p[1]/op/x": 5.0})
    assert [run[f"p[{k}]/op/z"] for k in range(3)] == [[1.0, 1.0], [5.0, 5.0], [3.0, 3.0]]


def test_a_history_of_the_wrong_size_or_of_nothing_is_refused(single):
    model = single(["x' = past(x, 1)"], x="variable")
    with pytest.raises(ArgumentError) as error:
        model.run(1.0, 0.5, EULER, history=[1.0, 2.0])
    assert str(error.value) == "A history of several values is a mapping of paths to them."
    with pytest.raises(UnknownNameError) as unknown:
        model.run(1.0, 0.5, EULER, history={"p/op/y": 1.0})
    assert str(unknown.value) == "No variable has the path 'p/op/y'. Did you mean 'p/op/x'?"


def test_a_loop_of_pasts_asks_for_a_history(single):
    model = single(["z = 2*past(z, 1)"], z="variable")
    with pytest.raises(CyclicEquationsError) as error:
        model.run(1.0, 0.5, EULER, outputs=["p/op/z"])
    assert str(error.value).startswith("These values depend on each other in a circle: p/op/z -> p/op/past(")
    assert str(error.value).endswith(" -> p/op/z. The past of one of them is needed: give history=.")


def test_a_complex_state_has_a_complex_past(single):
    model = single(["z' = I*past(z, 1)", "y = sqrt(past(z, 1))"], z="variable(-4.0)", y="variable")
    assert model.value("p/op/y", 0.0, {"p/op/z": -4.0}) == 2j
    assert model.value("p/op/y", 0.0, {"p/op/z": -4.0}, history=-9.0) == 3j
    hidden = single(["z' = I*z", "y = past(sqrt(z), 1)"], z="variable(-4.0)", y="variable")
    assert hidden.value("p/op/y", 0.0, {"p/op/z": -4.0}, history=-9.0) == 3j
    assert cmath.isclose(model.derivative(0.0, {"p/op/z": 0.0}, history=lambda t: 2.0)["p/op/z"], 2j)


@pytest.mark.parametrize(("order", "rate"), [(1, 2.0), (4, 0.5), (30, 10.0)])
def test_the_convolution_with_a_gamma_density_has_a_closed_form(order, rate):
    assert convolution(lambda age: 3.0, order, rate) == pytest.approx(3.0, rel=1e-12)
    assert convolution(lambda age: age, order, rate) == pytest.approx(order / rate, rel=1e-12)
    laplace = (rate / (rate + 0.3)) ** order
    assert convolution(lambda age: math.exp(-0.3 * age), order, rate) == pytest.approx(laplace, rel=1e-12)
    assert convolution(lambda age: [1.0, age], order, rate) == pytest.approx([1.0, order / rate], rel=1e-12)
