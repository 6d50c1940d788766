from __future__ import annotations

import math
import subprocess
import sys

import pytest
from rates_core.errors import ArgumentError, CyclicEquationsError, UnknownNameError, UnsupportedFeatureError
from rates_core.reference import EULER, Interpreter
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate

MODEL = """
import sys
from rates_core.reference import RK4, Interpreter
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate

operator = OperatorTemplate("op", ["x' = -x + u"], {"x": "output(1.0)", "u": "input(0.5)"})
node = NodeTemplate("node", [operator])
edges = [("p/op/x", "q/op/u", None, {"weight": 2.0, "delay": 0.25})]
Interpreter(CircuitTemplate("net", nodes={"p": node, "q": node}, edges=edges)).run(1.0, 0.1, RK4)
print(sorted(name for name in ("numpy", "sympy", "scipy", "pandas", "rates_core.system", "rates_core.network")
             if name in sys.modules))
"""


def test_a_run_needs_neither_arrays_nor_the_pipeline():
    done = subprocess.run([sys.executable, "-c", MODEL], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_states_are_named_in_the_order_of_the_circuit(node, circuit):
    pair = node(["x' = y", "y' = -x", "z = x + y"], z="variable", y="variable(2.0)", x="variable(1.0)")
    interpreter = Interpreter(circuit({"q": pair, "p": pair}))
    assert interpreter.state_paths == ("q/op/y", "q/op/x", "p/op/y", "p/op/x")
    assert interpreter.initial_state() == {"q/op/y": 2.0, "q/op/x": 1.0, "p/op/y": 2.0, "p/op/x": 1.0}


def test_the_derivative_is_the_right_side(single):
    # van der Pol at x = 0, z = 1, mu = 1 and elsewhere
    model = single(["x' = z", "z' = mu*(1 - x^2)*z - x"], x="variable", z="variable", mu=1.0)
    assert model.derivative(0.0, {"p/op/x": 0.0, "p/op/z": 1.0}) == {"p/op/x": 1.0, "p/op/z": 1.0}
    state = {"p/op/x": 2.0, "p/op/z": 3.0}
    assert model.derivative(0.0, state, parameters={"p/op/mu": 2.0}) == {"p/op/x": 3.0, "p/op/z": -20.0}


def test_asking_changes_nothing(single):
    model = single(["x' = -x/tau"], x="variable(3.0)", tau=2.0)
    model.derivative(0.0, {"p/op/x": 1.0}, parameters={"p/op/tau": 5.0})
    assert model.derivative(0.0, {"p/op/x": 1.0}) == {"p/op/x": -0.5}
    first = model.run(1.0, 0.5, EULER)
    assert model.run(1.0, 0.5, EULER)["p/op/x"] == first["p/op/x"] == [3.0, 2.25]


def test_algebraic_variables_follow_from_each_other_in_any_order(single):
    model = single(["c = b + 1", "b = 2*a", "a = x", "x' = c"], a="variable", b="variable", c="variable", x="variable")
    assert model.derivative(0.0, {"p/op/x": 3.0}) == {"p/op/x": 7.0}
    assert model.value("p/op/b", 0.0, {"p/op/x": 3.0}) == 6.0


def test_t_is_time_whether_declared_or_not(single):
    for declared in ({}, {"t": "variable(7.0)"}):
        model = single(["x' = cos(t)"], x="variable", **declared)
        assert model.derivative(math.pi, {"p/op/x": 0.0}) == {"p/op/x": -1.0}


def test_a_declared_variable_shadows_a_constant(single):
    model = single(["x' = E + pi + I"], x="variable", E=1.0, pi=2.0, I=4.0)
    assert model.derivative(0.0, {"p/op/x": 0.0}) == {"p/op/x": 7.0}


def test_a_circle_of_algebraic_equations_is_named(single):
    model = single(["a = b + x", "b = a", "x' = a"], a="variable", b="variable", x="variable")
    with pytest.raises(CyclicEquationsError) as error:
        model.derivative(0.0, {"p/op/x": 0.0})
    circle = "p/op/a -> p/op/b -> p/op/a"
    assert str(error.value) == f"These values depend on each other in a circle: {circle}."


def test_a_circle_through_two_nodes_is_named(node, circuit):
    loop = node(["z = u"], z="output", u="input")
    edges = [("p/op/z", "q/op/u", None, {}), ("q/op/z", "p/op/u", None, {})]
    model = Interpreter(circuit({"p": loop, "q": loop}, edges=edges))
    with pytest.raises(CyclicEquationsError) as error:
        model.value("p/op/z", 0.0, {})
    circle = "p/op/z -> p/op/u -> q/op/z -> q/op/u -> p/op/z"
    assert str(error.value) == f"These values depend on each other in a circle: {circle}."


def test_an_output_feeds_inputs_of_its_name_and_several_are_summed(circuit):
    first = OperatorTemplate("first", ["u' = 2"], {"u": "output(1.0)"})
    second = OperatorTemplate("second", ["u' = 4 + tanh(0.5)"], {"u": "output(2.0)"})
    third = OperatorTemplate("third", ["a' = u - a"], {"a": "variable", "u": "input(100.0)"})
    model = Interpreter(circuit({"p": NodeTemplate("node", [first, third, second])}))
    state = {"p/first/u": 1.0, "p/second/u": 2.0, "p/third/a": 0.5}
    assert model.derivative(0.0, state)["p/third/a"] == 2.5
    # Euler from 0: a_n = c (t - 1 + (1 - h)^n) if u = c t
    run = model.run(10.0, 0.1, EULER, parameters={"p/first/u": 0.0, "p/second/u": 0.0})
    rate = 6.0 + math.tanh(0.5)
    assert run["p/third/a"][99] == pytest.approx(rate * (9.9 - 1.0 + 0.9**99), rel=1e-12)
    assert run["p/third/a"][99] == pytest.approx(57.513033414, rel=1e-10)


def test_an_external_input_replaces_the_default_and_adds_to_edges(node, circuit):
    unit = node(["x' = u"], x="output(1.0)", u="input(5.0)")
    alone = Interpreter(circuit({"p": unit}))
    fed = Interpreter(circuit({"p": unit}, edges=[("p/op/x", "p/op/u", None, {"weight": 3.0})]))
    state = {"p/op/x": 2.0}
    assert alone.derivative(0.0, state) == {"p/op/x": 5.0}
    assert alone.derivative(0.0, state, inputs={"p/op/u": 0.0}) == {"p/op/x": 0.0}
    assert fed.derivative(0.0, state) == {"p/op/x": 6.0}
    assert fed.derivative(0.0, state, inputs={"p/op/u": 0.5}) == {"p/op/x": 6.5}


def test_inputs_and_parameters_reach_all_units_that_a_path_names(node, circuit):
    unit = node(["x' = k*u"], x="output", u="input", k=1.0)
    model = Interpreter(circuit({"p": unit, "q": unit}))
    state = {"p/op/x": 0.0, "q/op/x": 0.0}
    assert model.derivative(0.0, state, {"all/op/u": 2.0}) == {"p/op/x": 2.0, "q/op/x": 2.0}
    slopes = model.derivative(0.0, state, {"all/op/u": [2.0, 3.0]}, parameters={"all/op/k": [10.0, 100.0]})
    assert slopes == {"p/op/x": 20.0, "q/op/x": 300.0}


def test_a_variable_without_equation_is_constant(single):
    model = single(["x' = c + y"], x="variable", c="variable(3.0)", y="output(4.0)")
    assert model.derivative(0.0, {"p/op/x": 0.0}) == {"p/op/x": 7.0}


def test_rotation_in_the_complex_plane(single):
    model = single(["z' = I*w*z", "r = abs(z)", "s = z*conj(z)"], z="variable(1.0)", w=2.0, r="variable", s="variable")
    state = {"p/op/z": 3.0 + 4.0j}
    assert model.derivative(0.0, state) == {"p/op/z": -8.0 + 6.0j}
    assert model.value("p/op/r", 0.0, state) == 5.0
    assert isinstance(model.value("p/op/s", 0.0, state), float)


def test_complexness_reaches_states_that_start_real(single):
    # y is complex since z is; a real square root of -4 would be NaN
    model = single(["z' = I*z", "y = sqrt(z)", "x' = y"], z="variable(-4.0)", y="variable", x="variable")
    assert model.initial_state() == {"p/op/z": -4.0 + 0j, "p/op/x": 0j}
    assert all(isinstance(value, complex) for value in model.initial_state().values())
    assert model.value("p/op/y", 0.0, {"p/op/z": -4.0, "p/op/x": 0.0}) == 2j


def test_a_complex_signal_makes_a_model_complex(single):
    model = single(["x' = sqrt(u)"], x="variable", u="input")
    assert model.derivative(0.0, {"p/op/x": 0.0}, {"p/op/u": -4.0 + 0j}) == {"p/op/x": 2j}
    assert math.isnan(model.derivative(0.0, {"p/op/x": 0.0}, {"p/op/u": -4.0})["p/op/x"])


def test_a_vector_of_a_node_is_an_axis(single):
    model = single(
        ["x' = matvec(W, x) + u", "s = vsum(x)", "m = mean(x)*x", "last = index(x, 2)"],
        x="variable(1.0,3)", W=[[0.0, 1.0, 0.0], [0.0, 0.0, 2.0], [3.0, 0.0, 0.0]], u="input(0.5,3)",
        s="variable", m="variable(0.0,3)", last="variable",
    )  # fmt: skip
    state = {"p/op/x": [1.0, 2.0, 6.0]}
    assert model.initial_state() == {"p/op/x": [1.0, 1.0, 1.0]}
    assert model.derivative(0.0, state) == {"p/op/x": [2.5, 12.5, 3.5]}
    assert model.value("p/op/s", 0.0, state) == 9.0
    assert model.value("p/op/m", 0.0, state) == [3.0, 6.0, 18.0]
    assert model.value("p/op/last", 0.0, state) == 6.0


def test_a_number_as_derivative_holds_for_the_whole_axis(single):
    model = single(["x' = 2"], x="variable(0.0,2)")
    assert model.derivative(0.0, {"p/op/x": [0.0, 0.0]}) == {"p/op/x": [2.0, 2.0]}


def test_a_number_fills_the_axis_that_is_declared(single):
    model = single(["v = 2", "x' = vsum(v) + 10*vsum(u)"], x="variable", v="variable(0.0,3)", u="input(0.0,3)")
    assert model.derivative(0.0, {"p/op/x": 0.0}, {"p/op/u": 1.0}) == {"p/op/x": 36.0}


def test_a_variable_declared_complex_stays_so_with_a_real_value(circuit):
    operator = OperatorTemplate("op", ["x' = sqrt(c)"], {"x": "variable", "c": "variable(complex)"})
    model = Interpreter(circuit({"p": NodeTemplate("node", {operator: {"c": -4.0}})}))
    assert model.derivative(0.0, {"p/op/x": 0.0}) == {"p/op/x": 2j}


def test_a_state_without_value_is_named(single):
    model = single(["x' = y", "y' = x"], x="variable", y="variable")
    with pytest.raises(ArgumentError) as error:
        model.derivative(0.0, {"p/op/x": 0.0})
    assert str(error.value) == "The state lacks a value of 'p/op/y'. Did you mean 'p/op/x'?"


def test_an_unknown_path_is_named(single):
    model = single(["rate' = 0"], rate="variable")
    with pytest.raises(UnknownNameError) as error:
        model.run(1.0, 0.5, EULER, outputs=["p/op/rat"])
    assert str(error.value) == "No variable has the path 'p/op/rat'. Did you mean 'p/op/rate'?"


def test_an_input_to_something_else_is_refused(single):
    model = single(["x' = k"], x="variable", k=1.0)
    with pytest.raises(ArgumentError) as error:
        model.derivative(0.0, {"p/op/x": 0.0}, {"p/op/k": 1.0})
    assert str(error.value) == "'p/op/k' is not an input and takes no external signal."


@pytest.mark.parametrize(
    ("equations", "variables", "text"),
    [
        (["x' = xi"], {"xi": "noise"}, "The reference interpreter has no noise; 'p/op/xi' is noise."),
        (["x' = randn()"], {}, "The reference interpreter draws no random numbers; operator 'op' uses 'randn()'."),
    ],
)
def test_randomness_is_refused(single, equations, variables, text):
    with pytest.raises(UnsupportedFeatureError) as error:
        single(equations, x="variable", **variables)
    assert str(error.value) == text


def test_events_reset_states_and_send_pulses_over_the_next_step(circuit):
    operator = OperatorTemplate(
        "op", ["x' = 1", "y' = p"], {"x": "variable", "y": "variable", "p": "variable"},
        events=[{"when": "x > 0.9", "set": {"x": "x - 0.9"}, "emit": "p"}],
    )  # fmt: skip
    interpreter = Interpreter(circuit({"p": NodeTemplate("node", [operator])}))
    trajectory = interpreter.run(2.5, 0.5, EULER, outputs=["p/op/x", "p/op/p", "p/op/y"])
    assert trajectory.values["p/op/x"] == pytest.approx([0.0, 0.5, 0.1, 0.6, 0.2])
    assert trajectory.values["p/op/p"] == [0.0, 0.0, 2.0, 0.0, 2.0]
    assert trajectory.values["p/op/y"] == [0.0, 0.0, 0.0, 1.0, 1.0]
