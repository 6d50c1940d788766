from __future__ import annotations

import pytest
from rates_core.reference.build import build_model
from rates_core.reference.signals import Signals


@pytest.fixture
def model(node, circuit):
    return build_model(circuit({"p": node(["x' = u"], x="variable", u="input")}))


def test_a_signal_is_its_samples_and_lines_between_them(model):
    signals = Signals.make(model, {"p/op/u": [2.0, 6.0, -2.0]}, 0.1, 3)
    assert [signals.at("p/op/u", position) for position in (0.0, 0.25, 1.0, 1.5, 2.0)] == [2.0, 3.0, 6.0, 2.0, -2.0]


def test_a_position_that_rounding_moved_off_the_grid_takes_the_sample(model):
    signals = Signals.make(model, {"p/op/u": [2.0, 6.0, -2.0]}, 0.1, 3)
    assert [signals.at("p/op/u", position) for position in (1.0 - 1e-12, 1.0 + 1e-12)] == [6.0, 6.0]


def test_the_last_sample_holds_and_no_more_than_one_beyond_the_steps_is_used(model):
    for samples, later in (([2.0, 6.0], 6.0), ([2.0, 6.0, 8.0], 7.0), ([2.0, 6.0, 8.0, 99.0], 7.0)):
        signals = Signals.make(model, {"p/op/u": samples}, 0.1, 2)
        assert signals.at("p/op/u", 1.5) == later
        assert signals.at("p/op/u", 5.0) == samples[:3][-1]


def test_a_variable_without_signal_has_none(model):
    assert Signals.make(model, {}, 0.1, 2).at("p/op/u", 0.0) is None
    assert Signals.make(model, None, 0.1, 2).complex_paths == set()


def test_complex_samples_are_seen(model):
    assert Signals.make(model, {"p/op/u": [0.0, 1j]}, 0.1, 2).complex_paths == {"p/op/u"}
    assert Signals.make(model, {"p/op/u": lambda t: 1j * t}, 0.1, 2).complex_paths == {"p/op/u"}
