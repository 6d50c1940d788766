"""Delays of zero, and samples of computed variables, against models that say the same without a delay."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import ArgumentError

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

SOLVERS = pytest.mark.parametrize("solver", ["euler", "heun", "rk4"])


def run(equations: list[str], solver: str, history: object = None, **variables: object) -> np.ndarray:
    operator = OperatorTemplate(name="op", equations=equations, variables=variables)
    model = CircuitTemplate(name="c", nodes={"p": NodeTemplate(name="n", operators=[operator])})
    return np.asarray(model.run(2.0, 0.1, solver=solver, outputs={"x": "p/op/x"}, history=history, verbose=False)["x"])


@SOLVERS
def test_a_state_without_delay_is_what_it_is_in_every_stage(solver: str) -> None:
    delayed = run(["x' = -past(x, a) + 0.1*past(x, b)"], solver, x="output(0.4)", a=0.0, b=0.3)
    plain = run(["x' = -x + 0.1*past(x, b)"], solver, x="output(0.4)", b=0.3)
    np.testing.assert_allclose(delayed, plain, rtol=1e-14)


@SOLVERS
def test_a_computed_variable_without_delay_is_what_it_is_in_every_stage(solver: str) -> None:
    variables = {"x": "output(0.4)", "z": "variable(0.0)", "w": "variable(0.0)"}
    delayed = run(["x' = -past(w, a) - x", "z = tanh(x) + sin(t)", "w = past(z, a) + z"], solver, a=0.0, **variables)
    plain = run(["x' = -w - x", "z = tanh(x) + sin(t)", "w = 2*z"], solver, **variables)
    np.testing.assert_allclose(delayed, plain, rtol=1e-14)


def test_what_differs_by_rounding_does_not_jump_at_the_start() -> None:
    variables = {"x": "output(0.4)", "z": "variable(0.0)", "w": "variable(0.0)", "b": 0.2}
    equations = ["x' = -past(w, b) - x + sin(9*t)", "z = tanh(1.3*x) + sin(7*t)"]
    delayed = run([*equations, "w = past(z, a) + z + past(z, b)"], "rk4", a=0.0, **variables)
    plain = run([*equations, "w = 2*z + past(z, b)"], "rk4", **variables)
    np.testing.assert_allclose(delayed, plain, rtol=1e-12)


@pytest.mark.parametrize("solver", ["euler", "heun", "rk4", "scipy"])
def test_a_variable_with_its_own_past_may_be_read_without_delay(solver: str) -> None:
    variables = {"x": "output(0.4)", "z": "variable(0.0)"}
    equations = ["x' = -past(z, a)", "z = past(z, b)/2 + x"]
    delayed = run(equations, solver, 1.0, a=0.0, b=0.3, **variables)
    plain = run(["x' = -z", *equations[1:]], solver, 1.0, b=0.3, **variables)
    np.testing.assert_allclose(delayed, plain, rtol=1e-12)


def test_a_circle_without_delay_is_refused() -> None:
    with pytest.raises(ArgumentError) as caught:
        run(["x' = z", "z = x + past(z, a)"], "heun", 1.0, x="output(0.4)", z="variable(0.0)", a=0.0)
    assert str(caught.value) == "'p/op/z' depends on its own past; no delay of it may be 0."


@SOLVERS
def test_connections_without_delay_stand_beside_those_with_one(solver: str) -> None:
    operator = OperatorTemplate("op", "x' = -x + u", {"x": "output(0.4)", "u": "input(0.0)"})
    population = PopulationTemplate("p", NodeTemplate("n", [operator]), 3, {"op/x": [0.1, 0.5, -0.3]})
    weights = np.array([[0.0, 0.3, -0.2], [0.4, 0.1, 0.5], [0.2, -0.6, 0.3]])
    late = np.array([[False, True, False], [True, False, False], [True, True, True]])

    def rows(*connections: Connectivity) -> np.ndarray:
        model = CircuitTemplate("c", populations={"p": population}, connections=connections)
        return model.run(2.0, 0.1, solver=solver, outputs=["p/op/x"], verbose=False).to_numpy()

    together = rows(Connectivity("p/op/x", "p/op/u", weights, delays=np.where(late, 0.23, 0.0)))
    apart = rows(
        Connectivity("p/op/x", "p/op/u", np.where(late, weights, 0.0), delays=0.23),
        Connectivity("p/op/x", "p/op/u", np.where(late, 0.0, weights)),
    )
    np.testing.assert_allclose(together, apart, rtol=1e-12, atol=1e-14)


def test_what_is_recorded_of_a_computed_variable_is_what_later_reads_find() -> None:
    operator = OperatorTemplate(
        "op", ["x' = 0*x", "z = 2*past(z, 0.05)", "w = past(z, 0.1)"],
        {"x": "output(0.0)", "z": "variable(0.0)", "w": "variable(0.0)"},
    )  # fmt: skip
    model = CircuitTemplate("c", nodes={"p": NodeTemplate("n", [operator])})
    frame = model.run(0.5, 0.1, outputs={"z": "p/op/z", "w": "p/op/w"}, history={"p/op/z": 3.0}, verbose=False)
    assert frame["z"].tolist() == [6.0, 12.0, 48.0, 192.0, 768.0]
    assert frame["w"].tolist()[2:] == frame["z"].tolist()[1:-1]
