"""Drivers that integrate many points at once: what they are given, what becomes of what they return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
import pytest
from attrs import evolve, frozen
from rates_core.errors import SimulationError
from rates_core.plugins import get_manager
from rates_core.plugins.specs import SolverSpec
from rates_core.programs.batch import Batch
from rates_core.programs.equations import Equations
from rates_core.programs.program import Backend, Program
from rates_core.simulation.points import Point
from rates_core.solvers.driver import Driver, Problem, Problems, Progress, Solutions
from rates_core.testing.injection import injected_backend, injected_solver

RATE = "p/op/k"


@frozen(eq=False)
class ValuesOnly(Batch):
    """Hands out the parameters of all points."""

    arguments: Mapping[str, np.ndarray]

    def loop(self, carries, inputs, draws, step_size, samples, stride):
        raise AssertionError("Nobody asks for fixed steps.")

    def equations(self, samples, base, spacing):
        return Equations(lambda values: None, (self.arguments, samples), (float,), "float64", lambda: None)


@frozen(eq=False)
class Batched:
    """NumPy's backend, with a batch that has equations."""

    made: Backend

    def program(self, request: Any, options: Mapping[str, Any]) -> Program:
        program = self.made.program(request, options)
        program.bind_many = lambda arguments, points: ValuesOnly(arguments)  # type: ignore[method-assign]
        program.gains = lambda points: True  # type: ignore[method-assign]
        return program


class Exact(Driver):
    """The solution of x' = k x; above k = 1 it fails alone, and does not come to its end side by side."""

    side_by_side = True
    given: ClassVar[list[Problems]] = []
    refuses: ClassVar[bool] = False

    def integrate(self, problem: Problem) -> Iterator[Progress]:
        rate = float(problem.derivative(0.0, np.ones(1))[0])
        if rate > 1.0:
            raise SimulationError("Too fast.", 0.5)
        states = [problem.y * np.exp(rate * t) for t in problem.times]
        yield Progress(problem.end, problem.y * np.exp(rate * problem.end), states)

    def integrate_many(self, problems: Problems) -> Solutions | None:
        self.given.append(problems)
        if self.refuses:
            return None
        rate = np.ravel(problems.equations.values[0][RATE])
        times = np.asarray(problems.problem.times)
        rows = problems.y * np.exp(np.outer(rate, times))
        ends = problems.y * np.exp(rate * problems.problem.end)[:, None]
        return Solutions((rows,), rate <= 1.0, np.where(rate[:, None] == 0.75, np.nan, ends), np.ones(len(rate)))


@pytest.fixture(name="model")
def make_model(circuit, monkeypatch):
    """Return x' = k x with that driver."""
    monkeypatch.setattr(Exact, "given", [])
    spec = get_manager().backend("numpy")
    made = Batched(spec.load()())
    backend = evolve(injected_backend(spec, lambda: made), capabilities=evolve(spec.capabilities, batch=True))
    solver = SolverSpec(
        name="exact", target="test:Exact", kind="driver", order=5, adaptive=True, summary="a closed form"
    )
    return circuit("x' = k*x", x="output(1.0)", k=1.0).compile(
        backend=backend, solver=injected_solver(solver, Exact), simulation_time=1.0, step_size=0.25
    )


def test_points_come_with_values_starts_and_spans_by_point(model):
    points = [Point({RATE: k}, {"p/op/x": x}) for k, x in ((0.5, 2.0), (-1.0, 3.0))]
    (found,) = model.run_many(points)
    for number, point in enumerate(points):
        wanted = point.initial["p/op/x"] * np.exp(point.parameters[RATE] * found.times)
        np.testing.assert_allclose(found.frame(number).to_numpy()[:, 0], wanted, rtol=1e-14)
    (given,) = Exact.given
    np.testing.assert_array_equal(given.y, [[2.0], [3.0]])
    np.testing.assert_array_equal(given.equations.values[0][RATE], [0.5, -1.0])
    np.testing.assert_array_equal(given.spans.end, [[1.0]])


def test_a_point_that_does_not_come_to_its_end_runs_once_more_alone_and_says_why(model):
    (found,) = model.run_many([{RATE: 0.5}, {RATE: 2.0}])
    np.testing.assert_allclose(found.frame(0).to_numpy()[:, 0], np.exp(0.5 * found.times), rtol=1e-14)
    assert list(found.failures) == [1]
    with pytest.raises(SimulationError) as alone:
        model.run({RATE: 2.0})
    assert str(found.failures[1]) == str(alone.value)
    assert str(alone.value).startswith("Too fast.")
    assert np.isnan(found.frame(1).to_numpy()).all()


def test_a_state_that_is_no_number_at_the_end_is_looked_at_alone_too(model):
    """Alone this driver has a number there, which then counts."""
    (found,) = model.run_many([{RATE: 0.75}, {RATE: 0.5}])
    assert not found.failures
    np.testing.assert_allclose(found.frame(0).to_numpy()[:, 0], np.exp(0.75 * found.times), rtol=1e-14)


def test_a_driver_that_would_rather_not_is_asked_point_by_point(model, monkeypatch):
    monkeypatch.setattr(Exact, "refuses", True)
    parts = list(model.run_many([{RATE: 0.5}, {RATE: -1.0}]))
    assert [part.numbers for part in parts] == [(0,), (1,)]
    assert len(Exact.given) == 1


def test_one_that_does_not_say_that_it_can_is_not_asked(model, monkeypatch):
    monkeypatch.setattr(Exact, "side_by_side", False)
    assert [part.numbers for part in model.run_many([{RATE: 0.5}, {RATE: -1.0}])] == [(0,), (1,)]
    assert not Exact.given
    problem = Problem(lambda t, y: y, 0.0, np.zeros(1), (), 1.0, (), {})
    with pytest.raises(NotImplementedError) as caught:
        Driver.integrate_many(Exact(), Problems(problem, np.zeros((1, 1)), None, None))  # type: ignore[arg-type]
    assert str(caught.value) == "Exact does not integrate problems side by side."
