"""The pairs as drivers of plain initial value problems, beside SciPy's methods of the same coefficients."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from rates_core.errors import ArgumentError, SimulationError
from rates_core.solvers.driver import Problem, Progress
from rates_core.solvers.embedded import EmbeddedPair
from rates_runge_kutta.bogacki_shampine import PAIR as BOSH3
from rates_runge_kutta.dormand_prince import PAIR as DOPRI5
from rates_runge_kutta.dormand_prince_8 import PAIR as DOP853
from scipy.integrate import solve_ivp

PAIRS = pytest.mark.parametrize("pair", [BOSH3, DOPRI5, DOP853], ids=lambda pair: pair.name)
SCIPY = {"bosh3": "RK23", "dopri5": "RK45", "dop853": "DOP853"}


class Counted:
    """A right-hand side that counts its evaluations and keeps what it returned."""

    def __init__(self, function: Callable[[float, np.ndarray], Any]) -> None:
        self.function = function
        self.times: list[float] = []

    def __call__(self, t: float, y: np.ndarray) -> np.ndarray:
        self.times.append(t)
        return np.array(self.function(t, y))


def van_der_pol(t: float, y: np.ndarray) -> np.ndarray:
    return np.array([y[1], 5.0 * (1 - y[0] ** 2) * y[1] - y[0]])


def problem(function: Callable[..., Any], y: list[float], end: float, **more: Any) -> Problem:
    settings: dict[str, Any] = {"times": (), "stops": (), "start": 0.0, "options": {}, **more}
    return Problem(derivative=function, y=np.array(y, dtype=float), end=end, **settings)


def solved(pair: Any, given: Problem) -> tuple[Progress, list[np.ndarray]]:
    parts = list(EmbeddedPair(pair).integrate(given))
    return parts[-1], [state for part in parts for state in part.states]


@PAIRS
def test_steps_and_values_are_those_of_scipys_method_of_the_same_coefficients(pair):
    times = np.linspace(0.0, 19.9, 200)
    function = Counted(van_der_pol)
    last, states = solved(pair, problem(function, [2.0, 0.0], 20.0, times=times))
    other = solve_ivp(van_der_pol, (0, 20), [2.0, 0.0], method=SCIPY[pair.name], rtol=1e-6, atol=1e-9, t_eval=times)
    # SciPy evaluates the derivative at the end of rejected steps too; as a stage of the error, it has to be there
    spared = other.nfev - len(function.times)
    assert spared == 0 if pair.tried == pair.stages else 0 < spared < 0.02 * other.nfev
    np.testing.assert_allclose(np.array(states), other.y.T, rtol=0, atol=1e-10)  # rounding, times the steepness
    assert last.time == 20.0


@PAIRS
def test_the_error_follows_the_tolerance(pair):
    errors = []
    for rtol in (1e-4, 1e-6, 1e-8):
        last, _ = solved(
            pair, problem(lambda t, y: [y[1], -y[0]], [0.0, 1.0], 10.0, options={"rtol": rtol, "atol": rtol})
        )
        errors.append(float(np.abs(last.y - [math.sin(10), math.cos(10)]).max()))
    # 100 times the tolerance of one step is what its steps over 10 time units may add up to.
    assert all(error < 100 * rtol for error, rtol in zip(errors, (1e-4, 1e-6, 1e-8), strict=True))
    assert all(first / second > 20 for first, second in pairwise(errors))


@pytest.mark.parametrize(("pair", "order"), [(BOSH3, 3), (DOPRI5, 4), (DOP853, 7)], ids=["bosh3", "dopri5", "dop853"])
def test_values_between_steps_have_the_order_of_the_interpolant(pair, order):
    errors = []
    for h in (0.2, 0.1, 0.05):
        options = {"rtol": 1.0, "atol": 1.0, "first_step": h, "max_step": h}
        times = np.arange(h / 3, 2.0, h)
        _, states = solved(
            pair, problem(lambda t, y: [-(y[0] ** 2) * math.cos(t)], [1.0], 2.0, times=times, options=options)
        )
        errors.append(max(abs(y[0] - 1 / (1 + math.sin(t))) for t, y in zip(times, states, strict=True)))
    measured = [math.log2(first / second) for first, second in pairwise(errors)]
    assert measured[-1] > order - 0.2


@PAIRS
def test_wanted_times_change_no_step(pair):
    ends, counts = [], []
    for times in ((), np.linspace(0, 9.99, 1000)):
        function = Counted(van_der_pol)
        ends.append(solved(pair, problem(function, [2.0, 0.0], 10.0, times=times))[0])
        counts.append(len(function.times))
    assert ends[0].y.tolist() == ends[1].y.tolist()
    assert ends[0].controller == ends[1].controller
    # evaluations that only the interpolant needs are not made without rows
    assert counts[0] == counts[1] if pair.tried == pair.stages else counts[0] < counts[1]


@PAIRS
def test_a_wanted_time_at_the_start_or_on_a_step_gets_the_state_itself(pair):
    _, states = solved(pair, problem(lambda t, y: [1.0], [0.5], 2.0, times=[0.0, 1.0, 2.0], stops=[1.0]))
    np.testing.assert_allclose(np.ravel(states), [0.5, 1.5, 2.5], rtol=0, atol=1e-15)


@PAIRS
def test_steps_end_on_stops_and_each_side_sees_its_own_derivative(pair):
    seen: list[tuple[float, float]] = []
    accepted: list[tuple[float, float]] = []

    def jumping(t: float, y: np.ndarray) -> list[float]:
        seen.append((t, 0.0 if t < 1.0 else 3.0))
        return [0.0 if t < 1.0 else 3.0 if t < 2.0 else 0.0]

    last, _ = solved(
        pair,
        problem(
            jumping, [1.0], 3.0, stops=[1.0, 2.0], accept=lambda start, end, interpolant: accepted.append((start, end))
        ),
    )
    # The derivative is constant on each piece, which no method of these misses by more than rounding.
    assert last.y[0] == pytest.approx(4.0, abs=1e-14)
    assert {1.0, 2.0, 3.0} <= {end for _, end in accepted}
    assert all(first[1] == second[0] for first, second in pairwise(accepted))


@PAIRS
def test_no_evaluation_is_wasted_where_there_are_no_stops_and_two_are_needed_at_a_stop(pair):
    # One for the derivative behind the stop, one for the size of the first step there.
    def smooth(t: float, y: np.ndarray) -> list[float]:
        return [1.0]

    free, stopped = Counted(smooth), Counted(smooth)
    options = {"max_step": 1 / 64, "first_step": 1 / 64}
    solved(pair, problem(free, [0.0], 1.0, options=options))
    solved(pair, problem(stopped, [0.0], 1.0, options=options, stops=[0.5]))
    assert len(stopped.times) == len(free.times) + 2


@PAIRS
def test_nothing_that_was_handed_out_is_written_again(pair):
    kept: list[tuple[np.ndarray, np.ndarray]] = []

    def keeping(t: float, y: np.ndarray) -> np.ndarray:
        value = van_der_pol(t, y)
        kept.append((y, y.copy()))
        kept.append((value, value.copy()))
        return value

    for part in EmbeddedPair(pair).integrate(problem(keeping, [2.0, 0.0], 5.0, times=np.arange(0, 5, 0.01))):
        kept += [(array, array.copy()) for array in (part.y, *part.states)]
    for array, copy in kept:
        np.testing.assert_array_equal(array, copy)


@PAIRS
def test_a_run_goes_on_with_the_step_that_it_ended_with(pair):
    whole, first_half, second_half = (Counted(van_der_pol) for _ in range(3))
    last, _ = solved(pair, problem(whole, [2.0, 0.0], 20.0))
    middle, _ = solved(pair, problem(first_half, [2.0, 0.0], 9.3))
    end, _ = solved(pair, problem(second_half, middle.y.tolist(), 20.0, start=9.3, controller=middle.controller))
    np.testing.assert_allclose(end.y, last.y, rtol=1e-4)
    # Two halves cost no more than the cut step, the derivative at the cut and the check of the first step.
    assert len(first_half.times) + len(second_half.times) <= len(whole.times) + 2 * pair.stages + 6


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


@PAIRS
@pytest.mark.parametrize("rtol", [1e-6, 1e-10])
def test_a_delay_is_solved_by_the_method_of_steps(pair, rtol):
    past = Recorder(1.0)
    given = problem(
        lambda t, y: [-past.at(t - 0.1)], [1.0], 0.4, stops=[0.1, 0.2, 0.30000000000000004],
        options={"rtol": rtol, "atol": rtol * 1e-2}, accept=past.accept, shortest_delay=0.1,
    )  # fmt: skip
    last, _ = solved(pair, given)
    exact = 1 - 0.4 + 0.3**2 / 2 - 0.2**3 / 6 + 0.1**4 / 24
    assert last.y[0] == pytest.approx(exact, abs=10 * rtol)


@PAIRS
def test_a_past_that_jumps_at_the_start_is_read_on_the_right_side_of_the_stop(pair):
    # x = 0 before the start and 1 from it on: x' = 0 up to t = 0.1, then -1, so that x(0.2) = 0.9 exactly.
    past = Recorder(0.0)
    given = problem(lambda t, y: [-past.at(t - 0.1)], [1.0], 0.2, stops=[0.1], accept=past.accept, shortest_delay=0.1)
    last, _ = solved(pair, given)
    assert last.y[0] == pytest.approx(0.9, abs=1e-14)


@PAIRS
def test_a_derivative_that_python_numbers_cannot_hold_makes_the_step_smaller(pair):
    raised = []

    def narrow(t: float, y: np.ndarray) -> list[float]:
        if abs(y[0]) > 1.1:
            raised.append(t)
            raise OverflowError
        return [100.0 * math.cos(100.0 * t)]

    last, _ = solved(pair, problem(narrow, [0.0], 0.3, options={"first_step": 0.3}))
    assert raised
    assert last.y[0] == pytest.approx(math.sin(30.0), abs=1e-4)


@PAIRS
def test_a_solution_that_becomes_infinite_ends_with_the_time_it_reached(pair):
    states: list[np.ndarray] = []
    given = problem(lambda t, y: [y[0] ** 2], [1.0], 2.0, times=np.arange(0.0, 2.0, 0.01))
    with pytest.raises(SimulationError) as caught:
        states.extend(state for part in EmbeddedPair(pair).integrate(given) for state in part.states)
    assert caught.value.time == pytest.approx(1.0, abs=1e-3)
    assert str(caught.value) == (
        f"Solver '{pair.name}' cannot go on from t = {caught.value.time:.9g}: the step that its tolerances ask for is "
        "too small for floating-point numbers. The solution may become infinite there; if not, try larger tolerances "
        "or a solver for stiff systems."
    )
    assert len(states) >= 100  # rows 0 … 0.99 are handed out before the error


@PAIRS
def test_a_derivative_that_becomes_nan_ends_with_the_time_it_reached(pair):
    with pytest.raises(SimulationError) as caught:
        solved(pair, problem(lambda t, y: [math.nan if t > 1.0 else -y[0]], [1.0], 2.0))
    assert str(caught.value) == (
        f"Solver '{pair.name}' cannot go on from t = 1: beyond it the derivative is NaN or infinite, however small the "
        "step. The solution may become infinite there; if not, try larger tolerances or a solver for stiff systems."
    )


@PAIRS
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_derivative_that_is_not_finite_at_the_start_is_an_error(pair, value):
    with pytest.raises(SimulationError) as caught:
        solved(pair, problem(lambda t, y: [value], [1.0], 2.0))
    assert str(caught.value) == "The derivative is NaN or infinite at t = 0."


@PAIRS
def test_the_number_of_steps_can_be_bounded(pair):
    with pytest.raises(SimulationError) as caught:
        solved(
            pair, problem(lambda t, y: [1.0], [0.0], 9.0, options={"max_step": 1.0, "first_step": 1.0, "max_steps": 5})
        )
    assert str(caught.value) == f"Solver '{pair.name}' took max_steps=5 steps to t = 5."


@PAIRS
def test_a_problem_without_states_is_stepped_through(pair):
    last, states = solved(pair, problem(lambda t, y: [], [], 2.0, times=[0.0, 0.5, 1.5]))
    assert last.time == 2.0
    assert [state.shape for state in states] == [(0,)] * 3


@PAIRS
def test_an_interrupt_keeps_the_rows_that_were_computed(pair):
    def interrupted(t: float, y: np.ndarray) -> list[float]:
        if t > 1.0:
            raise KeyboardInterrupt
        return [1.0]

    states: list[np.ndarray] = []
    given = problem(interrupted, [0.0], 2.0, times=np.arange(0, 2, 0.1), options={"max_step": 0.05})
    with pytest.raises(KeyboardInterrupt):
        states.extend(state for part in EmbeddedPair(pair).integrate(given) for state in part.states)
    assert len(states) >= 10


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"rtol": -1.0}, "rtol must be a number that is positive; it is -1.0."),
        ({"rtol": "1e-6"}, "rtol must be a number that is positive; it is '1e-6'."),
        ({"rtol": "x"}, "rtol must be a number that is positive; it is 'x'."),
        ({"rtol": math.nan}, "rtol must be a number that is positive; it is nan."),
        ({"rtol": True}, "rtol must be a number that is positive; it is True."),
        (
            {"rtol": math.inf},
            "rtol must be finite; it is inf. Solvers with fixed steps control no error.",
        ),
        (
            {"atol": [1e-6, math.inf]},
            "atol must be finite; it is inf. Solvers with fixed steps control no error.",
        ),
        ({"max_step": -1}, "max_step must be a number that is positive; it is -1."),
        ({"max_steps": 0}, "max_steps must be a positive whole number; it is 0."),
        ({"max_steps": math.nan}, "max_steps must be a positive whole number; it is nan."),
        ({"atol": math.nan}, "atol must be a number that is not negative; it is nan."),
        ({"atol": [1e-6]}, "atol must be a number, or one for each of the 2 entries of the state; it is [1e-06]."),
        ({"max_step": 0}, "max_step must be a number that is positive; it is 0."),
        ({"first_step": -1}, "first_step must be a number that is positive; it is -1."),
        ({"max_steps": 0.5}, "max_steps must be a positive whole number; it is 0.5."),
    ],
)
def test_an_option_without_meaning_is_refused(options, text):
    with pytest.raises(ArgumentError) as caught:
        EmbeddedPair(DOPRI5).integrate(problem(van_der_pol, [2.0, 0.0], 1.0, options=options))
    assert str(caught.value) == text


def test_tolerances_may_differ_from_state_to_state():
    given = problem(
        lambda t, y: [math.cos(t), math.cos(7 * t)],
        [0.0, 0.0],
        5.0,
        options={"rtol": [1e-12, 1e-12], "atol": [1e-3, 1e-9]},
    )
    loose, tight = (float(value) for value in np.abs(solved(DOPRI5, given)[0].y - [math.sin(5), math.sin(35) / 7]))
    assert tight < 1e-7
    assert loose < 1e-3
