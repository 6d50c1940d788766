"""Complex numbers are pairs of real ones, and back."""

from __future__ import annotations

import numpy as np
from rates_core.programs.real_pairs import no_derivative, numbers_of, pairs_of
from rates_core.system.system import Parameter

NUMBERS = np.array([[1.0 + 2.0j, -3.0j, complex(np.inf, 1.0)], [0.5 + 0.0j, complex(1.0, -np.inf), 7.0 - 8.0j]])


def test_real_parts_stand_before_imaginary_ones() -> None:
    np.testing.assert_array_equal(pairs_of(np.array([1.0 + 2.0j, -3.0j])), [[1.0, 2.0], [0.0, -3.0]])
    np.testing.assert_array_equal(pairs_of(np.array(1.0 + 2.0j)), [1.0, 2.0])


def test_pairs_become_the_numbers_again_wherever_they_lie_in_memory() -> None:
    for numbers in (NUMBERS, NUMBERS[0, 0], NUMBERS[:0]):
        np.testing.assert_array_equal(numbers_of(pairs_of(numbers)), numbers)
    np.testing.assert_array_equal(numbers_of(np.asfortranarray(pairs_of(NUMBERS))), NUMBERS)
    np.testing.assert_array_equal(numbers_of(pairs_of(NUMBERS).astype(np.float32)), NUMBERS)


def test_the_derivative_by_what_nothing_depends_on_is_of_its_kind() -> None:
    real, turned = Parameter("p/op/k", (2,), np.ones(2)), Parameter("p/op/z", (), 1j, complex=True)
    assert no_derivative(real).dtype == float
    assert no_derivative(real).shape == (2,)
    assert no_derivative(turned).dtype == complex
    assert no_derivative(turned) == 0
