"""Every function of the language, in single units and in populations, of real and of complex numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rates_core.expressions.functions import FUNCTIONS
from rates_core.reference import Interpreter

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

NAN, INF = math.nan, math.inf
REAL = [-2.5, -1.0, -0.5, -0.0, 0.0, 0.3, 0.5, 1.0, 1.5, 2.5, 7.0, 800.0, -800.0, INF, -INF]
COMPLEX = [0.3 - 0.7j, -1.2 + 0.4j, 2.0 + 0j, -2.0 + 0j, 1j, 0j]

ONE = [
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "arcsin",
    "arccos",
    "arctan",
    "exp",
    "log",
    "log10",
    "sqrt",
    "abs",
    "sign",
    "floor",
    "ceil",
    "round",
    "heaviside",
    "sigmoid",
    "erf",
    "erfc",
]
TWO = ["arctan2", "min", "max", "mod", "fmod", "power", "divide", "less", "less_equal", "greater", "greater_equal",
       "equal", "not_equal", "and", "or"]  # fmt: skip
SYMBOLS = {"power": "^", "divide": "/", "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=",
           "equal": "==", "not_equal": "!=", "and": "and", "or": "or"}  # fmt: skip
OF_COMPLEX = [
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "arcsin",
    "arccos",
    "arctan",
    "exp",
    "log",
    "log10",
    "sqrt",
    "sigmoid",
    "conj",
    "real",
    "imag",
    "abs",
]


def circuits(term, **variables):
    """Return a circuit of a single unit and one of a population of three."""
    operator = OperatorTemplate("op", f"x' = {term}", {"x": "variable(0.0)", **variables})
    node = NodeTemplate("n", [operator])
    return CircuitTemplate("c", nodes={"p": node}), CircuitTemplate(
        "c", populations={"p": PopulationTemplate("p", node, 3)}
    )


def values(bound, circuit, points, states=("x",)):
    """Return the derivative of x at points of the states: for populations in all units."""
    found = bound(circuit)
    for point in points:
        given = {path: point[path.rpartition("/")[2]] for path in found.states}
        derivatives = found.derivatives(given)
        yield [derivatives[path] for path in derivatives if path.endswith("/x")]


def same(found, wanted):
    return found == pytest.approx(wanted, rel=1e-14, abs=1e-300, nan_ok=True)


def test_no_function_of_the_language_is_forgotten():
    elsewhere = {"add", "subtract", "multiply", "negative", "not", "where", "real", "imag", "conj", "randn", "past"}
    axis = {name for name, item in FUNCTIONS.items() if item.kind in ("reduction", "linear", "index")}
    assert {*ONE, *TWO, *elsewhere, *axis} == set(FUNCTIONS)


@pytest.mark.parametrize("name", ONE)
def test_functions_of_one_number(bound, name):
    single, population = circuits(f"{name}(x)")
    interpreter = Interpreter(single)
    for x, (own,), units in zip(
        REAL,
        values(bound, single, ({"x": x} for x in REAL)),
        values(bound, population, ({"x": x} for x in REAL)),
        strict=True,
    ):
        wanted = interpreter.derivative(0.0, {"p/op/x": x})["p/op/x"]
        assert same(own, wanted), x
        assert all(same(value, wanted) for value in units), x


@pytest.mark.parametrize("name", TWO)
def test_functions_of_two_numbers(bound, name):
    term = f"x {SYMBOLS[name]} y" if name in SYMBOLS else f"{name}(x, y)"
    points = [{"x": x, "y": y} for x in REAL for y in REAL]
    single, population = (
        CircuitTemplate("c", **parts)
        for operator in [
            OperatorTemplate("op", [f"x' = {term}", "y' = 0"], {"x": "variable(0.0)", "y": "variable(0.0)"})
        ]
        for node in [NodeTemplate("n", [operator])]
        for parts in ({"nodes": {"p": node}}, {"populations": {"p": PopulationTemplate("p", node, 2)}})
    )
    interpreter = Interpreter(single)
    for point, (own,), units in zip(
        points, values(bound, single, points), values(bound, population, points), strict=True
    ):
        wanted = interpreter.derivative(0.0, {f"p/op/{key}": value for key, value in point.items()})["p/op/x"]
        assert same(own, wanted), point
        assert all(same(value, wanted) for value in units), point


@pytest.mark.parametrize("name", [*OF_COMPLEX, "power", "divide", "where", "equal"])
def test_functions_of_complex_numbers(bound, name):
    terms = {
        "power": "z^(1.5 - 0.5*I)", "divide": "(1 + I)/z", "where": "where(abs(z) > 1, z, 2*I)", "equal": "(z == I)*I"
    }  # fmt: skip
    operator = OperatorTemplate(
        "op", [f"x' = {terms.get(name, f'{name}(z)')} + 0*I", "z' = I"], {"x": "variable(0.0)", "z": "variable(1.0j)"}
    )
    node = NodeTemplate("n", [operator])
    single = CircuitTemplate("c", nodes={"p": node})
    population = CircuitTemplate("c", populations={"p": PopulationTemplate("p", node, 2)})
    interpreter = Interpreter(single)
    poles = {"divide": 0j, "log": 0j, "log10": 0j, "power": 0j, "arctan": 1j}
    points = [{"x": 0.0, "z": z} for z in COMPLEX if z != poles.get(name)]
    for point, (own,), units in zip(
        points, values(bound, single, points), values(bound, population, points), strict=True
    ):
        wanted = interpreter.derivative(0.0, {"p/op/x": 0j, "p/op/z": point["z"]})["p/op/x"]
        assert own == pytest.approx(wanted, rel=1e-13, abs=1e-13), point
        assert all(value == pytest.approx(wanted, rel=1e-13, abs=1e-13) for value in units), point


@pytest.mark.parametrize(
    ("term", "wanted"),
    [
        ("-x^2", -9.0),
        ("2^-1*x", 1.5),
        ("2^3^2", 512.0),
        ("(-x)^2", 9.0),
        ("x - (x - 1)", 1.0),
        ("12/(x*2)", 2.0),
        ("12/x*2", 8.0),
        ("round(2.5) + round(3.5)", 6.0),
        ("mod(-7, x)", 2.0),
        ("fmod(-7, x)", -1.0),
        ("not (x > 1 and x < 2)", 1.0),
        ("5.0 if x > 1 else 6.0", 5.0),
        ("where(x, 5.0, 6.0)", 5.0),
        ("-(-x)", 3.0),
        ("(x > 2) + (x > 3) + (x >= 3)", 2.0),
        ("where(x > 2 or 1/0 > 0, x, 0)", 3.0),
        ("pi + E - pi", math.e),
        ("real(2) + imag(3)", 2.0),
        ("max(x, 1, 7) - min(x, 1, 7)", 6.0),
        ("vsum(x) + mean(x) + maxi(x) + mini(x)", 12.0),
    ],
)
def test_expressions_mean_what_they_mean_on_paper(bound, term, wanted):
    single, _ = circuits(term)
    assert next(values(bound, single, [{"x": 3.0}])) == [pytest.approx(wanted, rel=1e-15)]


def test_nothing_that_was_returned_is_written_again(bound):
    for circuit in circuits("x^2"):
        kernel = bound(circuit).kernel
        y = np.full(bound(circuit).system.width, 3.0)
        first = kernel.rhs(0.0, y, (), (), ())
        kept = first.copy()
        kernel.rhs(0.0, 2 * y, (), (), ())
        assert np.array_equal(first, kept)
        assert first.dtype == float
        assert np.array_equal(y, np.full_like(y, 3.0))


def test_a_derivative_without_a_decimal_point_is_a_floating_point_number(bound):
    single, _ = circuits("1")
    assert bound(single).kernel.rhs(0.0, np.zeros(1), (), (), ()).dtype == float
