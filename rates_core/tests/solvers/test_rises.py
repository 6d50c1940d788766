"""Where conditions first become true inside a step, for functions of known zeros."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from rates_core.solvers.rises import Rise, first_rise

Function = Callable[[np.ndarray], np.ndarray]


class Looks:
    """Functions as margins; each call is a look."""

    def __init__(self, *functions: Function) -> None:
        self.functions, self.number = functions, 0

    def __call__(self, times: np.ndarray) -> np.ndarray:
        self.number += 1
        return np.array([function(times) for function in self.functions])


def found(end: float, *functions: Function, start: float = 0.0) -> Rise | np.ndarray:
    margins = Looks(*functions)
    return first_rise(margins, start, end, margins(np.array([start]))[:, 0] > 0)


def expect_rise(rise: Rise | np.ndarray, wanted: float, lasts: float) -> None:
    """Check where a condition rises that holds for some time, and that it holds at the end of what was found."""
    assert isinstance(rise, Rise)
    assert rise.low < wanted <= rise.high < wanted + lasts


@pytest.mark.parametrize("frequency", [0.7, 4.0, 2 * math.pi, 16 * math.pi, 100.0])
@pytest.mark.parametrize("threshold", [-0.9, 0.5, 0.999])
def test_a_wave_rises_first_where_its_phase_says_however_long_the_step_is(frequency: float, threshold: float) -> None:
    rise = found(64.0, lambda t: np.sin(frequency * t - 2.0) - threshold)
    phase = math.asin(threshold)
    expect_rise(rise, (phase + 2.0) / frequency, (math.pi - 2.0 * phase) / frequency)


@pytest.mark.parametrize("end", [1.0, 8.0, 32.0])  # points at equal distances would see one phase only
def test_a_wave_is_seen_in_steps_of_whole_periods(end: float) -> None:
    rise = found(end, lambda t: np.cos(2 * np.pi * t + 3.0) - 0.99)
    expect_rise(rise, 1.0 - (3.0 + math.acos(0.99)) / (2 * math.pi), math.acos(0.99) / math.pi)


@pytest.mark.parametrize("place", [0.003, 0.11, 0.37, 0.5, 0.77, 0.998])
@pytest.mark.parametrize("half", [1e-3, 1e-5, 1e-6])
def test_a_parabola_that_is_positive_for_a_moment_is_seen(place: float, half: float) -> None:
    rise = found(1.0, lambda t: half**2 - (t - place) ** 2)
    expect_rise(rise, place - half, 2.0 * half)


@pytest.mark.parametrize("below", [1e-4, 1e-9, 1e-12])
def test_what_comes_near_and_turns_has_not_risen(below: float) -> None:
    held = found(1.0, lambda t: -below - (t - 0.37) ** 2)
    assert not isinstance(held, Rise)
    assert held.tolist() == [False]


def test_a_condition_that_ceases_for_a_moment_becomes_true_again() -> None:
    rise = found(1.0, lambda t: (t - 0.37) ** 2 - 1e-6)
    expect_rise(rise, 0.37 + 1e-3, 1.0)
    assert isinstance(rise, Rise)
    assert rise.low > 0.37 - 1e-3  # where it does not hold


def test_a_condition_that_ceases_is_no_rise() -> None:
    held = found(1.0, lambda t: 0.4 - t, lambda t: -1.0 + 0.1 * t)
    assert not isinstance(held, Rise)
    assert held.tolist() == [False, False]


def test_the_first_of_several_is_found_and_what_held_before() -> None:
    rise = found(1.0, lambda t: t - 0.7, lambda t: 0.2 - t, lambda t: 1e-6 - (t - 0.43) ** 2, lambda t: t - 0.9)
    expect_rise(rise, 0.43 - 1e-3, 2e-3)
    assert isinstance(rise, Rise)
    assert rise.held.tolist() == [False, False, False, False]


def test_where_a_condition_held_at_the_start_nothing_rises_there() -> None:
    def margins(times: np.ndarray) -> np.ndarray:
        return np.array([np.sin(4.0 * times)])

    rise = first_rise(margins, 0.0, 3.0, np.array([True]))
    expect_rise(rise, math.pi / 2, math.pi / 4)


@pytest.mark.parametrize("place", [0.01, 0.3, 0.73])
def test_a_function_that_jumps_is_followed_to_a_small_part_of_the_step(place: float) -> None:
    rise = found(1.0, lambda t: np.where((t > place) & (t < place + 0.2), 1.0, -1.0))
    expect_rise(rise, place, 1e-4)


def test_kinks_away_from_zero_are_no_rises() -> None:
    held = found(10.0, lambda t: -np.abs(np.sin(3.0 * t)) - 1e-3)
    assert not isinstance(held, Rise)
    assert held.tolist() == [False]


def test_a_step_far_from_all_thresholds_takes_one_look() -> None:
    margins = Looks(lambda t: -1.0 + 0.3 * np.sin(t), lambda t: 5.0 + t)
    held = first_rise(margins, 2.0, 3.0, np.array([False, True]))
    assert not isinstance(held, Rise)
    assert margins.number == 1


def test_a_smooth_crossing_takes_one_look() -> None:
    margins = Looks(lambda t: np.exp(t) - 2.0)
    expect_rise(first_rise(margins, 0.0, 1.0, np.array([False])), math.log(2.0), 0.1)
    assert margins.number == 1


def test_steps_near_the_spacing_of_numbers_end() -> None:
    start = 1e6
    end = start + 40 * math.ulp(start)
    held = first_rise(Looks(lambda t: np.sin(1e9 * t) * 1e-3 - 1e-3), start, end, np.array([False]))
    assert isinstance(held, Rise | np.ndarray)


def test_numbers_that_are_far_from_finite_end_too() -> None:
    held = found(1.0, lambda t: np.where(t > 0.503, 1e100, -1.0))
    expect_rise(held, 0.503, 1e-4)
