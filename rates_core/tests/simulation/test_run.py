"""Runs against closed forms: rows, inputs, outputs, parameters, continuation, randomness."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rates_core.errors import ArgumentError, InputSignalError, NonFiniteError


def test_the_first_row_is_the_initial_state_and_times_are_multiples(circuit: Any) -> None:
    frame = circuit("x' = -x", x="output(1.0)").run(1.0, 0.1, outputs={"x": "p/op/x"}, verbose=False)
    assert frame["x"].tolist() == pytest.approx([0.9**k for k in range(10)], rel=1e-14)
    assert frame.index.tolist() == [k * 0.1 for k in range(10)]


def test_sampling_keeps_every_nth_row_and_cutoff_drops_the_first(circuit: Any) -> None:
    model = circuit("x' = -x", x="output(1.0)")
    frame = model.run(1.0, 0.1, sampling_step_size=0.2, cutoff=0.4, outputs={"x": "p/op/x"}, verbose=False)
    assert frame["x"].tolist() == pytest.approx([0.9**k for k in (4, 6, 8)], rel=1e-14)
    assert frame.index.tolist() == [0.4, 2 * 0.2 + 0.2, 0.8]


@pytest.mark.parametrize(("solver", "order"), [("euler", 1), ("heun", 2), ("rk4", 4)])
@pytest.mark.parametrize("count", [1, 9])
def test_time_is_time_and_every_method_has_its_order(circuit: Any, solver: str, order: int, count: int) -> None:
    model = circuit("x' = cos(t)*x", count, x="output(1.0)")
    errors = []
    for steps in (20, 40):
        h = 1.0 / steps
        frame = model.run(1.0 + h, h, solver=solver, outputs={"x": "all/op/x"}, verbose=False)
        errors.append(np.abs(frame.iloc[-1].to_numpy() - math.exp(math.sin(1.0))).max())
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.3)


@pytest.mark.parametrize("count", [1, 9])
def test_an_input_sample_holds_at_its_grid_point_and_is_linear_between(circuit: Any, count: int) -> None:
    model = circuit("x' = u", count, x="output(0.0)", u="input(0.0)")
    samples = np.random.default_rng(0).normal(size=11)
    arguments = {"inputs": {"all/op/u": samples}, "outputs": {"x": "all/op/x"}, "verbose": False}
    euler = model.run(1.0, 0.1, **arguments).to_numpy()[:, 0]
    assert euler == pytest.approx(0.1 * np.concatenate(([0.0], np.cumsum(samples[:9]))), abs=1e-15)
    # the trapezoidal rule is exact for a signal that is linear between samples, and so is rk4
    trapezoid = 0.1 * np.concatenate(([0.0], np.cumsum((samples[:9] + samples[1:10]) / 2)))
    for solver in ("heun", "rk4"):
        assert model.run(1.0, 0.1, solver=solver, **arguments).to_numpy()[:, 0] == pytest.approx(trapezoid, abs=1e-15)


def test_one_column_per_unit_goes_to_the_units_in_match_order(circuit: Any) -> None:
    model = circuit("x' = u", 9, x="output(0.0)", u="input(0.0)")
    columns = np.tile(np.arange(9.0), (10, 1))
    frame = model.run(1.0, 0.1, inputs={"all/op/u": columns}, outputs={"x": "all/op/x"}, verbose=False)
    assert frame.iloc[-1].to_numpy() == pytest.approx(0.9 * np.arange(9.0))
    assert list(frame.columns[:2]) == [("x", "p0", "op/x"), ("x", "p1", "op/x")]


def test_an_input_to_one_unit_of_many_leaves_the_others_their_default(circuit: Any) -> None:
    model = circuit("x' = u", 9, x="output(0.0)", u="input(2.0)")
    frame = model.run(1.0, 0.1, inputs={"p3/op/u": np.ones(10)}, outputs={"x": "all/op/x"}, verbose=False)
    expected = np.full(9, 1.8)
    expected[3] = 0.9
    assert frame.iloc[-1].to_numpy() == pytest.approx(expected)


def test_an_input_may_be_a_function_of_time(circuit: Any) -> None:
    model = circuit("x' = u", x="output(0.0)", u="input(0.0)")
    frame = model.run(1.1, 0.1, solver="rk4", inputs={"p/op/u": lambda t: t**3}, outputs={"x": "p/op/x"}, verbose=False)
    assert frame["x"].iloc[-1] == pytest.approx(0.25, abs=1e-14)  # Simpson's rule is exact for cubes


def test_any_variable_can_be_an_output(circuit: Any) -> None:
    model = circuit(["z = 2*x + u", "x' = -x"], x="output(1.0)", z="variable(0.0)", u="input(0.5)", k=3.0)
    outputs = {name: f"p/op/{name}" for name in ("z", "u", "k", "x")}
    frame = model.run(0.2, 0.1, outputs=outputs, verbose=False)
    assert list(frame.columns) == ["z", "u", "k", "x"]
    assert frame.iloc[1].tolist() == pytest.approx([2 * 0.9 + 0.5, 0.5, 3.0, 0.9])


def test_a_complex_model_is_complex_and_a_real_output_of_it_is_real(circuit: Any) -> None:
    model = circuit(["r = abs(z)^2", "z' = I*z"], z="output(1.0)", r="variable(0.0)")
    frame = model.run(0.2, 0.1, outputs={"z": "p/op/z", "r": "p/op/r"}, verbose=False)
    assert frame["z"].iloc[1] == pytest.approx(1 + 0.1j)
    assert frame["r"].dtype == np.float64
    assert frame["r"].iloc[1] == pytest.approx(1.01)


def test_a_compiled_model_runs_many_times_without_generating_anything_again(
    circuit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = circuit("x' = -k*x", 9, x="output(1.0)", k=1.0).compile(
        simulation_time=0.2, step_size=0.1, outputs={"x": "all/op/x"}
    )
    model.run(parameters={"p3/op/k": 1.0})  # a unit that is named unties its parameter, which is another program, once
    import rates_numpy.backend

    monkeypatch.setattr(rates_numpy.backend.NumpyBackend, "program", lambda *_: pytest.fail("generated again"))
    assert model.run().iloc[1].to_numpy() == pytest.approx(np.full(9, 0.9))
    assert model.run(parameters={"all/op/k": 2.0}).iloc[1].to_numpy() == pytest.approx(np.full(9, 0.8))
    changed = model.run(parameters={"p3/op/k": 5.0}, initial={"p4/op/x": 2.0}).iloc[1].to_numpy()
    assert changed == pytest.approx([0.9, 0.9, 0.9, 0.5, 1.8, 0.9, 0.9, 0.9, 0.9])
    assert model.run().iloc[1].to_numpy() == pytest.approx(np.full(9, 0.9))
    per_unit = model.run(parameters={"all/op/k": np.arange(9.0)}).iloc[1].to_numpy()
    assert per_unit == pytest.approx(1 - 0.1 * np.arange(9.0))


@pytest.mark.parametrize("solver", ["euler", "heun", "rk4"])
def test_one_long_run_equals_two_short_ones(circuit: Any, solver: str) -> None:
    model = circuit("x' = cos(3*t)*x + u", x="output(1.0)", u="input(0.0)").compile(
        step_size=0.01, solver=solver, outputs={"x": "p/op/x"}, inputs={"p/op/u": np.zeros(100)}
    )
    signal = np.sin(np.arange(101.0))
    long = model.run(simulation_time=1.0, inputs={"p/op/u": signal})
    first = model.run(simulation_time=0.4, inputs={"p/op/u": signal[:41]})
    second = model.run(simulation_time=0.6, inputs={"p/op/u": signal[40:]}, state=first)
    assert np.array_equal(np.concatenate([first["x"], second["x"]]), long["x"].to_numpy())
    assert np.array_equal(np.concatenate([first.index, second.index]), long.index.to_numpy())


def test_state_of_another_model_or_solver_is_refused(circuit: Any) -> None:
    model = circuit("x' = -x", x="output(1.0)")
    end = model.run(0.1, 0.1, verbose=False)
    with pytest.raises(ArgumentError, match="state comes from solver 'euler'; go on with the same one, not 'heun'"):
        model.run(0.1, 0.1, solver="heun", state=end, verbose=False)
    with pytest.raises(ArgumentError, match="it is from another model"):
        circuit("x' = -x", 2, x="output(1.0)").run(0.1, 0.1, state=end, verbose=False)


@pytest.mark.parametrize(
    ("equation", "difference"),
    [("y' = -y", "it holds no 'p/op/y'"), ("x' = -past(x, 0.5)", "it holds no 'past(p/op/x)'")],
)
def test_state_of_a_model_of_the_same_size_is_refused(circuit: Any, equation: str, difference: str) -> None:
    end = circuit("x' = -x", x="output(1.0)").run(0.1, 0.1, verbose=False)
    other = circuit(equation, **{equation[0]: "output(1.0)"})
    with pytest.raises(ArgumentError) as caught:
        other.run(0.1, 0.1, state=end, verbose=False)
    assert str(caught.value) == f"state is from another model: {difference}, unlike model '{other.name}'."


def test_a_compiled_model_shows_itself_in_one_line(circuit: Any) -> None:
    model = circuit("x' = -x", 3, x="output(1.0)").compile(solver="heun")
    assert repr(model) == f"<CompiledModel '{model.system.name}': 3 states, solver 'heun', backend 'numpy'>"


def test_fixed_steps_go_on_with_the_same_step_only(circuit: Any) -> None:
    model = circuit("x' = t", x="output(0.0)")
    with pytest.raises(ArgumentError) as caught:
        model.run(1.0, 0.02, state=model.run(1.0, 0.01, verbose=False), verbose=False)
    assert str(caught.value) == (
        "state comes from a run with step_size 0.01, by which time and delays are counted; go on with the same one, "
        "not 0.02."
    )


@pytest.mark.parametrize("count", [1, 9])
def test_noise_has_the_variance_of_a_wiener_process_and_follows_its_seed(circuit: Any, count: int) -> None:
    model = circuit("x' = s*xi", count, x="output(0.0)", s=2.0, xi="noise").compile(
        step_size=0.01, outputs={"x": "all/op/x"}
    )
    first = model.run(simulation_time=50.0, seed=1).to_numpy()
    assert np.array_equal(first, model.run(simulation_time=50.0, seed=1).to_numpy())
    assert not np.array_equal(first, model.run(simulation_time=50.0, seed=2).to_numpy())
    increments = np.diff(first, axis=0)
    # the variance of an increment is s² h; its estimate from 5000 numbers has relative error sqrt(2/5000) = 0.02
    assert increments.var() == pytest.approx(4 * 0.01, rel=0.1)
    if count > 1:
        assert abs(np.corrcoef(increments[:, 0], increments[:, 1])[0, 1]) < 0.06


def test_random_paths_do_not_depend_on_how_a_run_is_cut(circuit: Any) -> None:
    model = circuit("x' = xi", x="output(0.0)", xi="noise").compile(step_size=0.1, outputs={"x": "p/op/x"})
    long = model.run(simulation_time=300.0, seed=3)
    first = model.run(simulation_time=123.4, seed=3)
    second = model.run(simulation_time=176.6, state=first)
    assert np.array_equal(np.concatenate([first["x"], second["x"]]), long["x"].to_numpy())


@pytest.mark.parametrize(("equation", "count"), [("x' = x^2", 1), ("x' = x^2", 9), ("x' = 1/(1-t)^2", 1)])
def test_a_run_that_leaves_the_finite_numbers_stops_and_keeps_what_it_has(
    circuit: Any, equation: str, count: int
) -> None:
    model = circuit(equation, count, x="output(1.0)")
    with pytest.raises(NonFiniteError) as caught:
        model.run(5.0, 0.01, outputs={"x": "all/op/x"}, verbose=False)
    assert caught.value.time is not None
    assert 1.0 <= caught.value.time < 1.6
    name = "'p/op/x'" if count == 1 else "'p0/op/x' and 8 other values"
    assert str(caught.value).startswith(f"{name} became NaN or infinite at t = {caught.value.time:.9g} ")
    result = caught.value.result
    assert isinstance(result, pd.DataFrame)
    assert len(result) == round(caught.value.time / 0.01)
    assert np.isfinite(result.to_numpy()).all()


def test_whoever_asks_for_it_gets_infinite_numbers(circuit: Any) -> None:
    model = circuit("x' = x^2", 9, x="output(1.0)")
    frame = model.run(5.0, 0.01, outputs={"x": "all/op/x"}, stop_on_nonfinite=False, verbose=False)
    assert len(frame) == 500
    assert not np.isfinite(frame.iloc[-1].to_numpy()).any()


def test_the_number_of_calls_of_generated_code_does_not_grow_with_the_steps(circuit: Any) -> None:
    import rates_numpy.kernel

    counts = []
    original = rates_numpy.kernel.NumpyKernel.loop
    for steps in (100, 10_000):
        calls: list[int] = []

        def counted(self: Any, *arguments: Any, record: list[int] = calls) -> Any:
            record.append(1)
            return original(self, *arguments)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rates_numpy.kernel.NumpyKernel, "loop", counted)
            circuit("x' = -x", x="output(1.0)").run(steps * 0.001, 0.001, outputs={"x": "p/op/x"}, verbose=False)
        counts.append(len(calls))
    # chunks of 0.2 s: 10 000 steps take some milliseconds, so that a handful of chunks is all
    assert counts[1] <= counts[0] + 4


@pytest.mark.parametrize(
    ("samples", "text"),
    [
        (
            np.zeros(9),
            "External input 'p/op/u' has 9 samples, but simulation_time / step_size = 10 steps take one each.",
        ),
        (np.full(10, np.nan), "External input 'p/op/u' is NaN or infinite at sample 0 and 9 more."),
        (
            np.zeros((10, 3)),
            "External input 'p/op/u' has 3 columns; it needs 1, for the one unit that the path names.",
        ),
    ],
)
def test_inputs_that_do_not_fit_are_refused(circuit: Any, samples: np.ndarray, text: str) -> None:
    model = circuit("x' = u", x="output(0.0)", u="input(0.0)")
    with pytest.raises(InputSignalError) as caught:
        model.run(1.0, 0.1, inputs={"p/op/u": samples}, verbose=False)
    assert str(caught.value) == text
