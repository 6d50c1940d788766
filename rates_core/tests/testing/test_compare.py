"""What agrees and what does not, and what is said of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rates_core.testing import MismatchError
from rates_core.testing.compare import expect_all_close, expect_close, expect_followed, expect_same

NAN, INF = math.nan, math.inf

ALIKE = [
    (1.0, 1.0 + 5e-13),
    (0.0, 1e-16),
    (NAN, NAN),
    (-INF, -INF),
    ([1.0, NAN], [1.0, NAN]),
    (1 + 2j, 1 + 2j),
    (complex(INF, NAN), complex(NAN, NAN)),
    (1.0 + 0j, 1.0),
]

DIFFERENT = [
    (1.0, 1.0 + 2e-12, "x is 1.0 instead of 1.000000000002."),
    (NAN, 1.0, "x is nan instead of 1.0."),
    (INF, NAN, "x is inf instead of nan."),
    (-INF, INF, "x is -inf instead of inf."),
    ([1.0, 2.0, 3.0], [1.0, 2.5, 4.0], "x[2] is 3.0 instead of 4.0 (2 of 3 are wrong)."),
    ([1.0, NAN], [2.0, 2.0], "x[1] is nan instead of 2.0 (2 of 2 are wrong)."),
    ([1.0], 1.0, "x has the shape (1,) instead of ()."),
    (1.0 + 1e-30j, 1.0, "x is complex where it should be real."),
    (1.0, 1.0 + 0.5j, "x is 1.0 instead of (1+0.5j)."),
]


@pytest.mark.parametrize(("found", "wanted"), ALIKE)
def test_numbers_that_differ_by_rounding_agree_and_so_do_equal_nan_and_infinity(found, wanted):
    expect_close("x", found, wanted)


@pytest.mark.parametrize(("found", "wanted", "text"), DIFFERENT)
def test_the_largest_difference_is_named(found, wanted, text):
    with pytest.raises(MismatchError) as caught:
        expect_close("x", found, wanted)
    assert str(caught.value) == text


def test_a_trajectory_is_compared_by_its_largest_value():
    expect_followed({"x": np.array([1.0, 1e-11])}, {"x": np.array([1.0, 0.0])})
    with pytest.raises(MismatchError) as caught:
        expect_followed({"x": np.array([1.0, 1e-9])}, {"x": np.array([1.0, 0.0])})
    assert str(caught.value) == "x[1] is 1e-09 instead of 0.0."


def test_a_name_that_is_missing_is_named():
    with pytest.raises(MismatchError) as caught:
        expect_all_close({}, {"p/op/x": 1.0})
    assert str(caught.value) == "p/op/x is missing."


def test_the_same_is_the_same_to_the_last_bit():
    expect_same("x", [1.0, NAN], [1.0, NAN])
    for other in ([0.0], [-0.0, 1.0], [np.float32(0.0)]):
        with pytest.raises(MismatchError):
            expect_same("x", np.array(other), np.array([0.0, 1.0]))
