"""What a sweep holds in memory: the rows of some points, whatever their number."""

from __future__ import annotations

import tracemalloc

import numpy as np

ROW_BYTES = 500 * 8  # of one point: 500 rows of a number


def peak(sweep, circuit, count):
    """Return the most bytes that a sweep of so many points holds at a time."""
    tracemalloc.start()
    try:
        sweep(
            circuit, {"a/op/k": np.linspace(-1, 0, count)}, simulation_time=50.0, reduce="amplitude",
            memory_limit=20 * ROW_BYTES, backend="numpy",
        )  # fmt: skip
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_with_a_reduction_rows_are_held_for_as_long_as_they_are_reduced(sweep, decay):
    """More points hold a few numbers more for each: their value, what is kept, whether they are done."""
    sweep(decay, {"a/op/k": [0.0]}, reduce="amplitude")  # what is imported and compiled stays
    few, many = (peak(sweep, decay, count) for count in (40, 240))
    assert many - few < 200 * ROW_BYTES / 20
    assert few < 40 * ROW_BYTES + 2**20
