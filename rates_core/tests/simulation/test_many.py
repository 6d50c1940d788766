"""Many points of one model: together and one by one they give what runs of single points give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from attrs import evolve, frozen
from rates_core.errors import ArgumentError, NonFiniteError, UnknownNameError
from rates_core.plugins import get_manager
from rates_core.programs.batch import Batch
from rates_core.programs.program import Backend, Kernel, Program
from rates_core.simulation.execution import prepared
from rates_core.simulation.points import Point, PointResults
from rates_core.testing.injection import injected_backend


class InTurn(Batch):
    """The kernels of all points, one after the other."""

    def __init__(self, kernels: Sequence[Kernel]) -> None:
        self.kernels = kernels

    def loop(self, carries, inputs, draws, step_size, samples, stride):
        found = [
            kernel.loop(
                carries[place],
                [[of(table, place) for table in tables] for tables in inputs],
                [of(table, place) for table in draws],
                step_size,
                samples,
                stride,
            )
            for place, kernel in enumerate(self.kernels)
        ]
        columns = zip(*(columns for _, columns in found), strict=True)
        return [carry for carry, _ in found], tuple(np.stack(column) for column in columns)


def of(table: np.ndarray, place: int) -> Any:
    return table[place if len(table) > 1 else 0]


@frozen(eq=False)
class Batched:
    """NumPy's backend with a batch, which notes how many points each has."""

    made: Backend
    sizes: list[int]

    def program(self, request: Any, options: Mapping[str, Any]) -> Program:
        program = self.made.program(request, options)

        def bind_many(arguments: Mapping[str, np.ndarray], points: int) -> Batch:
            self.sizes.append(points)
            values = [{path: of(value, place) for path, value in arguments.items()} for place in range(points)]
            return InTurn([program.bind(each) for each in values])

        program.bind_many = bind_many  # type: ignore[method-assign]
        program.gains = lambda points: True  # type: ignore[method-assign]
        return program


@pytest.fixture(name="sizes")
def make_sizes() -> list[int]:
    """Return the sizes of the batches that are bound."""
    return []


@pytest.fixture(name="backend", params=["together", "one by one"])
def make_backend(request, sizes):
    """Return NumPy's backend with and without a batch."""
    spec = get_manager().backend("numpy")
    if request.param == "one by one":
        return spec
    made = Batched(spec.load()(), sizes)
    return evolve(injected_backend(spec, lambda: made), capabilities=evolve(spec.capabilities, batch=True))


def collected(parts: list[PointResults]) -> dict[int, Any]:
    return {number: part.frame(number) for part in parts for number in part.numbers}


def assert_same(model: Any, points: Sequence[Point], **settings: Any) -> None:
    """Compare with a run for each point, bit for bit."""
    found = collected(list(model.run_many(points, **settings)))
    assert list(found) == list(range(len(points)))
    for number, point in enumerate(points):
        own = {"parameters": point.parameters, "initial": point.initial}
        own |= {"inputs": point.inputs} if point.inputs is not None else {}
        own |= {"seed": point.seed} if point.seed is not None else {}
        wanted = model.run(**{**settings, **own})
        np.testing.assert_array_equal(found[number].to_numpy(), wanted.to_numpy())
        assert found[number].index.equals(wanted.index)
        assert found[number].columns.equals(wanted.columns)


def test_parameters_and_starts_differ(circuit, backend, sizes):
    model = circuit("x' = -k*x", x="output(1.0)", k=1.0).compile(backend=backend, simulation_time=1.0, step_size=0.1)
    points = [Point({"p/op/k": k}, {"p/op/x": x}) for k in (0.5, 1.0, 2.0) for x in (1.0, -3.0)]
    assert_same(model, points)
    assert sizes in ([], [6])


def test_a_closed_form_at_each_point(circuit, backend):
    model = circuit("x' = -k*x", x="output(1.0)", k=1.0).compile(
        backend=backend, solver="rk4", simulation_time=1.0, step_size=0.01
    )
    rates = [0.5, 1.0, 2.0]
    for part in model.run_many([{"p/op/k": k} for k in rates]):
        for place, number in enumerate(part.numbers):
            # fourth order: an error of (k h)^4/120 per unit of time
            np.testing.assert_allclose(part.recorded[0][place], np.exp(-rates[number] * part.times), rtol=1e-8)


def test_rows_steps_behind_them_and_a_cutoff(circuit, backend):
    model = circuit("x' = -k*x", x="output(1.0)", k=1.0).compile(
        backend=backend, simulation_time=1.0, step_size=0.1, sampling_step_size=0.3, cutoff=0.25
    )
    assert_same(model, [Point({"p/op/k": k}) for k in (0.5, 1.0)])
    assert_same(
        model, [Point({"p/op/k": k}) for k in (0.5, 1.0)], simulation_time=2.0, sampling_step_size=0.2, cutoff=0.0
    )


def test_inputs_are_shared_or_of_each_point(circuit, backend):
    signal = np.sin(np.arange(11.0))
    model = circuit("x' = -k*x + u", x="output(1.0)", k=1.0, u="input(0.0)").compile(
        backend=backend, solver="heun", simulation_time=1.0, step_size=0.1, inputs={"p/op/u": signal}
    )
    assert_same(model, [Point({"p/op/k": k}) for k in (0.5, 1.0)])
    assert_same(model, [Point({}, inputs={"p/op/u": scale * signal}) for scale in (1.0, 2.0, -1.0)])
    assert_same(model, [Point({}, inputs={"p/op/u": np.cos}), Point({}), Point({}, inputs={"p/op/u": np.cos})])


def test_noise_is_that_of_the_seed(circuit, backend):
    model = circuit("x' = -k*x + xi", x="output(1.0)", k=1.0, xi="noise").compile(
        backend=backend, simulation_time=1.0, step_size=0.1
    )
    assert_same(model, [Point({"p/op/k": k}) for k in (0.5, 1.0)], seed=3)
    assert_same(model, [Point({"p/op/k": 0.5}, seed=seed) for seed in (1, 2)])
    free = collected(list(model.run_many([Point(), Point()])))
    assert not np.array_equal(free[0].to_numpy()[1:], free[1].to_numpy()[1:])


def test_delays_differ_and_the_past_is_shared(circuit, backend):
    model = circuit("x' = -past(x, tau)", x="output(1.0)", tau=0.3).compile(
        backend=backend, solver="rk4", simulation_time=2.0, step_size=0.1
    )
    assert_same(model, [Point({"p/op/tau": tau}) for tau in (0.3, 0.47, 1.0)], history={"p/op/x": np.cos})


LATE = {
    "parameters that the past does not know": ("x' = -k*past(x, tau)", [{"k": 0.5}, {"k": 1.0}, {"k": 1.5}], 2),
    "delays": ("x' = -k*past(x, tau)", [{"k": 0.5, "tau": 0.2}, {"k": 1.0, "tau": 0.4}, {"k": 1.5, "tau": 0.4}], 3),
    "a computed variable": ("x' = -past(k*x, tau)", [{"k": 0.5}, {"k": 1.0}, {"k": 1.5}], 4),
    "no delay": ("x' = -k*past(x, tau)", [{"tau": 0.0, "k": 0.5}, {"tau": 0.0, "k": 1.0}, {"tau": 0.3}], 4),
}


@pytest.mark.parametrize("what", LATE)
def test_starts_are_found_once_for_points_that_start_alike(circuit, backend, sizes, what, monkeypatch):
    """Once for the batch, and then once for each different past."""
    equation, values, wanted = LATE[what]
    model = circuit(equation, x="output(1.0)", k=1.0, tau=0.3).compile(
        backend=backend, solver="rk4", simulation_time=1.0, step_size=0.1
    )
    points = [Point({f"p/op/{name}": value for name, value in some.items()}) for some in values]
    assert_same(model, points)
    found: list[Any] = []
    monkeypatch.setattr(
        "rates_core.simulation.together.prepared", lambda *given: found.append(prepared(*given)) or found[-1]
    )
    list(model.run_many(points))
    assert len(found) == (wanted if sizes else 0)


def test_points_of_different_starts_have_pasts_of_their_own(circuit, backend):
    model = circuit("x' = -k*past(x, 0.3)", x="output(1.0)", k=1.0).compile(
        backend=backend, solver="rk4", simulation_time=1.0, step_size=0.1
    )
    assert_same(model, [Point({"p/op/k": k}, {"p/op/x": x}) for k in (0.5, 1.0) for x in (1.0, 2.0)])


@pytest.mark.parametrize(
    "points",
    [
        [Point(), Point({"p/op/k": 2.0}), Point({"p/op/k": 0.5})],
        [Point(), Point({"p/op/tau": 0.47}), Point({"p/op/k": 2.0})],
        [Point(), Point({}, {"p/op/x": -3.0}), Point()],
        [Point({}, {"p/op/x": -3.0}), Point(), Point({}, {"p/op/x": -3.0})],
    ],
)
@pytest.mark.parametrize("late", ["x", "z"])
def test_points_have_the_past_of_another_one_only_where_it_is_theirs(circuit, backend, points, late):
    model = circuit(
        [f"x' = -past({late}, tau)", "z = k*x"], x="output(1.0)", z="variable(0.0)", k=1.0, tau=0.3
    ).compile(backend=backend, solver="rk4", simulation_time=2.0, step_size=0.1)
    assert_same(model, points)


def test_chains_start_from_the_past_of_each_point(circuit, backend):
    from rates_core import CircuitTemplate

    template = circuit("x' = -k*x + u", count=2, x="output(1.0)", k=1.0, u="input(0.0)")
    template = CircuitTemplate(
        "c", template.nodes, edges=[("p0/op/x", "p1/op/u", None, {"weight": 1.0, "delay": 0.5, "spread": 0.2})]
    )
    model = template.compile(backend=backend, simulation_time=2.0, step_size=0.1)
    assert_same(model, [Point({}, {"p0/op/x": x}) for x in (1.0, 2.0)])


def test_points_that_set_units_apart_run_another_model(circuit, backend, sizes):
    model = circuit("x' = -k*x", count=10, x="output(1.0)", k=1.0).compile(
        backend=backend, simulation_time=1.0, step_size=0.1
    )
    points = [Point({"all/op/k": 0.5}), Point({"all/op/k": 0.7}), Point({"p3/op/k": 2.0}), Point({"all/op/k": 0.9})]
    assert_same(model, points)
    assert sizes in ([], [2, 1, 1])


def test_methods_that_choose_their_steps_and_other_libraries_go_point_by_point(circuit, backend, sizes):
    for solver in ("dopri5", "scipy"):
        model = circuit("x' = -k*x", x="output(1.0)", k=1.0).compile(
            backend=backend, solver=solver, simulation_time=1.0, step_size=0.1
        )
        assert_same(model, [Point({"p/op/k": k}) for k in (0.5, 1.0)])


def test_a_point_that_leaves_the_finite_numbers_says_when_and_the_others_go_on(circuit, backend):
    model = circuit("x' = k*x^2", x="output(1.0)", k=1.0).compile(backend=backend, simulation_time=3.0, step_size=0.01)
    parts = list(model.run_many([{"p/op/k": k} for k in (0.1, 1.0, 0.2)]))
    found = collected(parts)
    failures = {number: error for part in parts for number, error in part.failures.items()}
    with pytest.raises(NonFiniteError) as caught:
        model.run(parameters={"p/op/k": 1.0})
    assert {number: (str(error), error.time) for number, error in failures.items()} == {
        1: (str(caught.value), caught.value.time)
    }
    assert found[1].isna().to_numpy().all()
    assert found[1].shape == found[0].shape
    for number, k in ((0, 0.1), (2, 0.2)):
        np.testing.assert_array_equal(found[number], model.run(parameters={"p/op/k": k}))


def test_a_run_may_go_on_with_nan(circuit, backend):
    model = circuit("x' = k*x^2", x="output(1.0)", k=1.0).compile(backend=backend, simulation_time=3.0, step_size=0.1)
    parts = list(model.run_many([{"p/op/k": k} for k in (0.1, 2.0)], stop_on_nonfinite=False))
    assert [part.failures for part in parts if part.failures] == []
    last = collected(parts)[1].to_numpy()
    assert np.isfinite(last[0]).all()


def test_points_that_run_together_are_as_many_as_is_asked_for(circuit, backend, sizes):
    model = circuit("x' = -k*x", x="output(1.0)", k=1.0).compile(backend=backend, simulation_time=1.0, step_size=0.1)
    parts = list(model.run_many([{"p/op/k": float(k)} for k in range(5)], at_once=2))
    assert [number for part in parts for number in part.numbers] == [0, 1, 2, 3, 4]
    assert sizes in ([], [2, 2, 1])


def test_no_points_give_nothing(circuit, backend):
    model = circuit("x' = -x", x="output(1.0)").compile(backend=backend, simulation_time=1.0, step_size=0.1)
    assert list(model.run_many([])) == []


def test_points_go_on_from_where_another_run_ended(circuit, backend):
    model = circuit("x' = -k*past(x, 0.3)", x="output(1.0)", k=1.0).compile(
        backend=backend, simulation_time=1.0, step_size=0.1
    )
    assert_same(model, [Point({"p/op/k": k}) for k in (0.5, 1.0)], state=model.run())


def test_what_is_wrong_is_said_before_anything_runs(circuit, backend):
    model = circuit("x' = -k*x", x="output(1.0)", k=1.0).compile(backend=backend, step_size=0.1)
    with pytest.raises(UnknownNameError) as caught:
        model.run_many([{}], simulation_tim=1.0)
    assert str(caught.value) == (
        "A compiled model's run_many() has no argument 'simulation_tim'. Did you mean 'simulation_time'? It takes: "
        "points, inputs, simulation_time, sampling_step_size, cutoff, history, state, seed, "
        "stop_on_nonfinite, at_once."
    )
    with pytest.raises(ArgumentError) as refused:
        model.run_many([{}])
    assert str(refused.value) == "simulation_time is needed, here or in compile()."
    with pytest.raises(ArgumentError) as odd:
        model.run_many([{}], simulation_time=1.0, at_once=0)
    assert str(odd.value) == "at_once has to be a whole number of at least 1; it is 0."
    with pytest.raises(UnknownNameError) as unknown:
        list(model.run_many([{"p/op/k": 1.0}, {"p/op/kk": 1.0}], simulation_time=1.0))
    assert "kk" in str(unknown.value)
