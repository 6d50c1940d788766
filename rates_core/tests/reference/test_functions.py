from __future__ import annotations

import cmath
import math

import pytest
from rates_core.errors import EquationError
from rates_core.expressions import FUNCTIONS
from rates_core.reference.complexes import COMPLEX
from rates_core.reference.functions import AXIS, apply, shaped
from rates_core.reference.real import REAL

INF, NAN = math.inf, math.nan

CASES = [
    ("add", (2.0, 3.0), 5.0), ("subtract", (2.0, 3.0), -1.0), ("multiply", (2.0, -3.0), -6.0),
    ("multiply", (1e200, 1e200), INF), ("negative", (2.0,), -2.0),
    ("divide", (1.0, 4.0), 0.25), ("divide", (1.0, 0.0), INF), ("divide", (-1.0, 0.0), -INF),
    ("divide", (1.0, -0.0), -INF), ("divide", (0.0, 0.0), NAN), ("divide", (INF, 0.0), INF),
    ("divide", (NAN, 0.0), NAN),
    ("power", (2.0, 3.0), 8.0), ("power", (2.0, -1.0), 0.5), ("power", (-8.0, 3.0), -512.0),
    ("power", (-8.0, 1 / 3), NAN), ("power", (0.0, 0.0), 1.0), ("power", (0.0, -1.0), INF),
    ("power", (-0.0, -1.0), -INF),
    ("power", (-0.0, -2.0), INF), ("power", (10.0, 400.0), INF), ("power", (-10.0, 401.0), -INF),
    ("power", (-10.0, 400.0), INF), ("power", (NAN, 0.0), 1.0),
    ("less", (1.0, 2.0), 1.0), ("less", (2.0, 2.0), 0.0), ("less_equal", (2.0, 2.0), 1.0),
    ("less_equal", (3.0, 2.0), 0.0),
    ("greater", (2.0, 1.0), 1.0), ("greater", (2.0, 2.0), 0.0), ("greater_equal", (2.0, 2.0), 1.0),
    ("greater_equal", (1.0, 2.0), 0.0), ("equal", (2.0, 2.0), 1.0), ("equal", (NAN, NAN), 0.0),
    ("not_equal", (2.0, 2.0), 0.0), ("not_equal", (NAN, NAN), 1.0), ("less", (NAN, 1.0), 0.0),
    ("and", (2.0, -1.0), 1.0), ("and", (2.0, 0.0), 0.0), ("or", (0.0, 0.0), 0.0), ("or", (0.0, 2.0), 1.0),
    ("not", (0.0,), 1.0), ("not", (2.0,), 0.0), ("where", (2.0, 3.0, 4.0), 3.0), ("where", (0.0, 3.0, 4.0), 4.0),
    ("sin", (math.pi / 6,), 0.5), ("sin", (INF,), NAN), ("cos", (math.pi / 3,), 0.5), ("cos", (INF,), NAN),
    ("tan", (math.pi / 4,), 1.0), ("sinh", (math.log(2.0),), 0.75), ("sinh", (-1e4,), -INF),
    ("cosh", (math.log(2.0),), 1.25),
    ("cosh", (-1e4,), INF), ("tanh", (math.log(2.0),), 0.6), ("tanh", (INF,), 1.0),
    ("arcsin", (0.5,), math.pi / 6), ("arcsin", (1.5,), NAN), ("arccos", (0.5,), math.pi / 3),
    ("arccos", (-1.5,), NAN),
    ("arctan", (1.0,), math.pi / 4), ("arctan2", (1.0, -1.0), 3 * math.pi / 4),
    ("arctan2", (-1.0, 1.0), -math.pi / 4),
    ("exp", (1.0,), math.e), ("exp", (1e4,), INF), ("exp", (-1e4,), 0.0), ("log", (math.e,), 1.0),
    ("log", (0.0,), -INF),
    ("log", (-1.0,), NAN), ("log10", (1000.0,), 3.0), ("log10", (0.0,), -INF), ("log10", (-1.0,), NAN),
    ("sqrt", (9.0,), 3.0), ("sqrt", (-1.0,), NAN), ("sigmoid", (0.0,), 0.5), ("sigmoid", (math.log(3.0),), 0.75),
    ("sigmoid", (-1e4,), 0.0), ("sigmoid", (1e4,), 1.0), ("erf", (0.0,), 0.0), ("erf", (INF,), 1.0),
    ("erfc", (0.0,), 1.0),
    ("erfc", (-INF,), 2.0), ("abs", (-2.0,), 2.0), ("sign", (-3.0,), -1.0), ("sign", (0.0,), 0.0),
    ("sign", (3.0,), 1.0),
    ("sign", (NAN,), NAN), ("heaviside", (-1e-9,), 0.0), ("heaviside", (0.0,), 1.0), ("heaviside", (2.0,), 1.0),
    ("heaviside", (NAN,), NAN), ("floor", (-1.5,), -2.0), ("floor", (INF,), INF), ("ceil", (-1.5,), -1.0),
    ("ceil", (1.5,), 2.0), ("round", (0.5,), 0.0), ("round", (1.5,), 2.0), ("round", (2.5,), 2.0),
    ("round", (-1.5,), -2.0),
    ("round", (NAN,), NAN), ("mod", (5.0, 3.0), 2.0), ("mod", (-5.0, 3.0), 1.0), ("mod", (5.0, -3.0), -1.0),
    ("mod", (5.0, 0.0), NAN), ("mod", (INF, 3.0), NAN), ("fmod", (-5.0, 3.0), -2.0), ("fmod", (5.0, -3.0), 2.0),
    ("fmod", (5.0, 0.0), NAN), ("min", (1.0, 2.0), 1.0), ("min", (NAN, 2.0), NAN), ("min", (2.0, NAN), NAN),
    ("max", (1.0, 2.0), 2.0), ("max", (NAN, 2.0), NAN), ("max", (2.0, NAN), NAN), ("real", (2.0,), 2.0),
    ("imag", (2.0,), 0.0), ("conj", (2.0,), 2.0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "expected"), CASES)
def test_a_real_function_has_its_value_everywhere(name, arguments, expected):
    # one or two operations of correctly rounded functions: a few units in the last place
    assert apply(name, arguments) == pytest.approx(expected, rel=1e-15, abs=1e-16, nan_ok=True)


@pytest.mark.parametrize("name", ["ceil", "round"])
def test_rounding_to_zero_keeps_the_sign(name):
    assert math.copysign(1.0, apply(name, (-0.25,))) == -1.0


def test_erf_is_the_integral_of_its_series():
    # 2/sqrt(pi) times the sum of (-1)^k x^(2k+1)/(k! (2k+1)) at x = 1/2
    series = sum((-1) ** k * 0.5 ** (2 * k + 1) / (math.factorial(k) * (2 * k + 1)) for k in range(20))
    assert apply("erf", (0.5,)) == pytest.approx(2 / math.sqrt(math.pi) * series, rel=1e-14)
    assert apply("erfc", (0.5,)) == pytest.approx(1 - 2 / math.sqrt(math.pi) * series, rel=1e-14)


COMPLEX_CASES = [
    ("add", (1 + 2j, 1.0), 2 + 2j), ("subtract", (1 + 2j, 2j), 1 + 0j), ("multiply", (1j, 1j), -1 + 0j),
    ("divide", (1.0, 1j), -1j), ("power", (1 + 1j, 2.0), 2j), ("power", (0j, 0.0), 1 + 0j),
    ("power", (-4 + 0j, 0.5), 2j),
    ("negative", (1 - 2j,), -1 + 2j), ("equal", (1j, 1j), 1.0), ("not_equal", (1j, 1j), 0.0),
    ("where", (1.0, 2.0, 1j), 2 + 0j), ("where", (0.0, 2.0, 1j), 1j), ("where", (1j, 2.0, 3.0), 2.0),
    ("sin", (1j,), 1j * math.sinh(1.0)), ("cos", (1j,), math.cosh(1.0) + 0j), ("tan", (1j,), 1j * math.tanh(1.0)),
    ("sinh", (1j,), 1j * math.sin(1.0)), ("cosh", (1j,), math.cos(1.0) + 0j), ("tanh", (1j,), 1j * math.tan(1.0)),
    ("arcsin", (1j * math.sinh(1.0),), 1j), ("arccos", (math.cosh(1.0) + 1e-300j,), -1j),
    ("arctan", (1j * math.tanh(0.5),), 0.5j),
    ("exp", (1j * math.pi,), -1 + 0j), ("log", (-1 + 0j,), 1j * math.pi),
    ("log10", (-1 + 0j,), 1j * math.pi / math.log(10)),
    ("sqrt", (-4 + 0j,), 2j), ("sigmoid", (1j * math.pi / 2,), (1 + 1j) / 2), ("sigmoid", (-1e4 + 1j,), 0j),
    ("abs", (3 + 4j,), 5.0), ("real", (3 + 4j,), 3.0), ("imag", (3 + 4j,), 4.0), ("conj", (3 + 4j,), 3 - 4j),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "expected"), COMPLEX_CASES)
def test_a_complex_function_has_its_principal_value(name, arguments, expected):
    value = apply(name, arguments)
    assert type(value) is type(expected)
    assert abs(value - expected) <= 1e-15 * (1 + abs(expected))


def test_complex_functions_are_not_a_number_where_python_raises():
    for name, arguments in [("divide", (1j, 0.0)), ("exp", (1e4 + 1j,)), ("power", (0j, -1.0))]:
        assert cmath.isnan(apply(name, arguments))
    assert apply("log", (0j,)) == complex(-INF, 0.0)


def test_a_real_function_refuses_a_complex_number():
    with pytest.raises(EquationError) as error:
        apply("floor", (1j,))
    assert str(error.value) == "'floor' is defined for real numbers only and got a complex one."


def test_every_function_of_the_language_is_here():
    elementwise = {name for name, definition in FUNCTIONS.items() if definition.kind == "elementwise"}
    assert set(REAL) == elementwise
    assert set(COMPLEX) == {name for name in elementwise if not FUNCTIONS[name].real_only}
    others = {name for name, definition in FUNCTIONS.items() if definition.kind in ("reduction", "linear", "index")}
    assert set(AXIS) - {"axis"} == others


def test_every_function_is_tested():
    assert {name for name, *_ in CASES} == set(REAL)
    assert {name for name, *_ in COMPLEX_CASES} == set(COMPLEX)


def test_functions_act_on_each_element_of_an_axis():
    assert apply("add", ([1.0, 2.0], 10.0)) == [11.0, 12.0]
    assert apply("subtract", ([1.0, 2.0], [3.0, 5.0])) == [-2.0, -3.0]
    assert apply("multiply", (2.0, [[1.0], [2.0]])) == [[2.0], [4.0]]


def test_axes_of_different_length_do_not_meet():
    with pytest.raises(EquationError) as error:
        apply("add", ([1.0, 2.0], [1.0, 2.0, 3.0]))
    assert str(error.value) == "Axes of length 2 and 3 meet in 'add'."


MATRIX = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("vsum", ([1.0, 2.0, 4.0],), 7.0),
        ("vsum", (3.0,), 3.0),
        ("mean", ([1.0, 2.0, 6.0],), 3.0),
        ("maxi", ([1.0, 6.0, 2.0],), 6.0),
        ("mini", ([2.0, 1.0, 6.0],), 1.0),
        ("matvec", (MATRIX, [1.0, 10.0]), [21.0, 43.0, 65.0]),
        ("matmul", (MATRIX, [[1.0, 0.0], [1.0, 2.0]]), [[3.0, 4.0], [7.0, 8.0], [11.0, 12.0]]),
        ("matmul", (MATRIX, [1.0, 10.0]), [21.0, 43.0, 65.0]),
        ("matmul", ([1.0, 10.0, 100.0], MATRIX), [531.0, 642.0]),
        ("matmul", ([1.0, 2.0], [3.0, 4.0]), 11.0),
        ("index", ([5.0, 6.0, 7.0], 1.0), 6.0),
        ("index", ([5.0, 6.0, 7.0], [2.0, 0.0]), [7.0, 5.0]),
        ("index", (MATRIX, 0.0), [1.0, 2.0]),
        ("index_range", ([5.0, 6.0, 7.0, 8.0], 1.0, 3.0), [6.0, 7.0]),
        ("index_axis", (MATRIX, 1.0), [3.0, 4.0]),
        ("index_axis", (MATRIX, 1.0, 1.0), [2.0, 4.0, 6.0]),
    ],
)
def test_a_function_of_an_axis_has_its_value(name, arguments, expected):
    assert apply(name, arguments) == expected


@pytest.mark.parametrize("name", ["maxi", "mini"])
def test_extremes_of_an_axis_pass_nan_on(name):
    assert math.isnan(apply(name, ([1.0, NAN, 2.0],)))


@pytest.mark.parametrize("position", [-1.0, 3.0, 0.5, NAN, 1j])
def test_an_index_outside_of_its_axis_is_refused(position):
    with pytest.raises(EquationError) as error:
        apply("index", ([1.0, 2.0, 3.0], position))
    assert str(error.value) == f"An index is a whole number from 0 to 2, not {position!r}."


def test_a_matrix_refuses_a_vector_that_does_not_fit():
    with pytest.raises(EquationError) as error:
        apply("matvec", (MATRIX, [1.0, 2.0, 3.0]))
    assert str(error.value) == "A row of 2 meets a vector of 3."


def test_a_number_fills_an_axis_of_declared_length():
    assert shaped(2.0, 3) == [2.0, 2.0, 2.0]
    assert shaped(2.0, None, is_complex=True) == 2 + 0j
