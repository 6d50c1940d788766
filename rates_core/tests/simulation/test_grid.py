import pytest
from hypothesis import given
from hypothesis import strategies as st
from rates_core.errors import ApproximationWarning, ArgumentError
from rates_core.simulation.grid import time_grid


@given(st.integers(1, 2000), st.integers(1, 50), st.sampled_from([1e-4, 1e-3, 0.01, 0.1, 0.25]))
def test_rows_are_the_rounded_quotient_of_times(rows: int, stride: int, step: float) -> None:
    grid = time_grid(rows * stride * step, step, stride * step, 0.0, fixed=True)
    assert (grid.rows, grid.stride, grid.steps, grid.first_row) == (rows, stride, rows * stride, 0)


def test_cutoff_drops_rows_before_it_and_keeps_the_row_on_it() -> None:
    assert time_grid(1.0, 0.1, None, 0.3, fixed=True).first_row == 3
    assert time_grid(1.0, 0.1, None, 0.31, fixed=True).first_row == 4
    assert time_grid(1.0, 0.1, None, 0.0, fixed=True).first_row == 0


def test_a_sampling_step_that_does_not_fit_is_an_error_under_fixed_steps_only() -> None:
    with pytest.raises(ArgumentError) as caught:
        time_grid(1.0, 0.1, 0.25, 0.0, fixed=True)
    assert str(caught.value) == (
        "sampling_step_size (0.25) must be a multiple of step_size (0.1) in a fixed-step method. "
        "The nearest one is 0.2."
    )
    assert time_grid(1.0, 0.1, 0.25, 0.0, fixed=False).rows == 4


@pytest.mark.parametrize(
    ("time", "step", "text"),
    [
        (0.0, 0.1, "simulation_time must be a positive number; it is 0.0."),
        (1.0, -0.1, "step_size must be a positive number; it is -0.1."),
        (float("inf"), 0.1, "simulation_time must be a positive number; it is inf."),
    ],
)
def test_times_must_be_positive(time: float, step: float, text: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        time_grid(time, step, None, 0.0, fixed=True)
    assert str(caught.value) == text


def test_a_duration_between_two_steps_is_rounded_with_a_warning() -> None:
    with pytest.warns(ApproximationWarning) as caught:
        grid = time_grid(1.05, 0.1, None, 0.0, fixed=True)
    assert (grid.steps, grid.rows) == (10, 10)
    assert [str(warning.message) for warning in caught] == [
        "simulation_time (1.05) is no multiple of step_size (0.1): the run takes 10 steps and ends at 1."
    ]


def test_a_duration_between_two_samples_of_an_adaptive_method_is_what_it_is() -> None:
    assert time_grid(1.05, 0.1, None, 0.0, fixed=False).rows == 10
