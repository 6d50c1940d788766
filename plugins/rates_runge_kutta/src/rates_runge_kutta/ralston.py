"""Ralston's method of two stages, which has the least bound of its error: [ralston1962].

Its continuous extension is the polynomial of order 2 over both stages.
"""

from __future__ import annotations

from fractions import Fraction

from rates_core.solvers.tableau import Tableau

NODES = (0, Fraction(2, 3))
MATRIX = ((), (Fraction(2, 3),))
WEIGHTS = (Fraction(1, 4), Fraction(3, 4))
DENSE = ((1, Fraction(-3, 4)), (0, Fraction(3, 4)))

TABLEAU = Tableau(
    name="ralston",
    order=2,
    nodes=NODES,
    matrix=MATRIX,
    weights=WEIGHTS,
    dense=DENSE,
    references=("ralston1962",),
)
