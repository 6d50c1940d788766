"""Jacobians of complex Systems: each value has a column for its real and one for its imaginary part."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.network.build import build_network
from rates_core.system.build import build_system
from rates_core.system.linearisation import linearise

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate


def node(*equations, **variables):
    return NodeTemplate("n", [OperatorTemplate("op", list(equations), variables)])


def one(*equations, **variables):
    return CircuitTemplate("c", nodes={"p": node(*equations, **variables)})


def equal(found, wanted):
    return found.shape == wanted.shape and np.allclose(found, wanted, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("term", "parts"),
    [
        ("z^2", lambda x, y: [x * x - y * y, 2 * x * y]),
        ("conj(z)", lambda x, y: [x, -y]),
        ("z*z*conj(z)", lambda x, y: [(x * x + y * y) * x, (x * x + y * y) * y]),
        ("abs(z)*z", lambda x, y: [np.sqrt(x * x + y * y) * x, np.sqrt(x * x + y * y) * y]),
        ("exp(z)", lambda x, y: [np.exp(x) * np.cos(y), np.exp(x) * np.sin(y)]),
        ("real(z)*imag(z)", lambda x, y: [x * y, 0 * x]),
        ("1/conj(z)", lambda x, y: [x / (x * x + y * y), y / (x * x + y * y)]),
        ("conj(exp(I*z))", lambda x, y: [np.exp(-y) * np.cos(x), -np.exp(-y) * np.sin(x)]),
        ("where(real(z) > 0.1, z^2, conj(z))", lambda x, y: [x * x - y * y, 2 * x * y]),
        ("where(real(z) > 9.0, z^2, conj(z))", lambda x, y: [x, -y]),
        ("abs(z - 2*conj(z))", lambda x, y: [np.sqrt(x * x + 9 * y * y), 0 * x]),
        ("sin(z)*real(z)", lambda x, y: [np.sin(x) * np.cosh(y) * x, np.cos(x) * np.sinh(y) * x]),
    ],
)
def test_functions_of_one_complex_state(matrix, differentiated, term, parts):
    point = [0.4, -0.7]
    wanted = differentiated(lambda y: parts(y[0], y[1]), point)
    assert equal(matrix(one(f"z' = {term} + 0*I", z="variable(1.0j)"), point), wanted)


def test_real_states_beside_complex_ones(matrix, differentiated):
    circuit = one(
        "z' = (k + w*I)*z*r - z*z*conj(z)",
        "r' = abs(z)^2 - r + imag(z)",
        z="variable(1.0j)",
        r="variable(0.5)",
        k=0.5,
        w=2.0,
    )

    def field(v):
        x, y, r = v
        size = x * x + y * y
        return [(0.5 * x - 2 * y) * r - size * x, (2 * x + 0.5 * y) * r - size * y, size - r + y]

    assert equal(matrix(circuit, [0.4, -0.7, 1.1]), differentiated(field, [0.4, -0.7, 1.1]))


@pytest.mark.parametrize("weights", [0.25, np.array([[0.5, 1.0, 0.0], [0.0, 2.0, -1.0], [0.3, 0.0, 1.0]])])
def test_coupled_populations_of_complex_units(matrix, differentiated, weights):
    unit = node("z' = I*z + u*conj(z) - mean(abs(z))*z", z="output(1.0j)", u="input")
    circuit = CircuitTemplate(
        "c",
        populations={"p": PopulationTemplate("p", unit, 3)},
        connections=[Connectivity("p/op/z", "p/op/u", weights), Connectivity("p/op/z", "p/op/u", 0.5j * np.eye(3))],
    )
    dense = np.broadcast_to(weights, (3, 3))

    def field(v):
        x, y = v[0::2], v[1::2]
        a, b = dense @ x - 0.5 * y, dense @ y + 0.5 * x
        size = np.mean(np.sqrt(x * x + y * y))
        real, imaginary = -y + a * x + b * y - size * x, x + b * x - a * y - size * y
        return np.ravel(np.stack([real, imaginary], axis=1))

    point = [0.4, -0.7, 1.2, 0.3, -0.5, 0.8]
    assert equal(matrix(circuit, point), differentiated(field, point))


def test_derivatives_by_complex_parameters_and_delayed_values(matrix):
    circuit = one("z' = k*z*conj(k) + k*past(z, 1.0)", z="variable(1.0j)", k="2+1j")
    z, past, k = 0.4 - 0.7j, 0.3 + 0.2j, 2 + 1j
    given = {"p/op/delayed#1": past}
    by_k = matrix(circuit, [z.real, z.imag], "parameters", ["p/op/k"], given)
    d, bar = z * np.conj(k) + past, z * k  # derivatives by k and by its conjugate
    x, y = d + bar, 1j * (d - bar)
    assert equal(by_k, np.array([[x.real, y.real], [x.imag, y.imag]]))
    by_past = matrix(circuit, [z.real, z.imag], "reads", given=given)
    assert equal(by_past, np.array([[k.real, -k.imag], [k.imag, k.real]]))


def test_columns_say_how_many_numbers_each_value_has():
    circuit = one("z' = I*z*r", "r' = -r", z="variable(1.0j)", r="variable(0.5)")
    linearisation = linearise(build_system(build_network(circuit)))
    assert linearisation.columns == (("p/op/z", 2), ("p/op/r", 1))
    assert linearisation.shape == (3, 3)
