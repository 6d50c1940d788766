"""Derivative matrices against right-hand sides written by hand and differentiated by mpmath."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

Vector = list[Any]
N = 4
RNG = np.random.default_rng(11)
WEIGHTS = RNG.normal(size=(N, N))
START = RNG.normal(size=N)


def single(equations: list[str], **variables: object) -> CircuitTemplate:
    operator = OperatorTemplate("op", equations, variables)
    return CircuitTemplate("c", nodes={"p": NodeTemplate("n", [operator])})


def population(equations: list[str], weights: Any, **variables: object) -> CircuitTemplate:
    operator = OperatorTemplate("op", equations, {"u": "input(0.0)", **variables})
    return CircuitTemplate(
        "c",
        populations={"P": PopulationTemplate("P", NodeTemplate("n", [operator]), N, {"op/x": START})},
        connections=[Connectivity("P/op/x", "P/op/u", weights)],
    )


def by_mpmath(field: Callable[[Vector], Vector], y: np.ndarray) -> np.ndarray:
    """Return the matrix of derivatives of a hand-written right-hand side, to 30 digits."""
    with mpmath.workdps(40):
        point = [mpmath.mpf(float(value)) for value in y]
        columns = []
        for place in range(len(point)):

            def along(t: Any, place: int = place) -> Callable[[int], Any]:
                return field([*point[:place], t, *point[place + 1 :]])  # type: ignore[return-value]

            size = len(field(point))
            columns.append([float(mpmath.diff(lambda t, i=i: along(t)[i], point[place])) for i in range(size)])
    return np.array(columns).T


def check(circuit: CircuitTemplate, field: Callable[[Vector], Vector], y: np.ndarray) -> None:
    for vectorize in (True, False):
        found = circuit.get_jacobian_func("J", 1e-3, vectorize=vectorize)
        expected = by_mpmath(field, y)
        matrix = found.func(0.0, y, *found.args[2:])
        assert matrix == pytest.approx(expected, rel=1e-12, abs=1e-13)
        sparse = circuit.get_jacobian_func("J", 1e-3, vectorize=vectorize, sparse=True)
        dense = np.zeros_like(matrix)
        assert sparse.entries is not None
        np.add.at(dense, sparse.entries, sparse.func(0.0, y, *sparse.args[2:]))
        assert dense == pytest.approx(expected, rel=1e-12, abs=1e-13)
        called = {node.func.id for node in ast.walk(ast.parse(found.source)) if isinstance(node, ast.Call) and
                  isinstance(node.func, ast.Name)}  # fmt: skip
        assert not called & {"vector_field", "derivative", "rhs", "f", "J"}


def test_a_smooth_single_unit() -> None:
    model = single(
        ["z = tanh(a*x)", "x' = z*v - x^3/3", "v' = exp(-x^2) + sqrt(1 + v^2)/(2 + cos(x))"],
        x="output(0.3)", v="variable(-0.7)", z="variable(0.0)", a=1.3,
    )  # fmt: skip
    m = mpmath

    def field(y: Vector) -> Vector:
        x, v = y
        return [m.tanh(m.mpf(1.3) * x) * v - x**3 / 3, m.exp(-(x**2)) + m.sqrt(1 + v**2) / (2 + m.cos(x))]

    check(model, field, np.array([0.3, -0.7]))


@pytest.mark.parametrize("x", [-1.7, -0.4, 0.6, 2.3])
def test_functions_with_kinks_away_from_their_kinks(x: float) -> None:
    model = single(["x' = where(x > 0, x^2, -3*x) + abs(x)*max(x, 0.5) + heaviside(x)*min(x, 1)"], x="output(0.1)")

    def field(y: Vector) -> Vector:
        v = y[0]
        return [(v**2 if v > 0 else -3 * v) + abs(v) * max(v, mpmath.mpf(0.5)) + (v >= 0) * min(v, mpmath.mpf(1))]

    check(model, field, np.array([x]))


def csr() -> Any:
    from scipy.sparse import csr_array

    matrix = WEIGHTS.copy()
    matrix[np.abs(matrix) < 0.7] = 0.0
    return csr_array(matrix)


@pytest.mark.parametrize("form", ["dense", "sparse", "uniform"])
def test_populations_with_couplings_of_every_form(form: str) -> None:
    weights = {"dense": WEIGHTS, "sparse": csr(), "uniform": 0.3}[form]
    matrix = weights.toarray() if form == "sparse" else np.broadcast_to(weights, (N, N))
    model = population(
        ["s = mean(x)*sin(u)", "x' = -x + tanh(u)*s + vsum(x^2)*x"], weights, x="output(0.0)", s="variable(0.0)"
    )

    def field(y: Vector) -> Vector:
        m = mpmath
        u = [sum(m.mpf(float(matrix[i, j])) * y[j] for j in range(N)) for i in range(N)]
        mean, squares = sum(y) / N, sum(v**2 for v in y)
        return [-y[i] + m.tanh(u[i]) * mean * m.sin(u[i]) + squares * y[i] for i in range(N)]

    check(model, field, START)


def test_vectors_of_one_node() -> None:
    model = single(
        ["q = matvec(A, x)", "x' = q*index(x, 1) - x^2"],
        x="variable(0.4, 3)", q="variable(0.0, 3)", A=[[1.0, 2.0, 0.0], [0.0, -1.0, 0.5], [3.0, 0.0, 1.0]],
    )  # fmt: skip
    a = [[1, 2, 0], [0, -1, mpmath.mpf(0.5)], [3, 0, 1]]

    def field(y: Vector) -> Vector:
        return [sum(a[i][j] * y[j] for j in range(3)) * y[1] - y[i] ** 2 for i in range(3)]

    check(model, field, np.array([0.4, -1.2, 0.7]))


def test_chains_of_distributed_delays_are_states_like_others() -> None:
    source = OperatorTemplate("s", "x' = -x^2", {"x": "output(0.5)"})
    sink = OperatorTemplate("r", "y' = u*y", {"y": "output(0.2)", "u": "input(0.0)"})
    model = CircuitTemplate(
        "c",
        nodes={"a": NodeTemplate("a", [source]), "b": NodeTemplate("b", [sink])},
        edges=[("a/s/x", "b/r/u", None, {"weight": 2.0, "delay": 1.0, "spread": 0.5})],
    )

    def field(y: Vector) -> Vector:
        x, v, *z = y
        upstream = [x, *z[:-1]]
        return [-(x**2), 2 * z[3] * v, *(4 * (before - own) for before, own in zip(upstream, z, strict=True))]

    check(model, field, np.array([0.5, 0.2, 0.1, -0.3, 0.6, 0.9]))


def test_derivatives_by_delayed_values_and_by_parameters() -> None:
    model = single(["x' = k*x*past(x, tau) - x^2/k"], x="output(0.5)", k=2.0, tau=0.3)
    k, x = 2.0, 0.5
    by_reads, by_parameters = model.jacobian(by="reads"), model.jacobian(by="parameters", paths=["p/op/k"])
    from rates_core.plugins import get_manager

    backend = get_manager().backend("numpy").load()()
    past = 0.8
    for linearisation, expected in ((by_reads, k * x), (by_parameters, x * past + x**2 / k**2)):
        values = {item.path: item.value for item in linearisation.system.parameters}
        matrix = backend.jacobian(linearisation).bind(values)(0.0, np.array([x]), (), (past,), ())
        assert matrix == pytest.approx(np.array([[expected]]), rel=1e-14)


def test_derivatives_by_weights() -> None:
    model = population(["x' = -x + tanh(u)"], WEIGHTS, x="output(0.0)")
    linearisation = model.jacobian(by="parameters", paths=["P/op/x->P/op/u/weight"])
    from rates_core.plugins import get_manager

    values = {item.path: item.value for item in linearisation.system.parameters}
    bound = get_manager().backend("numpy").load()().jacobian(linearisation).bind(values)
    matrix = bound(0.0, START, (), (), ())
    expected = np.zeros((N, N * N))
    for i in range(N):
        expected[i, i * N : (i + 1) * N] = START / np.cosh(WEIGHTS[i] @ START) ** 2
    assert matrix == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("form", ["dense", "sparse", "uniform"])
def test_a_jacobian_takes_the_arguments_of_the_right_hand_side(form: str) -> None:
    from scipy.integrate import solve_ivp

    weights = {"dense": WEIGHTS, "sparse": csr(), "uniform": 0.3}[form]
    model = population(
        ["x' = -k*x + tanh(u) + v", "w = 2*k"], weights, x="output(0.0)", v="input(0.0)", k=1.0, w="variable"
    )
    inputs = {"P/op/v": np.sin(np.arange(100.0))}
    func, args = model.get_run_func("f", 0.1, inputs=inputs)
    jacobian = model.get_jacobian_func("J", 0.1, inputs=inputs)
    assert all(np.array_equal(a, b) for a, b in zip(jacobian.args, args, strict=True))
    t, y, *rest = args
    solution = solve_ivp(func, (t, 5.0), y, args=rest, jac=jacobian.func, method="Radau", rtol=1e-8, atol=1e-10)
    plain = solve_ivp(func, (t, 5.0), y, args=rest, rtol=1e-10, atol=1e-12)
    assert solution.y[:, -1] == pytest.approx(plain.y[:, -1], abs=1e-6)
