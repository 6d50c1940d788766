"""Many points run in native code, on several threads: each gives what its own run gives."""

from __future__ import annotations

import sys
import threading
from typing import Any

import numpy as np
import pytest
from numba import config
from rates_core.errors import SimulationError
from rates_core.programs.batch import stacked
from rates_core.simulation.arguments import arguments_of
from rates_core.simulation.points import Point
from rates_numba.threads import divided

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

RATES = np.linspace(0.1, 3.0, 41)


def compiled(*equations: str, solver: str = "rk4", time: float = 5.0, **more: Any) -> Any:
    variables = {"x": "output(1.0)", "k": 1.0, **more.pop("variables", {})}
    circuit = CircuitTemplate("one", {"p": NodeTemplate("n", [OperatorTemplate("op", list(equations), variables)])})
    return circuit.compile(backend="numba", solver=solver, simulation_time=time, step_size=0.1, **more)


def points() -> list[dict[str, float]]:
    return [{"p/op/k": float(rate)} for rate in RATES]


@pytest.fixture(autouse=True, params=[1, 2])
def _threads(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "NUMBA_NUM_THREADS", request.param)


@pytest.mark.parametrize("solver", ["rk4", "dopri5", "dop853"])
def test_a_closed_form_at_every_point(solver: str) -> None:
    options = {} if solver == "rk4" else {"rtol": 1e-10, "atol": 1e-12}
    (found,) = compiled("x' = -k*x", solver=solver, **options).run_many(points())
    wanted = np.exp(-RATES[:, None] * found.times)
    # fixed steps err by (k h)^5/120 each, of a solution that falls as fast as it errs
    bound = 50 * (3.0 * 0.1) ** 5 / 120 if solver == "rk4" else 1e-9
    np.testing.assert_allclose(found.recorded[0], wanted, rtol=0, atol=bound)
    assert found.failures == {}


@pytest.mark.parametrize("solver", ["rk4", "dop853"])
def test_a_point_gives_bit_for_bit_what_its_run_gives(solver: str) -> None:
    model = compiled("x' = v", "v' = k*(1 - x^2)*v - x", solver=solver, time=30.0, variables={"v": "variable(0.0)"})
    (found,) = model.run_many(points())
    for number in (0, 17, 40):
        np.testing.assert_array_equal(found.frame(number), model.run(parameters=points()[number]))


def test_steps_of_their_own_end_on_the_jumps_of_inputs_of_each() -> None:
    steps = [np.where(np.arange(51) < 5 + 3 * number, 0.0, 1.0) for number in range(4)]
    model = compiled("x' = u", solver="dopri5", inputs={"p/op/u": steps[0]}, variables={"u": "input(0.0)"})
    (found,) = model.run_many([Point({}, inputs={"p/op/u": step}) for step in steps])
    for number in range(4):  # the input is linear from sample to sample, and so the integral is exact
        jump = 0.1 * (5 + 3 * number)
        wanted = 1.0 + np.maximum(0.0, found.times - jump) + 0.05 * (found.times > jump - 0.05)
        np.testing.assert_allclose(found.recorded[0][number], wanted, rtol=0, atol=1e-12)


def test_a_point_that_becomes_infinite_says_when_and_the_others_reach_the_end() -> None:
    (found,) = compiled("x' = k*x^2", solver="dopri5", time=0.9).run_many(points())  # x = 1/(1 - k t)
    late = [number for number, rate in enumerate(RATES) if rate > 1 / 0.9]
    assert sorted(found.failures) == late
    for number in late:
        assert isinstance(found.failures[number], SimulationError)
        assert found.failures[number].time == pytest.approx(1 / RATES[number], abs=1e-3)
        assert np.isnan(found.recorded[0][number]).all()
    first = [number for number in range(len(RATES)) if number not in late]
    wanted = 1 / (1 - RATES[first, None] * found.times)
    np.testing.assert_allclose(found.recorded[0][first], wanted, rtol=1e-3)


def test_the_number_of_steps_is_bounded_at_each_point() -> None:
    model = compiled("x' = -k*x", solver="dopri5", max_step=0.1, max_steps=20)
    (found,) = model.run_many(points()[:3])
    assert [str(error) for error in found.failures.values()] == [
        f"Solver 'dopri5' took max_steps=20 steps to t = {error.time:.9g}. 'p/op/x' changes fastest there. What was "
        "recorded until then is in the error's result."
        for error in found.failures.values()
    ]
    assert len(found.failures) == 3


def test_a_matrix_that_points_share_is_there_once() -> None:
    node = NodeTemplate("n", [OperatorTemplate("op", "x' = -k*x + u", {"x": "output", "u": "input", "k": 1.0})])
    weights = np.ones((30, 30))
    circuit = CircuitTemplate(
        "net",
        populations={"p": PopulationTemplate("p", node, 30)},
        connections=[Connectivity("p/op/x", "p/op/u", weights)],
    )
    model = circuit.compile(backend="numba", simulation_time=1.0, step_size=0.1)
    arguments = stacked([arguments_of(model.system, {"all/op/k": float(k)}) for k in RATES])
    batch = model.program.bind_many(arguments, len(RATES))
    assert sum(array.nbytes for array in batch.arrays) < 2 * weights.nbytes


def test_python_is_not_called_more_often_for_more_steps() -> None:
    def calls(time: float) -> int:
        model = compiled("x' = -k*x", solver="dop853", time=time, sampling_step_size=time / 4, max_step=0.01)
        list(model.run_many(points()))
        count = 0

        def profiled(frame: Any, event: str, argument: Any) -> None:
            nonlocal count
            count += event == "call" and "rates_generated" in frame.f_code.co_filename

        sys.setprofile(profiled)
        threading.setprofile(profiled)
        try:
            list(model.run_many(points()))
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
        return count

    # once per block of points and pause, as long as a run is, but not 20 times as often
    assert calls(20.0) <= 5 * calls(1.0)


def test_threads_are_as_many_as_numba_is_told() -> None:
    seen, enough = set(), threading.Barrier(int(config.NUMBA_NUM_THREADS))

    def work(begin: int, stop: int) -> None:
        if threading.get_ident() not in seen:
            seen.add(threading.get_ident())
            enough.wait(timeout=60)
        done.extend(range(begin, stop))

    done: list[int] = []
    divided(work, 1000)
    assert sorted(done) == list(range(1000))
    assert len(seen) == config.NUMBA_NUM_THREADS


def test_an_error_ends_the_work_and_is_raised() -> None:
    begun: list[int] = []

    def work(begin: int, stop: int) -> None:
        begun.append(begin)
        raise ValueError(begin)

    with pytest.raises(ValueError, match=r"^0$"):
        divided(work, 100_000)
    assert len(begun) <= 2 * int(config.NUMBA_NUM_THREADS) + 16
