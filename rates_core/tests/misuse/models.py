"""Small models that calls are about, and calls that work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from attrs import frozen

from rates_core import (
    CircuitTemplate,
    Connectivity,
    EdgeTemplate,
    NodeTemplate,
    OperatorTemplate,
    PopulationTemplate,
)


@frozen
class Call:
    """A call that works.

    Attributes:
        function: makes what is called, anew for every call, since some methods change their object.
        arguments: all arguments by name.
    """

    function: Callable[[], Callable[..., Any]]
    arguments: Mapping[str, Any]


def call(function: Callable[[], Callable[..., Any]], /, **arguments: Any) -> Call:
    """Return a call with arguments by name."""
    return Call(function, arguments)


def operator() -> OperatorTemplate:
    """Return a small operator."""
    return OperatorTemplate("op", ["x' = -x/tau + u"], {"x": "output(0.5)", "tau": 2.0, "u": "input"})


def edge() -> EdgeTemplate:
    """Return an edge with one input."""
    return EdgeTemplate("e", [OperatorTemplate("eo", "s = k*a", {"s": "output", "k": 1.0, "a": "input"})])


def node() -> NodeTemplate:
    """Return a node."""
    return NodeTemplate("n", [operator()])


def population() -> PopulationTemplate:
    """Return a population of two units."""
    return PopulationTemplate("r", node(), 2)


def circuit() -> CircuitTemplate:
    """Return a circuit of two nodes, a population and a sub-circuit, with a delay."""
    return CircuitTemplate(
        "net",
        nodes={"p": node(), "q": node()},
        circuits={"c": CircuitTemplate("inner", {"p": node()})},
        populations={"r": population()},
        edges=[("p/op/x", "q/op/u", edge(), {"delay": 0.2}), ("q/op/x", "p/op/u", None, {"weight": 0.5})],
        connections=[Connectivity("r/op/x", "r/op/u", np.eye(2))],
    )


def of_circuit(name: str) -> Callable[[], Callable[..., Any]]:
    """Return what makes a method of a new circuit."""
    return lambda: getattr(circuit(), name)
