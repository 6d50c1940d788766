"""Indices that are no places of their axis: found before a run where they are known, else by name during it."""

from __future__ import annotations

import numpy as np
import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate, SimulationError

AXIS = "The axis has the length 3: indices are whole numbers from 0 to 2; floor or round makes whole numbers of others."
RANGE = "The axis has the length 3: bounds are whole numbers from 0 to 3, the first one below the second."


@pytest.mark.parametrize(
    ("index", "text", "value"),
    [
        ("3", "3", "3"),
        ("-1", "-1", "-1"),
        ("1.5", "1.5", "1.5"),
        ("k", "p/op/k", "4"),
        ("k - 5", "p/op/k - 5", "-1"),
        ("m", "p/op/m", "8"),
        ("u", "p/op/u", "5"),
        ("places", "p/op/places", "7"),
    ],
)
def test_an_index_that_follows_from_numbers_and_parameters(one, run_refusal, index, text, value):
    sample = "vsum(index(v, places))" if index == "places" else f"index(v, {index})"
    shown = f"index(p/op/v, {text})"
    variables = {"v": [1.0, 2.0, 3.0], "x": "variable", "z": "variable", "m": "variable", "u": "input(5.0)"}
    circuit = one([f"z = {sample}", "x' = z", "m = 2*k"], k=4.0, places=[0.0, 7.0], **variables)
    assert run_refusal(circuit) == (
        f"EquationError: '{shown}', in the equation of 'p/op/z', has the index {value}. {AXIS}"
    )


@pytest.mark.parametrize(
    ("call", "shown", "value"),
    [
        ("index_range(v, 1, 9)", "index_range(p/op/v, 1, 9)", "9"),
        ("index_range(v, -2, 3)", "index_range(p/op/v, -2, 3)", "-2"),
        ("index_range(v, 2, 1)", "index_range(p/op/v, 2, 1)", "2"),
    ],
)
def test_bounds_of_a_range(one, run_refusal, call, shown, value):
    assert run_refusal(one(f"x' = vsum({call})", v=[1.0, 2.0, 3.0], x="variable")) == (
        f"EquationError: '{shown}', in the equation of 'p/op/x', has the bound {value}. {RANGE}"
    )


def test_an_index_along_the_second_axis_of_a_matrix(one, run_refusal):
    circuit = one("x' = vsum(index_axis(a, 2, 1))", a=[[1.0, 2.0], [3.0, 4.0]], x="variable")
    assert run_refusal(circuit) == (
        "EquationError: 'index_axis(p/op/a, 2, 1)', in the equation of 'p/op/x', has the index 2. The axis has the "
        "length 2: indices are whole numbers from 0 to 1; floor or round makes whole numbers of others."
    )


def test_a_complex_index(one, run_refusal):
    assert run_refusal(one("x' = index(v, 1j)", v=[1.0, 2.0, 3.0], x="variable")) == (
        "EquationError: 'index(p/op/v, 1.0j)' has a complex index. Indices are whole numbers, counted from 0."
    )


def test_a_parameter_that_a_run_sets(one, refusal):
    circuit = one("x' = index(v, k)", v=[1.0, 2.0, 3.0], k=7.0, x="variable")
    model = circuit.compile(step_size=0.1)  # what is compiled may get another value yet
    assert refusal(model.run, simulation_time=1.0) == (
        f"EquationError: 'index(p/op/v, p/op/k)', in the equation of 'p/op/x', has the index 7. {AXIS}"
    )
    assert refusal(model.run, simulation_time=1.0, parameters={"p/op/k": -3}) == (
        f"EquationError: 'index(p/op/v, p/op/k)', in the equation of 'p/op/x', has the index -3. {AXIS}"
    )


def test_a_parameter_of_a_function_for_other_tools(one, refusal):
    circuit = one("x' = index(v, k)", v=[1.0, 2.0, 3.0], k=7.0, x="variable")
    assert refusal(circuit.get_run_func, "f", 0.1) == (
        f"EquationError: 'index(p/op/v, p/op/k)', in the equation of 'p/op/x', has the index 7. {AXIS}"
    )


ENDED = f"{AXIS} What was recorded until then is in the error's result."
STEPS = {"simulation_time": 8.0, "step_size": 1.0, "verbose": False}


@pytest.mark.parametrize("sampling", [1.0, 2.0])
def test_an_index_that_a_state_leads_out_of_its_axis(one, sampling):
    circuit = one(["x' = index(v, s)", "s' = 1"], v=[1.0, 2.0, 4.0], s="variable", x="variable")
    with pytest.raises(SimulationError) as caught:
        circuit.run(**STEPS, sampling_step_size=sampling, outputs={"x": "p/op/x"})
    assert str(caught.value) == (
        f"At t = 3: 'index(p/op/v, p/op/s)', in the equation of 'p/op/x', has the index 3. {ENDED}"
    )
    assert caught.value.time == 3.0
    # By hand: 0, 1, 3, and 7 at the moment of the step that fails.
    assert caught.value.result["x"].tolist() == ([0.0, 1.0, 3.0] if sampling == 1.0 else [0.0, 3.0])


def test_an_index_that_is_no_whole_number_inside_a_step(one):
    circuit = one(["x' = index(v, s)", "s' = 1"], v=[1.0, 2.0, 4.0], s="variable", x="variable")
    with pytest.raises(SimulationError) as caught:
        circuit.run(**STEPS, solver="rk4")
    assert str(caught.value) == (
        f"At t = 0.5: 'index(p/op/v, p/op/s)', in the equation of 'p/op/x', has the index 0.5. {ENDED}"
    )


@pytest.mark.parametrize("solver", ["dopri5", "scipy"])
def test_an_index_under_an_adaptive_solver(one, solver):
    # s = 3 at t = 3 is where a step ends that tries to go further.
    circuit = one(["x' = index(v, floor(s))", "s' = 1"], v=[1.0, 2.0, 4.0], s="variable", x="variable")
    with pytest.raises(SimulationError) as caught:
        circuit.run(**STEPS, solver=solver, outputs={"s": "p/op/s"})
    assert str(caught.value).endswith(
        f": 'index(p/op/v, floor(p/op/s))', in the equation of 'p/op/x', has the index 3. {ENDED}"
    )
    assert caught.value.time is not None
    assert 3.0 <= caught.value.time < 8.0
    assert np.allclose(caught.value.result["s"], caught.value.result.index, atol=1e-9)


def test_indices_of_a_population_after_a_projection():
    operator = OperatorTemplate(
        "op", ["z = index(v, 1 + c + past(x, 1.0))", "x' = 1"],
        {"v": [5.0, 6.0, 7.0], "c": "input", "x": "output", "z": "variable"},
    )  # fmt: skip
    source = NodeTemplate("source", [operator])
    circuit = CircuitTemplate(
        "c", {"p": source, "q": source}, edges=[("p/op/x", "q/op/c", None, {"weight": 2.0, "delay": 1.0})]
    )
    with pytest.raises(SimulationError) as caught:
        circuit.run(**STEPS, outputs={"z": "q/op/z"})
    # At t = 2 both delayed values are 1: the index of q is 1 + 2 + 1.
    assert str(caught.value) == (
        "At t = 2: 'index(q/op/v, 1 + q/op/c + q/op/delayed#1)', in the equation of 'q/op/z', has the index 4. " + ENDED
    )
    assert caught.value.result["z"].tolist() == [6.0, 6.0]


@pytest.mark.parametrize("weights", [2.0, [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0]]])
def test_units_that_pick_from_each_other(weights):
    operator = OperatorTemplate("op", ["z = index(x, c)", "x' = 1"], {"c": "input", "x": "output", "z": "variable"})
    population = PopulationTemplate("pop", NodeTemplate("n", [operator]), 3)
    circuit = CircuitTemplate(
        "c", populations={"pop": population},
        connections=[{"source": "pop/op/x", "target": "pop/op/c", "weights": weights}],
    )  # fmt: skip
    with pytest.raises(SimulationError) as caught:
        circuit.run(**STEPS, outputs={"z": "pop/op/z"})
    first, time = (6, 1) if weights == 2.0 else (4, 2)
    assert str(caught.value) == (
        f"At t = {time}: 'index(pop/op/x, pop/op/c)', in the equation of 'pop/op/z', has the index {first}. {ENDED}"
    )


def test_the_variable_of_a_node_whose_label_looks_like_a_value_without_a_name(run_refusal):
    operator = OperatorTemplate("op", "x' = index(v, 3)", {"x": "variable", "v": [1.0, 2.0, 3.0]})
    assert run_refusal(CircuitTemplate("c", {"a#1": NodeTemplate("n", [operator])})) == (
        f"EquationError: 'index(a#1/op/v, 3)', in the equation of 'a#1/op/x', has the index 3. {AXIS}"
    )
