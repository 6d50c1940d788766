from __future__ import annotations

import math

import pytest
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions import Apply, Constant, Number, Symbol, parse_expression
from rates_core.reference.evaluate import evaluate, is_complex, number

VALUES = {"x": 3.0, "y": 2.0, "z": 1 + 2j}


def value(text):
    return evaluate(parse_expression(text, list(VALUES)), VALUES.__getitem__)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2*3", 7.0),
        ("x - y - 1", 0.0),
        ("-x^2", -9.0),
        ("2^y^x", 256.0),
        ("12/x/y", 2.0),
        ("x % y", 1.0),
        ("x if x < y else y", 2.0),
        ("(x > y) + (x == 3)", 2.0),
        ("max(x, y, 5)", 5.0),
        ("1/0", math.inf),
        ("not x or y", 1.0),
        ("1/2", 0.5),
    ],
)
def test_an_expression_has_the_value_that_is_written(text, expected):
    assert value(text) == expected


def test_the_constants_are_those_of_mathematics():
    assert value("pi") == math.pi
    assert value("E") == math.e
    assert value("I*I") == -1 + 0j


def test_numbers_become_floats_and_huge_ones_infinite():
    assert [type(number(2)), number(10**400), number(-(10**400))] == [float, math.inf, -math.inf]


def test_the_square_of_the_modulus_is_real():
    assert value("z*conj(z)") == 5.0
    assert isinstance(value("z*conj(z)"), float)
    assert isinstance(value("conj(z)*z"), float)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("z", True), ("x", False), ("I", True), ("pi", False), ("1j*x", True), ("abs(z)", False), ("real(z)", False),
        ("imag(z)", False), ("conj(z)", True), ("z*conj(z)", False), ("z == x", False), ("x if z == x else y", False),
        ("x if x > y else z", True), ("exp(z)", True), ("abs(z)^2 + x", False),
    ],
)  # fmt: skip
def test_complexness_is_seen_without_a_value(text, expected):
    assert is_complex(parse_expression(text, list(VALUES)), {"z"}) is expected


def test_a_random_draw_is_refused():
    with pytest.raises(UnsupportedFeatureError) as error:
        evaluate(Apply("randn", ()), VALUES.__getitem__)
    assert str(error.value) == "The reference interpreter draws no random numbers; the model uses 'randn()'."


def test_trees_are_walked_leaf_by_leaf():
    assert evaluate(Apply("divide", (Symbol("x"), Number(4))), VALUES.__getitem__) == 0.75
    assert evaluate(Constant("pi"), VALUES.__getitem__) == math.pi
