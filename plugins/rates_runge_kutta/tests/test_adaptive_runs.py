"""Adaptive methods on models as users write them: inputs, delays, sampling, continuation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rates_core.errors import ArgumentError, SimulationError, UnknownNameError

TIGHT = {"rtol": 1e-10, "atol": 1e-12, "outputs": {"x": "p/op/x"}, "verbose": False}
DECAY = {"x": "output(1.0)"}
PAIRS = pytest.mark.parametrize("solver", ["bosh3", "dopri5", "dop853"])

DDE_AT = {0.1: 0.9, 0.2: 0.805, 0.3: 0.719833333333333333, 0.4: 0.643670833333333333}  # x' = -x(t - 0.1), x = 1 before


@PAIRS
def test_rows_lie_where_they_are_asked_for_whatever_the_steps(models, solver):
    frame = models.of("x' = -x", **DECAY).run(3.0, 0.1, sampling_step_size=0.07, solver=solver, **TIGHT)
    assert len(frame) == round(3.0 / 0.07)
    np.testing.assert_allclose(frame["x"], np.exp(-frame.index), rtol=0, atol=1e-8)


@PAIRS
def test_the_defaults_are_a_millionth_and_a_billionth(models, solver):
    model = models.of("x' = y", "y' = -x", x="output(0.0)", y="variable(1.0)")
    settings = {"solver": solver, "outputs": {"x": "p/op/x"}, "verbose": False}
    np.testing.assert_array_equal(
        model.run(5.0, 0.1, **settings)["x"], model.run(5.0, 0.1, rtol=1e-6, atol=1e-9, **settings)["x"]
    )


@PAIRS
@pytest.mark.parametrize("form", ["past(x, tau)", "x(t - tau)"])
def test_a_delay_is_solved_to_the_tolerance(models, solver, form):
    frame = models.of(f"x' = -{form}", tau=0.1, **DECAY).run(0.5, 0.1, solver=solver, **TIGHT)
    for t, x in DDE_AT.items():
        assert frame["x"].iloc[round(t / 0.1)] == pytest.approx(x, abs=1e-9)


@PAIRS
def test_a_delay_without_length_is_none(models, solver):
    frame = models.of("x' = -past(x, tau)", tau=0.0, **DECAY).run(1.0, 0.1, solver=solver, **TIGHT)
    np.testing.assert_allclose(frame["x"], np.exp(-frame.index), rtol=0, atol=1e-8)


@PAIRS
def test_a_delay_without_length_beside_one_with(models, solver):
    # x' = -x - y(t - 0.5) with y = 1 for all time: x = 2 exp(-t) - 1.
    model = models.of("x' = -past(x, a) - past(y, b)", "y' = 0*x", y="variable(1.0)", a=0.0, b=0.5, **DECAY)
    frame = model.run(1.0, 0.1, solver=solver, **TIGHT)
    np.testing.assert_allclose(frame["x"], 2 * np.exp(-frame.index) - 1, rtol=0, atol=1e-8)


@PAIRS
def test_a_past_that_jumps_at_the_start_is_stepped_on(models, solver):
    # x = 0 before: x' = 0 until 0.1, then -1 until 0.2, then t - 1.2.
    frame = models.of("x' = -past(x, tau)", tau=0.1, **DECAY).run(0.3, 0.05, solver=solver, history=0.0, **TIGHT)
    np.testing.assert_allclose(frame["x"], [1, 1, 1, 0.95, 0.9, 0.85125], rtol=0, atol=1e-12)


@PAIRS
def test_a_delay_much_shorter_than_the_steps_without_it_works(models, solver):
    delay = 1e-3
    rate = -1.0
    for _ in range(100):
        rate -= (rate + math.exp(-rate * delay)) / (1 - delay * math.exp(-rate * delay))
    frame = models.of("x' = -past(x, tau)", tau=delay, **DECAY).run(
        1.0, 0.1, solver=solver, history=lambda t: math.exp(rate * t), **TIGHT
    )
    np.testing.assert_allclose(frame["x"], np.exp(rate * frame.index), rtol=0, atol=1e-8)


@PAIRS
def test_a_pulse_is_not_missed_and_its_edges_are_stepped_on(models, solver):
    # A pulse of 100 for 10 samples: between samples the input is linear, so its integral is 100*(0.009 + 0.001).
    pulse = np.zeros(10_001)
    pulse[5000:5010] = 100.0
    frame = models.of("x' = u", x="output(0.0)", u="input(0.0)").run(
        10.0, 0.001, sampling_step_size=1.0, inputs={"p/op/u": pulse}, solver=solver, **TIGHT
    )
    assert frame["x"].iloc[4] == 0.0
    # On each straight piece of the input the solution is a parabola, which both methods solve exactly.
    assert frame["x"].iloc[6] == pytest.approx(1.0, abs=1e-12)


@PAIRS
def test_two_short_runs_give_what_one_long_run_gives(models, solver):
    model = models.of("x' = -past(x, tau) + u", tau=0.3, u="input(0.0)", **DECAY)
    signal = np.where(np.arange(1001) < 333, 0.0, 1.0)
    whole = model.run(1.0, 0.001, sampling_step_size=0.05, inputs={"p/op/u": signal}, solver=solver, **TIGHT)
    first = model.run(0.5, 0.001, sampling_step_size=0.05, inputs={"p/op/u": signal[:501]}, solver=solver, **TIGHT)
    second = model.run(
        0.5, 0.001, sampling_step_size=0.05, inputs={"p/op/u": signal[500:]}, state=first, solver=solver, **TIGHT
    )
    np.testing.assert_allclose(np.concatenate([first["x"], second["x"]]), whole["x"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(np.concatenate([first.index, second.index]), whole.index, rtol=0, atol=1e-12)


@PAIRS
def test_what_continues_a_run_steps_on_what_delays_carry_over_from_it(models, solver):
    # The past jumps at t = 0, so x' jumps at 0.1 whether or not a run ended before it.
    model = models.of("x' = -past(x, tau)", tau=0.1, **DECAY)
    first = model.run(0.05, 0.05, solver=solver, history=0.0, **TIGHT)
    second = model.run(0.25, 0.05, solver=solver, state=first, **TIGHT)
    np.testing.assert_allclose(second["x"], [1, 1, 0.95, 0.9, 0.85125], rtol=0, atol=1e-12)


@PAIRS
def test_complex_states_are_integrated_as_they_are(models, solver):
    frame = models.of("z' = I*z", z="output(1.0+0.0j)").run(
        2.0, 0.1, solver=solver, **{**TIGHT, "outputs": {"z": "p/op/z"}}
    )
    np.testing.assert_allclose(frame["z"], np.exp(1j * frame.index), rtol=0, atol=1e-8)


@PAIRS
def test_a_run_that_fails_gives_its_time_and_what_it_recorded(models, solver):
    with pytest.raises(SimulationError) as caught:
        models.of("x' = x^2", **DECAY).run(2.0, 0.1, solver=solver, **TIGHT)
    assert caught.value.time == pytest.approx(1.0, abs=1e-6)
    np.testing.assert_allclose(caught.value.result["x"].iloc[:10], 1 / (1 - np.arange(10) / 10), rtol=1e-7)


def test_an_unknown_option_names_those_that_there_are(models):
    with pytest.raises(UnknownNameError) as caught:
        models.of("x' = -x", **DECAY).run(1.0, 0.1, solver="dopri5", rtoll=1e-3)
    assert str(caught.value) == (
        "There is no argument or option 'rtoll'. Did you mean 'rtol'? Options of solver 'dopri5': rtol, atol, "
        "max_step, first_step, max_steps. Options of backend 'numpy': none."
    )


def test_an_option_without_meaning_is_refused(models):
    with pytest.raises(ArgumentError) as caught:
        models.of("x' = -x", **DECAY).run(1.0, 0.1, solver="dopri5", max_step=-1.0)
    assert str(caught.value) == "max_step must be a number that is positive; it is -1.0."
