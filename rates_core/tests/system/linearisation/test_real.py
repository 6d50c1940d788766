"""Jacobians of real Systems: the derivatives of right-hand sides that are written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rates_core import CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

W = np.array([[0.3, -1.0, 0.0, 0.2], [0.0, 0.7, 1.1, 0.0], [2.0, 0.0, 0.4, -0.6], [0.5, 0.5, 0.0, 1.3]])
Y = [0.4, -0.7, 1.2, 0.9]


def node(*equations, **variables):
    return NodeTemplate("n", [OperatorTemplate("op", list(equations), variables)])


def one(*equations, **variables):
    return CircuitTemplate("c", nodes={"p": node(*equations, **variables)})


def coupled(weights, *equations, **variables):
    """Return a population of four with these weights from x to u."""
    unit = node(*equations, x="output(0.0)", u="input(0.1)", **variables)
    return CircuitTemplate(
        "c",
        populations={"p": PopulationTemplate("p", unit, 4)},
        connections=[Connectivity("p/op/x", "p/op/u", weights)],
    )


def equal(found, wanted):
    return found.shape == wanted.shape and np.allclose(found, wanted, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("term", "function"),
    [
        ("where(x > 0.5, x^2, -3*x)", lambda x: np.where(x.real > 0.5, x**2, -3 * x)),
        ("abs(x)*x", lambda x: np.where(x.real > 0, x, -x) * x),
        ("max(x, 0.5)*min(x, 1.0)", lambda x: np.where(x.real > 0.5, x, 0.5) * np.where(x.real < 1.0, x, 1.0)),
        ("heaviside(x)*x^3", lambda x: (x.real >= 0) * x**3),
        ("sign(x)*sin(x) + floor(x)*x", lambda x: np.sign(x.real) * np.sin(x) + np.floor(x.real) * x),
        ("mod(x, 0.75)^2", lambda x: (x - 0.75 * np.floor(x.real / 0.75)) ** 2),
        ("sigmoid(2*x) + tanh(x)*exp(-x^2)", lambda x: 1 / (1 + np.exp(-2 * x)) + np.tanh(x) * np.exp(-(x**2))),
        ("(x > 0.5 and x < 1.0)*x^2", lambda x: ((x.real > 0.5) & (x.real < 1.0)) * x**2),
        ("arctan(x) + log(1 + x^2)/sqrt(2 + x)", lambda x: np.arctan(x) + np.log(1 + x**2) / np.sqrt(2 + x)),
        ("real(x)*conj(x) + imag(x)", lambda x: x**2),
        ("(2 + x)^x", lambda x: (2 + x) ** x),
    ],
)
def test_functions_of_single_units_and_of_populations(matrix, differentiated, term, function):
    for place, value in enumerate(Y):
        wanted = differentiated(lambda y: [function(y[0])], [value])
        assert equal(matrix(one(f"x' = {term}", x="variable(0.0)"), [value]), wanted), place
    circuit = CircuitTemplate(
        "c", populations={"p": PopulationTemplate("p", node(f"x' = {term}", x="variable(0.0)"), 4)}
    )
    assert equal(matrix(circuit, Y), differentiated(function, Y))


@pytest.mark.parametrize("form", ["dense", "sparse", "uniform", "indexed", "diagonal"])
def test_couplings_of_all_forms(matrix, differentiated, form):
    sparse = pytest.importorskip("scipy.sparse")
    rolled = np.roll(np.diag([0.5, 1.5, -2.0, 1.0]), 1, axis=1)
    weights, dense = {
        "dense": (W, W),
        "sparse": (sparse.csr_array(W), W),
        "uniform": (0.3, np.full((4, 4), 0.3)),
        "indexed": (sparse.csr_array(rolled), rolled),
        "diagonal": (sparse.csr_array(np.diag(np.diag(W))), np.diag(np.diag(W))),
    }[form]
    circuit = coupled(weights, "z = tanh(u)*x", "x' = -x + k*z*u", z="variable", k=1.5)
    wanted = differentiated(lambda y: -y + 1.5 * np.tanh(dense @ y) * y * (dense @ y), Y)
    assert equal(matrix(circuit, Y), wanted)


def test_large_sparse_couplings(matrix, differentiated):
    sparse = pytest.importorskip("scipy.sparse")
    weights = np.zeros((80, 80))
    generator = np.random.default_rng(3)
    weights[generator.integers(0, 80, 300), generator.integers(0, 80, 300)] = generator.normal(size=300)
    unit = node("x' = -x + tanh(u)", x="output(0.0)", u="input")
    circuit = CircuitTemplate(
        "c",
        populations={"p": PopulationTemplate("p", unit, 80)},
        connections=[Connectivity("p/op/x", "p/op/u", sparse.csr_array(weights))],
    )
    y = generator.normal(size=80)
    assert equal(matrix(circuit, y), differentiated(lambda y: -y + np.tanh(weights @ y), y))


def test_a_single_unit_that_feeds_few_units_of_a_population(matrix, differentiated):
    unit = node("x' = -x*u", x="output(0.0)", u="input(0.5)")
    circuit = CircuitTemplate(
        "c",
        nodes={"q": unit},
        populations={"p": PopulationTemplate("p", unit, 3)},
        edges=[("q/op/x", "p[2]/op/u", None, {"weight": 2.0})] * 2 + [("p[1]/op/x", "q/op/u", None, {"weight": 3.0})],
    )

    def field(y):
        return [-y[0] * 3 * y[2], -y[1] * 0.5, -y[2] * 0.5, -y[3] * 4 * y[0]]

    assert equal(matrix(circuit, Y), differentiated(field, Y))


@pytest.mark.parametrize("count", [3, 9])
def test_edges_with_operators(matrix, differentiated, count):
    unit = node("x' = -x + u", x="output(0.0)", u="input(0.5)")
    sine = EdgeTemplate(
        "e", [OperatorTemplate("eo", "m = sin(pre - post)", {"m": "output", "pre": "input", "post": "input"})]
    )
    edges = [
        (f"p{k}/op/x", f"p{j}/op/u", sine, {"weight": 1.0 + k, "eo/pre": "source", "eo/post": f"p{j}/op/x"})
        for k, j in ((k, (k + 1) % count) for k in range(count))
    ]  # fmt: skip
    circuit = CircuitTemplate("c", nodes={f"p{k}": unit for k in range(count)}, edges=edges)
    y = np.linspace(-1.0, 1.3, count)

    def field(y):
        before = np.roll(y, 1)
        return -y + np.roll(1.0 + np.arange(count), 1) * np.sin(before - y)

    assert equal(matrix(circuit, y), differentiated(field, y))


@pytest.mark.parametrize(
    ("term", "function"),
    [
        ("vsum(x^2)*x", lambda x: np.sum(x**2) * x),
        ("mean(sin(x))/(1 + x^2)", lambda x: np.mean(np.sin(x)) / (1 + x**2)),
        ("maxi(x)*x - mini(x^2)", lambda x: x[2] * x - x[0] ** 2),
        ("index(x, 1)*x", lambda x: x[1] * x),
        ("vsum(index_range(x, 1, 3)^2)*x", lambda x: np.sum(x[1:3] ** 2) * x),
        ("index_axis(x, 3) + x", lambda x: x[3] + x),
        ("matvec(W, x)*x", lambda x: (W @ x) * x),
        ("matmul(W, x^2)", lambda x: W @ x**2),
        ("matmul(x, W)*x", lambda x: (x @ W) * x),
        ("matmul(x, sin(x))*x", lambda x: (x @ np.sin(x)) * x),
        ("matvec(matmul(W, W), x)", lambda x: W @ W @ x),
        ("index(x, k)*x", lambda x: x[2] * x),
        ("vsum(index(W, 1)*x)*x", lambda x: np.sum(W[1] * x) * x),
    ],
)
@pytest.mark.parametrize("kind", ["vector", "population"])
def test_functions_of_an_axis(matrix, differentiated, term, function, kind):
    extra = {
        name: value for name, value in (("W", W), ("k", 2.0)) if name in term.replace("mini", "").replace("sin", "")
    }
    if kind == "vector":
        circuit = one(f"x' = -x + {term}", x="variable(0.0,4)", **extra)
    else:
        unit = node(f"x' = -x + {term}", x="variable(0.0)", **extra)
        circuit = CircuitTemplate("c", populations={"p": PopulationTemplate("p", unit, 4)})
    assert equal(matrix(circuit, Y), differentiated(lambda y: -y + function(y), Y))


def test_chains_of_algebraic_variables_over_populations(matrix, differentiated):
    unit = node("z = x*u + 1", "x' = -x + z^2", x="output(0.0)", z="output", u="input(0.5)")
    circuit = CircuitTemplate(
        "c",
        populations={"a": PopulationTemplate("a", unit, 2), "b": PopulationTemplate("b", unit, 2)},
        connections=[Connectivity("a/op/z", "b/op/u", np.array([[1.0, 2.0], [3.0, 4.0]]))],
    )

    def field(y):
        z = y[:2] * 0.5 + 1
        w = y[2:] * np.array([z[0] + 2 * z[1], 3 * z[0] + 4 * z[1]]) + 1
        return [*(-y[:2] + z**2), *(-y[2:] + w**2)]

    assert equal(matrix(circuit, Y), differentiated(field, Y))


def test_grouping_changes_no_derivative(matrix):
    unit = node("x' = -x^3 + tanh(u)", x="output(0.0)", u="input(0.5)")
    edges = [(f"p{k}/op/x", f"p{(3 * k + 1) % 9}/op/u", None, {"weight": 0.5 + k}) for k in range(9)]
    circuit = CircuitTemplate("c", nodes={f"p{k}": unit for k in range(9)}, edges=edges)
    y = np.linspace(-1, 1, 9)
    assert equal(matrix(circuit, y), matrix(circuit, y, vectorize=False))


def test_a_model_without_states_has_an_empty_matrix(matrix):
    assert matrix(one("z = 2*t", z="variable"), []).shape == (0, 0)


def test_derivatives_by_delayed_values(matrix):
    circuit = one("x' = k*x*past(x, tau) - past(x^2, 1.0)", x="variable(0.5)", k=2.0, tau=0.3)
    given = {"p/op/delayed#1": 0.8, "p/op/delayed#2": 0.6}
    assert equal(matrix(circuit, [0.5], "reads", given=given), np.array([[2.0 * 0.5, -1.0]]))
    assert equal(matrix(circuit, [0.5], given=given), np.array([[2.0 * 0.8]]))


def test_derivatives_by_delays_of_their_own(matrix):
    delays = np.array([[1.0, 2.0], [3.0, 4.0]])
    unit = node("x' = -x*u", x="output(0.5)", u="input")
    circuit = CircuitTemplate(
        "c",
        populations={"p": PopulationTemplate("p", unit, 2)},
        connections=[Connectivity("p/op/x", "p/op/u", np.array([[5.0, 6.0], [7.0, 8.0]]), delays=delays)],
    )
    given = {"p/op/x->p/op/u/delayed": np.array([0.1, 0.2, 0.3, 0.4])}
    found = matrix(circuit, [0.5, 2.0], "reads", given=given)
    assert equal(found, np.array([[-2.5, -3.0, 0.0, 0.0], [0.0, 0.0, -14.0, -16.0]]))


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("p/op/k", lambda u: np.array(Y)[:, None] * u[:, None]),
        ("p/op/x->p/op/u/weight", lambda u: np.kron(np.eye(4), 1.5 * np.array(Y)) * np.array(Y)[:, None]),
    ],
)
def test_derivatives_by_parameters(matrix, path, wanted):
    circuit = coupled(W, "x' = -x + k*x*u", k=1.5)
    assert equal(matrix(circuit, Y, "parameters", [path]), wanted(W @ Y))


def test_derivatives_by_values_of_units_and_by_matrices(matrix, differentiated):
    unit = node("x' = -x/tau + matvec(A, x)", x="variable(0.0)", tau=2.0, A=W)
    circuit = CircuitTemplate(
        "c", populations={"p": PopulationTemplate("p", unit, 4, {"op/tau": [1.0, 2.0, 4.0, 5.0]})}
    )
    y = np.array(Y)
    wanted = differentiated(lambda tau: -y / tau, [1.0, 2.0, 4.0, 5.0])
    assert equal(matrix(circuit, Y, "parameters", ["p/op/tau"]), wanted)
    assert equal(matrix(circuit, Y, "parameters", ["p/op/A"]), np.kron(np.eye(4), y))


def test_all_parameters_are_columns_in_their_order(matrix):
    circuit = one("x' = -k*x + a^2", x="variable(0.5)", a=3.0, k=2.0)
    assert equal(matrix(circuit, [0.5], "parameters"), np.array([[6.0, -0.5]]))
