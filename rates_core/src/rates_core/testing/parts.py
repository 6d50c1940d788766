"""Short words for the parts of small models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.node import EdgeTemplate, NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate


def node(equations: str | Sequence[str], name: str = "op", **variables: Any) -> NodeTemplate:
    """Return a node of one operator `op`."""
    return NodeTemplate("node", [operator(equations, name, **variables)])


def operator(equations: str | Sequence[str], name: str = "op", **variables: Any) -> OperatorTemplate:
    """Return an operator."""
    return OperatorTemplate(name, equations, variables)


def edge(equations: str | Sequence[str], name: str = "eop", **variables: Any) -> EdgeTemplate:
    """Return an edge template of one operator `eop`."""
    return EdgeTemplate("edge", [operator(equations, name, **variables)])


def single(equations: str | Sequence[str], **variables: Any) -> CircuitTemplate:
    """Return a circuit of one node `p` with one operator `op`."""
    return circuit(nodes={"p": node(equations, **variables)})


def population(unit: NodeTemplate, n: int, **params: Any) -> PopulationTemplate:
    """Return a population; the values of operator `op` are given by the names of variables."""
    return PopulationTemplate("population", unit, n, {f"op/{name}": value for name, value in params.items()})


def connectivity(source: str, target: str, weights: Any, **options: Any) -> Connectivity:
    """Return connections; the arguments are those of `Connectivity`, which takes arrays for all of them."""
    return Connectivity(source, target, weights, **options)


def circuit(
    nodes: Mapping[str, NodeTemplate] | None = None,
    populations: Mapping[str, PopulationTemplate] | None = None,
    edges: Sequence[Any] = (),
    connections: Sequence[Any] = (),
) -> CircuitTemplate:
    """Return a circuit."""
    return CircuitTemplate(
        "model", nodes=nodes or {}, populations=populations or {}, edges=edges, connections=connections
    )
