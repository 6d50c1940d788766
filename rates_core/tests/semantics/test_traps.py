"""Crashes and traps: calls in every order, questions, names, nested delays, grouping, continuation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

RUN = {"simulation_time": 1.0, "step_size": 0.1, "verbose": False}
STEPS = np.arange(10)


@pytest.mark.parametrize("calls", list(product(["run", "function"], repeat=3)), ids="-".join)
@pytest.mark.parametrize("count", [1, 9], ids=["single", "grouped"])
def test_21_runs_and_functions_of_one_template_in_every_order(nodes, count, calls):
    circuit = nodes(count, "x' = -k*x", x="output(1.0)", k=2.0)
    for call in calls:
        if call == "run":
            table = circuit.run(outputs={"x": "n0/op/x"}, **RUN)
            assert np.allclose(table["x"], 0.8**STEPS, rtol=1e-13)
        else:
            func, args = circuit.get_run_func("field", 0.1)
            assert args[0] == 0.0
            assert np.array_equal(args[1], np.ones(count))
            assert np.allclose(func(*args), np.full(count, -2.0), rtol=1e-15)


def test_22_questions_change_nothing(nodes):
    edges = [(f"n{number}/op/x", "n0/op/u", None, {"weight": 0.5, "delay": 0.2}) for number in range(9)]
    circuit, untouched = (nodes(9, "x' = u - x", edges, x="output(1.0)", u="input") for _ in range(2))
    expected = untouched.run(**RUN)
    assert circuit.get_nodes("all") == [f"n{number}" for number in range(9)]
    assert len(circuit.get_edges()) == 9
    assert circuit.get_edges("n3", "n0")[0].weight == 0.5
    assert list(circuit.get_var("all/op/x")) == [1.0] * 9
    assert circuit.get_var("n3/op/x->n0/op/u[0]/delay") == 0.2
    assert circuit == untouched
    assert hash(circuit) == hash(untouched)
    assert circuit.run(**RUN).equals(expected)


WORDS = """
beta gamma S I E N Q O lambda y dy t0 pi2 pi e f x X xX Xx alpha Alpha ALPHA h k n np math exp1 sin_ y0 func
args end do if_ function program subroutine integer real_ parameter common data write read stop call return
begin module using struct local_ mutable quote macro let global export break case catch classdef continue
elseif for otherwise parfor persistent spmd switch try while def del class pass raise with yield from import
in is not_ as assert async await None True False print len self exp tanh sign sigmoid log max min round erf
mod where_ past matvec vsum rows samples stride history inputs draws derivative observe unpack pack loop
vector_field recorder slots step first
"""
NAMES = WORDS.split()


@pytest.mark.parametrize("name", NAMES)
def test_23_any_name_may_be_a_variable(single, name):
    # A name of the language's own may be shadowed by a declared variable; words of the grammar stay words.
    circuit = single(f"{name}' = -2*{name}", **{name: "output(1.0)"})
    table = circuit.run(outputs={"result": f"p/op/{name}"}, **RUN)
    assert np.allclose(table["result"], 0.8**STEPS, rtol=1e-13)


@pytest.mark.parametrize("count", [1, 9], ids=["single", "grouped"])
def test_23_all_names_together_stay_apart(nodes, count):
    names = {name: number + 1 for number, name in enumerate(dict.fromkeys(NAMES))}
    equations = [f"{name}' = {rate}" for name, rate in names.items()]
    circuit = nodes(count, equations, **dict.fromkeys(names, "variable(0.0)"))
    table = circuit.run(outputs={name: f"n0/op/{name}" for name in names}, **RUN)
    assert np.allclose(table.iloc[-1], 0.9 * np.array(list(names.values())), rtol=1e-12)


def test_23_nodes_and_operators_may_be_called_like_variables():
    t = OperatorTemplate("t", "t0' = -t0 + p", {"t0": "output(1.0)", "p": "input"})
    p = OperatorTemplate("p", "p = 2*y", {"p": "output", "y": 0.5})
    circuit = CircuitTemplate("y", {label: NodeTemplate("t", [p, t]) for label in ("t", "p", "y", "I", "lambda")})
    table = circuit.run(outputs={"all": "all/t/t0"}, **RUN)
    assert np.allclose(table, 1.0, rtol=1e-14)  # t0' = 1 - t0 rests at 1


NESTED = {
    "past(x, 2*tau)": lambda t: ramp(t - 0.4),
    "past(x^2, tau)": lambda t: ramp(t - 0.2) ** 2,
    "x(t-(tau+0.1))": lambda t: ramp(t - 0.3),
    "past(past(x, a), b)": lambda t: ramp(t - 0.4),
    "past(past(x, a) + x, b)": lambda t: ramp(t - 0.4) + ramp(t - 0.1),
    "past(x*past(x, a), b)": lambda t: ramp(t - 0.1) * ramp(t - 0.4),
    "x*past(x, tau)": lambda t: t * ramp(t - 0.2),
    "past(sin(x), a)": lambda t: np.sin(ramp(t - 0.3)),
    "past(y, tau)": lambda t: 3 * ramp(t - 0.2) + 1,
}


def ramp(t):
    """Return x of x' = 1 with x = 0 at the start and before it."""
    return np.maximum(t, 0.0)


@pytest.mark.parametrize("expression", NESTED)
def test_24_nested_and_computed_delays(single, solver, expression):
    circuit = single(
        ["x' = 1", "y = 3*x + 1", f"z = {expression}"],
        x="output(0.0)", y="variable", z="variable", tau=0.2, a=0.3, b=0.1,
    )  # fmt: skip
    table = circuit.run(1.0, 0.1, outputs={"z": "p/op/z"}, **solver.options)
    assert np.allclose(table["z"], NESTED[expression](table.index.to_numpy()), atol=1e-6 if solver.adaptive else 1e-12)


@pytest.mark.parametrize("vectorize", [True, False])
def test_25_a_grouped_model_with_a_named_delay(nodes, solver, vectorize):
    edges = [(f"n{number}/op/x", f"n{(number + 1) % 9}/op/u", None, {"delay": 0.2}) for number in range(9)]
    circuit = nodes(
        9, ["x' = k", "z = past(x, tau) + u"], edges, x="output(0.0)", z="variable", u="input", k=1.0, tau=0.3
    )
    circuit.update_var({"n1/op/tau": 0.5, "n3/op/k": 2.0})
    table = circuit.run(2.0, 0.1, outputs={"z": "all/op/z"}, vectorize=vectorize, **solver.options)
    k, tau = np.array([1, 1, 1, 2, 1, 1, 1, 1, 1.0]), np.array([0.3, 0.5, *[0.3] * 7])
    t = table.index.to_numpy()[:, None]
    expected = k * ramp(t - tau) + np.roll(k, 1) * ramp(t - 0.2)
    assert np.allclose(table, expected, atol=1e-7 if solver.adaptive else 1e-12)


def test_26_going_on_from_the_end_equals_one_long_run(nodes, solver):
    signal = np.sin(np.arange(41) * 0.3)
    edges = [("n0/op/x", "n1/op/u", None, {"delay": 0.25}), ("n1/op/x", "n0/op/u", None, {"weight": 0.5})]
    circuit = nodes(2, "x' = u - past(x, tau)", edges, x="output(1.0)", u="input", tau=0.17)

    def run(first: int, last: int, **more: object):
        inputs = {"n0/op/u": signal[first : last + 1]}
        return circuit.run((last - first) * 0.05, 0.05, inputs=inputs, **more, **solver.options)

    whole, begin = run(0, 40), run(0, 16)
    rest = run(16, 40, state=begin)
    assert np.allclose([*begin.index, *rest.index], whole.index)
    both = np.concatenate([begin.to_numpy(), rest.to_numpy()])
    if solver.adaptive:
        assert np.allclose(both, whole, atol=1e-7)
    else:
        assert np.array_equal(both, whole)


@pytest.mark.parametrize("count", [1, 9], ids=["single", "grouped"])
@pytest.mark.parametrize(
    ("term", "left", "right"),
    [
        ("where(x > 0.5, x^2, -3*x)", -3.0, 2.0),
        ("abs(x - 0.5)", -1.0, 1.0),
        ("max(x, 0.5)", 0.0, 1.0),
        ("min(x, 0.5)", 1.0, 0.0),
        ("x*heaviside(x - 0.5)", 0.0, 1.0),
    ],
)
def test_27_a_derivative_of_a_model_with_a_corner(nodes, count, term, left, right):
    """At 0.25 the slope is `left`, at 1 it is `right`."""
    circuit = nodes(count, f"x' = {term}", x="output(1.0)")
    func, (t, y, *rest) = circuit.get_jacobian_func("J", 0.1)
    for place, slope in ((0.25, left), (1.0, right)):
        assert np.allclose(func(t, np.full_like(y, place), *rest), slope * np.eye(count), rtol=1e-14)
