"""Plain functions for other tools: what stands in their arguments."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

DECAY = OperatorTemplate("op", "x' = u - x", {"x": "output(0.5)", "u": "input"})


def ramp(t: float) -> float:
    return 100 * t


@pytest.fixture
def decay() -> CircuitTemplate:
    """Return a node that decays to its input."""
    return CircuitTemplate("decay", {"p": NodeTemplate("n", [DECAY])})


@pytest.mark.parametrize("form", [{}, {"solver": "scipy"}, {"adaptive": True}, {"adaptive": False}])
def test_an_input_that_is_a_function_of_time_is_one_in_the_arguments(decay, form):
    func, args = decay.get_run_func("f", 0.1, inputs={"p/op/u": ramp}, **form)
    t, y, *rest = args
    assert func(*args) == pytest.approx([-0.5])
    for t in (0.05, 3.0, 1e3):
        assert func(t, y, *rest) == pytest.approx([100 * t - 0.5])


def test_a_fed_function_can_be_integrated_by_scipy(decay):
    from scipy.integrate import solve_ivp

    func, (t, y, *rest) = decay.get_run_func("f", 0.1, inputs={"p/op/u": np.sin}, adaptive=True)
    jacobian = decay.get_jacobian_func("J", 0.1, inputs={"p/op/u": np.sin}, adaptive=True)
    end = solve_ivp(func, (t, 5.0), y, args=rest, jac=jacobian.func, method="Radau", rtol=1e-9, atol=1e-11).y[0, -1]
    # x' = sin(t) - x from 1/2: (sin t - cos t)/2 + exp(-t)
    assert end == pytest.approx((np.sin(5.0) - np.cos(5.0)) / 2 + np.exp(-5.0), abs=1e-8)


def test_a_function_for_some_units_of_a_population_feeds_them_only():
    population = PopulationTemplate("p", NodeTemplate("n", [DECAY]), 3)
    circuit = CircuitTemplate("circuit", populations={"p": population})
    made = circuit.get_run_func("f", 0.1, inputs={"p[1]/op/u": ramp})
    _, y, *rest = made.args
    slope = made.func(0.2, np.zeros_like(y), *rest)
    assert slope == pytest.approx([0.0, 20.0, 0.0])


def test_the_text_of_a_function_says_that_it_takes_a_function(decay, tmp_path: Path):
    made = decay.get_run_func("f", 0.1, inputs={"p/op/u": ramp}, file_name=str(tmp_path / "f"))
    assert "        u: p/op/u as a function of time." in made.source.splitlines()
    assert "sampled" not in made.source
    assert pickle.loads(pickle.dumps(made.args[-1]))(0.5) == 50.0


def test_samples_stay_whole_whatever_their_number(decay):
    """No duration is known, and the last sample holds to the end: none may be left out."""
    both = CircuitTemplate("both", {"p": NodeTemplate("n", [DECAY]), "q": NodeTemplate("n", [DECAY])})
    short, long = np.arange(3.0), np.arange(50.0)
    made = both.get_run_func("f", 0.1, inputs={"p/op/u": short, "q/op/u": long}, vectorize=False)
    _, y, *rest = made.args
    slope = made.func(4.0, np.zeros_like(y), *rest)
    assert slope[made.state_indices["p/op/x"]] == pytest.approx(2.0)
    assert slope[made.state_indices["q/op/x"]] == pytest.approx(40.0)
    short[:] = 7.0  # what a function got stays as it was
    assert made.func(4.0, np.zeros_like(y), *rest)[made.state_indices["p/op/x"]] == pytest.approx(2.0)


def test_an_input_without_samples_is_refused(decay):
    from rates_core import InputSignalError

    with pytest.raises(InputSignalError) as refused:
        decay.get_run_func("f", 0.1, inputs={"p/op/u": []})
    assert str(refused.value) == "External input 'p/op/u' has no samples."


def test_the_arguments_that_errors_list_are_those_of_the_calls():
    from inspect import signature

    from rates_core.simulation.functions import get_run_func
    from rates_core.simulation.unknown import FUNCTION, OF_COMPILED, RUN

    ignored = {"self", "circuit", "clear", "in_place", "options", "unknown"}
    own = set(signature(get_run_func).parameters) - ignored
    assert own | {"delay_approximation", "projections"} == set(FUNCTION)
    run = set(signature(CircuitTemplate.run).parameters) - ignored
    assert run | {"delay_approximation", "stop_on_nonfinite", "projections"} == set(RUN)
    compiled = set(signature(type(CircuitTemplate("c", {"p": NodeTemplate("n", [DECAY])}).compile()).run).parameters)
    assert compiled - set(RUN) - ignored == {"parameters", "initial"} < set(OF_COMPILED)


def test_what_is_returned_is_one_line():
    operator = OperatorTemplate("op", "x' = -a*x + b", {"x": "output(1.0)", "a": 1.0, "b": 2.0})
    single = CircuitTemplate("single", {"p": NodeTemplate("n", [operator])})
    many = CircuitTemplate("many", populations={"p": {"node": NodeTemplate("n", [operator]), "n": 500}})
    assert repr(single.get_run_func("f", 0.1)) == "<RunFunction of (t, y, a, b): 4 arguments, 1 number in y>"
    assert repr(many.get_run_func("f", 0.1)) == "<RunFunction of (t, y, a, b): 4 arguments, 500 numbers in y>"
    pair = single.update_template("pair", nodes={"q": NodeTemplate("n", [operator])})
    assert repr(pair.get_run_func("f", 0.1, vectorize=False)) == (
        "<RunFunction of (t, y, p_op_a, p_op_b, q_op_a, ...): 6 arguments, 2 numbers in y>"
    )
    assert repr(single.jacobian()) == "<Linearisation of 'single': 1 row, 1 column, 1 block>"
    assert repr(many.jacobian()) == "<Linearisation of 'many': 500 rows, 500 columns, 1 block>"
