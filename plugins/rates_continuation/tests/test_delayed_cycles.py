"""Cycles of models with delays against long runs that are computed independently, interval by interval."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from rates_continuation import Continuation
from rates_core.errors import ApproximationWarning, ArgumentError
from rates_core.testing.parts import single
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, minimize_scalar

HUTCHINSON = single("x' = r*x*(1 - past(x, tau))", x="output(1.0)", r=1.2, tau=1.0)
MACKEY_GLASS = single(
    "x' = beta*past(x, tau)/(1 + past(x, tau)^n) - gamma*x", x="output(1.0)", beta=0.2, gamma=0.1, n=10.0, tau=2.0
)
R, TAU, X = "p/op/r", "p/op/tau", "p/op/x"
Rate = Callable[[float, float], float]  # of the present and of the past value


class Run:
    """A solution by the method of steps: on each interval of the length of the delay the past is known."""

    def __init__(self, rate: Rate, delay: float, start: float, intervals: int) -> None:
        self.delay, self.parts = delay, []
        past, x = lambda t: start, start
        for number in range(intervals):
            span = number * delay, (number + 1) * delay
            found = solve_ivp(
                lambda t, y, past=past: [rate(y[0], past(t - delay))], span, [x], method="DOP853", rtol=1e-11,
                atol=1e-13, dense_output=True,
            )  # fmt: skip
            past, x = (lambda t, found=found: found.sol(t)[0]), found.y[0, -1]
            self.parts.append(found.sol)

    def __call__(self, t: float) -> float:
        return float(self.parts[min(int(t / self.delay), len(self.parts) - 1)](t)[0])

    def passages(self, level: float, start: float) -> list[float]:
        """Return the times behind a start at which the solution rises through a level."""
        times = np.arange(start, len(self.parts) * self.delay, self.delay / 40)
        above = np.array([self(t) for t in times]) > level
        rises = np.flatnonzero(~above[:-1] & above[1:])
        return [brentq(lambda t: self(t) - level, times[k], times[k + 1], xtol=1e-13) for k in rises]

    def largest(self, first: float, last: float, sign: float = 1.0) -> float:
        """Return the largest value between two times; the smallest one for a negative sign."""
        times = np.linspace(first, last, 400)
        top = times[int(np.argmax([sign * self(t) for t in times]))]
        step = times[1] - times[0]
        found = minimize_scalar(
            lambda t: -sign * self(t), bounds=(top - step, top + step), method="bounded", options={"xatol": 1e-10}
        )
        return -sign * float(found.fun)


def test_cycles_of_hutchinsons_equation_are_those_of_a_long_run() -> None:
    continuation = Continuation(HUTCHINSON)
    branch = continuation.equilibria(R, bounds=(1.0, 3.0))
    cycles = continuation.cycles(branch.special("HB")[0], bounds=(1.0, 2.0), tolerance=1e-8)
    assert cycles.ended == ("hopf", "bound")
    run = Run(lambda x, late: 2.0 * x * (1 - late), 1.0, 1.3, 60)
    before, after = run.passages(1.0, 50.0)[:2]
    assert cycles.periods[-1] == pytest.approx(after - before, rel=1e-7)
    assert cycles.column(X)[-1] == pytest.approx(run.largest(before, after), rel=1e-6)
    assert cycles.smallest[-1, 0] == pytest.approx(run.largest(before, after, -1.0), rel=1e-5)
    assert np.max(np.abs(cycles.trivial - 1)) < 1e-6
    assert not cycles.unstable.any()
    assert cycles.specials == ()
    assert cycles.profiles[-1].states == (X,)
    assert list(cycles.data.columns) == [R, "period", X, f"min({X})", "unstable"]


def test_small_cycles_grow_as_the_normal_form_says() -> None:
    continuation = Continuation(HUTCHINSON)
    hopf = continuation.equilibria(R, bounds=(1.0, 3.0)).special("HB")[0]
    cycles = continuation.cycles(hopf, bounds=(1.0, 1.6))
    half = (cycles.column(X) - cycles.smallest[:, 0])[:4] / 2
    growth = (cycles.p[:4, 0] - np.pi / 2) / half**2
    # (3 pi - 2)/40, and what is left of the next term, which goes with the square of the size
    np.testing.assert_allclose(growth, (3 * np.pi - 2) / 40, rtol=0.0, atol=0.1 * np.max(half) ** 2 + 1e-6)


def test_cycles_of_mackey_and_glass_in_the_delay_are_those_of_a_long_run() -> None:
    continuation = Continuation(MACKEY_GLASS)
    hopf = continuation.equilibria(TAU, bounds=(1.0, 20.0)).special("HB")[0]
    cycles = continuation.cycles(hopf, bounds=(1.0, 8.0))
    run = Run(lambda x, late: 0.2 * late / (1 + late**10) - 0.1 * x, 8.0, 1.1, 80)
    before, after = run.passages(1.0, 600.0)[:2]
    assert cycles.periods[-1] == pytest.approx(after - before, rel=1e-6)
    assert cycles.column(X)[-1] == pytest.approx(run.largest(before, after), rel=1e-6)
    assert cycles.smallest[-1, 0] == pytest.approx(run.largest(before, after, -1.0), rel=1e-6)
    assert np.max(np.abs(cycles.trivial - 1)) < 1e-6


def test_the_largest_multiplier_is_the_rate_at_which_a_run_comes_to_the_cycle() -> None:
    continuation = Continuation(HUTCHINSON)
    hopf = continuation.equilibria(R, bounds=(1.0, 3.0)).special("HB")[0]
    cycles = continuation.cycles(hopf, bounds=(1.0, 1.75))
    run = Run(lambda x, late: 1.75 * x * (1 - late), 1.0, 1.4, 60)
    tops = [run.largest(one, other) for one, other in pairwise(run.passages(1.0, 8.0))]
    moved = np.abs(np.diff(tops))
    # a geometric series, once terms of second order, which go with it, are gone; the run is precise to 1e-10
    assert cycles.multipliers[-1, 0].real == pytest.approx(moved[8] / moved[7], rel=10 * moved[7])


def test_cycles_double_their_period_where_a_run_does() -> None:
    continuation = Continuation(MACKEY_GLASS)
    hopf = continuation.equilibria(TAU, bounds=(1.0, 20.0)).special("HB")[0]
    cycles = continuation.cycles(hopf, bounds=(1.0, 14.0))
    (point,) = cycles.specials
    assert (point.kind, point.criticality) == ("PD", "supercritical")
    assert point.error < 1e-4
    # no multiplier is reported that belongs to no change with a past of its own
    assert point.eigenvalues[0] == pytest.approx(-1.0, rel=1e-6)
    doubled = continuation.cycles(point, bounds=(1.0, 14.0))
    run = Run(lambda x, late: 0.2 * late / (1 + late**10) - 0.1 * x, 14.0, 1.1, 90)
    tops = doubled.column(X)[-1]
    end = 90 * 14.0
    assert tops == pytest.approx(run.largest(end - 2.2 * doubled.periods[-1], end - 1.0), rel=1e-5)
    assert doubled.periods[-1] == pytest.approx(2 * cycles.periods[-1], rel=0.1)
    assert doubled.p[-1, 0] == 14.0
    assert not doubled.unstable[-1]
    bounds = {TAU: (11.0, 15.0), "p/op/beta": (0.19, 0.21)}
    with pytest.raises(ArgumentError) as refused:
        Continuation(MACKEY_GLASS, delay_nodes=12).curve(point, "p/op/beta", bounds=bounds)
    assert str(refused.value) == (
        "The point was found with another number of nodes of each delay. Give delay_nodes= as for its branch, or find "
        "it again."
    )


@pytest.mark.exhaustive
def test_period_doublings_do_not_depend_on_the_number_of_nodes() -> None:
    found = []
    for nodes in (16, 28):
        continuation = Continuation(MACKEY_GLASS, delay_nodes=nodes)
        hopf = continuation.equilibria(TAU, bounds=(1.0, 20.0)).special("HB")[0]
        found.append(continuation.cycles(hopf, bounds=(1.0, 14.0)).special("PD")[0])
    one, other = found
    assert one[TAU] == pytest.approx(other[TAU], rel=1e-7)
    assert one.period == pytest.approx(other.period, rel=1e-7)
    assert one.coefficient == pytest.approx(other.coefficient, rel=1e-3)
    assert abs(one[TAU] / other[TAU] - 1) < one.error


def test_points_of_a_given_value_are_solved_for_on_cycles() -> None:
    continuation = Continuation(HUTCHINSON)
    hopf = continuation.equilibria(R, bounds=(1.0, 3.0)).special("HB")[0]
    cycles = continuation.cycles(hopf, bounds=(1.0, 1.9))
    (point,) = continuation.at(cycles, R, 1.75)
    run = Run(lambda x, late: 1.75 * x * (1 - late), 1.0, 1.4, 90)
    passages = run.passages(1.0, 60.0)
    assert point[R] == 1.75
    assert point[X] == pytest.approx(run.largest(*passages[-2:]), rel=1e-6)
    assert point.period == pytest.approx(passages[-1] - passages[-2], rel=1e-6)
    assert point.eigenvalues[0].real == pytest.approx(
        continuation.cycles(hopf, bounds=(1.0, 1.75)).multipliers[-1, 0].real, rel=1e-9
    )
    (largest,) = continuation.at(cycles, X, 2.5)
    assert largest[X] == pytest.approx(2.5, rel=1e-12)
    assert continuation.at(cycles, R, largest[R])[0][X] == pytest.approx(2.5, rel=1e-9)


def test_a_cycle_is_found_from_values_that_hold_for_ever_before() -> None:
    continuation = Continuation(HUTCHINSON)
    hopf = continuation.equilibria(R, bounds=(1.0, 3.0)).special("HB")[0]
    wanted = continuation.cycles(hopf, bounds=(1.0, 1.9))
    found = continuation.cycles({X: 0.5, R: 1.9}, parameter=R, bounds=(1.8, 2.0))
    start = int(np.argmin(np.abs(found.p[:, 0] - 1.9)))
    assert found.p[start, 0] == 1.9
    assert found.periods[start] == pytest.approx(wanted.periods[-1], rel=1e-7)


def test_the_table_of_a_run_is_no_start() -> None:
    with pytest.raises(ArgumentError) as refused:
        Continuation(HUTCHINSON).cycles(HUTCHINSON.run(1.0, 0.1), parameter=R, bounds=(1.0, 2.0))
    assert str(refused.value) == (
        "from_ is the table of a run of a model with discrete delays, which does not tell what was before its end. "
        "Give values of states by path, from_={path: value}: they hold for all times before the start."
    )


def test_cycles_that_miss_the_past_are_told() -> None:
    continuation = Continuation(MACKEY_GLASS, delay_nodes=6)
    with pytest.warns(ApproximationWarning, match="Critical eigenvalues at special points of the branch miss"):
        hopf = continuation.equilibria(TAU, bounds=(1.0, 20.0)).special("HB")[0]
    with pytest.warns(ApproximationWarning) as told:
        continuation.cycles(hopf, bounds=(1.0, 10.0))
    (text,) = (str(each.message) for each in told)
    assert text.startswith("What is read late of cycles misses what was by up to 0.")
    assert text.endswith(" of its change. Give more than 6 nodes to each delay: Continuation(model, delay_nodes=...).")


@pytest.mark.exhaustive
def test_period_doublings_are_followed_in_two_parameters() -> None:
    continuation = Continuation(MACKEY_GLASS)
    hopf = continuation.equilibria(TAU, bounds=(1.0, 20.0)).special("HB")[0]
    point = continuation.cycles(hopf, bounds=(1.0, 14.0)).special("PD")[0]
    found = continuation.curve(point, "p/op/beta", bounds={TAU: (11.0, 15.0), "p/op/beta": (0.19, 0.21)})
    end = int(np.argmin(np.abs(found.column("p/op/beta") - 0.21)))
    other = Continuation(MACKEY_GLASS, {"p/op/beta": 0.21})
    hopf = other.equilibria(TAU, bounds=(1.0, 20.0)).special("HB")[0]
    wanted = other.cycles(hopf, bounds=(1.0, 14.0)).special("PD")[0]
    assert found.column("p/op/beta")[end] == pytest.approx(0.21, abs=1e-12)
    assert found.column(TAU)[end] == pytest.approx(wanted[TAU], rel=1e-5)
