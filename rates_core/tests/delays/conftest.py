"""Systems of small circuits, for tests of what was before the start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from rates_core.network.build import build_network
from rates_core.system.build import build_system
from rates_core.system.system import System

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

Make = Callable[..., System]


@pytest.fixture(name="system")
def make_system() -> Make:
    """Return a maker of the System of `count` equal nodes n0, n1, … of one operator `op`, and of edges by number."""

    def make(
        equations: str | list[str],
        count: int = 1,
        edges: Sequence[tuple[int, str, int, dict[str, float]]] = (),
        vectorize: bool = True,
        **variables: Any,
    ) -> System:
        node = NodeTemplate("n", [OperatorTemplate("op", equations, variables)])
        joined = [(f"n{a}/op/{name}", f"n{b}/op/u", None, attributes) for a, name, b, attributes in edges]
        circuit = CircuitTemplate("c", nodes={f"n{k}": node for k in range(count)}, edges=joined)
        return build_system(build_network(circuit, vectorize))

    return make
