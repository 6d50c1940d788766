"""A folder of files runs where there is nothing but GNU Octave, and gives what closed forms give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rates_core.errors import UnsupportedFeatureError
from rates_core.testing.parts import circuit, connectivity, node, population, single

from plugins.rates_matlab.tests.conftest import Numbers, Octave, program, written
from rates_core import CircuitTemplate


@pytest.fixture
def rotation(tmp_path: Path) -> Path:
    """Return a folder with a rotation of angular velocity w, which starts at (1, 0)."""
    model = single(["x' = -w*z", "z' = w*x"], x="output(1.0)", z="variable(0.0)", w=2.0)
    return written(tmp_path, program(model, solver="rk4").folder())


def test_the_folder_has_what_a_model_without_delays_needs(rotation: Path) -> None:
    assert sorted(file.name for file in rotation.iterdir()) == [
        "model_jacobian.m", "model_ode15s.m", "model_ode45.m", "model_parameters.m", "model_rhs.m", "model_rk4.m",
        "model_run.m",
    ]  # fmt: skip


def test_the_script_runs_alone(rotation: Path, octave: Octave) -> None:
    printed = octave(rotation, "model_run")
    assert printed.startswith("y(100) =\n")
    x, z = (float(line) for line in printed.splitlines()[1:])
    # ode45 keeps 1e-3 in a step; the amplitude drifts by that over 32 turns
    assert np.hypot(x, z) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(("solver", "error"), [("ode45", 1e-6), ("ode15s", 1e-5)])
def test_solvers_of_the_language_reach_the_closed_form(
    rotation: Path, numbers: Numbers, solver: str, error: float
) -> None:
    options = "odeset('RelTol', 1e-7, 'AbsTol', 1e-8)"
    command = f"[p, y0] = model_parameters(); [t, y] = model_{solver}([0, 1.5], y0, p, {options})"
    (found,) = numbers(rotation, command, "y(end, :)")
    np.testing.assert_allclose(found[0], [np.cos(3.0), np.sin(3.0)], atol=error)


def test_the_loop_reaches_the_closed_form_and_parameters_may_be_changed(rotation: Path, numbers: Numbers) -> None:
    command = "[p, y0] = model_parameters(); p.w = 4; [t, y] = model_rk4([0, 1.5], y0, p, 0.01)"
    (found,) = numbers(rotation, command, "[t, y]")
    np.testing.assert_allclose(found[:, 0], np.arange(151) * 0.01)
    np.testing.assert_allclose(
        found[:, 1:], np.transpose([np.cos(4 * found[:, 0]), np.sin(4 * found[:, 0])]), atol=2e-7
    )


def test_the_jacobian_is_the_derivative(rotation: Path, numbers: Numbers) -> None:
    (found,) = numbers(rotation, "[p, y0] = model_parameters()", "model_jacobian(0, y0, p)")
    np.testing.assert_array_equal(found, [[0.0, -2.0], [2.0, 0.0]])


def test_delays_are_solved_where_there_is_no_dde23(tmp_path: Path, numbers: Numbers) -> None:
    """x' = -x(t - 1) with x = 1 before 0 is a polynomial between whole numbers."""
    model = single(["x' = -past(x, tau)"], x="output(1.0)", tau=1.0)
    folder = written(tmp_path, program(model, solver="heun").folder())
    assert {"model_dde23.m", "model_lags.m", "solve_dde.m"} <= {file.name for file in folder.iterdir()}
    options = "struct('RelTol', 1e-8, 'AbsTol', 1e-10)"
    command = f"[p, y0] = model_parameters(); [t, y] = model_dde23([0, 3], y0, p, {options})"
    t, x = numbers(folder, command, "[t, y]")[0].T
    wanted = np.select(
        [t <= 1, t <= 2],
        [1 - t, 1 - t + (t - 1) ** 2 / 2],
        1 - t + (t - 1) ** 2 / 2 - (t - 2) ** 3 / 6,
    )
    np.testing.assert_allclose(x, wanted, atol=1e-7)


def test_a_history_may_be_a_function_of_time(tmp_path: Path, numbers: Numbers) -> None:
    """x' = -x(t - 1)/e with exp(-t) before 0 is solved by exp(-t)."""
    model = single(["x' = -k*past(x, tau)"], x="output(1.0)", tau=1.0, k=float(np.exp(-1)))
    folder = written(tmp_path, program(model, solver="heun").folder())
    options = "struct('RelTol', 1e-8, 'AbsTol', 1e-10)"
    command = f"p = model_parameters(); [t, y] = model_dde23([0, 3], @(t) exp(-t), p, {options})"
    t, x = numbers(folder, command, "[t, y]")[0].T
    np.testing.assert_allclose(x, np.exp(-t), atol=1e-7)


def test_networks_with_delays_of_their_own_follow_the_run(tmp_path: Path, numbers: Numbers) -> None:
    model = network()
    folder = written(tmp_path, program(model, solver="heun").folder())
    options = "struct('RelTol', 1e-7, 'AbsTol', 1e-9)"
    command = f"[p, y0] = model_parameters(); [t, y] = model_dde23([0, 2], y0, p, {options})"
    run = model.run(2.0 + 1e-3, 1e-3, outputs={"x": "p/op/x"}, backend="numpy", solver="rk4")
    # both are good to about 1e-7
    (found,) = numbers(folder, command, "y(end, :)")
    np.testing.assert_allclose(found[0], np.asarray(run["x"])[-1], atol=2e-6)


def network() -> CircuitTemplate:
    """Return units that hear a function of the past of each other, each pair with a delay of its own."""
    unit = node(["x' = s - k*x", "r = tanh(x)"], x="output(0.4)", r="variable(0.0)", s="input(0.0)", k=0.7)
    weights = np.array([[0.0, 0.8, 0.0], [0.5, 0.0, -0.6], [0.0, 0.9, 0.3]])
    delays = np.array([[0.0, 0.3, 0.0], [0.5, 0.0, 0.2], [0.0, 0.4, 0.7]])
    return circuit(
        populations={"p": population(unit, 3, x=np.array([0.4, -0.2, 0.9]))},
        connections=[connectivity("p/op/r", "p/op/s", weights, delays=delays)],
    )


def test_what_has_no_such_files_is_refused_by_name() -> None:
    noisy = program(single(["x' = -x + randn()"], x="output(0.0)"), solver="euler")
    with pytest.raises(UnsupportedFeatureError) as caught:
        noisy.folder()
    assert str(caught.value) == "A model with noise has no right-hand side that is a function of time and state."
    samples = {"p/op/u": np.zeros(101)}
    fed = program(single(["x' = u - x"], x="output(0.0)", u="input(0.0)"), solver="euler", inputs=samples)
    with pytest.raises(UnsupportedFeatureError) as caught:
        fed.folder()
    assert str(caught.value) == "Files for MATLAB hold no samples of inputs; compile without 'p/op/u'."
