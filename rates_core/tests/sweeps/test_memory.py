"""What a sweep holds in memory: the rows of some points, whatever their number."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

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


PROGRAM = """
import resource, sys
import numpy as np
from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

operator = OperatorTemplate("op", "x' = k*x", {"x": "output(1.0)", "k": -1.0})
circuit = CircuitTemplate("decay", {"a": NodeTemplate("n", [operator])})
count, path = int(sys.argv[1]), sys.argv[2]
grid = {"a/op/k": np.linspace(-1, 0, count // 100), "a/op/x": np.linspace(0, 1, 100)}
result = circuit.sweep(grid, 1.0, 1e-3, {"x": "a/op/x"}, reduce="amplitude", save=path, backend="numpy")
assert result.done.all()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.exhaustive  # a minute
def test_a_hundred_thousand_points_take_no_more_memory_than_a_few_thousand(tmp_path):
    """All their rows would be 800 MB. What grows is a byte per point, and the tables of libraries that write files."""

    def kilobytes(count):
        (tmp_path / str(count)).mkdir()
        command = [sys.executable, "-c", PROGRAM, str(count), str(tmp_path / str(count) / "out.parquet")]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert kilobytes(100_000) - kilobytes(5_000) < 32 * 1024
