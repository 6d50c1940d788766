"""Points of a sweep."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from rates_core.sweeps import grid, latin_hypercube, points, sobol


def everything(samples):
    return samples.at(np.arange(len(samples)))


def test_a_grid_has_every_combination_and_its_first_name_is_slowest():
    samples = grid({"a": [1, 2], "b": [0.5, 1.5, 2.5]})
    assert len(samples) == 6
    values = everything(samples)
    assert values["a"].tolist() == [1, 1, 1, 2, 2, 2]
    assert values["b"].tolist() == [0.5, 1.5, 2.5] * 2
    assert samples.at(np.array([4]))["b"].tolist() == [1.5]


def test_points_stand_side_by_side_as_lists_or_as_a_table():
    listed = points({"a": [1, 2], "b": [3j, 4]})
    assert listed.complex_names == {"b"}
    table = points(pd.DataFrame({"a": [1, 2], "b": [3j, 4]}, index=[7, 7]))
    for samples in (listed, table):
        assert everything(samples)["a"].tolist() == [1.0, 2.0]
        assert everything(samples)["b"].tolist() == [3j, 4]


def test_a_latin_hypercube_has_one_point_in_each_of_its_slices():
    samples = latin_hypercube({"a": (-1.0, 3.0), "b": (0.1, 10.0, "log")}, 16, seed=3)
    values = everything(samples)
    slices = np.sort(np.floor((values["a"] + 1) / 4 * 16))
    assert slices.tolist() == list(range(16))
    slices = np.sort(np.floor((np.log10(values["b"]) + 1) / 2 * 16))
    assert slices.tolist() == list(range(16))


def test_a_sobol_sequence_has_one_point_in_every_elementary_rectangle():
    """2^4 points of a (0, m, 2) net: one in each of 4 by 4, of 2 by 8 and of 8 by 2 boxes."""
    values = everything(sobol({"a": (0.0, 1.0), "b": (2.0, 4.0)}, 16, seed=1))
    a, b = values["a"], (values["b"] - 2) / 2
    for first, second in ((4, 4), (2, 8), (8, 2), (16, 1), (1, 16)):
        boxes = {(int(x * first), int(y * second)) for x, y in zip(a, b, strict=True)}
        assert len(boxes) == 16


@pytest.mark.parametrize("drawn", [latin_hypercube, sobol])
def test_the_seed_decides_the_points(drawn):
    first, again, other = (everything(drawn({"a": (0, 1)}, 8, seed=seed))["a"].tolist() for seed in (1, 1, 2))
    assert first == again != other
