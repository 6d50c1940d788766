"""Whose files these are: equal content has equal digests, and other content has others."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from rates_core.sweeps.identity import digest


def scaled(values, times, factor=2.0):
    return factor * values[-1]


def made(factor):
    """Return a function that holds a number."""
    return lambda values, times: factor * values[-1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([[1], 2], [[1, 2]]),
        ([1, [2]], [[1], 2]),
        ({"x": {"mean": "last"}}, {"x": ["mean", "last"]}),
        (1, 1.0),
        ("1", 1),
        (np.zeros(4), np.zeros((2, 2))),
        (made(1.0), made(2.0)),
        (partial(scaled, factor=1.0), partial(scaled, factor=3.0)),
        (np.array([0.0]), np.array([-0.0])),
    ],
)
def test_what_differs_has_another_digest(one, other):
    assert digest(one) != digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": [1.0, 2.0]}, {"a": [1.0, 2.0]}),
        ({"b", "a", "c"}, {"c", "b", "a"}),
        (made(1.0), made(1.0)),
        (np.arange(6.0)[::2], np.array([0.0, 2.0, 4.0])),
    ],
)
def test_what_is_equal_has_the_same(one, other):
    assert digest(one) == digest(other)
