"""Small circuits for the tests of networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rates_core.network.build import build_network
from rates_core.network.network import Network, Population

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

LEAK = OperatorTemplate("op", "x' = -x/tau + u", {"x": "output(0.1)", "tau": 2.0, "u": "input(0.5)"})


@pytest.fixture(scope="session")
def leak() -> NodeTemplate:
    """Return a node with a state x, a parameter tau and an input u, all of operator `op`."""
    return NodeTemplate("leak", [LEAK])


@pytest.fixture(scope="session")
def relay() -> NodeTemplate:
    """Return a node whose output z depends on its input u at the same instant."""
    operator = OperatorTemplate("op", "z = 2*u", {"z": "output", "u": "input(1.0)"})
    return NodeTemplate("relay", [operator])


@pytest.fixture(scope="session")
def line() -> Callable[..., CircuitTemplate]:
    """Return a maker of circuits of nodes p0, p1, ..., all of one template."""

    def make(node: NodeTemplate, count: int, **parts: Any) -> CircuitTemplate:
        return CircuitTemplate("c", nodes={f"p{number}": node for number in range(count)}, **parts)

    return make


def value_of(network: Network, path: str) -> Any:
    """Return the value that one unit has: `p3/op/tau` or `pop[2]/op/tau`."""
    node, operator, variable = path.rsplit("/", 2)
    for population in network.populations:
        units = list(population.units)
        if node in units:
            value = population.values[operator, variable]
            return value[units.index(node)] if population.size and getattr(value, "shape", ()) else value
    raise KeyError(path)


@pytest.fixture(scope="session")
def edge_names() -> Callable[[Network], list[list[str]]]:
    """Return a function that gives, for each projection, the edges `source->target[k]` whose weights it has."""

    def found(network: Network) -> list[list[str]]:
        names: list[list[str]] = [[] for _ in network.projections]
        for item in network.connections.sets:
            projection = network.projections[item.weight]
            if item.population is not None:
                names[item.weight] = list(network.populations[item.population].units)
                continue
            sources, targets = (
                [f"{unit}/{end.operator}/{end.variable}" for unit in network.populations[end.population].units]
                for end in (projection.source, projection.target)
            )
            rows, columns = item.ends(None)
            for number, row, column in zip(item.parts_of(None), rows, columns, strict=True):
                ends = sources[column], targets[row]
                names[item.weight].append(f"{'->'.join(ends)}[{network.flat.links.index.count(number, *ends)}]")
        return names

    return found


@pytest.fixture(scope="session")
def values() -> Callable[..., list[Any]]:
    """Return a function that gives values of units in the network of a circuit."""

    def found(circuit: CircuitTemplate, *paths: str, vectorize: bool = True) -> list[Any]:
        network = build_network(circuit, vectorize)
        return [value_of(network, path) for path in paths]

    return found


@pytest.fixture(scope="session")
def population() -> Callable[[CircuitTemplate], Population]:
    """Return a function that gives the only population of a circuit's network."""

    def only(circuit: CircuitTemplate) -> Population:
        (found,) = build_network(circuit).populations
        return found

    return only
