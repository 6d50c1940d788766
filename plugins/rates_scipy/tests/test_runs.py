"""The solver `scipy` on models as users write them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from rates_core.errors import ArgumentError, SimulationError, UnknownNameError
from rates_numpy.kernel import NumpyKernel
from scipy.integrate import solve_ivp

METHODS = ["RK45", "RK23", "DOP853", "Radau", "BDF", "LSODA"]
METHOD = pytest.mark.parametrize("method", METHODS)
TIGHT = {"solver": "scipy", "rtol": 1e-10, "atol": 1e-12, "outputs": {"x": "p/op/x"}, "verbose": False}
DECAY = {"x": "output(1.0)"}
# BDF and LSODA, of variable order, let errors of many steps add up; the others keep a hundredfold of the tolerance.
ERROR = {"BDF": 1e-6, "LSODA": 1e-7}

DDE_AT = {0.1: 0.9, 0.2: 0.805, 0.3: 0.719833333333333333, 0.4: 0.643670833333333333}  # x' = -x(t - 0.1), x = 1 before


def van_der_pol(t: float, y: np.ndarray) -> np.ndarray:
    return np.array([y[1], 5.0 * (1 - y[0] ** 2) * y[1] - y[0]])


def van_der_pol_jacobian(t: float, y: np.ndarray) -> np.ndarray:
    return np.array([[0.0, 1.0], [-10.0 * y[0] * y[1] - 1.0, 5.0 * (1 - y[0] ** 2)]])


@METHOD
def test_van_der_pol_has_the_values_and_the_evaluations_of_plain_scipy(models, method, monkeypatch):
    calls: list[float] = []
    plain = NumpyKernel.rhs

    def counted(self: NumpyKernel, t: float, *rest: Any) -> Any:
        calls.append(t)
        return plain(self, t, *rest)

    monkeypatch.setattr(NumpyKernel, "rhs", counted)
    model = models.of("x' = z", "z' = mu*(1 - x^2)*z - x", x="output(2.0)", z="variable(0.0)", mu=5.0)
    frame = model.run(
        20.0, 0.1, solver="scipy", method=method, rtol=1e-6, outputs={"x": "p/op/x", "z": "p/op/z"}, verbose=False
    )
    taken = {"jac": van_der_pol_jacobian} if method in ("Radau", "BDF", "LSODA") else {}
    # solve_ivp makes DOP853's interpolant of the first step, by three evaluations, for the row at the start alone.
    t_eval = frame.index[1:] if method == "DOP853" else frame.index
    other = solve_ivp(van_der_pol, (0, 20), [2.0, 0.0], method=method, rtol=1e-6, atol=1e-9, t_eval=t_eval, **taken)
    np.testing.assert_allclose(frame.to_numpy()[-len(t_eval) :], other.y.T, rtol=0, atol=1e-9)
    assert len(calls) == pytest.approx(other.nfev, abs=20 if method in ("Radau", "BDF", "LSODA") else 0)


@METHOD
def test_rows_lie_where_they_are_asked_for_whatever_the_steps(models, method):
    frame = models.of("x' = -x", **DECAY).run(3.0, 0.1, sampling_step_size=0.07, method=method, **TIGHT)
    assert len(frame) == round(3.0 / 0.07)
    np.testing.assert_allclose(frame["x"], np.exp(-frame.index), rtol=0, atol=ERROR.get(method, 1e-8))


def test_the_defaults_are_rk45_a_millionth_and_a_billionth(models):
    model = models.of("x' = y", "y' = -x", x="output(0.0)", y="variable(1.0)")
    settings = {"solver": "scipy", "outputs": {"x": "p/op/x"}, "verbose": False}
    np.testing.assert_array_equal(
        model.run(5.0, 0.1, **settings)["x"],
        model.run(5.0, 0.1, method="RK45", rtol=1e-6, atol=1e-9, **settings)["x"],
    )


@METHOD
@pytest.mark.parametrize("form", ["past(x, tau)", "x(t - tau)"])
def test_a_delay_is_solved_to_the_tolerance(models, method, form):
    frame = models.of(f"x' = -{form}", tau=0.1, **DECAY).run(0.5, 0.1, method=method, **TIGHT)
    for t, x in DDE_AT.items():
        assert frame["x"].iloc[round(t / 0.1)] == pytest.approx(x, abs=1e-9)


@METHOD
def test_a_delay_without_length_is_none(models, method):
    frame = models.of("x' = -past(x, tau)", tau=0.0, **DECAY).run(1.0, 0.1, method=method, **TIGHT)
    np.testing.assert_allclose(frame["x"], np.exp(-frame.index), rtol=0, atol=ERROR.get(method, 1e-8))


@METHOD
def test_a_past_that_jumps_at_the_start_is_stepped_on(models, method):
    # x = 0 before: x' = 0 until 0.1, then -1 until 0.2, then t - 1.2.
    frame = models.of("x' = -past(x, tau)", tau=0.1, **DECAY).run(0.3, 0.05, method=method, history=0.0, **TIGHT)
    np.testing.assert_allclose(frame["x"], [1, 1, 1, 0.95, 0.9, 0.85125], rtol=0, atol=1e-9)


@METHOD
def test_a_pulse_is_not_missed_and_its_edges_are_stepped_on(models, method):
    # A pulse of 100 for 10 samples: between samples the input is linear, so its integral is 100*(0.009 + 0.001).
    pulse = np.zeros(10_001)
    pulse[5000:5010] = 100.0
    frame = models.of("x' = u", x="output(0.0)", u="input(0.0)").run(
        10.0, 0.001, sampling_step_size=1.0, inputs={"p/op/u": pulse}, method=method, **TIGHT
    )
    assert frame["x"].iloc[4] == 0.0
    assert frame["x"].iloc[6] == pytest.approx(1.0, abs=1e-9)


@METHOD
def test_two_short_runs_give_what_one_long_run_gives(models, method):
    model = models.of("x' = -past(x, tau) + u", tau=0.3, u="input(0.0)", **DECAY)
    signal = np.where(np.arange(1001) < 333, 0.0, 1.0)
    whole = model.run(1.0, 0.001, sampling_step_size=0.05, inputs={"p/op/u": signal}, method=method, **TIGHT)
    first = model.run(0.5, 0.001, sampling_step_size=0.05, inputs={"p/op/u": signal[:501]}, method=method, **TIGHT)
    second = model.run(
        0.5, 0.001, sampling_step_size=0.05, inputs={"p/op/u": signal[500:]}, state=first, method=method, **TIGHT
    )
    np.testing.assert_allclose(np.concatenate([first["x"], second["x"]]), whole["x"], rtol=0, atol=1e-8)


@METHOD
def test_complex_states_are_integrated_as_they_are(models, method):
    frame = models.of("z' = I*z", z="output(1.0+0.0j)").run(
        2.0, 0.1, method=method, **{**TIGHT, "outputs": {"z": "p/op/z"}}
    )
    np.testing.assert_allclose(frame["z"], np.exp(1j * frame.index), rtol=0, atol=ERROR.get(method, 1e-8))


def test_stiff_decay_takes_implicit_methods_few_steps(models, monkeypatch):
    calls: list[float] = []
    plain = NumpyKernel.rhs

    def counted(self: NumpyKernel, t: float, *rest: Any) -> Any:
        calls.append(t)
        return plain(self, t, *rest)

    monkeypatch.setattr(NumpyKernel, "rhs", counted)
    model = models.of("x' = -a*(x - cos(t))", x="output(0.0)", a=1e5)
    for method in ("Radau", "BDF", "LSODA"):
        calls.clear()
        frame = model.run(5.0, 0.5, solver="scipy", method=method, outputs={"x": "p/op/x"}, verbose=False)
        assert len(calls) < 1500
        # SciPy's interpolants are of lower order than the steps, which such a problem makes long: rows are SciPy's.
        other = solve_ivp(
            lambda t, y: -1e5 * (y - np.cos(t)), (0, 5), [0.0], method=method, rtol=1e-6, atol=1e-9,
            t_eval=frame.index, jac=lambda t, y: np.array([[-1e5]]),
        )  # fmt: skip
        np.testing.assert_allclose(frame["x"], other.y[0], rtol=0, atol=1e-9)


@METHOD
def test_a_run_that_fails_gives_its_time_and_what_it_recorded(models, method):
    with pytest.raises(SimulationError) as caught:
        models.of("x' = x^2", **DECAY).run(
            2.0, 0.1, solver="scipy", method=method, outputs={"x": "p/op/x"}, verbose=False
        )
    assert caught.value.time == pytest.approx(1.0, abs=0.02)
    np.testing.assert_allclose(caught.value.result["x"].iloc[:9], 1 / (1 - np.arange(9) / 10), rtol=1e-3)


def test_an_unknown_method_names_those_that_there_are(models):
    with pytest.raises(UnknownNameError) as caught:
        models.of("x' = -x", **DECAY).run(1.0, 0.1, solver="scipy", method="rk45")
    assert str(caught.value) == (
        "Solver 'scipy' has no method 'rk45'. Did you mean 'RK45'? The methods: RK45, RK23, DOP853, Radau, BDF, LSODA."
    )


def test_an_unknown_option_names_those_that_there_are(models):
    with pytest.raises(UnknownNameError) as caught:
        models.of("x' = -x", **DECAY).run(1.0, 0.1, solver="scipy", jacc=None)
    assert str(caught.value) == (
        "There is no argument or option 'jacc'. Did you mean 'jac'? Options of solver 'scipy': rtol, atol, max_step, "
        "first_step, min_step, jac, jac_sparsity, lband, uband, vectorized. Options of backend 'numpy': none."
    )


def test_an_option_of_other_methods_is_refused(models):
    with pytest.raises(ArgumentError) as caught:
        models.of("x' = -x", **DECAY).run(1.0, 0.1, solver="scipy", min_step=1e-6)
    assert str(caught.value) == "Method 'RK45' of solver 'scipy' takes no 'min_step'. Methods that do: LSODA."


def test_the_end_of_another_method_can_be_gone_on_from(models):
    model = models.of("x' = -x", **DECAY)
    first = model.run(1.0, 0.1, method="RK45", **TIGHT)
    second = model.run(1.0, 0.1, method="Radau", state=first, **TIGHT)
    assert second["x"].iloc[0] == pytest.approx(math.exp(-1.0), abs=1e-8)
