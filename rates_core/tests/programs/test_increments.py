"""A text of weighted slopes has the value of the sum that it stands for."""

from __future__ import annotations

from fractions import Fraction

import pytest
from rates_core.programs.increments import increment, polynomial, slopes, weighted

SLOPES = {"k1": 3, "k2": -5, "k3": 0.25}


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ((1.0, 0.0, 0.0), " + h*k1"),
        ((0.0, -1.0, 0.0), " + h*(-k2)"),
        ((0.5, 0.0, 0.0), " + h*(0.5*k1)"),
        ((-0.5, 1.0, -0.25), " + h*(-0.5*k1 + k2 - 0.25*k3)"),
        ((0.0, 0.0, 0.0), ""),
    ],
)
def test_an_increment_is_h_times_the_weighted_sum(row, wanted):
    text = increment(slopes(row))
    assert text == wanted
    total = sum(weight * slope for weight, slope in zip(row, SLOPES.values(), strict=True))
    assert eval(f"0{text}", {"h": 0.125, **SLOPES}) == 0.125 * total


def test_slopes_and_weights_are_written_as_a_language_does():
    assert weighted(slopes((0.5, -1.0), "k{}(i)"), "{}_dp") == "0.5_dp*k1(i) - k2(i)"


@pytest.mark.parametrize("factors", [(2.0,), (1.0, -0.5), (0.5, 0.0, 4.0, -8.0)])
def test_a_polynomial_lacks_its_first_power(factors):
    theta = Fraction(3, 8)
    exact = sum(Fraction(factor) * theta**power for power, factor in enumerate(factors))
    assert eval(polynomial(factors), {"theta": float(theta)}) == exact


def test_a_polynomial_is_nested():
    assert polynomial((1.0, 2.0, -3.0), "{}r") == "(1.0r + theta*(2.0r + theta*(-3.0r)))"
