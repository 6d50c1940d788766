"""What a driver is told of the past that keeps the past itself: delays, and what was before the start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from rates_core.delays.strategy import AcceptedHistory
from rates_core.errors import UnsupportedFeatureError
from rates_core.solvers.driver import Driver, Interpolant, Problem, Progress
from rates_core.solvers.past import Past
from rates_core.testing.injection import InjectedSolver

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

TOLD: list[Past | None] = []


def solution(t: float) -> np.ndarray:
    """Return the solution of x' = x(t - 1) until t = 1, where x(t) = 2t before 0 and x(0) = 1."""
    return np.array([1.0 + t**2 - 2 * t])


class Keeper(Driver):
    """Solve that problem in one step, of which core is told at the end."""

    def integrate(self, problem: Problem) -> Iterator[Progress]:
        TOLD.append(problem.past)
        column = np.array([solution(t)[0] for t in problem.times])
        yield Progress(problem.end, solution(problem.end), (), None, (column,))
        if problem.accept is not None:
            problem.accept(problem.start, problem.end, solution)


def run(equation: str = "x' = past(x, d)", **settings: Any) -> tuple[Any, Past | None]:
    """Return the table of a run to t = 0.5, or from there to 0.75, and what the driver was told."""
    node = NodeTemplate("node", [OperatorTemplate("op", [equation], {"x": "output(1.0)", "d": 1.0})])
    solver = InjectedSolver(
        "keeper", "a:b", summary="", kind="driver", order=None, adaptive=True, delays={"history"}, made=Keeper,
        options=(),
    )  # fmt: skip
    time = 0.25 if "state" in settings else 0.5
    table = CircuitTemplate("c", {"p": node}).run(
        time, 0.25, solver=solver, backend="numpy", outputs={"x": "p/op/x"}, verbose=False, **settings
    )
    return table, TOLD.pop()


def double(t: float) -> float:
    return 2 * t


def test_a_past_that_is_a_function_of_time_is_asked_for_by_time() -> None:
    _, past = run(history={"p/op/x": double})
    assert past is not None
    assert (past.delays, past.entries, past.constants, past.longest) == ((1.0,), (None,), {}, 1.0)
    assert [past.before("p/op/x", t) for t in (-1.0, -0.3)] == [-2.0, -0.6]


def test_a_past_that_was_constant_is_a_number() -> None:
    assert [run(history=said)[1].constants for said in (3.0, None)] == [{"p/op/x": 3.0}, {"p/op/x": 1.0}]  # type: ignore[union-attr]


def test_a_run_that_goes_on_has_the_steps_of_the_one_before() -> None:
    first, _ = run(history={"p/op/x": double})
    _, past = run(state=first)
    assert past is not None
    assert past.constants == {}
    for t in (0.0, 0.2, 0.499):
        assert past.before("p/op/x", t) == pytest.approx(solution(t)[0], abs=1e-14)
    assert past.before("p/op/x", -0.3) == -0.6
    assert past.trail() is None  # reads reach behind the first step, where the past was a function


def test_steps_of_a_run_before_are_to_be_had_as_polynomials() -> None:
    first, _ = run(history=2.0)
    _, past = run(state=first)
    assert past is not None
    trail = past.trail()
    assert trail is not None
    assert (trail.starts[:2].tolist(), trail.ends[:2].tolist()) == ([-2.0, 0.0], [0.0, 0.5])
    before, step = trail.factors[0][:2, :, 0]
    assert before.tolist() == [2.0, *np.zeros(7)]
    assert np.polynomial.chebyshev.chebval(2 * 0.2 / 0.5 - 1, step) == pytest.approx(solution(0.2)[0], abs=1e-14)


def test_without_delays_there_is_no_past() -> None:
    assert run("x' = 2*t - 2 + 0*d")[1] is None


class Reading(AcceptedHistory):
    """A storage that has no more than what has to be written."""

    def copy(self) -> AcceptedHistory:
        return self

    def accept(self, start: float, end: float, interpolant: Interpolant) -> None:
        raise NotImplementedError

    def read(self, t: float) -> tuple[Any, ...]:
        raise NotImplementedError


def test_a_storage_that_does_not_tell_single_variables_says_which_solvers_do_without() -> None:
    with pytest.raises(UnsupportedFeatureError) as raised:
        Reading().value("p/op/x", 0.0)
    assert str(raised.value) == (
        "Reading does not tell what single variables were, which solvers of libraries ask for. Take one that calls the "
        "model step by step, such as solver='dopri5'."
    )
