"""Ten systems of delay equations against what jitcdde printed for them; `jitcdde_systems.py` says which they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_core.plugins import get_manager
from rates_core.simulation.choice import DEFAULT_BACKEND

from rates_core import CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

RECORDS = json.loads(Path(__file__).with_name("jitcdde_systems.json").read_text(encoding="utf-8"))
RTOL, ATOL = 1e-9, 1e-11
MARGIN = 10.0  # times the difference of two runs of the peer: what its finer run may err
PAIRS = [name for name, spec in sorted(get_manager().solvers().items()) if spec.kind == "tableau" and spec.adaptive]
HIGH = [name for name in PAIRS if (get_manager().solver(name).order or 0) > 3]
BACKENDS = sorted(name for name, spec in get_manager().backends().items() if spec.missing_tool() is None)

Start = Sequence[float]
Made = tuple[CircuitTemplate, list[str]]  # a circuit and the paths of its states in the order of the record


def operator(equations: str | list[str], variables: Mapping[str, Any]) -> NodeTemplate:
    return NodeTemplate("node", [OperatorTemplate("op", equations, variables)])


def alone(equations: str | list[str], start: Start, names: str = "x", **variables: Any) -> Made:
    values = {name: f"output({value})" for name, value in zip(names, start, strict=True)}
    node = operator(equations, values | variables)
    return CircuitTemplate("alone", nodes={"n": node}), [f"n/op/{name}" for name in names]


def mackey_glass(start: Start) -> Made:
    return alone("x' = 0.2*past(x, tau)/(1 + past(x, tau)^10) - 0.1*x", start, tau=17.0)


def coupled_mackey_glass(start: Start) -> Made:
    equation = "x' = 0.2*past(x, tau)/(1 + past(x, tau)^10) - 0.1*x + 0.05*(u - x)"
    nodes = {
        name: operator(equation, {"x": f"output({value})", "tau": tau, "u": "input"})
        for name, value, tau in zip("ab", start, (10.0, 17.0), strict=True)
    }
    edges = [("b/op/x", "a/op/u", None, {"delay": 3.0}), ("a/op/x", "b/op/u", None, {"delay": 6.5})]
    return CircuitTemplate("pair", nodes=nodes, edges=edges), ["a/op/x", "b/op/x"]


def hutchinson(start: Start) -> Made:
    return alone("x' = r*x*(1 - past(x, 1.0))", start, r=1.8)


def blowflies(start: Start) -> Made:
    return alone(["b = past(x, tau)", "x' = p*b*exp(-b/4) - d*x"], start, b="variable", tau=15.0, p=8.0, d=0.175)


def ikeda(start: Start) -> Made:
    return alone("x' = -x + m*sin(past(x, 2.0) - 1)", start, m=4.0)


def van_der_pol(start: Start) -> Made:
    return alone(["x' = y", "y' = m*(1 - x^2)*y - x + 0.5*past(x, 0.7) + 0.4*cos(1.3*t)"], start, "xy", m=1.5)


def wilson_cowan(start: Start) -> Made:
    """Of two populations of one unit each, joined by edges with a delay each."""
    equation = "x' = (-x + sigmoid(u + drive))/tau"
    nodes = {
        name: operator(equation, {"x": f"output({value})", "u": "input", "drive": drive, "tau": tau})
        for name, value, drive, tau in zip("ei", start, (0.5, -3.5), (1.0, 1.5), strict=True)
    }
    weights = {("e", "e"): (10.0, 0.2), ("i", "e"): (-12.0, 0.35), ("e", "i"): (10.0, 0.2), ("i", "i"): (-2.0, 0.35)}
    edges = [
        (f"{source}/op/x", f"{target}/op/u", None, {"weight": weight, "delay": delay})
        for (source, target), (weight, delay) in weights.items()
    ]
    return CircuitTemplate("wc", nodes=nodes, edges=edges), ["e/op/x", "i/op/x"]


def fitzhugh_nagumo(start: Start) -> Made:
    """Of a population of two, joined by a matrix with one delay."""
    node = operator(
        ["x' = (x - x^3/3 - y + 0.5*(u - x))/0.1", "y' = x + 1.05"], {"x": "output", "y": "variable", "u": "input"}
    )
    values = {"op/x": [start[0], start[2]], "op/y": [start[1], start[3]]}
    connection = Connectivity("p/op/x", "p/op/u", np.array([[0.0, 1.0], [1.0, 0.0]]), delays=3.0)
    population = PopulationTemplate("p", node, 2, values)
    circuit = CircuitTemplate("fhn", populations={"p": population}, connections=[connection])
    return circuit, ["p[0]/op/x", "p[0]/op/y", "p[1]/op/x", "p[1]/op/y"]


def phases(start: Start) -> Made:
    """Of a population of eight, joined by an edge template with a delay."""
    node = operator("theta' = omega + 0.15*u", {"theta": "output", "omega": 1.0, "u": "input"})
    sine = OperatorTemplate("sin_op", "m = sin(s - at)", {"m": "output", "s": "input", "at": "input"})
    edge = EdgeTemplate("sine", [sine])
    values = {"op/theta": list(start), "op/omega": [1.0 + 0.1 * i for i in range(8)]}
    population = PopulationTemplate("p", node, 8, values)
    mapped = {"sin_op/s": "source", "sin_op/at": "p/op/theta"}
    connection = Connectivity("p/op/theta", "p/op/u", np.ones((8, 8)), edge=edge, edge_var_map=mapped, delays=0.8)
    circuit = CircuitTemplate("phases", populations={"p": population}, connections=[connection])
    return circuit, [f"p[{i}]/op/theta" for i in range(8)]


def ring(start: Start) -> Made:
    """Of a population of ten, joined by a matrix with a delay per connection."""
    node = operator("x' = -x + tanh(u + 0.1)", {"x": "output", "u": "input"})
    weights, delays = np.zeros((10, 10)), np.zeros((10, 10))
    for i in range(10):
        weights[i, (i - 1) % 10], delays[i, (i - 1) % 10] = 1.5, 0.01
        weights[i, (i + 1) % 10], delays[i, (i + 1) % 10] = -2.0, 1.7
    population = PopulationTemplate("p", node, 10, {"op/x": list(start)})
    connection = Connectivity("p/op/x", "p/op/u", weights, delays=delays)
    circuit = CircuitTemplate("ring", populations={"p": population}, connections=[connection])
    return circuit, [f"p[{i}]/op/x" for i in range(10)]


MADE: dict[str, Callable[[Start], Made]] = {
    make.__name__: make
    for make in (
        mackey_glass, coupled_mackey_glass, hutchinson, blowflies, ikeda, van_der_pol, wilson_cowan, fitzhugh_nagumo,
        phases, ring,
    )
}  # fmt: skip


def test_every_system_of_the_peer_is_compared() -> None:
    assert set(MADE) == set(RECORDS)


def runs() -> Iterator[Any]:
    """Yield system, solver and backend of every run; the fast tier has two backends per system, and one solver.

    The default backend runs all solvers on each system, the others one of those of higher order by turns.
    """
    others = [backend for backend in BACKENDS if backend != DEFAULT_BACKEND]
    for place, name in enumerate(MADE):
        fast = {DEFAULT_BACKEND, *others[place % max(1, len(others)) :][:1]}
        for solver, (turn, backend) in product(PAIRS, enumerate(BACKENDS)):
            quick = solver == "dopri5" and backend in fast
            if quick or backend == DEFAULT_BACKEND or solver == HIGH[(place + turn) % len(HIGH)]:
                marks = [] if quick else [pytest.mark.exhaustive]
                yield pytest.param(name, solver, backend, id=f"{name}-{solver}-{backend}", marks=marks)


RUNS = list(runs())


def test_every_backend_is_in_the_fast_tier() -> None:
    assert {param.values[-1] for param in RUNS if not param.marks} == set(BACKENDS)


@pytest.mark.parametrize(("name", "solver", "backend"), RUNS)
def test_a_system_ends_where_the_peer_says(name: str, solver: str, backend: str) -> None:
    record = RECORDS[name]
    circuit, paths = MADE[name](record["start"])
    half, end = record["times"]
    outputs = {str(place): path for place, path in enumerate(paths)}
    found = circuit.run(
        end + half, half, outputs=outputs, solver=solver, backend=backend, rtol=RTOL, atol=ATOL, verbose=False
    )
    expected = np.array(record["states"])
    np.testing.assert_allclose(found.loc[[half, end]].to_numpy(), expected, rtol=0, atol=MARGIN * record["error"])
