"""Where delays carry jumps to."""

from __future__ import annotations

from random import Random

import pytest
from rates_core.simulation.breaking import MOST_DELAYS, MOST_POINTS, breaking_points, lasting


def test_the_start_comes_back_after_each_delay_as_often_as_the_order_asks_for():
    assert breaking_points([0.0], 0.0, 10.0, [1.0], order=2) == [1.0, 2.0, 3.0]


def test_sums_of_different_delays_count_and_what_rounding_parts_counts_once():
    assert breaking_points([0.0], 0.0, 0.35, [0.1, 0.2], order=2) == [0.1, 0.2, 0.30000000000000004]


def test_points_end_before_the_end():
    assert breaking_points([0.0], 0.0, 2.0, [1.0], order=5) == [1.0]


def test_what_continues_a_run_has_the_points_that_the_first_start_makes_behind_it():
    assert breaking_points([0.0], 1.5, 10.0, [1.0], order=2) == [2.0, 3.0]


def test_jumps_of_inputs_are_carried_on_too():
    assert breaking_points([0.0, 0.25], 0.0, 10.0, [1.0], order=1) == [1.0, 1.25, 2.0, 2.25]


def test_delays_of_no_length_make_no_points():
    assert breaking_points([0.0], 0.0, 10.0, [0.0], order=5) == []


def test_more_delays_than_that_are_left_to_error_control():
    assert breaking_points([0.0], 0.0, 9.0, [1.0 + k / 1000 for k in range(MOST_DELAYS + 1)], order=1) == []


def test_of_many_delays_only_sums_of_few_are_stepped_on():
    draw = Random(1).random
    delays = [1.0 + draw() for _ in range(80)]
    pairs = [a + b for number, a in enumerate(delays) for b in delays[number:]]  # 3240; of three there are 88 560
    assert len(delays) + len(pairs) < MOST_POINTS
    assert breaking_points([0.0], 0.0, 99.0, delays, order=5) == sorted([*delays, *pairs])


def test_delays_on_a_grid_have_few_sums_however_many_they_are():
    delays = [k * 0.1 for k in range(1, 91)]
    found = breaking_points([0.0], 0.0, 99.0, delays, order=5)
    assert len(found) == 90 * 6


def test_jumps_that_nothing_smooths_are_carried_on_for_ever():
    found = breaking_points([0.0], 0.0, 0.99, [0.1, 0.35], order=1, sharp=[0.1])
    # tenths, and 0.35 more; twice 0.35 is a tenth again
    assert found == pytest.approx(sorted([k / 10 for k in range(1, 10)] + [0.35 + k / 10 for k in range(7)]))
    assert lasting([0.0], 50.0, [0.1], order=1, sharp=[0.1]) == (0.0,)


def test_too_many_of_them_are_left_to_error_control():
    assert breaking_points([0.0], 0.0, 9.0, [0.0007], order=1, sharp=[0.0007]) == [0.0007, 0.0014]


def test_origins_last_as_long_as_they_make_points():
    assert lasting([0.0, 5.0], 6.5, [1.0, 2.0], order=2) == (5.0,)
    assert lasting([0.0, 5.0], 6.5, [], order=2) == ()
