"""Arrays are values: nobody changes them, and equal content is equal."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from rates_core.errors import ArgumentError
from rates_core.templates.array import Array


def test_equal_entries_are_equal_arrays_with_one_hash() -> None:
    assert Array([1, 2.5]) == Array(np.array([1.0, 2.5]))
    assert hash(Array([0.0, 2.5])) == hash(Array([-0.0, 2.5]))
    assert Array([1.0, 2.5]) != Array([1.0, 2.4])
    assert Array([1.0, 2.0]) != Array([[1.0, 2.0]])


def test_a_difference_between_sampled_entries_is_seen() -> None:
    one, other = np.zeros(10_000), np.zeros(10_000)
    other[4_999] = 1.0
    assert Array(one) != Array(other)


def test_writing_to_what_was_given_does_not_reach_the_array() -> None:
    given = np.zeros(3)
    array = Array(given)
    given[0] = 7.0
    assert array.tolist() == [0.0, 0.0, 0.0]


def test_a_read_only_view_of_something_writable_is_copied() -> None:
    given = np.zeros(3)
    view = given[:2]
    view.flags.writeable = False
    array = Array(view)
    given[0] = 7.0
    assert array.tolist() == [0.0, 0.0]


def test_what_nobody_can_write_is_not_copied() -> None:
    given = np.zeros(3)
    given.flags.writeable = False
    assert Array(given).values is given


def test_writing_to_the_array_fails() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Array([1.0]).values[0] = 2.0


def test_a_pickled_array_comes_back_read_only() -> None:
    array = pickle.loads(pickle.dumps(Array([1.0, 2.0])))
    assert array == Array([1.0, 2.0])
    assert not array.values.flags.writeable


def test_integers_become_floats_and_complex_numbers_stay() -> None:
    assert Array([1, 2]).values.dtype == np.float64
    assert Array([1, 2j]).values.dtype == np.complex128


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["a"], "An array holds numbers only, not ['a']."),
        ([True], "An array holds numbers only, not [True]."),
        ({"a": 1}, "An array holds numbers only, not {'a': 1}."),
        ([[1.0], [1.0, 2.0]], "The rows of a nested list of numbers differ in length: [[1.0], [1.0, 2.0]]."),
        ([1.0, float("nan")], "1 value is NaN."),
        ([float("nan")] * 2, "2 values are NaN."),
    ],
)
def test_what_is_no_array_of_numbers_is_refused(given: Any, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        Array(given)
    assert str(caught.value) == message


@pytest.mark.parametrize("zeros", [[0.0, -0.0], [0j, -0j], [0j, complex(-0.0, 0.0)]])
def test_zeros_of_other_sign_make_another_array_of_the_same_hash(zeros: list[complex]) -> None:
    one, other = (Array(np.array([zero, 1.0])) for zero in zeros)
    assert one == Array(one.values.copy())
    assert one != other
    assert hash(one) == hash(other)
