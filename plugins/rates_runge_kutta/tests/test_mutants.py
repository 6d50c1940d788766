"""The kit finds methods with wrong coefficients, which oracle and backend take alike: orders alone tell."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve
from rates_core.solvers.tableau import Tableau
from rates_core.testing import check_solver

ORDERS = {
    "orders: it has the order that it declares",
    "orders: it has the order that it declares with a delay that is a multiple of the step",
}


def swapped_weights(tableau: Tableau) -> Tableau:
    """Return a method whose last two weights are interchanged."""
    *others, late, last = tableau.weights
    return evolve(tableau, weights=(*others, last, late))


def swapped_entries(tableau: Tableau) -> Tableau:
    """Return a method whose last stage takes the first two derivatives for each other."""
    *others, (first, second, *remaining) = tableau.matrix
    return evolve(tableau, matrix=(*others, (second, first, *remaining)))


MUTANTS = [("ralston", swapped_weights), ("three_eighths", swapped_weights), ("three_eighths", swapped_entries)]


@pytest.mark.parametrize(("name", "change"), MUTANTS)
def test_wrong_coefficients_fail_the_cases_of_orders(name: str, change: Callable[[Tableau], Tableau]) -> None:
    report = check_solver(name, wrap=change, families=["orders"])
    assert {outcome.label for outcome in report.failures} == ORDERS, str(report)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("name", "change"), MUTANTS)
def test_wrong_coefficients_fail_no_other_cases(name: str, change: Callable[[Tableau], Tableau]) -> None:
    report = check_solver(name, wrap=change)
    assert {outcome.label for outcome in report.failures} == ORDERS, str(report)
