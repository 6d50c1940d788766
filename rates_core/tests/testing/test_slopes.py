"""Derivatives of the oracle's values, against closed forms."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest
from rates_core.errors import EquationError
from rates_core.testing.slopes import ANALYTIC, DIFFERENCED, differenced, flat, slope


def test_an_analytic_function_is_derived_to_rounding():
    slopes, error = slope(lambda x: np.array([cmath.exp(x), cmath.sin(x)]), 0.7)
    assert error == ANALYTIC
    assert slopes == pytest.approx([math.exp(0.7), math.cos(0.7)], rel=1e-15)


def test_what_refuses_complex_numbers_is_differenced():
    def real_only(x: complex) -> np.ndarray:
        if isinstance(x, complex):
            raise EquationError("real only")
        return np.array([math.erf(x), math.atan2(x, 2.0)])

    slopes, error = slope(real_only, 0.7)
    assert error == DIFFERENCED
    assert slopes == pytest.approx([2 / math.sqrt(math.pi) * math.exp(-0.49), 2.0 / 4.49], rel=1e-10)


def test_a_function_that_is_not_analytic_is_differenced_if_that_is_said():
    slopes, error = slope(lambda x: np.array([abs(x) ** 3]), -0.7, analytic=False)
    assert (slopes, error) == (pytest.approx([-3 * 0.49], rel=1e-10), DIFFERENCED)


def test_a_constant_has_no_slope():
    assert differenced(lambda x: np.array([3.0]), 1.0) == pytest.approx([0.0], abs=1e-14)


def test_nested_lists_become_one_row():
    assert flat([1.0, [2.0, [3.0]], 4j]) == [1.0, 2.0, 3.0, 4j]
