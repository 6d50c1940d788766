"""Small circuits for the tests of runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

Make = Callable[..., CircuitTemplate]


@pytest.fixture(name="circuit")
def make_circuit() -> Make:
    """Return a maker of circuits with `count` equal nodes p0, p1, … (one node is called p) of one operator `op`."""

    def make(equations: str | list[str], count: int = 1, **variables: object) -> CircuitTemplate:
        operator = OperatorTemplate(name="op", equations=equations, variables=variables)
        node = NodeTemplate(name="n", operators=[operator])
        labels = ["p"] if count == 1 else [f"p{number}" for number in range(count)]
        return CircuitTemplate(name="c", nodes=dict.fromkeys(labels, node))

    return make
