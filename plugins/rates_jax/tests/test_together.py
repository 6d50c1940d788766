"""Points of diffrax's methods side by side: closed forms, and the steps and rows of runs of their own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np
import pytest
from rates_core.errors import NonFiniteError, SimulationError, UnsupportedFeatureError
from rates_core.simulation.points import Point
from rates_core.solvers.driver import Solutions
from rates_jax.together import Together

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

TIGHT: Mapping[str, Any] = {"backend": "jax", "solver": "diffrax", "rtol": 1e-9, "atol": 1e-11}
CLOSE = 1e-12  # of the largest value: sums in another order, over some hundreds of steps


def circuit(*equations: str, **variables: Any) -> CircuitTemplate:
    return CircuitTemplate("model", {"p": NodeTemplate("node", [OperatorTemplate("op", list(equations), variables)])})


def compiled(model: CircuitTemplate, time: float, step: float, outputs: Any, **settings: Any) -> Any:
    return model.compile(**{**TIGHT, "simulation_time": time, "step_size": step, "outputs": outputs, **settings})


def frames(model: Any, points: Sequence[Any], **settings: Any) -> list[Any]:
    """Return the tables of points that ran in one."""
    (found,) = model.run_many(points, **settings)
    assert not found.failures
    return [found.frame(number) for number in range(len(points))]


@pytest.fixture(name="solved")
def make_solved(monkeypatch: pytest.MonkeyPatch) -> list[Solutions]:
    """Return what became of problems side by side, as they are solved."""
    seen: list[Solutions] = []

    class Watched(Together):
        def solved(self) -> Solutions:
            seen.append(super().solved())
            return seen[-1]

    monkeypatch.setattr("rates_jax.driver.Together", Watched)
    return seen


def steps_alone(model: Any, parameters: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> int:
    """Return the number of steps of a run: it is that of calls of compiled code that take one each."""
    calls = 0

    def one(*_: Any) -> int:
        nonlocal calls
        calls += 1
        return 1

    with monkeypatch.context() as patched:
        patched.setattr("rates_jax.driver.FIRST_STEPS", 1)
        patched.setattr("rates_jax.driver.steps_of_next", one)
        model.run(parameters)
    return calls + 1  # the last one asks for no more


def test_points_have_their_closed_form_with_parameters_starts_inputs_and_computed_variables() -> None:
    """x' = -k x + u with u = t, which lines between samples are; x, x² and u are recorded."""
    outputs = {"x": "p/op/x", "z": "p/op/z", "u": "p/op/u"}
    model = compiled(
        circuit("x' = -k*x + u", "z = x^2", x="output(1.0)", z="variable(0.0)", k=0.5, u="input"), 3.0, 0.1, outputs,
        inputs={"p/op/u": np.arange(31) * 0.1},
    )  # fmt: skip
    points = [Point({"p/op/k": k}, {"p/op/x": x}) for k in (0.25, 0.5, 2.0) for x in (1.0, -2.0)]
    for point, frame in zip(points, frames(model, points), strict=True):
        k, x, t = point.parameters["p/op/k"], point.initial["p/op/x"], frame.index
        np.testing.assert_allclose(frame["x"], (x + 1 / k**2) * np.exp(-k * t) + t / k - 1 / k**2, rtol=0, atol=1e-7)
        np.testing.assert_allclose(frame["z"], frame["x"] ** 2, rtol=1e-14)
        np.testing.assert_allclose(frame["u"], t, rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    "method", ["Tsit5", *(pytest.param(name, marks=pytest.mark.exhaustive) for name in ("Dopri8", "Kvaerno5"))]
)
def test_van_der_pol_oscillators_take_the_steps_that_each_takes_alone(
    method: str, solved: list[Solutions], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some take twice as many as others, and one rejects its first try, while the others go on."""
    model = compiled(
        circuit("x' = z", "z' = mu*(1 - x^2)*z - x", x="output(2.0)", z="variable(0.0)", mu=1.0), 8.0, 0.1,
        {"x": "p/op/x", "z": "p/op/z"}, method=method, rtol=1e-7, atol=1e-9,
    )  # fmt: skip
    points = [{"p/op/mu": mu} for mu in (0.1, 1.0, 3.0, 5.0, 8.0)]
    found = frames(model, points)
    assert solved[0].steps.tolist() == [steps_alone(model, point, monkeypatch) for point in points]
    assert solved[0].steps.max() > 1.5 * solved[0].steps.min()
    for point, frame in zip(points, found, strict=True):
        own = model.run(point)
        np.testing.assert_allclose(frame["x"], own["x"], rtol=0, atol=CLOSE * np.abs(own["x"]).max())
        np.testing.assert_allclose(frame["z"], own["z"], rtol=0, atol=CLOSE * np.abs(own["z"]).max())


def test_points_whose_inputs_jump_at_times_of_their_own_disturb_no_others() -> None:
    """A pulse of height 1 from one sample to another has the area of the samples between: lines lead up and down."""
    model = compiled(
        circuit("x' = -x + u", "y' = u", x="output(0.0)", y="variable(0.0)", u="input(0.0)"), 5.0, 0.1,
        {"x": "p/op/x", "y": "p/op/y"}, method="Kvaerno5", inputs={"p/op/u": np.zeros(51)}, rtol=1e-6, atol=1e-9,
    )  # fmt: skip
    pulses = [np.zeros(51) for _ in range(3)]
    pulses[0][10:20], pulses[1][25:45] = 1.0, 1.0
    points = [Point(inputs={"p/op/u": pulse}) for pulse in pulses]
    found = frames(model, points)
    np.testing.assert_allclose([frame["y"].iloc[-1] for frame in found], [1.0, 2.0, 0.0], rtol=0, atol=1e-5)
    for point, frame in zip(points, found, strict=True):
        np.testing.assert_allclose(frame, model.run(inputs=point.inputs), rtol=0, atol=CLOSE)


def test_populations_with_complex_states_and_weights_that_points_share() -> None:
    """All units of a ring are alike: z' = (i w - 0.1) z + 0.1 z of the one before."""
    turning = OperatorTemplate(
        "op", "z' = (w*I - 0.1)*z + 0.1*u", {"z": "output(1.0+0.0j)", "u": "input(0.0)", "w": 1.0}
    )
    ring = CircuitTemplate(
        "ring",
        populations={"p": PopulationTemplate("p", NodeTemplate("n", [turning]), 4)},
        connections=[Connectivity("p/op/z", "p/op/u", np.roll(np.eye(4), 1, 0))],
    )
    model = compiled(ring, 2.0, 0.1, {"z": "p/op/z"})
    points = [{"p/op/w": w} for w in (1.0, 2.0, 3.0)]
    for point, frame in zip(points, frames(model, points), strict=True):
        wanted = np.exp(1j * point["p/op/w"] * frame.index.to_numpy())
        np.testing.assert_allclose(frame.to_numpy(), np.tile(wanted[:, None], 4), rtol=0, atol=1e-8)
        np.testing.assert_allclose(frame.to_numpy(), model.run(point).to_numpy(), rtol=0, atol=CLOSE)


def test_each_point_picks_by_its_own_index() -> None:
    model = compiled(circuit("x' = index(v, k)", x="output(0.0)", v=[1.0, 2.0, 5.0], k=1), 1.0, 0.1, {"x": "p/op/x"})
    found = frames(model, [{"p/op/k": k} for k in (2, 0)])
    for frame, slope in zip(found, (5.0, 1.0), strict=True):
        np.testing.assert_allclose(frame["x"], slope * frame.index, rtol=0, atol=1e-12)


def test_a_point_that_fails_says_what_it_says_alone_and_the_others_come_to_their_ends() -> None:
    """x' = k x² from 1 becomes infinite at 1/k, and is 1/(1 - k t) until then."""
    model = compiled(circuit("x' = k*x^2", x="output(1.0)", k=0.0), 2.0, 0.1, {"x": "p/op/x"})
    points = [{"p/op/k": k} for k in (0.1, 1.0, 0.3, 0.8)]
    (found,) = model.run_many(points)
    assert sorted(found.failures) == [1, 3]
    for number, error in found.failures.items():
        with pytest.raises(SimulationError) as alone:
            model.run(points[number])
        assert str(error) == str(alone.value)
        assert error.time == alone.value.time
        assert np.isnan(found.frame(number).to_numpy()).all()
    for number, k in ((0, 0.1), (2, 0.3)):
        frame = found.frame(number)
        np.testing.assert_allclose(frame["x"], 1 / (1 - k * frame.index), rtol=0, atol=1e-8)


def test_a_computed_variable_that_is_no_number_ends_its_point_alone() -> None:
    model = compiled(
        circuit("x' = -k", "z = sqrt(x)", x="output(1.0)", z="variable(0.0)", k=0.0), 2.0, 0.1, {"z": "p/op/z"}
    )
    (found,) = model.run_many([{"p/op/k": 0.25}, {"p/op/k": 1.0}])
    np.testing.assert_allclose(found.frame(0)["z"], np.sqrt(1 - 0.25 * found.times), rtol=1e-12)
    assert isinstance(found.failures[1], NonFiniteError)
    assert str(found.failures[1]).startswith("'p/op/z' became NaN or infinite at t = 1")


def test_too_many_steps_are_those_of_each_point(solved: list[Solutions]) -> None:
    decays = circuit("x' = -k*x", x="output(1.0)", k=1.0)
    points = [{"p/op/k": k} for k in (0.5, 4.0, 1.0)]
    frames(compiled(decays, 3.0, 0.1, {"x": "p/op/x"}), points)
    few, many, some = solved[0].steps.tolist()
    assert few < some < many
    (found,) = compiled(decays, 3.0, 0.1, {"x": "p/op/x"}, max_steps=some).run_many(points)
    assert str(found.failures[1]).startswith(f"Solver 'diffrax' took max_steps={some} steps to t = ")
    assert list(found.failures) == [1]
    np.testing.assert_allclose(found.frame(2)["x"], np.exp(-found.times), rtol=0, atol=1e-8)


def test_rows_may_be_more_than_a_call_has_room_for_and_calls_may_be_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for 8 rows, of which more lie in one step, and in calls of few steps."""
    model = compiled(circuit("x' = -k*x", x="output(1.0)", k=1.0), 3.0, 0.01, {"x": "p/op/x"})
    points = [{"p/op/k": k} for k in (0.5, 4.0, 1.0)]
    whole = frames(model, points)
    monkeypatch.setattr("rates_jax.together.MOST_BYTES", 1)
    monkeypatch.setattr("rates_jax.together.FIRST_STEPS", 2)
    monkeypatch.setattr("rates_jax.pace.CALL_SECONDS", 1e-9)
    for frame, wanted, point in zip(frames(model, points), whole, points, strict=True):
        np.testing.assert_array_equal(frame, wanted)
        np.testing.assert_allclose(frame["x"], np.exp(-point["p/op/k"] * frame.index), rtol=0, atol=1e-8)


def test_other_numbers_of_points_and_other_values_compile_nothing_again() -> None:
    model = compiled(circuit("x' = -k*x", x="output(1.0)", k=1.0), 1.0, 0.1, {"x": "p/op/x"})
    for count in (5, 6, 8):
        frames(model, [{"p/op/k": float(k)} for k in range(1, count + 1)])
    (travel,) = model.program.equations.kept.values()
    assert travel.go_together._cache_size() == 1
    assert not jax.config.read("jax_enable_x64")


def test_steps_go_on_from_first_step_and_single_precision_is_that_of_equations(solved: list[Solutions]) -> None:
    model = compiled(
        circuit("x' = -k*x", x="output(1.0)", k=1.0), 1.0, 0.1, {"x": "p/op/x"}, float_precision="float32",
        first_step=1e-3, max_step=0.05, rtol=1e-5, atol=1e-7,
    )  # fmt: skip
    points = [{"p/op/k": k} for k in (0.5, 2.0)]
    for point, frame in zip(points, frames(model, points), strict=True):
        np.testing.assert_allclose(frame["x"], np.exp(-point["p/op/k"] * frame.index), rtol=0, atol=1e-5)
        np.testing.assert_array_equal(frame["x"], frame["x"].astype(np.float32))
    assert (solved[0].steps >= 20).all()


def test_what_cannot_go_side_by_side_goes_one_by_one(solved: list[Solutions]) -> None:
    """Inputs that are functions of time, one point alone, and Jacobians that would take much memory."""
    driven = circuit("x' = k*u", x="output(0.0)", u="input", k=1.0)
    model = compiled(driven, 1.0, 0.1, {"x": "p/op/x"}, inputs={"p/op/u": math.cos})
    points = [{"p/op/k": 1.0}, {"p/op/k": 2.0}]
    for point, found in zip(points, model.run_many(points), strict=True):
        (number,) = found.numbers
        frame = found.frame(number)
        np.testing.assert_allclose(frame["x"], point["p/op/k"] * np.sin(frame.index), rtol=0, atol=1e-8)
    frames(compiled(driven, 1.0, 0.1, {"x": "p/op/x"}, inputs={"p/op/u": np.ones(11)}), points[:1])
    assert not solved


def test_jacobians_of_all_points_have_to_have_room(solved: list[Solutions], monkeypatch: pytest.MonkeyPatch) -> None:
    model = compiled(circuit("x' = -k*x", x="output(1.0)", k=1.0), 1.0, 0.1, {"x": "p/op/x"}, method="Kvaerno3")
    points = [{"p/op/k": k} for k in (0.5, 1.0)]
    monkeypatch.setattr("rates_jax.together.MOST_MATRICES", 8)
    alone = [found.frame(number) for number, found in enumerate(model.run_many(points))]
    assert not solved
    monkeypatch.setattr("rates_jax.together.MOST_MATRICES", 16)
    for frame, own in zip(frames(model, points), alone, strict=True):
        np.testing.assert_allclose(frame, own, rtol=0, atol=CLOSE)
    assert len(solved) == 1


def test_an_index_that_changes_is_refused_as_it_is_alone() -> None:
    model = compiled(circuit("x' = k*index(v, floor(x))", x="output(0.5)", v=[1.0, 2.0], k=1.0), 1.0, 0.1, ["p/op/x"])
    with pytest.raises(UnsupportedFeatureError) as caught:
        list(model.run_many([{"p/op/k": 0.5}, {"p/op/k": 1.0}]))
    assert str(caught.value) == (
        "'p/op/x' picks an element by an index that changes during a run. Each index is looked at, which a solver of a "
        "library cannot do; take one that calls the model step by step, such as solver='dopri5'."
    )
