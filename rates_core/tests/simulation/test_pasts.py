"""What was before the start: closed forms, and the interpreter, for nodes alone and nodes computed together."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from rates_core.errors import ArgumentError
from rates_core.reference import EULER, RK4, Interpreter

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

SOLVERS = pytest.mark.parametrize("solver", ["rk4", "scipy"])
TABLEAUS = {"euler": EULER, "rk4": RK4}


def ramp(t: float) -> float:
    return 1.0 + t


def node(*equations: str, **variables: Any) -> NodeTemplate:
    return NodeTemplate("n", [OperatorTemplate("o", list(equations), variables)])


def x_at(model: CircuitTemplate, solver: str, time: float, history: Any) -> float:
    """Return x of the node n at a time."""
    options = {} if solver == "rk4" else {"rtol": 1e-10, "atol": 1e-12}
    table = model.run(time + 0.01, 0.01, solver=solver, outputs=["n/o/x"], history=history, verbose=False, **options)
    return float(table.iloc[-1, 0])


@SOLVERS
def test_a_computed_variable_was_what_it_is_at_the_start_where_it_reads_the_past_itself(solver: str) -> None:
    # w = x*past(x, 0.1) is 1*0.9 at the start and was that before, as nothing is said of it
    model = CircuitTemplate("c", {"n": node("x' = past(w, 0.2)", "w = x*past(x, 0.1)", x="output(1.0)", w="variable")})
    for said in ({"n/o/x": ramp}, {"all/o/x": ramp}):
        assert x_at(model, solver, 0.2, said) == pytest.approx(1.0 + 0.9 * 0.2, abs=1e-12)
        table = model.run(0.1, 0.01, solver=solver, outputs=["n/o/w"], history=said, verbose=False)
        assert table.iloc[0, 0] == pytest.approx(0.9, abs=1e-15)
    # what is said of w counts
    assert x_at(model, solver, 0.2, {"n/o/x": ramp, "n/o/w": 3.0}) == pytest.approx(1.6, abs=1e-12)


@SOLVERS
@pytest.mark.parametrize("said", [ramp, {"n/o/x": ramp}])
def test_delays_in_a_delayed_expression_add_to_its_own(solver: str, said: Any) -> None:
    # x' = H(t - 0.2)*H(t - 0.3) = (0.8 + t)*(0.7 + t)
    model = CircuitTemplate("c", {"n": node("x' = past(x*past(x, 0.1), 0.2)", x="output(1.0)")})
    t = 0.2
    assert x_at(model, solver, t, said) == pytest.approx(1 + 0.56 * t + 0.75 * t**2 + t**3 / 3, abs=1e-10)


@SOLVERS
def test_a_delayed_expression_takes_computed_variables_as_they_were(solver: str) -> None:
    # w = 2*x is 2 at the start and was 2, or 5: x' = H(t - 0.2)*w(t - 0.2)
    model = CircuitTemplate("c", {"n": node("x' = past(x*w, 0.2)", "w = 2*x", x="output(1.0)", w="variable")})
    mean = 0.8 * 0.2 + 0.2**2 / 2
    assert x_at(model, solver, 0.2, {"n/o/x": ramp}) == pytest.approx(1.0 + 2 * mean, abs=1e-10)
    assert x_at(model, solver, 0.2, {"n/o/x": ramp, "n/o/w": 5.0}) == pytest.approx(1.0 + 5 * mean, abs=1e-10)


@SOLVERS
def test_time_in_a_delayed_expression_goes_back_with_what_is_said(solver: str) -> None:
    # nothing said: t*x was 0*1; of x: (t - 0.2)*H(t - 0.2); of y only: nothing of the expression
    model = CircuitTemplate("c", {"n": node("x' = past(t*x, 0.2) + 0*past(y, 0.1)", "y' = 0*y", x="output(1.0)",
                                            y="variable(1.0)")})  # fmt: skip
    assert x_at(model, solver, 0.2, None) == 1.0
    assert x_at(model, solver, 0.2, {"n/o/y": 4.0}) == 1.0
    exact = 1.0 + sum(c * (0.0 - (-0.2) ** p) / p for c, p in ((1.0, 2), (1.0, 3)))
    assert x_at(model, solver, 0.2, {"n/o/x": ramp}) == pytest.approx(exact, abs=1e-10)


@SOLVERS
def test_a_past_that_a_chain_leaves_behind_it_includes_the_chain(solver: str) -> None:
    # u is the end of a chain, 2 at the start and for all time before: w(t - 1) = 3*u(t0)
    source = node("s' = 0*s", s="output(2.0)")
    sink = node("x' = past(w, 1.0)", "w = 3*u", x="output(1.0)", w="variable", u="input(0.0)")
    edges = [("a/o/s", "n/o/u", None, {"delay": 0.2, "spread": 0.1})]
    model = CircuitTemplate("c", {"a": source, "n": sink}, edges=edges)
    assert x_at(model, solver, 0.5, None) == pytest.approx(1.0 + 6.0 * 0.5, abs=1e-10)
    # a ramp through a kernel of mean 0.2 is late by that
    assert x_at(model, solver, 0.5, {"a/o/s": lambda t: 2.0 + t}) == pytest.approx(1.0 + 3 * 1.8 * 0.5, abs=1e-7)


def chain(count: int, *more: Any) -> CircuitTemplate:
    unit = node("r = 1 + 0.5*u", "x' = -x + r", r="output", x="variable(0.0)", u="input(0.2)")
    edges = [(f"n{k}/o/r", f"n{k + 1}/o/u", None, {"delay": 0.1}) for k in range(count - 1)]
    return CircuitTemplate("c", {f"n{k}": unit for k in range(count)}, edges=[*edges, *more])


@pytest.mark.parametrize("count", [7, 8, 20])
@pytest.mark.parametrize("solver", ["euler", "scipy"])
def test_a_chain_of_delayed_computed_variables_needs_no_history(count: int, solver: str) -> None:
    # r_0 = 1.1 and r_k = 1 + r_(k-1)/2, at all times: 2 - 0.9/2^k
    table = chain(count).run(0.5, 0.05, solver=solver, outputs=["all/o/r"], verbose=False)
    np.testing.assert_allclose(table, np.tile(2 - 0.9 * 0.5 ** np.arange(count), (10, 1)), rtol=1e-14)


@pytest.mark.parametrize("vectorize", [True, False])
def test_a_circle_within_a_chain_is_named_by_its_nodes(vectorize: bool) -> None:
    model = chain(20, ("n6/o/r", "n4/o/u", None, {"delay": 0.1}))
    with pytest.raises(ArgumentError) as caught:
        model.run(0.5, 0.05, outputs=["n0/o/x"], vectorize=vectorize, verbose=False)
    assert str(caught.value) == (
        "The delayed variables 'n4/o/r', 'n5/o/r', 'n6/o/r' depend on their own past. Say what they were before the "
        "start, for example history={'n4/o/r': 0.0}."
    )
    assert len(model.run(0.5, 0.05, outputs=["n0/o/x"], vectorize=vectorize, history={"n4/o/r": 0.0}, verbose=False))


def test_a_circle_through_a_delayed_expression_asks_for_what_it_is_made_of() -> None:
    model = CircuitTemplate("c", {"n": node("z = past(2*z, 0.5) + 1", "x' = z", x="output(0.0)", z="variable")})
    with pytest.raises(ArgumentError) as caught:
        model.run(0.5, 0.1, verbose=False)
    assert str(caught.value) == (
        "The delayed variables 'n/o/z' depend on their own past. Say what they were before the start, for example "
        "history={'n/o/z': 0.0}."
    )
    assert model.run(0.5, 0.1, outputs=["n/o/z"], history={"n/o/z": 0.25}, verbose=False).iloc[0, 0] == 1.5


CASES = {
    "all at once": (["x' = past(z*x, 0.2) - past(x, 0.13)", "z = x^2 + past(x, 0.1)"], lambda t: math.cos(3 * t)),
    "of some nodes": (
        ["x' = past(z + t*x, 0.13) - past(x, 0.2)*u", "z = x + past(u, 0.1)"],
        {"n1/o/x": math.cos, "all/o/z": 0.3, "n2/o/z": lambda t: 2 * t, "n0/o/u": math.sin},
    ),
    "of computed ones that wait for each other": (
        ["x' = past(z, 0.1) - x*past(u, 0.07)", "z = x + 0.3*past(u, 0.1)*past(x, 0.2)"], {"all/o/x": math.cos},
    ),
    "the same in all": (["x' = past(z, 0.2) - x*past(z*x, 0.1)", "z = sin(3*t) + 1"], {"n3/o/z": lambda t: t}),
}  # fmt: skip
EDGES = [(0, "z", 1, 0.1), (1, "x", 2, 0.07), (2, "z", 3, 0.2), (4, "x", 0, 0.13), (1, "z", 4, 0.1), (5, "x", 5, 0.04)]


@pytest.mark.parametrize("spread", [None, 0.05])
@pytest.mark.parametrize("solver", TABLEAUS)
@pytest.mark.parametrize("case", CASES)
def test_runs_are_those_of_the_interpreter(case: str, solver: str, spread: float | None) -> None:
    equations, history = CASES[case]
    unit = node(*equations, x="output(0.4)", z="output", u="input(0.7)")
    edges = [
        (f"n{a}/o/{name}", f"n{b}/o/u", None, {"weight": 0.4, "delay": d, **({"spread": spread} if d == 0.1 and spread
         else {})}) for a, name, b, d in EDGES
    ]  # fmt: skip
    circuit = CircuitTemplate("c", {f"n{k}": unit for k in range(9)}, edges=edges)
    circuit.update_var({"all/o/x": np.linspace(0.1, 0.9, 9)})
    outputs = [f"n{k}/o/{name}" for k in range(9) for name in "xz"]
    wanted = Interpreter(circuit).run(0.6, 0.04, TABLEAUS[solver], outputs=outputs, history=history)
    for vectorize in (True, False):
        table = circuit.run(
            0.6, 0.04, solver=solver, outputs=outputs, history=history, vectorize=vectorize, verbose=False
        )
        for path in outputs:
            np.testing.assert_allclose(table[path], wanted[path], rtol=1e-11, atol=1e-12, err_msg=path)
