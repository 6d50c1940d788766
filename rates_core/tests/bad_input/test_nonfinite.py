"""NaN and infinity during a run: which variable, when, and what was recorded until then."""

from __future__ import annotations

import pickle
import re

import numpy as np
import pytest

from rates_core import (
    CircuitTemplate,
    NodeTemplate,
    NonFiniteError,
    OperatorTemplate,
    PopulationTemplate,
    SimulationError,
)

# By hand, with steps of 1: x + x^2 is 1, 2, 6, 42, 1806, 3.3e6, 1.1e13, 1.1e26, 1.3e52, 1.6e104, 2.7e208, infinite.
SQUARES = [1.0, 2.0, 6.0, 42.0, 1806.0]
RUN = {"simulation_time": 20.0, "step_size": 1.0, "verbose": False}
ADVICE = (
    "What was recorded until then is in the error's result. Try a smaller step_size or another solver, or run with "
    "stop_on_nonfinite=False."
)


def stopped(circuit: CircuitTemplate, **options: object) -> NonFiniteError:
    with pytest.raises(NonFiniteError) as caught:
        circuit.run(**{**RUN, **options})
    return caught.value


@pytest.fixture(params=["single", "population"])
def model(request):
    """Return a function that makes a single unit, of Python's numbers, or a population of two, of arrays."""

    def make(equations, **variables):
        node = NodeTemplate("n", [OperatorTemplate("op", equations, variables)])
        if request.param == "single":
            return CircuitTemplate("c", {"p": node})
        return CircuitTemplate("c", populations={"p": PopulationTemplate("p", node, 2)})

    make.name = lambda path: f"'p/{path}'" if request.param == "single" else f"'p[0]/{path}' and 1 other value"
    make.first = "p/op/x" if request.param == "single" else "p[0]/op/x"
    return make


@pytest.fixture
def two():
    """Return a function that makes a node of a variable that decays and one with an equation of its own."""

    def make(equation, other="a' = -a"):
        operator = OperatorTemplate("op", [other, equation], {"a": "variable(5.0)", "x": "variable(1.0)"})
        return CircuitTemplate("c", {"p": NodeTemplate("n", [operator])})

    return make


@pytest.mark.parametrize("square", ["x*x", "x^2", "x^2.0", "x^3/x", "exp(2*log(x))"])
def test_a_state_that_becomes_infinite_stops_the_run(model, square):
    error = stopped(model(f"x' = {square}", x="variable(1.0)"))
    assert error.time is not None
    if square != "x^3/x":  # where the cube overflows one step earlier
        assert str(error) == f"{model.name('op/x')} became NaN or infinite at t = 11 (step 11 of 1.0). {ADVICE}"
        assert error.time == 11.0
        assert list(error.result.index) == list(range(11))
    assert np.allclose(error.result[model.first].iloc[:5], SQUARES, rtol=1e-12)
    assert np.isfinite(error.result.to_numpy()).all()


@pytest.mark.parametrize(
    ("equation", "start", "step"),
    [
        ("x' = exp(x)", 1.0, 4),  # 1, 3.7, 45, 3e19
        ("x' = log(x)", 0.5, 2),  # 0.5, -0.19, and no logarithm
        ("x' = sqrt(x) - 2", 1.0, 3),  # 1, 0, -2, and no root
        ("x' = 1/x - 1/x", 0.0, 1),  # infinity minus infinity
        ("x' = x^3", 1.0, 8),  # 1, 2, 10, 1010, 1e9, 1e27, 1e81, 2e243
    ],
)
def test_the_first_step_that_leaves_the_finite_numbers_is_found(model, equation, start, step):
    error = stopped(model(equation, x=f"variable({start})"))
    assert error.time == step
    assert str(error) == f"{model.name('op/x')} became NaN or infinite at t = {step} (step {step} of 1.0). {ADVICE}"
    assert len(error.result) == step


def test_a_parameter_of_zero_that_is_divided_by_does_not_raise_something_else(model):
    error = stopped(model("x' = (1 - x)*(1/tau)", x="variable(0.5)", tau=0.0))
    assert error.time == 1.0
    assert len(error.result) == 1


def test_the_bad_variable_is_named_among_good_ones(model):
    error = stopped(model(["a' = -a", "x' = x^2"], x="variable(1.0)", a="variable(5.0)"))
    assert str(error).startswith(f"{model.name('op/x')} became NaN or infinite at t = 11 ")


def test_a_recorded_variable_that_is_infinite_for_one_step_only_stops_the_run(model):
    circuit = model(["x' = -1", "z = 1/x"], x="variable(3.0)", z="variable")
    error = stopped(circuit, outputs={"z": "p/op/z"})
    assert str(error) == f"{model.name('op/z')} became NaN or infinite at t = 3 (step 3 of 1.0). {ADVICE}"
    assert np.allclose(error.result.iloc[:, 0], [1 / 3, 1 / 2, 1])
    assert len(circuit.run(**RUN)) == 20  # nobody asked for z


def test_the_unit_is_named_in_a_population():
    node = NodeTemplate("n", [OperatorTemplate("op", "x' = k*x^2", {"x": "variable(1.0)", "k": 0.0})])
    four = PopulationTemplate("p", node, 4, {"op/k": [0.0, 0.0, 1.0, 0.0]})
    error = stopped(CircuitTemplate("c", populations={"p": four}))
    assert str(error) == f"'p[2]/op/x' became NaN or infinite at t = 11 (step 11 of 1.0). {ADVICE}"
    many = CircuitTemplate("c", {f"n{number}": node for number in range(12)}).update_var({"n7/op/k": 1.0})
    assert str(stopped(many)).startswith("'n7/op/x' became NaN or infinite at t = 11 ")


def test_an_element_of_a_vector_is_named():
    operator = OperatorTemplate("op", "x' = k*x^2", {"x": "variable(1.0,3)", "k": [0.0, 1.0, 0.0]})
    error = stopped(CircuitTemplate("c", {"p": NodeTemplate("n", [operator])}))
    assert str(error).startswith("'p/op/x[1]' became NaN or infinite at t = 11 ")


def test_rows_are_those_of_the_sampling(model):
    error = stopped(model("x' = x^2", x="variable(1.0)"), sampling_step_size=4.0)
    assert error.time == 11.0
    assert list(error.result.index) == [0.0, 4.0, 8.0]


def test_a_late_end_is_found_exactly(model):
    error = stopped(model("x' = x", x="variable(1.0)"), simulation_time=3000.0)
    assert error.time == 1024.0  # 2^1024 is the first power of two that is infinite
    assert error.result[model.first].iloc[-1] == 2.0**1023


@pytest.mark.parametrize("solver", ["heun", "rk4"])
def test_methods_of_several_stages_stop_too(model, solver):
    error = stopped(model("x' = x^2", x="variable(1.0)"), solver=solver)
    assert np.isfinite(error.result.to_numpy()).all()
    assert error.time == len(error.result)


@pytest.mark.parametrize("equation", ["x' = x*x", "x' = x^3", "x' = exp(x)", "x' = log(-x)", "x' = x/(k*k)"])
def test_a_run_goes_on_if_that_is_wanted(model, equation):
    variables = {"k": 0.0} if "k" in equation else {}
    table = model(equation, x="variable(1.0)", **variables).run(**RUN, stop_on_nonfinite=False)
    assert len(table) == 20
    assert np.isfinite(table.iloc[0]).all()
    assert not np.isfinite(table.iloc[-1]).any()


@pytest.mark.parametrize("solver", ["bosh3", "dopri5", "scipy"])
def test_adaptive_steps_stop_at_a_recorded_variable_that_is_infinite(model, solver):
    circuit = model(["x' = -x", "z = 1/(1 - t) + 0*x"], x="variable(1.0)", z="variable")
    error = stopped(circuit, solver=solver, sampling_step_size=0.5, outputs={"z": "p/op/z"})
    assert str(error) == f"{model.name('op/z')} became NaN or infinite at t = 1. {ADVICE}"
    assert error.time == 1.0
    assert np.allclose(error.result.iloc[:, 0], [1.0, 2.0])


STUCK = "The solution may become infinite there; if not, try larger tolerances or a solver for stiff systems."
KEPT = "What was recorded until then is in the error's result."


@pytest.mark.parametrize(
    ("equation", "reason", "suspect"),
    [
        (
            "x' = x^2",  # x = 1/(1 - t), which is 2e6 at the last step that a number of 16 digits tells from the next
            "the step that its tolerances ask for is too small for floating-point numbers",
            "'p/op/x' changes fastest there.",
        ),
        (
            "x' = log(1.05 - t)",
            "beyond it the derivative is NaN or infinite, however small the step",
            "The derivative of 'p/op/x' is NaN or infinite there.",
        ),
    ],
)
def test_a_method_that_cannot_go_on_says_which_variable_is_the_cause(two, equation, reason, suspect):
    with pytest.raises(SimulationError) as caught:
        two(equation).run(3.0, 0.1, solver="dopri5", verbose=False)
    error = caught.value
    assert str(error) == f"Solver 'dopri5' cannot go on from t = {error.time:.9g}: {reason}. {STUCK} {suspect} {KEPT}"
    assert error.time == pytest.approx(1.05 if "log" in equation else 1.0, abs=1e-5)
    assert len(error.result) in (10, 11)  # rows to t = 1, where rounding decides of the last
    assert np.allclose(error.result["p/op/a"], 5 * np.exp(-error.result.index), rtol=1e-5)


@pytest.mark.parametrize("method", ["RK45", "RK23", "DOP853", "Radau", "BDF", "LSODA"])
def test_methods_of_scipy_say_whose_derivative_they_met_that_is_undefined(two, method):
    with pytest.raises(SimulationError) as caught:
        two("x' = log(1.05 - t)").run(3.0, 0.1, solver="scipy", method=method, verbose=False)
    error = caught.value
    assert re.search(r"The derivative of 'p/op/x' is NaN or infinite (there|at t = [\d.]+)\.", str(error))
    assert error.time == pytest.approx(1.05, abs=0.05)  # LSODA does not come closer


@pytest.mark.parametrize("solver", ["dopri5", "scipy"])
def test_a_derivative_that_is_undefined_at_the_start_names_its_variable(two, solver):
    with pytest.raises(SimulationError) as caught:
        two("x' = log(x - 2)").run(3.0, 0.1, solver=solver, verbose=False)
    assert str(caught.value) == (
        "The derivative is NaN or infinite at t = 0. The derivative of 'p/op/x' is NaN or infinite there. " + KEPT
    )
    assert caught.value.result["p/op/x"].tolist() == [1.0]


def test_a_model_at_rest_has_no_variable_that_changes_fastest(two):
    with pytest.raises(SimulationError) as caught:
        two("x' = 0*x", "a' = 0*a").run(3.0, 0.1, solver="dopri5", max_steps=2, max_step=0.5, verbose=False)
    assert str(caught.value) == f"Solver 'dopri5' took max_steps=2 steps to t = {caught.value.time:.9g}. {KEPT}"


def test_an_error_is_the_same_after_it_was_pickled(model):
    error = pickle.loads(pickle.dumps(stopped(model("x' = x^2", x="variable(1.0)"))))
    assert (str(error).endswith(ADVICE), error.time, len(error.result)) == (True, 11.0, 11)
