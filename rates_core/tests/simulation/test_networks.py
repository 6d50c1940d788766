"""Runs of networks of all kinds are those of the interpreter, grouped or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rates_core.reference import EULER, HEUN, Interpreter

from rates_core import CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

LEAK = OperatorTemplate("op", "x' = -x/tau + u", {"x": "output(0.1)", "tau": 2.0, "u": "input(0.5)"})
NODE = NodeTemplate("n", [LEAK])
SINE = EdgeTemplate(
    "sine",
    [OperatorTemplate("eo", "m = a*sin(pre - post)", {"m": "output", "pre": "input", "post": "input", "a": 1.5})],
)
TRACE = EdgeTemplate(
    "trace",
    [OperatorTemplate("eo", ["s' = -s + pre*k", "m = s*pre"],
                      {"s": "variable(0.3)", "m": "output", "pre": "input", "k": 1.2})],
)  # fmt: skip
RAMP = np.arange(9.0).reshape(3, 3) / 10
CASES: dict[str, Callable[[], CircuitTemplate]] = {}


def case(make: Callable[[], CircuitTemplate]) -> Callable[[], CircuitTemplate]:
    CASES[make.__name__] = make
    return make


def node(*equations: str, **variables: Any) -> NodeTemplate:
    return NodeTemplate("n", [OperatorTemplate("op", list(equations), variables)])


def population(count: int, unit: NodeTemplate = NODE, **params: Any) -> PopulationTemplate:
    return PopulationTemplate("pop", unit, count, {f"op/{name}": value for name, value in params.items()})


def ring(count: int, step: int, template: EdgeTemplate | None = None, **attributes: Any) -> list[Any]:
    mapped = {"eo/pre": "source"} if template else {}
    return [
        (f"p{k}/op/x", f"p{(k + step) % count}/op/u", template,
         {"weight": 1.0 + k, **attributes, **mapped, **({"eo/post": f"p{k}/op/x"} if template is SINE else {})})
        for k in range(count)
    ]  # fmt: skip


@case
def nodes_with_delays_of_their_own() -> CircuitTemplate:
    edges = ring(10, 1) + [(f"p{k}/op/x", "p0/op/u", None, {"delay": 0.05 * k}) for k in range(10)]
    circuit = CircuitTemplate("c", nodes={f"p{k}": NODE for k in range(10)}, edges=edges)
    return circuit.update_var({"all/op/x": np.arange(10.0), "all/op/tau": np.arange(1.0, 11.0)})


@case
def edges_with_operators() -> CircuitTemplate:
    edges = ring(10, 1, SINE) + ring(10, 2, TRACE) + ring(10, 3, TRACE, delay=0.17)
    return CircuitTemplate("c", nodes={f"p{k}": NODE for k in range(10)}, edges=edges)


@case
def edges_from_a_matrix() -> CircuitTemplate:
    circuit = CircuitTemplate("c", nodes={f"p{k}": NODE for k in range(9)})
    weights = np.random.default_rng(0).normal(size=(9, 9))
    return circuit.add_edges_from_matrix(
        "op/x", "op/u", "all", weight=weights, template=TRACE, edge_attr={"delay": 0.2}
    )


@case
def units_and_nodes() -> CircuitTemplate:
    return CircuitTemplate(
        "c",
        nodes={"q": NODE},
        populations={"a": population(5, x=[1.0, 2.0, 3.0, 4.0, 5.0])},
        edges=[
            ("a[3]/op/x", "q/op/u", None, {"weight": 2.0, "delay": 0.17}),
            ("a[2]/op/x", "q/op/u", None, {"weight": 2.0, "delay": 0.37, "spread": 0.2}),
            ("q/op/x", "a[1]/op/u", None, {"delay": 0.11}),
            ("a/op/x", "q/op/u", None, {"weight": 0.1}),
        ],
    )


@case
def matrices_of_delays_and_spreads() -> CircuitTemplate:
    delays, spread = 0.1 + np.arange(16).reshape(4, 4) % 3 * 0.2, np.arange(16).reshape(4, 4) % 4 * 0.1
    connection = Connectivity("a/op/x", "a/op/u", np.arange(16.0).reshape(4, 4) / 8, delays=delays, spread=spread)
    return CircuitTemplate("c", populations={"a": population(4, x=[1.0, 2.0, 3.0, 4.0])}, connections=[connection])


@case
def delays_of_zero_among_others() -> CircuitTemplate:
    connections = [Connectivity("a/op/x", "a/op/u", np.ones((3, 3)), edge=edge, delays=RAMP) for edge in (None, TRACE)]
    return CircuitTemplate("c", populations={"a": population(3, x=[1.0, 2.0, 3.0])}, connections=connections)


@case
def a_delayed_variable_that_all_units_share() -> CircuitTemplate:
    unit = node("x' = u - x", "z = sin(3*t)*k", x="output(0.1)", z="output", k=2.0, u="input")
    connections = [
        Connectivity("a/op/z", "a/op/u", np.ones((3, 3)), delays=RAMP),
        Connectivity("a/op/z", "a/op/u", 0.2, delays=0.15),
        Connectivity("a/op/z", "a/op/u", np.eye(3), delays=0.25, spread=0.1),
    ]
    return CircuitTemplate("c", populations={"a": population(3, unit)}, connections=connections)


@case
def complex_units() -> CircuitTemplate:
    unit = node(
        "z' = (0.1 + 2*I)*z - z*z*conj(z) + u", "w' = real(past(z, 0.2)) - w",
        z="output(0.1+0.5j)", u="input", w="variable(0.1)",
    )  # fmt: skip
    connections = [
        Connectivity("a/op/z", "a/op/u", np.full((3, 3), 0.5 + 0.1j), delays=RAMP),
        Connectivity("a/op/z", "q/op/u", 0.2, delays=0.25, spread=0.1),
    ]
    return CircuitTemplate("c", populations={"a": population(3, unit)}, nodes={"q": unit}, connections=connections)


@case
def named_delays_of_all_kinds_of_values() -> CircuitTemplate:
    unit = node(
        "z = x^2",
        "x' = past(z, tau) - x + past(x, 2*tau)*x + past(past(x, tau), 0.1) + past(k, tau) + past(x^2 + u, tau)",
        x="variable(0.1)", z="variable", tau=0.1, k=2.0, u="input(0.4)",
    )  # fmt: skip
    return CircuitTemplate("c", populations={"a": population(3, unit, tau=[0.1, 0.2, 0.33])}, nodes={"b": unit})


@case
def algebraic_chains() -> CircuitTemplate:
    unit = node("z = 2*u + 1", "x' = z - x", x="variable(0.1)", z="output", u="input(0.3)")
    edges = [(f"p{k}/op/z", f"p{k + 8}/op/u", None, {"weight": 0.5}) for k in range(16)]
    return CircuitTemplate("c", nodes={f"p{k}": unit for k in range(24)}, edges=edges)


@case
def vectors() -> CircuitTemplate:
    unit = node(
        "x' = -x + index(x, 0)*u + matvec(W, x)/(1 + vsum(x^2))", x="output(0.1,3)", u="input(0.2,3)", W=10 * RAMP
    )
    circuit = CircuitTemplate("c", nodes={"p": unit, "q": unit}, edges=[("p/op/x", "q/op/u", None, {"delay": 0.1})])
    return circuit.update_var({"p/op/x": [1.0, 2.0, 3.0]})


@case
def circuits_in_circuits() -> CircuitTemplate:
    edges = [
        (f"p{k}/op/x", f"p{(k + 1) % 5}/op/u", None, {"delay": 0.1 * (k % 3), "weight": k + 1.0}) for k in range(5)
    ]
    inner = CircuitTemplate("inner", nodes={f"p{k}": NODE for k in range(5)}, edges=edges)
    inner.update_var({"all/op/x": np.arange(5.0)})
    joined = ("a/p1/op/x", "b/p2/op/u", SINE, {"delay": 0.2, "eo/pre": "source", "eo/post": "a/p3/op/x"})
    return CircuitTemplate("c", circuits={"a": inner, "b": inner}, edges=[joined])


@pytest.mark.filterwarnings("ignore::rates_core.errors.ApproximationWarning")  # spreads that no chain has exactly
@pytest.mark.parametrize(("solver", "tableau"), [("euler", EULER), ("heun", HEUN)])
@pytest.mark.parametrize("name", CASES)
def test_a_run_is_that_of_the_interpreter(name: str, solver: str, tableau: Any) -> None:
    wanted = Interpreter(CASES[name]()).run(0.7, 0.07, tableau)
    outputs = {path: path for path in wanted.values if "->" not in path}
    for vectorize in (True, False):
        table = CASES[name]().run(0.7, 0.07, solver=solver, outputs=outputs, vectorize=vectorize, verbose=False)
        for path in outputs:
            assert np.allclose(table[path], wanted.values[path], rtol=1e-11, atol=1e-12), (path, vectorize)
