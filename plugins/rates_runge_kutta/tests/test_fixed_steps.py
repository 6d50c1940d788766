"""Methods with fixed steps, on models as users write them."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from rates_core.plugins import get_manager

ORDERS = {
    "midpoint": 2, "ralston": 2, "three_eighths": 4, "bogacki_shampine": 3, "dormand_prince": 5, "dormand_prince_8": 8,
}  # fmt: skip


STEPS = {8: (0.5, 0.25, 0.125)}  # errors above rounding


def orders(errors: list[float]) -> list[float]:
    return [math.log2(first / second) for first, second in pairwise(errors)]


def test_the_plugin_offers_six_methods_with_fixed_steps_and_three_adaptive_ones():
    ours = {name: spec for name, spec in get_manager().solvers().items() if spec.distribution == "rates-runge-kutta"}
    assert {name: spec.order for name, spec in ours.items() if not spec.adaptive} == ORDERS
    assert {name: spec.order for name, spec in ours.items() if spec.adaptive} == {"bosh3": 3, "dopri5": 5, "dop853": 8}


def test_only_the_adaptive_ones_have_options():
    ours = [spec for spec in get_manager().solvers().values() if spec.distribution == "rates-runge-kutta"]
    assert [spec.name for spec in ours if spec.options] == [spec.name for spec in ours if spec.adaptive]


@pytest.mark.parametrize(("solver", "order"), ORDERS.items())
def test_the_error_falls_with_the_order_on_a_nonlinear_problem_with_an_input(models, solver, order):
    # x' = -x² cos(t) has the solution 1/(1 + sin t); the input is a function, so stages between samples are exact.
    model = models.of("x' = -x^2*u", x="output(1.0)", u="input(0.0)")
    errors = []
    for h in STEPS.get(order, (0.1, 0.05, 0.025)):
        frame = model.run(
            4.0, h, sampling_step_size=2.0, solver=solver, inputs={"p/op/u": math.cos}, outputs={"x": "p/op/x"},
            verbose=False,
        )  # fmt: skip
        errors.append(abs(frame["x"].iloc[1] - 1 / (1 + math.sin(2.0))))
    assert orders(errors)[-1] > order - 0.2  # at these steps the leading error of dormand_prince is not yet the largest


@pytest.mark.parametrize("solver", ORDERS)
def test_time_in_an_equation_is_time_at_the_stages_too(models, solver):
    frame = models.of("x' = cos(t)", x="output(0.0)").run(
        2.0, 0.01, sampling_step_size=1.0, solver=solver, outputs={"x": "p/op/x"}, verbose=False
    )
    # h²/24 max|f''| bounds what the worst of them, of order 2, may err.
    assert frame["x"].iloc[1] == pytest.approx(math.sin(1.0), abs=5e-6)


def exponent(delay: float) -> float:
    """Return λ with λ = -exp(-λ d), so that exp(λ t) solves x' = -x(t - d) from a smooth start."""
    rate = -1.0
    for _ in range(200):
        rate -= (rate + math.exp(-rate * delay)) / (1 - delay * math.exp(-rate * delay))
    return rate


@pytest.mark.parametrize(("solver", "order"), [(name, order) for name, order in ORDERS.items() if order < 8])
@pytest.mark.parametrize("steps", [0.37, 1.0, 3.37])
def test_delays_keep_the_order_from_a_smooth_start_also_inside_the_step(models, solver, order, steps):
    errors = []
    for h in (0.1, 0.05, 0.025):
        delay = steps * h
        rate = exponent(delay)
        frame = models.of("x' = -past(x, tau)", x="output(1.0)", tau=delay).run(
            1.0 + h, h, solver=solver, outputs={"x": "p/op/x"}, history=lambda t, r=rate: math.exp(r * t), verbose=False
        )
        errors.append(abs(frame["x"].iloc[round(1 / h)] - math.exp(rate)))
    assert orders(errors)[-1] > order - 0.25


@pytest.mark.parametrize(("steps", "h"), [(0.37, 0.2), (1.0, 0.1), (3.37, 0.2)])
def test_delays_keep_order_8_in_steps_whose_errors_are_above_rounding(models, steps, h):
    # x = cos t, wherever it is read right; the first steps read what was before, exactly
    errors = []
    for size in (h, h / 2):
        frame = models.of("x' = -sin(t) + past(x, tau) - cos(t - tau)", x="output(1.0)", tau=steps * size).run(
            4.0, size, solver="dormand_prince_8", outputs={"x": "p/op/x"}, history=math.cos, verbose=False
        )
        errors.append(math.sqrt(((frame["x"] - np.cos(frame.index)) ** 2).mean()))
    assert errors[-1] > 5e-14
    assert 8 - 0.35 < orders(errors)[-1] < 8 + 0.7


def test_one_long_run_equals_two_short_ones(models):
    model = models.of("x' = y", "y' = -sin(x)", x="output(1.0)", y="variable(0.0)")
    options = {"solver": "dormand_prince", "outputs": {"x": "p/op/x"}, "verbose": False}
    whole = model.run(2.0, 0.01, **options)
    first = model.run(1.0, 0.01, **options)
    second = model.run(1.0, 0.01, state=first, **options)
    np.testing.assert_array_equal(np.concatenate([first["x"], second["x"]]), whole["x"])
