"""The driver on plain initial value problems, beside solve_ivp itself."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from rates_core.errors import ArgumentError, SimulationError
from rates_core.plugins import get_manager
from rates_core.solvers.driver import Problem, Progress
from rates_scipy.driver import METHODS, SciPyDriver
from scipy.integrate import solve_ivp
from scipy.sparse import csr_array

METHOD = pytest.mark.parametrize("method", METHODS)
IMPLICIT = pytest.mark.parametrize("method", ["Radau", "BDF", "LSODA"])
DEFAULTS = {option.name: option.default for option in get_manager().solver("scipy").options}


class Counted:
    """A function of t and y that counts its evaluations."""

    def __init__(self, function: Callable[[float, np.ndarray], Any]) -> None:
        self.function = function
        self.count = 0

    def __call__(self, t: float, y: np.ndarray) -> np.ndarray:
        self.count += 1
        return np.array(self.function(t, y))


def van_der_pol(t: float, y: np.ndarray) -> np.ndarray:
    return np.array([y[1], 5.0 * (1 - y[0] ** 2) * y[1] - y[0]])


def van_der_pol_jacobian(t: float, y: np.ndarray) -> np.ndarray:
    return np.array([[0.0, 1.0], [-10.0 * y[0] * y[1] - 1.0, 5.0 * (1 - y[0] ** 2)]])


def stiff(t: float, y: np.ndarray) -> np.ndarray:
    return np.array([-1e4 * (y[0] - math.cos(t)), -y[1]])


def stiff_jacobian(t: float, y: np.ndarray) -> np.ndarray:
    return np.array([[-1e4, 0.0], [0.0, -1.0]])


def problem(
    function: Callable[..., Any], y: list[float], end: float, options: dict[str, Any] | None = None, **more: Any
) -> Problem:
    settings: dict[str, Any] = {"times": (), "stops": (), "start": 0.0, **more}
    return Problem(
        derivative=lambda t, y: np.asarray(function(t, y)), y=np.array(y, dtype=float), end=end,
        options={**DEFAULTS, **(options or {})}, **settings,
    )  # fmt: skip


def solved(given: Problem) -> tuple[Progress, list[np.ndarray]]:
    parts = list(SciPyDriver().integrate(given))
    return parts[-1], [state for part in parts for state in part.states]


@METHOD
@pytest.mark.parametrize("jacobian", [None, van_der_pol_jacobian], ids=["differences", "jacobian"])
def test_without_stops_values_and_evaluations_are_those_of_solve_ivp(method, jacobian):
    taken = {"jac": jacobian} if method in ("Radau", "BDF", "LSODA") else {}
    times = np.linspace(0.0, 19.9, 200)
    ours, theirs = Counted(van_der_pol), Counted(van_der_pol)
    last, states = solved(problem(ours, [2.0, 0.0], 20.0, times=times, method=method, make_jacobian=lambda: jacobian))
    other = solve_ivp(
        theirs, (0, 20), [2.0, 0.0], method=method, rtol=1e-6, atol=1e-9, dense_output=method == "DOP853",
        t_eval=times, **taken,
    )  # fmt: skip
    np.testing.assert_allclose(np.array(states), other.y.T, rtol=0, atol=1e-13)
    assert last.time == 20.0
    # DOP853 evaluates three times more for the interpolant of a step, which is made only where a row needs it.
    assert ours.count <= theirs.count if method == "DOP853" else ours.count == theirs.count


def test_dop853_evaluates_as_often_as_solve_ivp_too():
    ours, theirs = Counted(van_der_pol), Counted(van_der_pol)
    solved(problem(ours, [2.0, 0.0], 20.0, method="DOP853"))
    solve_ivp(theirs, (0, 20), [2.0, 0.0], method="DOP853", rtol=1e-6, atol=1e-9)
    assert ours.count == theirs.count


@METHOD
def test_the_error_follows_the_tolerance(method):
    errors = []
    for rtol in (1e-4, 1e-6, 1e-8):
        options = {"rtol": rtol, "atol": rtol}
        last, _ = solved(problem(lambda t, y: [y[1], -y[0]], [0.0, 1.0], 10.0, options, method=method))
        errors.append(float(np.abs(last.y - [math.sin(10), math.cos(10)]).max()))
    # What errors of the steps may add up to over 10 time units; BDF, of low order, takes the most steps.
    assert all(error < 1000 * rtol for error, rtol in zip(errors, (1e-4, 1e-6, 1e-8), strict=True))
    assert all(first / second > 10 for first, second in pairwise(errors))


@METHOD
def test_steps_end_on_stops_and_each_side_sees_its_own_derivative(method):
    accepted: list[tuple[float, float]] = []
    given = problem(
        lambda t, y: [0.0 if t < 1.0 else 3.0 if t < 2.0 else 0.0], [1.0], 3.0, stops=[1.0, 2.0], method=method,
        accept=lambda start, end, interpolant: accepted.append((start, end)),
    )  # fmt: skip
    last, _ = solved(given)
    # The derivative is constant on each piece, which the methods solve to rounding, or to what Newton's method leaves.
    assert last.y[0] == pytest.approx(4.0, abs=1e-9)
    assert {1.0, 2.0, 3.0} <= {end for _, end in accepted}
    assert all(first[1] == second[0] for first, second in pairwise(accepted))


@METHOD
def test_rows_lie_anywhere(method):
    times = np.sort(np.random.default_rng(1).uniform(0.0, 5.0, 50))
    options = {"rtol": 1e-9, "atol": 1e-12}
    _, states = solved(problem(lambda t, y: [-y[0]], [1.0], 5.0, options, times=times, stops=[2.5], method=method))
    np.testing.assert_allclose(np.ravel(states), np.exp(-times), rtol=0, atol=1e-6)


@METHOD
def test_nothing_that_was_handed_out_is_written_again(method):
    kept: list[tuple[np.ndarray, np.ndarray]] = []

    def keeping(t: float, y: np.ndarray) -> np.ndarray:
        value = van_der_pol(t, y)
        kept.extend([(y, y.copy()), (value, value.copy())])
        return value

    given = problem(keeping, [2.0, 0.0], 5.0, times=np.arange(0, 5, 0.01), method=method)
    for part in SciPyDriver().integrate(given):
        kept += [(array, array.copy()) for array in (part.y, *part.states)]
    for array, copy in kept:
        np.testing.assert_array_equal(array, copy)


@METHOD
def test_interpolants_stay_what_they_were(method):
    seen: list[tuple[Callable[[float], np.ndarray], float, np.ndarray]] = []

    def accept(start: float, end: float, interpolant: Callable[[float], np.ndarray]) -> None:
        middle = (start + end) / 2
        seen.append((interpolant, middle, np.array(interpolant(middle))))

    solved(problem(van_der_pol, [2.0, 0.0], 5.0, accept=accept, method=method))
    for interpolant, middle, value in seen:
        np.testing.assert_array_equal(interpolant(middle), value)


class Recorder:
    """The past as a driver tells it: accepted steps with their interpolants, and a constant before the start."""

    def __init__(self, before: float) -> None:
        self.before = before
        self.starts: list[float] = []
        self.interpolants: list[Callable[[float], np.ndarray]] = []
        self.end = 0.0

    def accept(self, start: float, end: float, interpolant: Callable[[float], np.ndarray]) -> None:
        assert start == self.end
        self.starts.append(start)
        self.interpolants.append(interpolant)
        self.end = end

    def at(self, t: float) -> float:
        assert t <= self.end + 1e-15, "a read inside the current step"
        if t < 0 or not self.starts:
            return self.before
        return float(self.interpolants[bisect_right(self.starts, t) - 1](t)[0])


@METHOD
@pytest.mark.parametrize("rtol", [1e-6, 1e-10])
def test_a_delay_is_solved_by_the_method_of_steps(method, rtol):
    past = Recorder(1.0)
    given = problem(
        lambda t, y: [-past.at(t - 0.1)], [1.0], 0.4, {"rtol": rtol, "atol": rtol * 1e-2}, method=method,
        stops=[0.1, 0.2, 0.30000000000000004], accept=past.accept, shortest_delay=0.1,
    )  # fmt: skip
    last, _ = solved(given)
    exact = 1 - 0.4 + 0.3**2 / 2 - 0.2**3 / 6 + 0.1**4 / 24
    assert last.y[0] == pytest.approx(exact, abs=30 * rtol)


@METHOD
def test_a_past_that_jumps_at_the_start_is_read_on_the_right_side_of_the_stop(method):
    past = Recorder(0.0)  # and 1 from the start on: x' = 0 up to t = 0.1, then -1
    given = problem(
        lambda t, y: [-past.at(t - 0.1)], [1.0], 0.2, method=method, stops=[0.1], accept=past.accept, shortest_delay=0.1
    )
    last, _ = solved(given)
    assert last.y[0] == pytest.approx(0.9, abs=1e-9)


@pytest.mark.parametrize("method", ["RK45", "RK23", "DOP853", "Radau"])
def test_a_one_step_method_goes_on_with_the_step_that_it_ended_with(method):
    whole, first_half, second_half = (Counted(van_der_pol) for _ in range(3))
    last, _ = solved(problem(whole, [2.0, 0.0], 20.0, method=method))
    middle, _ = solved(problem(first_half, [2.0, 0.0], 9.3, method=method))
    end, _ = solved(
        problem(second_half, middle.y.tolist(), 20.0, start=9.3, method=method, controller=middle.controller)
    )
    np.testing.assert_allclose(end.y, last.y, rtol=1e-3)
    # What the cut costs: one more step, the derivative at the cut, for Radau a Jacobian.
    assert first_half.count + second_half.count <= whole.count + 60


@METHOD
def test_a_step_of_another_method_is_not_taken_over(method):
    ours, theirs = Counted(van_der_pol), Counted(van_der_pol)
    solved(problem(ours, [2.0, 0.0], 5.0, method=method, controller=("other", 1e-9)))
    solved(problem(theirs, [2.0, 0.0], 5.0, method=method))
    assert ours.count == theirs.count


@IMPLICIT
def test_the_models_jacobian_is_used_by_methods_that_take_one(method):
    jacobian = Counted(stiff_jacobian)
    solved(problem(stiff, [2.0, 1.0], 5.0, method=method, make_jacobian=lambda: jacobian))
    assert jacobian.count > 0


@pytest.mark.parametrize("method", ["RK45", "RK23", "DOP853"])
def test_explicit_methods_generate_no_jacobian(method):
    solved(problem(van_der_pol, [2.0, 0.0], 1.0, method=method, make_jacobian=lambda: pytest.fail("generated")))


@IMPLICIT
def test_the_users_jacobian_goes_before_the_models(method):
    own = Counted(stiff_jacobian)
    given = problem(stiff, [2.0, 1.0], 5.0, {"jac": own}, method=method, make_jacobian=lambda: pytest.fail("generated"))
    solved(given)
    assert own.count > 0


@IMPLICIT
def test_a_jacobian_may_be_sparse(method):
    def sparse(t: float, y: np.ndarray) -> csr_array:
        return csr_array(stiff_jacobian(t, y))

    given = problem(stiff, [2.0, 1.0], 5.0, method=method, make_jacobian=lambda: sparse)
    dense = problem(stiff, [2.0, 1.0], 5.0, method=method, make_jacobian=lambda: stiff_jacobian)
    np.testing.assert_allclose(solved(given)[0].y, solved(dense)[0].y, rtol=1e-6)


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("Radau", {"jac": [[-1.0, 0.0], [0.0, -2.0]]}),
        ("BDF", {"jac": csr_array(np.diag([-1.0, -2.0]))}),
        ("Radau", {"jac_sparsity": np.eye(2)}),
        ("BDF", {"jac_sparsity": csr_array(np.eye(2))}),
        ("LSODA", {"lband": 0, "uband": 0}),
        ("LSODA", {"lband": 0, "uband": 0, "jac": lambda t, y: np.array([[-1.0, -2.0]])}),
        ("LSODA", {"min_step": 1e-8}),
        *((method, {"vectorized": True}) for method in METHODS),
        *((method, {"first_step": 1e-4, "max_step": 0.1}) for method in METHODS),
        *((method, {"atol": [1e-9, 1e-12]}) for method in METHODS),
        *((method, {"rtol": [1e-6, 1e-8]}) for method in ("RK45", "RK23", "DOP853", "LSODA")),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)  # fmt: skip
def test_every_option_arrives_as_solve_ivp_has_it(method, options):
    def decay(t: float, y: np.ndarray) -> np.ndarray:
        return np.array([-1.0, -2.0])[:, None] * y if y.ndim == 2 else np.array([-1.0, -2.0]) * y

    ours, theirs = Counted(decay), Counted(decay)
    last, _ = solved(problem(ours, [1.0, 1.0], 3.0, options, method=method))
    plain = {"rtol": 1e-6, "atol": 1e-9, **options}
    other = solve_ivp(theirs, (0, 3), [1.0, 1.0], method=method, **plain)
    np.testing.assert_allclose(last.y, other.y[:, -1], rtol=0, atol=1e-14)
    if "vectorized" not in options:  # then SciPy asks for several states in one call, which we count one by one
        assert ours.count == theirs.count


@METHOD
def test_a_first_step_beyond_a_stop_ends_on_it(method):
    last, _ = solved(problem(lambda t, y: [-y[0]], [1.0], 1.0, {"first_step": 0.9}, stops=[1e-3], method=method))
    assert last.y[0] == pytest.approx(math.exp(-1.0), abs=1e-4)


@pytest.mark.parametrize(
    ("method", "options", "text"),
    [
        ("RK45", {"jac": abs}, "Method 'RK45' of solver 'scipy' takes no 'jac'. Methods that do: Radau, BDF, LSODA."),
        (
            "LSODA",
            {"jac_sparsity": [[1]]},
            "Method 'LSODA' of solver 'scipy' takes no 'jac_sparsity'. Methods that do: Radau, BDF.",
        ),
        ("Radau", {"lband": 1}, "Method 'Radau' of solver 'scipy' takes no 'lband'. Methods that do: LSODA."),
        ("DOP853", {"uband": 1}, "Method 'DOP853' of solver 'scipy' takes no 'uband'. Methods that do: LSODA."),
        ("BDF", {"min_step": 0.0}, "Method 'BDF' of solver 'scipy' takes no 'min_step'. Methods that do: LSODA."),
        ("RK23", {"rtol": 0}, "rtol must be a number that is positive; it is 0."),
        ("RK23", {"atol": -1e-9}, "atol must be a number that is not negative; it is -1e-09."),
        ("RK23", {"max_step": "big"}, "max_step must be a number that is positive; it is 'big'."),
        ("RK23", {"first_step": 0.0}, "first_step must be a number that is positive; it is 0.0."),
        ("LSODA", {"min_step": -1.0}, "min_step must be a number that is not negative; it is -1.0."),
        ("LSODA", {"min_step": 1.0, "max_step": 0.5}, "min_step (1.0) is longer than the longest step (0.5)."),
        ("LSODA", {"lband": 0.5}, "lband must be a whole number that is not negative; it is 0.5."),
        (
            "LSODA",
            {"jac": [[0.0]]},
            "jac must be a function of t and y for method 'LSODA'; constant matrices are for Radau and BDF.",
        ),
        ("Radau", {"jac": [[0.0]]}, "jac must be a matrix of shape (2, 2); it has shape (1, 1)."),
        ("BDF", {"jac": "no"}, "jac must be a function of t and y or a matrix of shape (2, 2); it is 'no'."),
        ("BDF", {"jac_sparsity": 3}, "jac_sparsity must be a matrix of shape (2, 2); it is 3."),
        ("DOP853", {"rtol": "x"}, "rtol must be a number that is positive; it is 'x'."),
        ("BDF", {"rtol": np.nan}, "rtol must be a number that is positive; it is nan."),
        ("LSODA", {"max_step": -1}, "max_step must be a number that is positive; it is -1."),
        ("BDF", {"jac_sparsity": np.eye(3)}, "jac_sparsity must be a matrix of shape (2, 2); it has shape (3, 3)."),
        ("Radau", {"jac": lambda t, y: np.eye(3)}, "jac must return a matrix of shape (2, 2); it has shape (3, 3)."),
        ("Radau", {"rtol": [1e-6, 1e-6]}, "rtol must be one number for method 'Radau'; it is [1e-06, 1e-06]."),
    ],
)  # fmt: skip
def test_an_option_without_meaning_is_refused(method, options, text):
    with pytest.raises(ArgumentError) as caught:
        solved(problem(van_der_pol, [2.0, 0.0], 1.0, options, method=method))
    assert str(caught.value) == text


@pytest.mark.parametrize("method", ["RK45", "RK23", "DOP853", "Radau", "BDF"])
def test_a_solution_that_becomes_infinite_ends_with_the_time_it_reached(method):
    states: list[np.ndarray] = []
    given = problem(lambda t, y: [y[0] ** 2], [1.0], 2.0, times=np.arange(0.0, 2.0, 0.01), method=method)
    with pytest.raises(SimulationError) as caught:
        states.extend(state for part in SciPyDriver().integrate(given) for state in part.states)
    assert caught.value.time == pytest.approx(1.0, abs=0.02)
    assert str(caught.value) == (
        f"Method '{method}' of solver 'scipy' failed at t = {caught.value.time:.9g}: "
        "Required step size is less than spacing between numbers."
    )
    assert len(states) >= 98


def test_lsoda_ends_too_where_the_solution_becomes_infinite():
    with pytest.raises(SimulationError) as caught:
        solved(problem(lambda t, y: [y[0] ** 2], [1.0], 2.0, method="LSODA"))
    assert caught.value.time == pytest.approx(1.0, abs=0.02)
    assert str(caught.value).startswith(f"Method 'LSODA' of solver 'scipy' failed at t = {caught.value.time:.9g}: ")


@METHOD
def test_a_derivative_that_becomes_nan_ends_with_the_time_it_reached(method):
    with pytest.raises(SimulationError) as caught:
        solved(problem(lambda t, y: [math.nan if t > 1.0 else -y[0]], [1.0], 2.0, method=method))
    assert str(caught.value).startswith(f"Method '{method}' of solver 'scipy' failed at t = ")
    assert caught.value.time == pytest.approx(1.0, abs=0.2)


@METHOD
def test_a_derivative_or_a_state_that_is_not_finite_at_the_start_is_an_error(method):
    with pytest.raises(SimulationError) as derivative:
        solved(problem(lambda t, y: [math.nan], [1.0], 2.0, method=method))
    with pytest.raises(SimulationError) as state:
        solved(problem(lambda t, y: [0.0], [math.inf], 2.0, method=method))
    if method == "LSODA":  # it evaluates only when it steps
        assert str(derivative.value) == (
            "Method 'LSODA' of solver 'scipy' failed at t = 0: beyond it the derivative is NaN or infinite."
        )
    else:
        assert str(derivative.value) == "The derivative is NaN or infinite at t = 0."
    assert str(state.value) == "The state is NaN or infinite at t = 0."


@IMPLICIT
def test_a_jacobian_that_is_not_finite_does_not_pass_in_silence(method):
    def undefined(t: float, y: np.ndarray) -> np.ndarray:
        raise ZeroDivisionError

    with pytest.raises(SimulationError) as caught:
        solved(problem(stiff, [2.0, 1.0], 2.0, method=method, make_jacobian=lambda: undefined))
    assert str(caught.value).startswith(f"Method '{method}' of solver 'scipy' failed at t = ")


@pytest.mark.parametrize("method", ["RK45", "RK23", "DOP853", "Radau"])
def test_python_numbers_that_overflow_make_the_step_smaller(method):
    def narrow(t: float, y: np.ndarray) -> list[float]:
        if abs(y[0]) > 1.1:
            raise OverflowError
        return [100.0 * math.cos(100.0 * t)]

    last, _ = solved(problem(narrow, [0.0], 0.3, {"first_step": 0.3}, method=method))
    assert last.y[0] == pytest.approx(math.sin(30.0), abs=1e-3)


@pytest.mark.parametrize("method", ["BDF", "LSODA"])
def test_python_numbers_that_overflow_where_a_method_cannot_go_back_are_an_error(method):
    def far(t: float, y: np.ndarray) -> list[float]:
        if y[0] > 1.1:
            raise OverflowError
        return [1.0]

    with pytest.raises(SimulationError) as caught:
        solved(problem(far, [0.0], 2.0, method=method))
    assert str(caught.value).startswith(f"Method '{method}' of solver 'scipy' failed at t = ")


@METHOD
def test_an_error_of_the_model_is_not_taken_for_one_of_the_method(method):
    def wrong(t: float, y: np.ndarray) -> list[float]:
        if t > 0.5:
            raise ValueError("of the model")
        return [1.0]

    with pytest.raises(ValueError, match=r"^of the model$"):
        solved(problem(wrong, [0.0], 1.0, method=method))


@METHOD
def test_an_interrupt_keeps_the_rows_that_were_computed(method):
    def interrupted(t: float, y: np.ndarray) -> list[float]:
        if t > 1.0:
            raise KeyboardInterrupt
        return [1.0]

    states: list[np.ndarray] = []
    given = problem(interrupted, [0.0], 2.0, {"max_step": 0.05}, times=np.arange(0, 2, 0.1), method=method)
    with pytest.raises(KeyboardInterrupt):
        states.extend(state for part in SciPyDriver().integrate(given) for state in part.states)
    assert len(states) >= 9


@METHOD
def test_a_problem_without_states_is_stepped_through(method):
    last, states = solved(problem(lambda t, y: [], [], 2.0, times=[0.0, 0.5, 1.5], method=method))
    assert last.time == 2.0
    assert [state.shape for state in states] == [(0,)] * 3
