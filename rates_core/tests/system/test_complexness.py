"""Which variables are complex is found for the whole model at once."""

from __future__ import annotations

import pytest
from rates_core.errors import EquationError

from rates_core import CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate


def node(*equations, **variables):
    return NodeTemplate("n", [OperatorTemplate("op", list(equations), variables)])


def one(*equations, **variables):
    return CircuitTemplate("c", nodes={"p": node(*equations, **variables)})


def complex_states(system):
    return [state.path for state in system.states if state.complex]


@pytest.mark.parametrize(
    ("equation", "variables"),
    [
        ("x' = I*x", {}),
        ("x' = 2.0j*x", {}),
        ("x' = k*x", {"k": "1+1j"}),
        ("x' = sqrt(k)*x", {"k": "-1+0j"}),
        ("x' = conj(I)", {}),
        ("x' = where(x == 0.0, I, 1.0)", {}),
        ("x' = vsum(w*x)", {"w": [1.0, 2.0j]}),
    ],
)
def test_a_state_with_a_complex_derivative_is_complex(build, equation, variables):
    (state,) = build(one(equation, x="variable(0.5)", **variables)).states
    assert state.complex
    assert (state.width, state.initial) == (2, 0.5)


def test_a_complex_start_makes_a_complex_state(build):
    assert complex_states(build(one("x' = -x", x="variable(0.5+0j)"))) == ["p/op/x"]
    assert complex_states(build(one("x' = -x", x="variable(complex)"))) == ["p/op/x"]


@pytest.mark.parametrize(
    "term",
    ["abs(z)", "real(z)", "imag(z)", "z*conj(z)", "conj(z)*z", "abs(z)^2", "z*conj(z)/2", "real(z*z)", "z == 1.0"],
)
def test_what_is_real_of_a_complex_number_makes_no_complex_state(build, term):
    system = build(one("z' = I*z", f"x' = {term} - x", z="variable(1.0)", x="variable(0.5)"))
    assert complex_states(system) == ["p/op/z"]


@pytest.mark.parametrize("term", ["z*z", "z*conj(x)", "z^2", "z - conj(z)", "exp(z)"])
def test_what_may_be_complex_makes_a_complex_state(build, term):
    system = build(one("z' = I*z", f"x' = {term} - x", z="variable(1.0)", x="variable(0.5)"))
    assert complex_states(system) == ["p/op/z", "p/op/x"]


def test_complexness_goes_through_edges_delays_and_operators_to_the_end(build):
    line = node("x' = u", x="output(0.5)", u="input")
    wave = node("x' = I*x", x="output(0.5)")
    trace = EdgeTemplate(
        "e", [OperatorTemplate("eo", ["s' = pre - s", "m = s"], {"s": "variable", "m": "output", "pre": "input"})]
    )
    circuit = CircuitTemplate(
        "c",
        nodes={"real": line, "a": line, "b": line, "d": line, "w": wave},
        edges=[
            ("w/op/x", "a/op/u", None, {"delay": 0.5}), ("a/op/x", "b/op/u", trace), ("b/op/x", "d/op/u"),
            ("real/op/x", "real/op/u"),
        ],
    )  # fmt: skip
    system = build(circuit)
    assert complex_states(system) == ["a/op/x", "b/op/x", "d/op/x", "w/op/x", "a/op/x->b/op/u/eo/s"]
    (read,) = system.reads
    assert read.complex


@pytest.mark.parametrize("weights", [1j, [[0.0, 1j], [0.0, 0.0]]])
def test_complex_weights_make_complex_targets(build, weights):
    population = PopulationTemplate("a", node("x' = u", x="output(0.5)", u="input"), 2)
    connections = [Connectivity("a/op/x", "a/op/u", weights)]
    system = build(CircuitTemplate("c", populations={"a": population}, connections=connections))
    assert complex_states(system) == ["a/op/x"]


def test_values_of_a_complex_model_are_those_of_complex_numbers(derivatives):
    circuit = one("z' = (1 + 2*I)*z - z*z*conj(z)", "x' = z*conj(z) - x", z="variable(0.5+1.0j)", x="variable(0.5)")
    found = derivatives(circuit)
    z = 0.5 + 1.0j
    assert found["p/op/z"] == pytest.approx((1 + 2j) * z - z * abs(z) ** 2, rel=1e-15)
    assert found["p/op/x"] == 1.25 - 0.5
    assert found["p/op/x"].dtype == float


def test_a_function_of_real_numbers_refuses_a_complex_one(build):
    with pytest.raises(EquationError) as error:
        build(one("z' = I*z", "x' = max(z, 0.0)", z="variable(1.0)", x="variable(0.5)"))
    assert str(error.value) == (
        "'max' is defined for real numbers only, but 'max(p/op/z, 0.0)' gives it a complex one. "
        "Take real(), imag() or abs() of it."
    )


def test_a_real_model_has_nothing_complex(build):
    system = build(one("x' = real(x)*conj(x)", x="variable(0.5)"))
    assert not system.is_complex
