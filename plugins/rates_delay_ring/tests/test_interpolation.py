import pytest
from hypothesis import given
from hypothesis import strategies as st
from rates_delay_ring.interpolation import lagrange, snapped, window


@given(st.integers(0, 5), st.floats(-3.0, 8.0))
def test_polynomials_up_to_the_number_of_samples_are_reproduced(degree: int, position: float) -> None:
    weights = lagrange(position, 0, degree)
    value = sum(weight * (0.3 * node - 1.0) ** degree for node, weight in enumerate(weights))
    # rounding: weights of extrapolation grow like position^degree
    assert value == pytest.approx((0.3 * position - 1.0) ** degree, rel=1e-9, abs=1e-6)


def test_a_sample_is_taken_as_it_is() -> None:
    assert lagrange(3.0, 1, 5) == [0.0, 0.0, 1.0, 0.0, 0.0]


def test_positions_within_rounding_of_a_sample_are_that_sample() -> None:
    assert snapped(0.3 / 0.1) == 3.0
    assert snapped(3.37) == 3.37


@pytest.mark.parametrize(
    ("position", "lowest", "highest", "expected"),
    [(10.5, 0, 20, (9, 12)), (0.5, 0, 20, (0, 3)), (19.5, 0, 20, (17, 20)), (1.5, 0, 2, (0, 2)), (5.5, 5, 20, (5, 8))],
)
def test_a_window_is_centred_as_far_as_its_bounds_allow(
    position: float, lowest: int, highest: int, expected: tuple[int, int]
) -> None:
    assert window(position, lowest, highest, 4) == expected
