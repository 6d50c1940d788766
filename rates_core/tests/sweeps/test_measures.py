"""What is kept of the rows of a run: closed forms of sines over whole periods."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.sweeps.measures import MEASURES

TIMES = np.arange(400) * 0.01
TWO_PI = 2 * np.pi


@pytest.fixture
def waves() -> np.ndarray:
    """Return c + A sin(2πft) for two points: (c, A, f) = (1, 2, 5) and (-3, 0.5, 12.5)."""
    return np.stack([1 + 2 * np.sin(TWO_PI * 5 * TIMES), -3 + 0.5 * np.sin(TWO_PI * 12.5 * TIMES)])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mean", [1, -3]),
        ("std", [2 / np.sqrt(2), 0.5 / np.sqrt(2)]),
        ("minimum", [-1, -3.5]),
        ("maximum", [3, -2.5]),
        ("amplitude", [2, 0.5]),
        ("last", [1 - 2 * np.sin(TWO_PI * 5 * 0.01), -3 - 0.5 * np.sin(TWO_PI * 12.5 * 0.01)]),
        ("peak_frequency", [5, 12.5]),
        ("peak_power", [2, 0.125]),
    ],
)
def test_a_measure_of_sines(waves, name, expected):
    assert MEASURES[name](waves, TIMES).tolist() == pytest.approx(expected, rel=1e-12)


def test_the_spectrum_of_complex_values_has_negative_frequencies():
    turn = 2 * np.exp(-1j * TWO_PI * 5 * TIMES)[None] + 1
    assert MEASURES["peak_frequency"](turn, TIMES).tolist() == pytest.approx([-5])
    assert MEASURES["peak_power"](turn, TIMES).tolist() == pytest.approx([4])


def test_the_power_at_the_highest_frequency_is_counted_once():
    """Of (-1)^k all the mean square, 1, falls on half the sampling rate."""
    values = (-1.0) ** np.arange(400)[None]
    assert MEASURES["peak_power"](values, TIMES).tolist() == pytest.approx([1])
    assert MEASURES["peak_frequency"](values, TIMES).tolist() == pytest.approx([50])


@pytest.mark.parametrize("value", [0.1, 0.7, 1 / 3, 1e10 / 3, 0.0])
def test_what_does_not_move_has_no_frequency_but_for_rounding(value):
    still = np.full((2, 400), value)
    still[1, ::3] = np.nextafter(value, 1.0) if value < 1 else value
    assert MEASURES["peak_frequency"](still, TIMES).tolist() == [0, 0]


def test_what_is_small_beside_its_mean_has_a_frequency():
    assert MEASURES["peak_frequency"](1 + 1e-12 * np.sin(TWO_PI * 5 * TIMES)[None], TIMES).tolist() == [5]


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_what_is_not_finite_has_no_number_for_a_frequency(waves):
    waves[0, 7], waves[1, 9] = np.nan, np.inf
    assert np.isnan(MEASURES["peak_frequency"](waves, TIMES)).all()
