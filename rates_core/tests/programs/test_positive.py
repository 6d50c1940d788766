"""Expressions that are positive by their form."""

from __future__ import annotations

import pytest
from rates_core.expressions.parser import parse_expression
from rates_core.programs.positive import is_positive


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.5", True), ("0", False), ("pi", True), ("exp(x)", True), ("cosh(x)", True), ("sinh(x)", False),
        ("1 + x^2", True), ("x^4 + 1", True), ("x*x + exp(x)", True), ("x*x", False), ("1 + abs(z)", True),
        ("x + 1", False), ("1 + x^3", False), ("1 + z^2", False), ("1 + z*z", False), ("exp(z)", False),
        ("x*y + 1", False), ("1 + 2 + x^2", True),
    ],
)  # fmt: skip
def test_sums_of_squares_and_positive_numbers_are_positive_where_they_are_real(text: str, expected: bool) -> None:
    assert is_positive(parse_expression(text, ("x", "y", "z")), {"z"}) is expected
