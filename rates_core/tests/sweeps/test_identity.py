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


SCALE = 2.0


def scaled_by_a_name(values, times):
    return [SCALE * value for value in values][-1]


def calling(values, times):
    return scaled_by_a_name(values, times)


def recursive(values, times):
    return recursive(values[1:], times) if len(values) > 1 else calling(values, times)


@pytest.mark.parametrize("function", [scaled_by_a_name, calling, recursive, partial(calling, times=())])
def test_what_a_function_reads_of_its_module_counts(monkeypatch, function):
    before = digest(function)
    assert digest(function) == before
    monkeypatch.setitem(globals(), "SCALE", 3.0)
    assert digest(function) != before


def test_a_name_of_a_module_may_hold_itself(monkeypatch):
    circle = []
    circle.append(circle)
    monkeypatch.setitem(globals(), "SCALE", circle)
    assert digest(scaled_by_a_name) == digest(scaled_by_a_name)


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
