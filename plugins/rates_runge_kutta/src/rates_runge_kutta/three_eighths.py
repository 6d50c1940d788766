"""Kutta's 3/8 rule: [kutta1901], table 1.2 in section II.1 of [hairer1993].

Its continuous extension is the only polynomial of degree 3 over its four stages that has order 3.
"""

from __future__ import annotations

from fractions import Fraction

from rates_core.solvers.tableau import Tableau

NODES = (0, Fraction(1, 3), Fraction(2, 3), 1)
MATRIX = ((), (Fraction(1, 3),), (Fraction(-1, 3), 1), (1, -1, 1))
WEIGHTS = (Fraction(1, 8), Fraction(3, 8), Fraction(3, 8), Fraction(1, 8))
DENSE = (
    (1, Fraction(-15, 8), 1),
    (0, Fraction(15, 8), Fraction(-3, 2)),
    (0, Fraction(3, 8), 0),
    (0, Fraction(-3, 8), Fraction(1, 2)),
)

TABLEAU = Tableau(
    name="three_eighths",
    order=4,
    nodes=NODES,
    matrix=MATRIX,
    weights=WEIGHTS,
    dense=DENSE,
    references=("kutta1901", "hairer1993"),
)
