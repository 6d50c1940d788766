"""Situations that tools of this field get wrong: one test each, on every backend and solver that it can concern.

The numbers in the names are those of the list of situations. What is expected is a closed form or computed by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rates_core.plugins import SolverSpec, get_manager
from rates_core.simulation import choice

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

FOLDER = Path(__file__).parent
TIGHT = {"rtol": 1e-10, "atol": 1e-12}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `fixed`, `adaptive` or `solver` under all solvers of that kind that serve any backend."""
    solvers = {name: spec for name, spec in get_manager().solvers().items() if spec.backends is None}
    fixed = {name: spec for name, spec in solvers.items() if spec.kind == "tableau" and not spec.adaptive}
    kinds = {"fixed": fixed, "adaptive": {name: spec for name, spec in solvers.items() if spec.adaptive}}
    kinds["solver"] = {**kinds["fixed"], **kinds["adaptive"]}
    for argument, members in kinds.items():
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, [pytest.param(Method(spec), id=name) for name, spec in members.items()])
    metafunc.parametrize("backend", sorted(get_manager().backends()), indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep all cases on the default backend, and on each of the others one in four of every test.

    Of these the fast tier takes one of each test on one of the others by turns; of a test that takes methods of fixed
    steps and such that choose them it is one of each kind.
    """
    others = sorted(set(get_manager().backends()) - {choice.DEFAULT_BACKEND})
    found: dict[tuple[Path, str], dict[tuple[str, bool], list[pytest.Item]]] = {}
    for item in items:
        if not isinstance(item, pytest.Function) or item.path.parent != FOLDER:
            continue
        values: dict[str, Any] = item.callspec.params
        if values["backend"] != choice.DEFAULT_BACKEND:
            adaptive = any(isinstance(value, Method) and value.adaptive for value in values.values())
            kinds = found.setdefault((item.path, item.originalname), {})
            kinds.setdefault((values["backend"], adaptive), []).append(item)
    dropped = set()
    for turn, kinds in enumerate(found.values()):
        for (backend, adaptive), cases in kinds.items():
            place = others.index(backend)
            kept = cases[place % min(4, len(cases)) :: 4]
            dropped |= set(cases) - set(kept)
            quick = place == (turn + (len(others) // 2 if adaptive else 0)) % len(others)
            for case in kept[1:] if quick else kept:
                case.add_marker(pytest.mark.exhaustive)
    config.hook.pytest_deselected(items=list(dropped))
    items[:] = [item for item in items if item not in dropped]


@pytest.fixture(autouse=True)
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a backend the one that is taken where none is named; every test is run with each that is installed."""
    monkeypatch.setattr(choice, "DEFAULT_BACKEND", request.param)
    return str(request.param)


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
