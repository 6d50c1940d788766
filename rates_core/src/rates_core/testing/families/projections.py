"""Projections: every form of weights, edges with operators, and what an input has that nothing feeds."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from rates_core.plugins.capabilities import Requirements
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.sparse import SparseMatrix
from rates_core.testing.case import Case
from rates_core.testing.compare import expect, expect_close
from rates_core.testing.parts import circuit, connectivity, edge, node, operator, population
from rates_core.testing.scenario import Scenario, derive, follow
from rates_core.testing.subject import Subject

UNIT = node("x' = -x + tanh(u)", x="output(0.3)", u="input(0.25)")
COMPLEX_UNIT = node("z' = (-0.5 + 2.0*I)*z + u", z="output(0.3+0.1j)", u="input(0.0)")
SUMMED = edge("m = g*pre", pre="input(0.0)", g=1.5, m="output(0.0)")
SINE = edge("m = sin(pre - post)", pre="input(0.0)", post="input(0.0)", m="output(0.0)")
TRACE = edge(["s' = (pre - s)/tau", "m = s*pre"], pre="input(0.0)", s="variable(0.1)", tau=0.7, m="output(0.0)")


def cases() -> Iterator[Case]:
    """Yield a case for each form of projection."""
    for scenario in scenarios():
        yield Case("projections", scenario.key, partial(_check, scenario), needs=scenario.needs)
    needs = Requirements(projections={"sparse"}, vector=True)
    sentence = "100 000 units with five connections each take less than 1 GB"
    yield Case("projections", sentence, _check_large, needs=needs, exhaustive=True)


def _check(scenario: Scenario, subject: Subject) -> None:
    derive(scenario, subject)
    follow(scenario, "euler", subject)


def scenarios() -> Iterator[Scenario]:
    """Yield the models; their keys are sentences."""
    yield from _forms()
    yield from _single_edges()
    yield from _unfed()
    yield from _templates()
    yield from _complex()


def _scenario(
    sentence: str, make: Callable[[], CircuitTemplate], *forms: str, vector: bool = True, **needs: Any
) -> Scenario:
    return Scenario(
        key=sentence,
        circuit=make,
        outputs=["all/op/z" if needs.get("complex") else "all/op/x"],
        steps=6,
        needs=Requirements(projections=frozenset(forms), vector=vector, **needs),
    )


def numbers(*shape: int, seed: int = 1) -> np.ndarray:
    """Return numbers that look random and are always the same."""
    return np.random.default_rng(seed).uniform(-1.0, 1.0, shape).round(3)


def _two(weights: Any, sources: int = 9, targets: int = 8, **options: Any) -> CircuitTemplate:
    """Return populations a and b with one connectivity from a to b, and starts that differ."""
    parts = {
        "a": population(UNIT, sources, x=numbers(sources, seed=2)),
        "b": population(UNIT, targets, x=numbers(targets, seed=3)),
    }
    return circuit(populations=parts, connections=[connectivity("a/op/x", "b/op/u", weights, **options)])


def sparse(matrix: np.ndarray, exists: np.ndarray | None = None) -> SparseMatrix:
    """Return the entries of a matrix that exist, by default those that are not 0."""
    return SparseMatrix.from_dense(matrix, matrix != 0 if exists is None else exists)


def _forms() -> Iterator[Scenario]:
    matrix = numbers(8, 9)
    matrix[:, 4], matrix[2, :] = 0.0, 0.0
    diagonal, shuffled = np.diag(numbers(9, seed=6)), np.zeros((9, 9))
    shuffled[np.arange(9), (np.arange(9) * 4 + 2) % 9] = numbers(9, seed=7)
    few = np.random.default_rng(5).random((70, 75)) < 0.05
    few[3, :], few[:, 5] = False, False
    large = np.where(few, numbers(70, 75), 0.0)
    large[10] *= 0.0  # connections that exist and weigh nothing
    yield _scenario("a dense matrix has targets as rows and sources as columns", lambda: _two(matrix), "dense")
    yield _scenario("a population may project to itself by a matrix", lambda: _own(numbers(9, 9, seed=4)), "dense")
    yield _scenario("one weight joins all to all, each unit to itself included", lambda: _own(-0.3), "uniform")
    yield _scenario("one weight sums all sources for every target", lambda: _two(0.2), "uniform")
    yield _scenario("a large matrix with few connections is sparse", lambda: _two(sparse(large, few), 75, 70), "sparse")
    yield _scenario("one source per target, in any order", lambda: _two(sparse(shuffled), 9, 9), "indexed")
    yield _scenario("each unit to its counterpart, by weights of their own", lambda: _two(sparse(diagonal), 9, 9))


def _own(weights: Any) -> CircuitTemplate:
    """Return a population that projects to itself."""
    part = population(UNIT, 9, x=numbers(9, seed=2))
    return circuit(populations={"a": part}, connections=[connectivity("a/op/x", "a/op/u", weights)])


def _nodes(unit: NodeTemplate, count: int, edges: Sequence[Any], variable: str = "x") -> CircuitTemplate:
    """Return nodes p0, p1, ... whose starts differ."""
    parts = {
        f"p{number}": NodeTemplate("node", [(template, {**overrides, variable: 0.1 * number - 0.3})])
        for number in range(count)
        for template, overrides in unit.operators
    }
    return circuit(nodes=parts, edges=edges)


def _edges(pairs: Sequence[tuple[int, int, float]], variable: str = "x") -> list[Any]:
    return [(f"p{source}/op/{variable}", f"p{target}/op/u", None, {"weight": w}) for source, target, w in pairs]


def _single_edges() -> Iterator[Scenario]:
    ring = [(k, (k + 1) % 10, 0.1 * k - 0.4) for k in range(10)]
    dense = [(j, i, 0.05 * (i - j) + 0.01) for i in range(10) for j in range(10)]
    single = {"vector": False}
    yield _scenario("an edge joins two units", lambda: _nodes(UNIT, 2, _edges([(0, 1, 0.7)])), **single)
    yield _scenario("parallel edges add", lambda: _nodes(UNIT, 2, _edges([(0, 1, 0.7), (0, 1, -0.2)])), **single)
    yield _scenario(
        "edges from several sources add", lambda: _nodes(UNIT, 3, _edges([(0, 2, 0.7), (1, 2, -0.2), (2, 2, 0.1)])),
        **single,
    )  # fmt: skip
    yield _scenario(
        "equal nodes in a ring of edges keep their neighbours", lambda: _nodes(UNIT, 10, _edges(ring)), "indexed"
    )
    yield _scenario("equal nodes with all edges keep their weights", lambda: _nodes(UNIT, 10, _edges(dense)), "dense")
    yield _scenario("a unit reaches every unit of a population", lambda: _mixed("q/op/x", "a/op/u", [[0.3]] * 9))
    yield _scenario("a population reaches a single unit", lambda: _mixed("a/op/x", "q/op/u", [numbers(9)]), "dense")
    yield _scenario("algebraic variables follow each other across populations", _chain, "dense")


def _mixed(source: str, target: str, weights: Any) -> CircuitTemplate:
    parts = {"a": population(UNIT, 9, x=numbers(9, seed=2))}
    return circuit({"q": UNIT}, parts, connections=[connectivity(source, target, weights)])


def _chain() -> CircuitTemplate:
    first = node(["x' = -x + w", "y = 2*x + u"], x="output(0.3)", y="output(0.0)", u="input(0.0)", w="input(0.0)")
    second = node(["x' = -x", "y = tanh(u) + x"], x="variable(0.5)", y="output(0.0)", u="input(0.0)")
    parts = {"a": population(first, 9, x=numbers(9, seed=2)), "b": population(second, 8, x=numbers(8, seed=3))}
    connections = [
        connectivity("a/op/y", "b/op/u", numbers(8, 9)),
        connectivity("b/op/y", "a/op/w", numbers(9, 8)),
    ]
    return circuit(populations=parts, connections=connections)


def _unfed() -> Iterator[Scenario]:
    half = np.zeros((9, 9), dtype=bool)
    half[::2, 3] = True
    yield _scenario("an input that nothing feeds has its default", lambda: _nodes(UNIT, 1, []), vector=False)
    yield _scenario("a weight of 0 feeds", lambda: _nodes(UNIT, 2, _edges([(0, 1, 0.0)])), vector=False)
    yield _scenario(
        "units of a population that nothing feeds have their default, the others not",
        lambda: _two(sparse(numbers(9, 9), half), 9, 9), "dense",
    )  # fmt: skip
    yield _scenario("outputs of one name are added, and with them all projections", _joined, vector=False)


def _joined() -> CircuitTemplate:
    parts = [
        operator("r' = -r", "first", r="output(0.4)"),
        operator("r = 2*t + q", "second", r="output(0.0)", q=0.3),
        operator("x' = r - x", "op", x="output(0.1)", r="input(9.0)"),
    ]
    nodes = {"p": NodeTemplate("node", parts), "q": UNIT}
    return circuit(nodes, edges=[("q/op/x", "p/op/r", None, {"weight": 0.5})])


def _templates() -> Iterator[Scenario]:
    post = {"eop/post": "b/op/x", "eop/pre": "source"}
    each = numbers(8, 9)
    one = _edges([(0, 1, 0.7)])[0]
    mapped = {"weight": 0.7, "eop/pre": "source", "eop/post": "p1/op/x"}
    yield _scenario(
        "an edge computes what it passes on", lambda: _nodes(UNIT, 2, [(*one[:2], SUMMED, one[3])]), vector=False,
    )  # fmt: skip
    yield _scenario("an edge reads its target", lambda: _nodes(UNIT, 2, [(*one[:2], SINE, mapped)]), vector=False)
    yield _scenario("an edge has states", lambda: _nodes(UNIT, 2, [(*one[:2], TRACE, one[3])]), vector=False)
    yield _scenario("edges with parameters of their own", lambda: _nodes(UNIT, 3, _own_values()), vector=False)
    yield _scenario(
        "each connection computes what it passes on", lambda: _two(each, edge=SINE, edge_var_map=post), "sparse"
    )
    yield _scenario("each connection has states", lambda: _two(each, edge=TRACE), "sparse")
    yield _scenario("existing connections only have states", lambda: _two(sparse(each, each > 0), edge=TRACE), "sparse")


def _own_values() -> list[Any]:
    return [
        ("p0/op/x", "p2/op/u", TRACE, {"weight": 0.7, "eop/tau": 0.3}),
        ("p1/op/x", "p2/op/u", TRACE, {"weight": -0.4, "eop/tau": 1.3, "eop/s": 0.5}),
    ]


def _complex() -> Iterator[Scenario]:
    starts = (numbers(9, seed=2) + 1j * numbers(9, seed=3)).round(3)
    matrix = numbers(9, 9) + 1j * numbers(9, 9, seed=8)
    few = np.random.default_rng(5).random((70, 70)) < 0.05
    needs: dict[str, Any] = {"complex": True}

    def own(weights: Any, n: int = 9) -> CircuitTemplate:
        part = population(COMPLEX_UNIT, n, z=np.resize(starts, n))
        return circuit(populations={"a": part}, connections=[connectivity("a/op/z", "a/op/u", weights)])

    yield _scenario("complex sources pass a matrix of complex weights", lambda: own(matrix), "dense", **needs)
    yield _scenario("complex sources are summed", lambda: own(0.1 - 0.2j), "uniform", **needs)
    yield _scenario(
        "complex sources pass a sparse matrix",
        lambda: own(sparse(np.where(few, 0.3 - 0.1j, 0), few), 70),
        "sparse",
        **needs,
    )
    yield _scenario(
        "a complex weight joins two units",
        lambda: _nodes(COMPLEX_UNIT, 2, [("p0/op/z", "p1/op/u", None, {"weight": 0.3 - 0.5j})], "z"),
        vector=False,
        **needs,
    )


def _check_large(subject: Subject) -> None:
    """Make two steps of Euler's method, and compare with what a loop over the five connections of all units gives."""
    count, each, h, steps = 100_000, 5, 0.1, 3
    generator = np.random.default_rng(2)
    columns = np.sort((np.arange(count)[:, None] + 1 + np.arange(each) * (count // 7)) % count, axis=1)
    weights, x = generator.uniform(-0.3, 0.3, (count, each)), generator.uniform(-1, 1, count)
    matrix = SparseMatrix((count, count), weights.ravel(), columns.ravel(), np.arange(0, count * each + 1, each))
    model = circuit(
        populations={"p": population(UNIT, count, x=x)}, connections=[connectivity("p/op/x", "p/op/u", matrix)]
    )
    tracemalloc.start()
    try:
        frame = subject.run(model, steps * h, "euler", h, outputs=["p/op/x"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    for row in frame.to_numpy():
        expect_close("A row", row, x, 1e-12, 1e-12)
        x = x + h * (np.tanh((weights * x[columns]).sum(axis=1)) - x)
    expect(peak < 1e9, f"{peak / 1e9:.2f} GB were allocated.")
