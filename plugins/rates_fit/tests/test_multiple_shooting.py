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


@pytest.mark.parametrize(
    ("equation", "options", "text"),
    [
        ("x' = -k*past(x, 0.1)", {}, (
            "The fitter 'multiple-shooting' begins runs anywhere, and the model has delays, so that its states do not "
            "say how it goes on."
        )),
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
