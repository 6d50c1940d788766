"""The adjoint of a System is the transpose of its linearisation, for all that statements can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from rates_core.delays.lowered import lowered_system
from rates_core.system.adjoint import Wanted, adjoint_of
from rates_core.system.linearisation import linearise
from rates_core.system.system import System
from rates_core.testing.parts import circuit, connectivity, node, population, single

from rates_core import CircuitTemplate, UnsupportedFeatureError

Values = Mapping[str, Any]


def system_of(model: CircuitTemplate) -> System:
    return lowered_system(model)


def network(weights: Any, source: str = "z", **options: Any) -> CircuitTemplate:
    """Return four units that read what each computes, and two others in another population."""
    unit = node(["x' = a*tanh(s + c) - k*x^2", "z = x*k + 0.1*s0"], x="output(0.1)", z="variable(0.0)", s="input(0.0)",
                s0="input(0.3)", a=0.7, k=1.2, c=0.1)  # fmt: skip
    return circuit(
        populations={"p": population(unit, 4, x=np.linspace(-1, 1, 4), k=np.linspace(0.5, 1, 4))},
        connections=[connectivity(f"p/op/{source}", "p/op/s", weights, **options)],
    )


DENSE = np.cos(np.arange(16.0)).reshape(4, 4)
THREE = {"v": np.array([0.3, -0.6, 1.1]), "m": np.cos(np.arange(9.0)).reshape(3, 3)}
MODELS: dict[str, CircuitTemplate] = {
    "dense": network(DENSE),
    "sparse": network(DENSE * (np.abs(DENSE) > 0.6)),
    "uniform": network(0.4),
    "one source per target": network(np.eye(4)[[2, 0, 3, 1]] * 1.7),
    "delayed, one by one": network(DENSE, source="x", delays=1.0 + np.arange(16.0).reshape(4, 4)),
    "delayed together": network(DENSE, source="x", delays=1.0),
    "gamma kernels": network(DENSE, source="x", delays=1.0, spread=0.4),
    "single units": circuit(
        nodes={name: node("x' = k*tanh(s) - x", x="output(0.2)", s="input(0.0)", k=1.5) for name in "ab"},
        edges=[("a/op/x", "b/op/s", None, {"weight": 0.8}), ("b/op/x", "a/op/s", None, {"weight": -0.3})],
    ),
    "sums": single("v' = -v*vsum(v^2) + mean(v)*k + maxi(v) - mini(v*k)", v=f"output({THREE['v'].tolist()})", k=0.4),
    "picked": single(
        "v' = vsum(index_range(v, 1, 3)^2)*v - index(v, 2)*v*k + index(v, 0)", v=f"output({THREE['v'].tolist()})", k=0.4
    ),
    "picked by what is computed": single(
        "v' = -k*v + index(v, floor(1.5 + tanh(t)))", v=f"output({THREE['v'].tolist()})", k=0.4
    ),
    "matrices": single(
        "v' = tanh(matvec(m, v)) - k*v + matmul(v, m)", v=f"output({THREE['v'].tolist()})", m=THREE["m"], k=0.4
    ),
    "branches": single("x' = where(x > 0.1, k*x^2, sin(x)) + min(x, k*t) - abs(x)", x="output(0.4)", k=0.6),
}  # fmt: skip


@pytest.fixture(scope="module")
def values_of() -> Callable[[System], dict[str, Any]]:
    """Return numbers for what a System is given."""

    def found(system: System) -> dict[str, Any]:
        generator = np.random.default_rng(3)
        items = [*system.states, *system.reads, *system.inputs]
        return {item.path: generator.normal(size=item.shape) for item in items}

    return found


def transposed(system: System, by: Any, seeds: np.ndarray, known: Callable[..., Any], value_in: Any) -> np.ndarray:
    """Return the seeds times the matrix of a linearisation."""
    linear = linearise(system, by)
    values = known(linear.system)
    total = np.zeros(linear.shape[1])
    for block in linear.blocks:
        np.add.at(total, block.columns, seeds[block.rows] * value_in(block.values, values))
    return total


@pytest.mark.parametrize("name", MODELS)
def test_it_is_the_transposed_linearisation(
    name: str, evaluate_system: Callable[..., Any], value_in: Callable[..., Any], values_of: Callable[..., Values]
) -> None:
    system = system_of(MODELS[name])
    parameters = tuple(item.path for item in system.parameters if not item.structural and not item.integer)
    routines = {"derivative": {item.state: item.expression for item in system.derivatives}}
    adjoint = adjoint_of(system, routines, Wanted(parameters))
    seeds, given = np.random.default_rng(5).normal(size=system.width), values_of(system)
    pullback = adjoint.pullbacks["derivative"]
    seeded = {
        seed.path: seeds[seed.offset - system.width :][: seed.width].reshape(seed.shape)
        for seed in pullback.seeds.values()
    }
    known = evaluate_system(adjoint.system, 0.3, {**dict.fromkeys(adjoint.system.state_paths, 0.0), **given, **seeded})

    def plain(linear: System) -> Values:
        found: Values = evaluate_system(linear, 0.3, given).values
        return found

    for by, items in (("states", system.states), ("reads", system.reads), ("parameters", system.parameters)):
        paths = [item.path for item in items if by != "parameters" or not item.structural]  # type: ignore[attr-defined]
        wanted = transposed(system, by, seeds, plain, value_in)
        found = [np.zeros(0)]
        for path in paths:
            bar = adjoint.bars.get(path)
            added = None if bar is None else pullback.added.get(bar.path)
            width = int(np.prod(system.shapes[path]))
            value = 0.0 if added is None else value_in(added, known.values)
            found.append(np.broadcast_to(np.ravel(value), width))
        np.testing.assert_allclose(np.concatenate(found), wanted, rtol=1e-12, atol=1e-13, err_msg=by)


def test_the_vector_holds_states_then_seeds_then_bars() -> None:
    system = system_of(MODELS["single units"])
    results = {"derivative": {item.state: item.expression for item in system.derivatives}}
    adjoint = adjoint_of(system, results, Wanted(("a/op/k",)))
    assert [(state.path, state.offset) for state in adjoint.system.states] == [
        ("a/op/x", 0), ("b/op/x", 1), ("a/op/x_seed", 2), ("b/op/x_seed", 3), ("a/op/x_bar", 4), ("b/op/x_bar", 5),
        ("a/op/k_bar", 6),
    ]  # fmt: skip
    assert adjoint.system.width == 7


@pytest.mark.parametrize(
    ("model", "wanted", "said"),
    [
        (
            single("z' = I*z", z="output(1.0+0.5j)"), (),
            "The adjoint of a compiled loop does not follow 'p/op/z', which is complex.",
        ),
        (
            single("v' = -matvec(g*m, v)", v="output([1.0, 2.0])", m=np.eye(2), g=1.0), ("p/op/m",),
            "The adjoint of a compiled loop does not follow the matrix 'p/op/m' through an equation; it is followed "
            "where it is multiplied.",
        ),
        (
            single("v' = -matvec(matmul(m, n), v)", v="output([1.0, 2.0])", m=np.eye(2), n=np.eye(2)), ("p/op/m",),
            "The adjoint of a compiled loop does not follow the product of the matrices 'p/op/m' and 'p/op/n'.",
        ),
        (
            single("v' = -index(v, floor(2*tanh(v)^2))", v="output([0.1, 0.2])"), (),
            "The adjoint of a compiled loop follows 'index' for constant places, or for one place.",
        ),
    ],
)  # fmt: skip
def test_what_it_does_not_follow_is_named(model: CircuitTemplate, wanted: tuple[str, ...], said: str) -> None:
    system = system_of(model)
    routines = {"derivative": {item.state: item.expression for item in system.derivatives}}
    with pytest.raises(UnsupportedFeatureError) as caught:
        adjoint_of(system, routines, Wanted(wanted))
    assert str(caught.value) == said
