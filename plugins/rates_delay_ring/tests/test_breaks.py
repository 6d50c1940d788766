import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rates_delay_ring.breaks import sums


@given(st.lists(st.integers(1, 30), min_size=1, max_size=4), st.integers(1, 4))
def test_sums_are_those_of_up_to_so_many_delays(delays: list[int], count: int) -> None:
    found, front = set[int](), {0}
    for _ in range(count):
        front = {point + delay for point in front for delay in delays}
        found |= front
    assert sums(np.unique(delays), count) == sorted(found)


@pytest.mark.parametrize("count", [0, -2])
def test_there_are_no_sums_of_no_delays(count: int) -> None:
    assert sums(np.array([10, 25]), count) == []
    assert sums(np.zeros(0, dtype=int), 2) == []
