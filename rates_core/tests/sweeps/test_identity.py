"""Whose files these are: equal content has equal digests, and other content has others."""

from __future__ import annotations

import importlib
import subprocess
import sys
from functools import lru_cache, partial

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


SETTINGS = "FACTOR = 2.0"
MEASURES = """
from functools import cached_property, lru_cache, partial

import settings_of_the_lab

LIMIT = 1.0


class Peak:
    share = 0.5

    def __init__(self, least):
        self.least = least

    def __call__(self, values, times):
        return self.most * max(*values, self.least)

    @property
    def most(self):
        return self.share + settings_of_the_lab.FACTOR

    @classmethod
    def made(cls):
        return cls(1.0)


def above(values, times):
    return settings_of_the_lab.FACTOR * sum(values > LIMIT)


@lru_cache
def kept(number):
    return LIMIT * number


peak = Peak(0.0)
"""


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """Return two modules of a user's, one of which reads the other."""
    (tmp_path / "settings_of_the_lab.py").write_text(SETTINGS)
    (tmp_path / "measures_of_the_lab.py").write_text(MEASURES)
    monkeypatch.syspath_prepend(tmp_path)
    measures = importlib.import_module("measures_of_the_lab")
    yield measures
    for name in ("measures_of_the_lab", "settings_of_the_lab"):
        del sys.modules[name]


def functions_over(lab):
    """Return functions, and what they read that somebody may change."""

    def above(values, times):
        return lab.above(values, times)

    def peak(values, times):
        return lab.Peak.made()(values, times)

    called = lab.above
    changes = {"FACTOR": lab.settings_of_the_lab, "LIMIT": lab, "share": lab.Peak}
    return [
        (above, {"FACTOR", "LIMIT"}),
        (lambda values, times: called(values, times), {"FACTOR", "LIMIT"}),
        (peak, {"FACTOR", "share"}),
        (lab.peak, {"FACTOR", "share"}),
        ({"x": lab.peak.__call__}, {"FACTOR", "share"}),
        (partial(lab.Peak(1.0), times=()), {"FACTOR", "share"}),
        (lambda values, times: lab.kept(values[-1]), {"LIMIT"}),
        (np.vectorize(lambda value: lab.LIMIT * value), {"LIMIT"}),
    ], changes


def test_what_functions_of_other_modules_read_counts(lab, monkeypatch):
    functions, changes = functions_over(lab)
    before = [digest(function) for function, _ in functions]
    assert [digest(function) for function, _ in functions] == before
    for name, place in changes.items():
        with monkeypatch.context() as patch:
            patch.setattr(place, name, 7.0)
            changed = [digest(function) != then for (function, _), then in zip(functions, before, strict=True)]
            assert changed == [name in read for _, read in functions], name


def test_another_process_reads_the_same(lab, tmp_path):
    told = "from rates_core.sweeps import digest; import measures_of_the_lab as m; print(digest(m.above, m.peak))"
    found = subprocess.run([sys.executable, "-c", told], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == digest(lab.above, lab.peak)


def test_what_is_installed_counts_by_its_name(tmp_path, monkeypatch):
    place = tmp_path / "site-packages"
    place.mkdir()
    (place / "installed_in_the_lab.py").write_text(
        "LIMIT = 1.0\ndef above(values, times): return sum(values > LIMIT)\n"
    )
    monkeypatch.syspath_prepend(place)
    installed = importlib.import_module("installed_in_the_lab")
    before = digest(installed.above)
    monkeypatch.setattr(installed, "LIMIT", 7.0)
    assert digest(installed.above) == before
    monkeypatch.setattr(installed.above, "__defaults__", (0.0,))
    assert digest(installed.above) != before
    del sys.modules["installed_in_the_lab"]


def test_an_object_may_hold_itself():
    class Circle:
        def __init__(self):
            self.me = self

    assert digest(Circle()) == digest(Circle())


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
        (np.vectorize(made(1.0)), np.vectorize(made(2.0))),
        (lru_cache(made(1.0)), lru_cache(made(2.0))),
        (np.random.default_rng(1), np.random.default_rng(2)),
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
        (np.vectorize(made(1.0)), np.vectorize(made(1.0))),
        (np.random.default_rng(1), np.random.default_rng(1)),
    ],
)
def test_what_is_equal_has_the_same(one, other):
    assert digest(one) == digest(other)
