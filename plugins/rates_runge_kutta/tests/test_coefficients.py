"""The coefficients fulfil the order conditions, one per rooted tree, and no order more than they claim.

Fractions fulfil them exactly. Decimals of 30 digits are as far from it as their last digit, times the sums they are in.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from types import ModuleType

import numpy as np
import pytest
from rates_core.solvers.tableau import Tableau
from rates_runge_kutta import (
    bogacki_shampine,
    dormand_prince,
    dormand_prince_8,
    midpoint,
    ralston,
    three_eighths,
)

Tree = tuple["Tree", ...]  # the subtrees at the root
Numbers = Sequence[Fraction | int]

METHODS = [midpoint, ralston, three_eighths, bogacki_shampine, dormand_prince, dormand_prince_8]
DIGITS = Fraction(1, 10**24)  # decimals: entries of up to 400, each wrong by 1e-27 or less
PAIRS = [(bogacki_shampine, bogacki_shampine.HERMITE), (dormand_prince, dormand_prince.SMOOTH)]
EXTENSIONS = {
    "midpoint": (midpoint, midpoint.DENSE, 2),
    "ralston": (ralston, ralston.DENSE, 2),
    "three_eighths": (three_eighths, three_eighths.DENSE, 3),
    "bogacki_shampine": (bogacki_shampine, bogacki_shampine.DENSE, 2),
    "dormand_prince": (dormand_prince, dormand_prince.DENSE, 4),
    "bosh3": (bogacki_shampine, bogacki_shampine.HERMITE, 3),
    "dopri5": (dormand_prince, dormand_prince.SMOOTH, 4),
    "dormand_prince_8": (dormand_prince_8, dormand_prince_8.DENSE, 7),
    "dop853": (dormand_prince_8, dormand_prince_8.DENSE, 7),
}


def forests(size: int, largest: int) -> Iterator[tuple[Tree, ...]]:
    """Yield every multiset of trees with `size` vertices in all and at most `largest` in each."""
    if size == 0:
        yield ()
    for first in range(min(size, largest), 0, -1):
        for tree in trees(first):
            for rest in forests(size - first, first):
                if not rest or (order(rest[0]), rest[0]) <= (first, tree):
                    yield (tree, *rest)


def trees(size: int) -> list[Tree]:
    """Return the rooted trees with `size` vertices."""
    return list(forests(size - 1, size - 1)) if size > 1 else [()]


def order(tree: Tree) -> int:
    """Return the number of vertices."""
    return 1 + sum(map(order, tree))


def density(tree: Tree) -> int:
    """Return γ(t), (2.10): the product of the sizes of all subtrees."""
    value = order(tree)
    for branch in tree:
        value *= density(branch)
    return value


def same(found: Fraction | int, wanted: Fraction | int) -> bool:
    """Tell whether numbers are equal up to the digits of decimals."""
    return abs(found - wanted) < DIGITS


def all_same(found: Numbers, wanted: Numbers) -> bool:
    return all(map(same, found, wanted)) and len(found) == len(wanted)


@cache
def elementary_weights(tree: Tree, matrix: tuple[Numbers, ...]) -> list[Fraction]:
    """Return Φ_i(t) for every stage i, (2.6)."""
    values = [Fraction(1)] * len(matrix)
    for branch in tree:
        inner = elementary_weights(branch, matrix)
        values = [
            value * sum((a * b for a, b in zip(row, inner, strict=False)), Fraction(0))
            for value, row in zip(values, matrix, strict=True)
        ]
    return values


def weights_hold(tree: Tree, matrix: tuple[Numbers, ...], weights: Numbers) -> bool:
    """Tell whether Σ b_i Φ_i(t) = 1/γ(t)."""
    total = sum(b * value for b, value in zip(weights, elementary_weights(tree, matrix), strict=True))
    return same(total, Fraction(1, density(tree)))


def extension_holds(tree: Tree, matrix: tuple[Numbers, ...], dense: Sequence[Numbers]) -> bool:
    """Tell whether Σ p_i(θ) Φ_i(t) = θ^|t|/γ(t) as polynomials in θ [hairer1993, (6.4) in II.6]."""
    degree = max(len(row) for row in dense)
    values = elementary_weights(tree, matrix)
    for power in range(1, degree + 1):
        total = sum(
            (row[power - 1] * value for row, value in zip(dense, values, strict=True) if power <= len(row)), Fraction(0)
        )
        if not same(total, Fraction(1, density(tree)) if power == order(tree) else 0):
            return False
    return order(tree) <= degree


def name(value: object) -> str | None:
    return value.__name__.rpartition(".")[2] if isinstance(value, ModuleType) else None


def with_new_point(module: ModuleType) -> tuple[tuple[Fraction | int, ...], ...]:
    """Return the stages and the derivative at the new point as one more."""
    return (*module.MATRIX, module.WEIGHTS)


def highest(hold: object) -> int:
    """Return the highest order up to which a condition holds for all trees."""
    assert callable(hold)
    return next(n for n in itertools.count(0) if not all(hold(tree) for tree in trees(n + 1)))


def test_there_are_as_many_conditions_as_the_book_says():
    assert [len(trees(n)) for n in range(1, 8)] == [1, 1, 2, 4, 9, 20, 48]


@pytest.mark.parametrize("module", METHODS, ids=name)
def test_the_order_is_what_the_tableau_says(module):
    found = highest(lambda tree: weights_hold(tree, module.MATRIX, module.WEIGHTS))
    assert found == module.TABLEAU.order


@pytest.mark.parametrize("module", METHODS, ids=name)
def test_every_stage_is_where_its_row_leads(module):
    assert all_same([sum(row) for row in module.MATRIX], module.NODES)


@pytest.mark.parametrize(("module", "dense", "order"), EXTENSIONS.values(), ids=EXTENSIONS)
def test_the_continuous_extension_has_its_order_for_every_part_of_a_step(module, dense, order):
    matrix = module.MATRIX if len(dense) == len(module.MATRIX) else with_new_point(module)
    assert highest(lambda tree: extension_holds(tree, matrix, dense)) == order


@pytest.mark.parametrize(("module", "dense", "order"), EXTENSIONS.values(), ids=EXTENSIONS)
def test_the_continuous_extension_ends_on_the_step(module, dense, order):
    weights = [*module.WEIGHTS, 0][: len(dense)]
    assert all_same([sum(row) for row in dense], weights)


@pytest.mark.parametrize(("module", "dense"), PAIRS, ids=name)
def test_the_interpolant_of_a_pair_has_the_derivative_of_the_solution_at_both_ends(module, dense):
    at_start = [row[0] for row in dense]
    at_end = [sum(power * value for power, value in enumerate(row, start=1)) for row in dense]
    assert at_start == [1, *[0] * (len(dense) - 1)]
    assert at_end == [*[0] * (len(dense) - 1), 1]


@pytest.mark.parametrize(("module", "dense"), PAIRS, ids=name)
def test_the_error_is_the_difference_to_the_embedded_solution_and_that_has_its_order(module, dense):
    matrix = with_new_point(module)
    lower = highest(lambda tree: weights_hold(tree, matrix, module.LOWER_WEIGHTS))
    assert lower == module.PAIR.error_order == module.PAIR.order - 1
    assert [b - c for b, c in zip((*module.WEIGHTS, 0), module.LOWER_WEIGHTS, strict=True)] == list(module.ERROR)


def test_the_errors_of_order_8_are_differences_to_solutions_of_orders_5_and_3():
    module = dormand_prince_8
    finer = [b - e for b, e in zip(module.WEIGHTS, padded(module.ERROR), strict=True)]
    coarser = [b - e for b, e in zip(module.WEIGHTS, padded(module.COARSE_ERROR), strict=True)]
    assert [highest(lambda tree, row=row: weights_hold(tree, module.MATRIX, row)) for row in (finer, coarser)] == [5, 3]
    # e²/√(e² + 0.01 e'²) falls as h^(6 + 6 - 4), and the steps follow h^(order + 1)
    assert module.PAIR.error_order == 7


def padded(row: Numbers) -> Numbers:
    return [*row, *[0] * (len(dormand_prince_8.WEIGHTS) - len(row))]


def test_the_interpolant_of_order_8_meets_value_and_derivative_at_both_ends():
    dense = dormand_prince_8.DENSE
    at_end = [sum(power * value for power, value in enumerate(row, start=1)) for row in dense]
    assert all_same([row[0] for row in dense], [1, *[0] * 15])
    assert all_same(at_end, [*[0] * 12, 1, 0, 0, 0])


def test_the_numbers_of_order_8_are_those_that_scipy_has():
    from scipy.integrate._ivp import dop853_coefficients as known

    pair = dormand_prince_8.PAIR
    assert pair.nodes == tuple(known.C)
    assert pair.matrix == tuple(tuple(known.A[stage, : len(row)]) for stage, row in enumerate(pair.matrix))
    assert pair.weights[:12] == tuple(known.B)
    assert pair.error == tuple(known.E5[:12])
    # SciPy takes the difference of rounded numbers
    np.testing.assert_allclose(pair.coarse_error, known.E3[:12], rtol=0, atol=2e-16)


def tableaus() -> list[tuple[ModuleType, Tableau]]:
    return [(module, value) for module in METHODS for value in vars(module).values() if isinstance(value, Tableau)]


@pytest.mark.parametrize(("module", "tableau"), tableaus(), ids=lambda value: getattr(value, "name", None))
def test_the_tableau_holds_the_floating_point_numbers_nearest_to_the_fractions(module, tableau):
    dense = EXTENSIONS[tableau.name][1]
    at_end = tableau.stages - len(module.NODES)  # pairs of lower order have one more stage than the module's numbers
    assert tableau.nodes == tuple(map(float, (*module.NODES, *[1] * at_end)))
    assert tableau.matrix == tuple(tuple(map(float, row)) for row in (*module.MATRIX, *[module.WEIGHTS] * at_end))
    assert tableau.weights == tuple(map(float, (*module.WEIGHTS, *[0] * at_end)))
    assert tableau.dense == tuple(tuple(map(float, row)) for row in dense)
    assert tableau.error == (tuple(map(float, module.ERROR)) if tableau.adaptive else None)


@pytest.mark.parametrize(
    ("tableau", "stages", "advancing", "tried", "at_end"),
    [
        (midpoint.TABLEAU, 2, 2, 2, None),
        (bogacki_shampine.TABLEAU, 3, 3, 3, None),
        (bogacki_shampine.PAIR, 4, 3, 4, 3),
        (dormand_prince.PAIR, 7, 6, 7, 6),
        (dormand_prince_8.TABLEAU, 16, 12, 12, 12),
        (dormand_prince_8.PAIR, 16, 12, 12, 12),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_tableau_knows_what_its_stages_are_for(tableau, stages, advancing, tried, at_end):
    assert (tableau.stages, tableau.advancing, tableau.tried, tableau.at_end) == (stages, advancing, tried, at_end)
