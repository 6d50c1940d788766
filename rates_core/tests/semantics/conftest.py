"""Situations that tools of this field get wrong: one test each, under every solver that it can concern.

The numbers in the names are those of the list of situations. What is expected is a closed form or computed by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rates_core.plugins import SolverSpec, get_manager

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

TIGHT = {"rtol": 1e-10, "atol": 1e-12}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `fixed`, `adaptive` or `solver` under all installed solvers of that kind."""
    solvers = get_manager().solvers()
    fixed = {name: spec for name, spec in solvers.items() if spec.kind == "tableau" and not spec.adaptive}
    kinds = {"fixed": fixed, "adaptive": {name: spec for name, spec in solvers.items() if spec.adaptive}}
    kinds["solver"] = {**kinds["fixed"], **kinds["adaptive"]}
    for argument, members in kinds.items():
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, [pytest.param(Method(spec), id=name) for name, spec in members.items()])


class Method:
    """A solver with options under which an adaptive one is as good as exact here."""

    def __init__(self, spec: SolverSpec) -> None:
        self.name = spec.name
        self.order = spec.order
        self.adaptive = spec.adaptive

    @property
    def options(self) -> dict[str, Any]:
        """Return the arguments of `run` that choose it."""
        return {"solver": self.name, "verbose": False, **(TIGHT if self.adaptive else {})}

    def tolerance(self, step: float) -> float:
        """Return what a smooth solution of size 1 may be off after time 1."""
        return 1e-7 if self.order is None or self.adaptive else step**self.order


Make = Callable[..., CircuitTemplate]


def template(equations: Any, **variables: Any) -> NodeTemplate:
    """Return a node template `n` with one operator `op`."""
    return NodeTemplate("n", [OperatorTemplate("op", equations, variables)])


@pytest.fixture
def single() -> Make:
    """Return a function that makes a circuit of one node `p` with one operator `op`."""
    return lambda equations, **variables: CircuitTemplate("single", {"p": template(equations, **variables)})


@pytest.fixture
def population() -> Make:
    """Return a function that makes a circuit of one population `p`."""

    def make(n: int, equations: Any, params: Any = None, connections: Any = (), **variables: Any) -> CircuitTemplate:
        members = PopulationTemplate("p", template(equations, **variables), n, params or {})
        return CircuitTemplate("population", populations={"p": members}, connections=connections)

    return make


@pytest.fixture
def nodes() -> Make:
    """Return a function that makes a circuit of equal nodes `n0`, `n1`, …; eight and more are grouped."""

    def make(count: int, equations: Any, edges: Any = (), **variables: Any) -> CircuitTemplate:
        node = template(equations, **variables)
        return CircuitTemplate("nodes", {f"n{number}": node for number in range(count)}, edges=edges)

    return make
