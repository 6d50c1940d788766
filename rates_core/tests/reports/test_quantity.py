"""Numbers as what is worth saying of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rates_core.reports.quantity import Listed, Range, Several, own_array, quantity


def test_equal_numbers_are_one_number() -> None:
    assert quantity([2.5] * 1000) == 2.5
    assert quantity([1j, 1j]) == 1j


def test_few_different_numbers_are_counted_in_the_order_of_their_size() -> None:
    assert quantity([3.0, -1.0, 3.0, math.inf]) == Several(((-1.0, 1), (3.0, 2), (math.inf, 1)))


def test_numbers_that_differ_late_are_seen() -> None:
    values = np.zeros(100_000)
    values[-5:] = [1.0, 2.0, 3.0, 4.0, 5.0]
    found = quantity(values)
    assert isinstance(found, Range)
    assert (found.count, found.least, found.largest) == (100_000, 0.0, 5.0)


def test_many_numbers_are_a_range_with_mean_and_deviation() -> None:
    # 0 ... 9: the mean is 4.5 and the variance (10^2 - 1)/12.
    found = quantity(np.arange(10.0))
    assert isinstance(found, Range)
    assert (found.count, found.least, found.largest, found.mean, found.shape) == (10, 0.0, 9.0, 4.5, ())
    assert found.deviation == pytest.approx(math.sqrt(99 / 12), rel=1e-14)


def test_complex_numbers_are_ranged_by_their_moduli() -> None:
    # Points on the unit circle and its centre: mean 0, and the squared distance from it is 8/9 in the mean.
    points = [0.0, *np.exp(2j * np.pi * np.arange(8) / 8)]
    found = quantity(points)
    assert isinstance(found, Range)
    assert (found.least, found.largest) == (0.0, pytest.approx(1.0, abs=1e-15))
    assert abs(found.mean) < 1e-15
    assert found.deviation == pytest.approx(math.sqrt(8 / 9), rel=1e-14)


def test_the_array_of_one_variable_keeps_its_order_and_shape() -> None:
    assert own_array(np.array([3.0, 1.0, 3.0])) == Listed((3.0, 1.0, 3.0), (3,))
    assert own_array(np.eye(2)) == Listed((1.0, 0.0, 0.0, 1.0), (2, 2))
    found = own_array(np.arange(12.0).reshape(3, 4))
    assert isinstance(found, Range)
    assert (found.shape, found.count) == ((3, 4), 12)


def test_huge_numbers_have_a_mean_and_a_deviation() -> None:
    # 0 ... 5 times 2e307: the mean is 2.5 times that, the variance (6^2 - 1)/12 times its square.
    found = quantity(np.arange(6.0) * 2e307)
    assert isinstance(found, Range)
    assert found.mean == pytest.approx(2.5 * 2e307, rel=1e-14)
    assert found.deviation == pytest.approx(math.sqrt(35 / 12) * 2e307, rel=1e-14)


def test_infinite_numbers_are_ranged_without_a_deviation() -> None:
    found = quantity([1.0, 2.0, 3.0, 4.0, math.inf])
    assert isinstance(found, Range)
    assert (found.least, found.largest, found.mean) == (1.0, math.inf, math.inf)
    assert math.isnan(found.deviation)
