"""Runs in pieces find what whole runs do not, and end as these."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from rates_fit import FitResult, MultipleShooting, fit
from rates_fit.pieces import in_pieces

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, RatesError

H = 0.02
LORENZ = OperatorTemplate(
    "op",
    ["x' = s*(y - x)", "y' = x*(rho - z) - y", "z' = x*y - b*z"],
    {"x": "output(-8.0)", "y": "variable(7.0)", "z": "variable(27.0)", "s": 10.0, "rho": 28.0, "b": 8 / 3},
)


def model(*operators: OperatorTemplate) -> CircuitTemplate:
    return CircuitTemplate("m", nodes={"p": NodeTemplate("n", list(operators))})


def fitted(data: pd.DataFrame, fitter: Any, **options: Any) -> FitResult:
    settings = {"solver": "rk4", "step_size": H, "backend": "jax", "start": {"p/op/rho": 22.0}, **options}
    return fit(model(LORENZ), data, {"p/op/rho": "positive"}, fitter=fitter, **settings)


def test_a_chaotic_run_is_fitted_piece_by_piece_and_not_as_a_whole() -> None:
    """Over 8 units of time, seven Lyapunov times, the loss of the whole run has valleys everywhere."""
    run = model(LORENZ).compile(backend="numpy", solver="rk4", step_size=H, simulation_time=8.02).run()
    data = run.iloc[::5]
    assert abs(fitted(data, "levenberg-marquardt", backend="numpy")["p/op/rho"] - 28.0) > 0.1
    found = fitted(data, MultipleShooting(pieces=16))
    assert found["p/op/rho"] == pytest.approx(28.0, rel=1e-8)
    assert found.loss < 1e-8
    assert np.isnan(found.history["until"]).any()
    assert np.isinf(found.history["until"].iloc[-1])


def test_derivatives_of_pieces_are_those_of_differences() -> None:
    op = OperatorTemplate("op", ["x' = u - k*x*w", "w' = x - w"], {
        "x": "output(1.0)", "w": "variable(0.4)", "u": "input(0.0)", "k": 0.7,
    })  # fmt: skip
    inputs = {"p/op/u": np.sin(np.arange(60) * 0.3)}
    data = pd.DataFrame({"p/op/x": np.cos(np.arange(12.0))}, index=np.arange(12) * 5 * H)
    problem = fit(
        model(op), data, {"p/op/k": "positive", "p/op/x": None}, inputs=inputs, step_size=H, backend="jax",
        priors={"p/op/k": (1.0, 2.0)},
    ).problem  # fmt: skip
    pieces, free = in_pieces(problem, problem.space.free({"p/op/k": 0.9, "p/op/x": 0.8}), 3)
    assert pieces.size == 2 + 2 * 2
    free = free + 0.1 * np.cos(np.arange(6.0))
    found = pieces.linearised(free)
    shift = 1e-5
    for place in range(6):
        up, down = (pieces.linearised(free + side * shift * np.eye(6)[place]) for side in (1, -1))
        wanted = (up.residuals - down.residuals) / (2 * shift)
        np.testing.assert_allclose(found.jacobian[:, place], wanted, atol=1e-8)


def test_pieces_of_a_solution_meet() -> None:
    """At the true values, and at states that were observed, there are no gaps and no loss."""
    run = model(LORENZ).compile(backend="numpy", solver="rk4", step_size=H, simulation_time=1.0).run()
    problem = fitted(run, "levenberg-marquardt", start={"p/op/rho": 28.0}, backend="numpy").problem
    pieces, free = in_pieces(problem, problem.space.free({"p/op/rho": 28.0}), 4)
    assert pieces.linearised(free).value < 1e-18


LOGISTIC = OperatorTemplate("op", "x' = r*x*(1 - past(x, 1.0))", {"x": "output(0.5)", "r": 2.0})
LOOP = OperatorTemplate(
    "op", ["v' = -v + w*s", "r = tanh(v)"], {"v": "variable(0.5)", "r": "output", "s": "input(0.0)", "w": 1.0}
)


def loop() -> CircuitTemplate:
    """Return two units in a loop, each of which is given late what the other one computes."""
    edges = [("p/op/r", "q/op/s", None, {"weight": 2.0, "delay": 1.0}),
             ("q/op/r", "p/op/s", None, {"weight": -2.0, "delay": 0.5})]  # fmt: skip
    return CircuitTemplate("loop", nodes={name: NodeTemplate("n", [LOOP]) for name in "pq"}, edges=edges)


def test_cycles_with_a_delay_are_fitted_piece_by_piece_and_not_as_a_whole() -> None:
    """After ten cycles a wrong rate is far out of step: the loss of the whole run has valleys where it is again."""
    data = model(LOGISTIC).run(30.0, 0.1, backend="numpy", verbose=False).iloc[::5]
    options: dict[str, Any] = {"start": {"p/op/r": 1.5}, "step_size": 0.1, "backend": "numpy"}
    assert abs(fit(model(LOGISTIC), data, {"p/op/r": "positive"}, **options)["p/op/r"] - 2.0) > 0.1
    fitter = MultipleShooting(pieces=5, weights=(1.0, 1e3))
    found = fit(model(LOGISTIC), data, {"p/op/r": "positive"}, fitter=fitter, **options)
    assert found["p/op/r"] == pytest.approx(2.0, rel=1e-8)
    assert found.loss < 1e-12


def test_the_past_of_a_piece_is_what_was_observed_before_it() -> None:
    data = model(LOGISTIC).run(4.0, 0.1, backend="numpy", verbose=False)
    problem = fit(model(LOGISTIC), data, ["p/op/r"], step_size=0.1, backend="numpy").problem
    # each step was observed, and the delay is ten of them: at the true rate there is no gap
    pieces, free = in_pieces(problem, problem.space.free({"p/op/r": 2.0}), 3)
    assert pieces.linearised(free).value < 1e-18
    # at another rate the past stays, and only what follows from it moves: the second piece by its own steps
    moved = np.array([2.1, *free[1:]])
    rows = pieces.problem.cases[1].course.rows(pieces.problem.cases[1].values(pieces.problem.space, moved))[:, 0]
    x, first = data["p/op/x"].to_numpy(), pieces.firsts[1]
    expected = [x[first]]
    for step in range(5):
        expected.append(expected[-1] * (1 + 0.1 * 2.1 * (1 - x[first + step - 10])))
    np.testing.assert_allclose(rows[:6], expected, rtol=1e-12)


def test_pasts_that_were_not_observed_are_those_that_pieces_before_make() -> None:
    table = loop().run(6.0, 0.1, backend="numpy", verbose=False, outputs={"p/op/v": "p/op/v", "q/op/v": "q/op/v"})
    problem = fit(loop(), table[["p/op/v"]], ["p/op/w"], step_size=0.1, backend="numpy").problem
    start = problem.space.free({"p/op/w": 1.3})
    pieces, free = in_pieces(problem, start, 3)
    true = free.copy()
    true[0] = 1.0
    for joint in pieces.joints:
        true[joint.starts] = table.iloc[pieces.firsts[joint.case + 1]].to_numpy()
    # the past is still that of the run at the start, whose weight is another one
    assert pieces.linearised(true).value > 1e-3
    assert pieces.with_pasts(true).linearised(true).value < 1e-18


@pytest.mark.parametrize(
    ("equation", "options", "text"),
    [
        ("x' = -k*x*cos(t)", {}, (
            "The fitter 'multiple-shooting' begins runs anywhere, and the model depends on time by more than inputs."
        )),
        ("x' = -k*x", {"shift": 0.003}, (
            "The fitter 'multiple-shooting' takes data at steps; those of 'data' lie between."
        )),
        ("x' = -k*x", {"pieces": 5}, "The data of 'data' reach over 9 rows: too few for 5 pieces."),
        ("x' = -k*x", {"pieces": 1}, "pieces must be a whole number of at least 2; it is 1."),
    ],
)  # fmt: skip
def test_what_has_no_pieces_is_refused(equation: str, options: dict[str, Any], text: str) -> None:
    op = OperatorTemplate("op", equation, {"x": "output(1.0)", "k": 0.7})
    times = np.arange(9) * H + options.get("shift", 0.0)
    data = pd.DataFrame({"p/op/x": np.exp(-times)}, index=times)
    with pytest.raises(RatesError) as caught:
        fit(model(op), data, ["p/op/k"], step_size=H, backend="numpy",
            fitter=MultipleShooting(pieces=options.get("pieces", 2)))  # fmt: skip
    assert str(caught.value) == text


def test_chains_of_a_delay_that_is_spread_are_refused() -> None:
    edges = [("p/op/r", "q/op/s", None, {"weight": 2.0, "delay": 1.0, "spread": 0.5})]
    circuit = CircuitTemplate("spread", nodes={name: NodeTemplate("n", [LOOP]) for name in "pq"}, edges=edges)
    data = pd.DataFrame({"q/op/v": np.cos(np.arange(12.0))}, index=np.arange(12) * 0.1)
    with pytest.raises(RatesError) as caught:
        fit(circuit, data, ["q/op/w"], step_size=0.1, backend="numpy", fitter=MultipleShooting(pieces=2))
    assert str(caught.value) == (
        "The fitter 'multiple-shooting' begins runs anywhere, and the model has delays that are spread, whose chains "
        "are no states of it."
    )
