"""Conditions as functions that have derivatives: values stay, derivatives are those of smooth steps."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.expressions.derivative import differentiate
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.parser import parse_expression
from rates_core.system.smooth_steps import smooth, valued

SLOPE = 3.0


def step(x: float) -> float:
    """Return the derivative of a smooth step, x from its threshold."""
    return 0.5 * SLOPE / (1.0 + SLOPE * abs(x)) ** 2


CONDITIONS = [
    ("v > c", step(0.5)),
    ("c < v", step(0.5)),
    ("v >= c", step(0.5)),
    ("c <= v", step(0.5)),
    ("v < c", -step(0.5)),
    ("not v <= c", step(0.5)),
    ("v > c and v < 3", step(0.5) - step(1.0)),
    ("v > c and v > 4", step(-2.0)),
    ("v > c or v > 4", step(0.5)),
    ("v == c", 0.0),
]


@pytest.mark.parametrize(("text", "wanted"), CONDITIONS)
def test_values_stay_and_derivatives_are_those_of_smooth_steps(text: str, wanted: float) -> None:
    condition, known = parse_expression(text, ("v", "c")), {"v": 2.0, "c": 1.5}
    soft = smooth(condition, SLOPE)
    assert evaluate(valued(soft), known) == float(evaluate(condition, known))
    found = evaluate(valued(differentiate(soft, "v")), known)
    assert found == pytest.approx(wanted, rel=1e-15, abs=1e-15)


def test_they_are_the_derivative_of_the_sigmoid_of_the_paper() -> None:
    x, h = np.array([-1.3, -0.2, 0.4, 2.0]), 1e-30j
    moved = x + h
    side = np.where(x < 0, -1.0, 1.0)
    sigmoid = 0.5 * (1.0 + SLOPE * moved / (1.0 + SLOPE * moved * side))
    factor = differentiate(smooth(parse_expression("v > c", ("v", "c")), SLOPE), "v")
    found = [evaluate(valued(factor), {"v": value, "c": 0.0}) for value in x.tolist()]
    np.testing.assert_allclose(found, sigmoid.imag / 1e-30, rtol=1e-14)
