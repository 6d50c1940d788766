"""The method has the order that it claims, and does all that it claims with every kind of model."""

from __future__ import annotations

import math

import pytest
from rates_core.testing import solver_tests

from rates_demo.method import TABLEAU

test_conformance = solver_tests("demo", backend="numpy")

B, C = TABLEAU.weights, TABLEAU.nodes
AC = [math.fsum(a * c for a, c in zip(row, C, strict=False)) for row in TABLEAU.matrix]

#: Left and right sides of the conditions that make a method one of third order.
CONDITIONS = {
    "sum b": (math.fsum(B), 1),
    "sum b c": (math.fsum(b * c for b, c in zip(B, C, strict=True)), 1 / 2),
    "sum b c^2": (math.fsum(b * c**2 for b, c in zip(B, C, strict=True)), 1 / 3),
    "sum b a c": (math.fsum(b * ac for b, ac in zip(B, AC, strict=True)), 1 / 6),
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_of_order_holds(condition: str) -> None:
    left, right = CONDITIONS[condition]
    assert left == pytest.approx(right, abs=1e-15)


def test_the_row_of_each_stage_adds_up_to_its_node() -> None:
    assert [math.fsum(row) for row in TABLEAU.matrix] == pytest.approx(C, abs=1e-15)


def test_the_interpolant_ends_at_the_new_point_and_follows_lines_and_parabolas() -> None:
    assert TABLEAU.dense is not None
    assert [math.fsum(row) for row in TABLEAU.dense] == pytest.approx(B, abs=1e-15)
    # of the powers of θ: a constant slope gives θ, a slope of θ gives θ²/2
    assert [math.fsum(column) for column in zip(*TABLEAU.dense, strict=True)] == pytest.approx([1, 0], abs=1e-15)
    moments = [math.fsum(c * p for c, p in zip(C, column, strict=True)) for column in zip(*TABLEAU.dense, strict=True)]
    assert moments == pytest.approx([0, 1 / 2], abs=1e-15)
