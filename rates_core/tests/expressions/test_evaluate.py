"""Values of expressions, computed with NumPy outside generated code."""

from __future__ import annotations

import numpy as np
import pytest
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
