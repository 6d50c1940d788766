"""Models that are asked for nonsense, and what comes of it before anything is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate, RatesError

RUN = {"simulation_time": 1.0, "step_size": 0.1, "verbose": False}


@pytest.fixture
def node() -> NodeTemplate:
    """Return a node with a state, a parameter and an input."""
    variables = {"x": "output(1.0)", "tau": 2.0, "u": "input"}
    return NodeTemplate("unit", [OperatorTemplate("lin", "x' = -x/tau + u", variables)])


@pytest.fixture
def pair(node: NodeTemplate) -> CircuitTemplate:
    """Return two nodes, the first of which drives the second."""
    return CircuitTemplate("pair", {"p": node, "q": node}, edges=[("p/lin/x", "q/lin/u", None, {"weight": 0.5})])


@pytest.fixture
def echo(node: NodeTemplate) -> CircuitTemplate:
    """Return a node that hears itself after a delay."""
    return CircuitTemplate("echo", {"p": node}, edges=[("p/lin/x", "p/lin/u", None, {"delay": 0.2})])


@pytest.fixture
def ten(node: NodeTemplate) -> CircuitTemplate:
    """Return a population of ten units."""
    return CircuitTemplate("ten", populations={"pop": PopulationTemplate("pop", node, 10)})


@pytest.fixture
def one() -> Callable[..., CircuitTemplate]:
    """Return a function that makes a circuit of one node `p` with one operator `op`."""

    def make(equations: Any, **variables: Any) -> CircuitTemplate:
        return CircuitTemplate("one", {"p": NodeTemplate("n", [OperatorTemplate("op", equations, variables)])})

    return make


@pytest.fixture
def refusal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return a function that calls another and returns the error: its class and its whole text.

    Whoever takes a step before the error is raised has computed something for nothing.
    """

    def step(*_: Any) -> None:
        pytest.fail("a step was taken before the error was found")

    monkeypatch.setattr("rates_core.simulation.execution.run_fixed", step)
    monkeypatch.setattr("rates_core.simulation.execution.run_accepted", step)

    def refused(call: Callable[..., Any], *arguments: Any, **options: Any) -> str:
        with pytest.raises(RatesError) as caught:
            call(*arguments, **options)
        return f"{type(caught.value).__name__}: {caught.value}"

    return refused


@pytest.fixture
def run_refusal(refusal: Callable[..., str]) -> Callable[..., str]:
    """Return `refusal` for the run of a circuit, whose ordinary arguments are given."""

    def refused(circuit: CircuitTemplate, **options: Any) -> str:
        return refusal(circuit.run, **{**RUN, **options})

    return refused
