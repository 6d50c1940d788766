"""Values of expressions, computed with NumPy outside generated code."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import EquationError
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.parser import parse_expression


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(t > 0) + (t > 1)", [0.0, 1.0, 2.0]),
        ("-(t > 0)", [0.0, -1.0, -1.0]),
        ("(t > 0) - (t < 2)", [-1.0, 0.0, 1.0]),
        ("(t > 0 and t < 2) + (t == 2 or t == 0)", [1.0, 1.0, 1.0]),
        ("not t", [1.0, 0.0, 0.0]),
        ("3 if t < 1 else 0", [3.0, 0.0, 0.0]),
    ],
)
def test_truth_values_are_numbers(text, expected):
    value = evaluate(parse_expression(text, ()), {"t": np.arange(3.0)})
    assert np.array_equal(value, expected)


@pytest.mark.parametrize("place", ["3", "-1", "0.5", "2.0j"])
def test_an_element_that_an_axis_has_not_is_an_error(place):
    with pytest.raises(EquationError) as error:
        evaluate(parse_expression(f"index(x, {place})", {"x"}), {"x": np.arange(3.0)})
    assert str(error.value) == (
        f"'index(x, {place})' has no value: an index is a whole number from 0 to 2, not {place.replace('2.0', '2')}."
    )


def test_an_axis_without_elements_has_no_mean():
    with pytest.raises(EquationError) as error:
        evaluate(parse_expression("mean(index_range(x, 3, 3))", {"x"}), {"x": np.arange(3.0)})
    assert str(error.value) == "'mean(index_range(x, 3, 3))' has no value: an axis without elements has no mean."


@pytest.mark.parametrize(
    "text", ["x + A*y", "matvec(A, y)", "erf(z)", "mod(z, 2)", "index(x, t)", "index_range(x, 0, 1/0)"]
)
def test_axes_and_kinds_that_do_not_fit_are_an_error(text):
    values = {"x": np.arange(3.0), "y": np.arange(2.0), "A": np.eye(3), "z": 1j, "t": np.nan}
    with pytest.raises(EquationError, match="has no value: "):
        evaluate(parse_expression(text, values), values)
